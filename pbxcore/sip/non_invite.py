"""Non-INVITE transactions, without I/O (RFC 3261 §17.1.2 and §17.2.2, RFC 4320).

Every input returns the outputs it causes, in order; `deadline` says when `tick` is next due, None
when never. Times are seconds on the caller's monotonic clock.
"""

from __future__ import annotations

import enum

import msgspec

from pbxcore.sip.message import Response
from pbxcore.sip.timers import T1, T2, TIMER_F, TIMER_J, TIMER_K, TRYING_AFTER


class State(enum.Enum):
    """The states of RFC 3261's figures 6 and 8."""

    TRYING = enum.auto()
    PROCEEDING = enum.auto()
    COMPLETED = enum.auto()
    TERMINATED = enum.auto()


class Send(msgspec.Struct, frozen=True):
    """Put these bytes on the wire."""

    data: bytes


class Deliver(msgspec.Struct, frozen=True):
    """Hand this response to whoever asked."""

    response: Response


class Fail(msgspec.Struct, frozen=True):
    """No answer will come: 408 for silence, 503 for a transport that failed (§8.1.3.1)."""

    status: int


class Trying(msgspec.Struct, frozen=True):
    """Send a 100: a client's Timer E has reached T2 by now (RFC 4320 §4.1)."""


Output = Send | Deliver | Fail | Trying
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


class NonInviteServerTransaction:
    """Answers one request, and its repetitions with the same bytes (RFC 3261 figure 8).

    A request still unanswered when Timer J's time has passed is forgotten: the client has given up,
    and RFC 4320 §4.2 forbids the 408 that would tell it so.
    """

    __slots__ = ("_ends_at", "_last", "_reliable", "_trying_at", "state")

    def __init__(self, now: float, *, reliable: bool) -> None:
        self.state = _TRYING
        self._reliable = reliable
        self._last: bytes | None = None
        self._trying_at: float | None = now + TRYING_AFTER
        self._ends_at = now + TIMER_J

    @property
    def deadline(self) -> float | None:
        """When a 100 is due, or Timer J."""
        if self.state is _TERMINATED:
            return None
        return self._ends_at if self._trying_at is None else self._trying_at

    @property
    def answered(self) -> bool:
        """Whether a final response was given, or none can be given any more."""
        return self.state in (_COMPLETED, _TERMINATED)

    def repeat(self) -> list[Output]:
        """The same request came again: absorbed, or answered as before."""
        if self._last is None or self.state is _TERMINATED:
            return []
        return [Send(self._last)]

    def progress(self, data: bytes) -> list[Output]:
        """Send the 100 that `Trying` asked for."""
        if self.answered:
            return []
        self.state = _PROCEEDING
        self._last = data
        return [Send(data)]

    def answer(self, data: bytes, now: float) -> list[Output]:
        """Send the final response; Timer J starts, which is 0 over a reliable transport."""
        if self.answered:
            return []  # too late, or the second of two answers
        self._trying_at = None
        self._last = data
        if self._reliable:
            self.state = _TERMINATED
        else:
            self.state = _COMPLETED
            self._ends_at = now + TIMER_J
        return [Send(data)]

    def tick(self, now: float) -> list[Output]:
        """Let time pass."""
        if self.state is _TERMINATED:
            return []
        if now >= self._ends_at:
            self.state = _TERMINATED
            return []
        if self._trying_at is not None and now >= self._trying_at:
            self._trying_at = None
            return [Trying()]
        return []
