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


class KeptAgent(msgspec.Struct, frozen=True):
    """An agent; breaks by queue, "" for all; `last_calls` and `calls` by queue."""

    number: str
    logged_in: dict[str, int]
    logged_out: tuple[str, ...]
    breaks: dict[str, KeptBreak]
    wrap_up_until_ms: int = 0
    idle_since_ms: int = 0
    last_calls: dict[str, int] = {}
    calls: dict[str, int] = {}


class KeptCallback(msgspec.Struct, frozen=True):
    """Somebody who will be called back."""

    queue: str
    caller: Caller
    entered_ms: int
    original_position: int
    attempts: int
    due_ms: int


class State(msgspec.Struct, frozen=True):
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
    facts.Completed,
    facts.CallbackAsked,
    facts.CallbackTried,
    facts.Exited,
    facts.CountersReset,
)
"""After one of these the state is to be kept again."""
