"""INVITE server transaction, without I/O (RFC 3261 §17.2.1, RFC 6026 §7.1).

Every input returns the outputs it causes, in order; `deadline` says when `tick` is next due, None
when never. Times are seconds on the caller's monotonic clock.
"""

from __future__ import annotations

import enum

from pbxcore.sip.transactions.outputs import Output, Send, Trying, Unacknowledged
from pbxcore.sip.transactions.timers import (
    INVITE_TRYING_AFTER,
    T1,
    T2,
    TIMER_H,
    TIMER_I,
    TIMER_L,
)


class State(enum.Enum):
    """The states of RFC 6026's figure 3."""

    PROCEEDING = enum.auto()
    ACCEPTED = enum.auto()
    COMPLETED = enum.auto()
    CONFIRMED = enum.auto()
    TERMINATED = enum.auto()


_PROCEEDING, _ACCEPTED, _COMPLETED, _CONFIRMED, _TERMINATED = State


class InviteServerTransaction:
    """Answers one INVITE; repeats a refusal until it is acknowledged, a success when told to."""

    __slots__ = ("_ends_at", "_g", "_g_at", "_last", "_reliable", "_trying_at", "state")

    def __init__(self, now: float, *, reliable: bool) -> None:
        self.state = _PROCEEDING
        self._reliable = reliable
        self._last: bytes | None = None
        self._trying_at: float | None = now + INVITE_TRYING_AFTER
        self._g = T1
        self._g_at: float | None = None
        self._ends_at: float | None = None

    @property
    def deadline(self) -> float | None:
        """When a 100 is due, or Timer G, H, I or L."""
        if self.state is _PROCEEDING:
            return self._trying_at
        if self.state is _TERMINATED:
            return None
        if self._g_at is not None and self._ends_at is not None:  # completed, over UDP
            return min(self._g_at, self._ends_at)
        return self._ends_at

    @property
    def answered(self) -> bool:
        """Whether a final response was given, or none can be given any more."""
        return self.state is not _PROCEEDING

    def repeat(self) -> list[Output]:
        """The same INVITE came again: answered as before, or absorbed after a success."""
        if self._last is None or self.state not in (_PROCEEDING, _COMPLETED):
            return []
        return [Send(self._last)]

    def progress(self, data: bytes) -> list[Output]:
        """Send a provisional response; a repeated INVITE gets the last one."""
        if self.answered:
            return []
        self._trying_at = None
        self._last = data
        return [Send(data)]

    def answer(self, data: bytes, now: float, *, success: bool) -> list[Output]:
        """Send the final response; Timer L starts, or H and over UDP G."""
        if self.answered:
            return []
        self._trying_at = None
        self._last = data
        if success:
            self.state = _ACCEPTED
            self._ends_at = now + TIMER_L
        else:
            self.state = _COMPLETED
            self._ends_at = now + TIMER_H
            self._g_at = None if self._reliable else now + T1
        return [Send(data)]

    def repeat_success(self) -> list[Output]:
        """Send the 2xx again: the dialog does so until its ACK comes (RFC 6026 §7.1)."""
        if self.state is not _ACCEPTED or self._last is None:
            return []
        return [Send(self._last)]

    def acknowledge(self, now: float) -> bool:
        """Take an ACK; whether it was for a refusal and ends here (else it is the dialog's)."""
        if self.state is _COMPLETED:
            self._g_at = None
            self._last = None
            if self._reliable:  # Timer I is 0
                self.state = _TERMINATED
            else:
                self.state = _CONFIRMED
                self._ends_at = now + TIMER_I
            return True
        return self.state in (_CONFIRMED, _TERMINATED)

    def tick(self, now: float) -> list[Output]:
        """Let time pass."""
        match self.state:
            case State.PROCEEDING if self._trying_at is not None and now >= self._trying_at:
                self._trying_at = None
                return [Trying()]
            case State.COMPLETED if self._ends_at is not None and now >= self._ends_at:
                self.state = _TERMINATED
                return [Unacknowledged()]
            case State.COMPLETED if self._g_at is not None and now >= self._g_at:
                self._g = min(self._g * 2, T2)
                self._g_at += self._g
                return self.repeat()
            case State.ACCEPTED | State.CONFIRMED if (
                self._ends_at is not None and now >= self._ends_at
            ):
                self.state = _TERMINATED
        return []

    def fail(self) -> list[Output]:
        """The transport gave up on a response (§17.2.4); after a success the dialog finds out."""
        if self.state not in (_PROCEEDING, _COMPLETED):
            return []
        self.state = _TERMINATED
        return [Unacknowledged()]
