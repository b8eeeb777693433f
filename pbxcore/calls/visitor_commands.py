"""What is said about calls from web pages: values that cross a process, both ways.

A visitor's page speaks no SIP: its descriptions of sessions come and go as text.
"""

from __future__ import annotations

from typing import Literal

import msgspec

State = Literal["ringing", "described", "answered", "over"]


class AgentRound(msgspec.Struct, frozen=True):
    """Extensions that ring together, and for how long."""

    numbers: tuple[str, ...]
    ring_s: float


class CallFromVisitor(msgspec.Struct, frozen=True, tag=True):
    """A visitor of a web page calls agents; the rounds ring in turn. Reply: `CallDone`.

    `call` is the call's name, chosen by who asks, who may so end it before the reply is there.
    `dialled` is what stands in records as dialled, `session` in their user field. `number` is the
    visitor's own word. `local` is our end of the page's connection as `host:port`, and `host` and
    `port` are the page's own.
    """

    call: str
    conversation: str
    session: str
    offer: str
    number: str
    name: str
    dialled: str
    rounds: tuple[AgentRound, ...]
    local: str
    host: str
    port: int
    user_agent: str = ""


class OfferFromVisitor(msgspec.Struct, frozen=True, tag=True):
    """The page wants another session for its call: it was reloaded, or is in another network.

    Reply: `CallDone`; the answer comes as `VisitorCallMoved`.
    """

    call: str
    offer: str


class VisitorLeaves(msgspec.Struct, frozen=True, tag=True):
    """The visitor hangs up; `lost`: nothing was heard of the page any more. Reply: `CallDone`."""

    call: str
    lost: bool = False


class VisitorCallMoved(msgspec.Struct, frozen=True, tag=True):
    """How a visitor's call goes, for the page.

    `ringing`: it rings somewhere; `described`: `answer` is the answer to the page's last offer;
    `answered`: the extension `agent` talks to the visitor; `over`: `reason` says why in a word.
    """

    call: str
    conversation: str
    state: State
    answer: str = ""
    agent: str = ""
    reason: str = ""


VisitorCommand = CallFromVisitor | OfferFromVisitor | VisitorLeaves
