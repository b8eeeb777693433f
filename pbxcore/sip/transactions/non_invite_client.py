"""Non-INVITE client transaction, without I/O (RFC 3261 §17.1.2, RFC 4320).

Every input returns the outputs it causes, in order; `deadline` says when `tick` is next due, None
when never. Times are seconds on the caller's monotonic clock.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from pbxcore.sip.transactions.outputs import Deliver, Fail, Output, Send
from pbxcore.sip.transactions.timers import T1, T2, TIMER_F, TIMER_K

if TYPE_CHECKING:
    from pbxcore.sip.message import Response


class State(enum.Enum):
    """The states of RFC 3261's figure 6."""

    TRYING = enum.auto()
    PROCEEDING = enum.auto()
    COMPLETED = enum.auto()
    TERMINATED = enum.auto()


_TRYING, _PROCEEDING, _COMPLETED, _TERMINATED = State


class NonInviteClientTransaction:
    """Carries one request to its final response (RFC 3261 figure 6)."""

    __slots__ = ("_e", "_e_at", "_ends_at", "_reliable", "data", "state")

    def __init__(self, data: bytes, *, reliable: bool) -> None:
        self.data = data
        self.state = _TRYING
        self._reliable = reliable
        self._e = T1
        self._e_at: float | None = None
        self._ends_at = 0.0

    @property
    def deadline(self) -> float | None:
        """When Timer E, F or K is due."""
        if self.state is _TERMINATED:
            return None
        return self._ends_at if self._e_at is None else min(self._e_at, self._ends_at)

    def start(self, now: float) -> list[Output]:
        """Send the request; Timer F starts, over UDP Timer E too."""
        self._ends_at = now + TIMER_F
        if not self._reliable:
            self._e_at = now + T1
        return [Send(self.data)]

    def receive(self, response: Response, now: float) -> list[Output]:
        """Take a response that matched this transaction."""
        if self.state not in (_TRYING, _PROCEEDING):
            return []  # Completed absorbs repetitions until Timer K
        if response.status < 200:
            if self.state is _TRYING:
                self.state = _PROCEEDING
            return [Deliver(response)]
        self._e_at = None
        if self._reliable:
            self.state = _TERMINATED
        else:
            self.state = _COMPLETED
            self._ends_at = now + TIMER_K
        self.data = b""  # nothing will be sent again
        return [Deliver(response)]

    def tick(self, now: float) -> list[Output]:
        """Let time pass."""
        if self.state is _TERMINATED:
            return []
        if now >= self._ends_at:
            unanswered = self.state is not _COMPLETED
            self.state = _TERMINATED
            return [Fail(408)] if unanswered else []
        if self._e_at is None or now < self._e_at:
            return []
        self._e = T2 if self.state is _PROCEEDING else min(self._e * 2, T2)
        self._e_at += self._e
        return [Send(self.data)]

    def fail(self) -> list[Output]:
        """The transport gave up (§17.1.4)."""
        if self.state not in (_TRYING, _PROCEEDING):
            return []
        self.state = _TERMINATED
        return [Fail(503)]
