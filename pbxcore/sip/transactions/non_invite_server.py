"""Non-INVITE server transaction, without I/O (RFC 3261 §17.2.2, RFC 4320).

Every input returns the outputs it causes, in order; `deadline` says when `tick` is next due, None
when never. Times are seconds on the caller's monotonic clock.
"""

from __future__ import annotations

import enum

from pbxcore.sip.transactions.outputs import Output, Send, Trying
from pbxcore.sip.transactions.timers import TIMER_J, TRYING_AFTER


class State(enum.Enum):
    """The states of RFC 3261's figure 8."""

    TRYING = enum.auto()
    PROCEEDING = enum.auto()
    COMPLETED = enum.auto()
    TERMINATED = enum.auto()


_TRYING, _PROCEEDING, _COMPLETED, _TERMINATED = State


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
