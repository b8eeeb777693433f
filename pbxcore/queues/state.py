"""What outlasts a restart: who serves, breaks, wrap-up, memories of the strategies, callbacks.

Moments are milliseconds UTC, since a steady clock begins anew.
"""

from __future__ import annotations

from typing import Final

import msgspec

from pbxcore.queues import facts
from pbxcore.queues.inputs import Caller


class KeptBreak(msgspec.Struct, frozen=True):
    """A break and when it began."""

    reason: str
    since_ms: int


class KeptAgent(msgspec.Struct, frozen=True, kw_only=True):
    """An agent: since when he serves, by queue; breaks by queue, "" for all; calls by queue.

    `named` are those queues that the settings say he serves. `wrap_up_ms` is begin and end,
    `logged_off` are queues that he is set to serve; `chats` were his last known.
    """

    number: str
    serves: dict[str, int] = {}
    named: tuple[str, ...] = ()
    logged_off: tuple[str, ...] = ()
    breaks: dict[str, KeptBreak] = {}
    wrap_up_ms: tuple[int, int] | None = None
    idle_since_ms: int = 0
    last_call_ms: int | None = None
    calls: dict[str, int] = {}
    chats: int = 0


class KeptCallback(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who will be called back; `order` is the place."""

    queue: str
    caller: Caller
    entered_ms: int
    order: tuple[int, int, float]
    original_position: int
    attempts: int
    not_before_ms: int


class State(msgspec.Struct, frozen=True, kw_only=True):
    """All of it; `seq` is the last number given, `cursors` whom ROUND_ROBIN tried last."""

    seq: int = 0
    agents: tuple[KeptAgent, ...] = ()
    callbacks: tuple[KeptCallback, ...] = ()
    cursors: dict[str, str] = {}


DURABLE: Final = (
    facts.AgentLoggedIn,
    facts.AgentLoggedOut,
    facts.BreakBegan,
    facts.BreakEnded,
    facts.WrapUpBegan,
    facts.WrapUpEnded,
    facts.AgentAnswered,
    facts.Connected,
    facts.Completed,
    facts.CallbackAsked,
    facts.CallbackTried,
    facts.Exited,
    facts.CountersReset,
)
"""After one of these the state is to be kept again."""
