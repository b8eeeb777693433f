"""Where what comes in waits for the program: calls and texts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.net.call import AsyncCall
from pbxcore.net.hearing import Hearing
from pbxcore.sip.agent.profile import ALLOW
from pbxcore.sip.user_agent import Application

if TYPE_CHECKING:
    from pbxcore.sip.agent.incoming_call import IncomingCall
    from pbxcore.sip.transactions.incoming import Incoming

MOST_WAITING: Final = 64
"""Calls, and texts, that wait for the program; more calls are busy, more texts refused."""


class Text(msgspec.Struct, frozen=True):
    """A MESSAGE that came."""

    sender: str
    content_type: str
    body: bytes


class Desk(Application):
    """The application of an `AsyncUserAgent`."""

    def __init__(self) -> None:
        self.calls: asyncio.Queue[AsyncCall] = asyncio.Queue(MOST_WAITING)
        self.texts: asyncio.Queue[Text] = asyncio.Queue(MOST_WAITING)

    def invited(self, call: IncomingCall) -> None:
        """Somebody calls."""
        if self.calls.full():
            call.refuse(486)
            return
        hearing = Hearing(b"")
        hearing.call, hearing.remote_description = call, call.offer
        call.listener = hearing
        self.calls.put_nowait(AsyncCall(hearing))

    def requested(self, incoming: Incoming) -> None:
        """OPTIONS and MESSAGE are answered, all else is not for us."""
        request = incoming.request
        match request.method:
            case b"OPTIONS":
                incoming.answer(200, lines=[b"Allow: " + ALLOW, b"Accept: application/sdp"])
            case b"MESSAGE" if self.texts.full():
                raise RemoteProtocolError(480)
            case b"MESSAGE":
                incoming.keep()
                sender = incoming.head.from_.uri.decode("utf-8", "replace")
                kind = (request.get(b"content-type") or b"").decode("utf-8", "replace")
                self.texts.put_nowait(Text(sender, kind, request.body))
                incoming.answer(200)
            case _:
                super().requested(incoming)
