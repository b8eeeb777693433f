"""INVITE client transaction, without I/O (RFC 3261 §17.1.1, RFC 6026 §7.2).

Every input returns the outputs it causes, in order; `deadline` says when `tick` is next due, None
when never. Times are seconds on the caller's monotonic clock.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from pbxcore.sip.transactions.derived import ack_for
from pbxcore.sip.transactions.outputs import Cancel, Deliver, Fail, Output, Send
from pbxcore.sip.transactions.timers import T1, TIMER_B, TIMER_D, TIMER_M

if TYPE_CHECKING:
    from pbxcore.sip.message import Response


class State(enum.Enum):
    """The states of RFC 6026's figure 5."""

    CALLING = enum.auto()
    PROCEEDING = enum.auto()
    COMPLETED = enum.auto()
    ACCEPTED = enum.auto()
    TERMINATED = enum.auto()


_CALLING, _PROCEEDING, _COMPLETED, _ACCEPTED, _TERMINATED = State


class InviteClientTransaction:
    """Carries one INVITE to its final responses; acknowledges refusals, not successes."""

    __slots__ = ("_a", "_a_at", "_cancel", "_ends_at", "_reliable", "data", "state")

    def __init__(self, data: bytes, *, reliable: bool) -> None:
        self.data = data
        self.state = _CALLING
        self._reliable = reliable
        self._a = T1
        self._a_at: float | None = None
        self._ends_at: float | None = None
        self._cancel = False

    @property
    def deadline(self) -> float | None:
        """When Timer A, B, D or M is due, or patience after a CANCEL ends."""
        if self.state is _TERMINATED:
            return None
        if self._a_at is None or self._ends_at is None:
            return self._ends_at
        return min(self._a_at, self._ends_at)

    @property
    def ended(self) -> bool:
        """Whether it takes nothing in any more."""
        return self.state is _TERMINATED

    def start(self, now: float) -> list[Output]:
        """Send the INVITE; Timer B starts, over UDP Timer A too."""
        self._ends_at = now + TIMER_B
        if not self._reliable:
            self._a_at = now + T1
        return [Send(self.data)]

    def receive(self, response: Response, now: float) -> list[Output]:
        """Take a response that matched this transaction."""
        status = response.status
        match self.state:
            case State.CALLING | State.PROCEEDING if status < 200:
                return self._proceed(response, now)
            case State.CALLING | State.PROCEEDING if status < 300:
                self._leave(_ACCEPTED, now + TIMER_M)
                return [Deliver(response)]
            case State.CALLING | State.PROCEEDING:
                ack = ack_for(self.data, response)
                if self._reliable:  # Timer D is 0
                    self._leave(_TERMINATED, None)
                else:
                    self._leave(_COMPLETED, now + TIMER_D)
                return [Send(ack), Deliver(response)]
            case State.ACCEPTED if 200 <= status < 300:
                return [Deliver(response)]  # a fork's, or a repetition the dialog acknowledges
            case State.COMPLETED if status >= 300:
                return [Send(ack_for(self.data, response))]
            case _:
                return []  # late or stray: absorbed

    def cancel(self, now: float) -> list[Output]:
        """Give up the call: at once, or as soon as a provisional response allows it (§9.1)."""
        if self._cancel or self.state not in (_CALLING, _PROCEEDING):
            return []
        self._cancel = True
        return self._cancelled(now) if self.state is _PROCEEDING else []

    def tick(self, now: float) -> list[Output]:
        """Let time pass."""
        if self.state is _TERMINATED or self._ends_at is None:
            return []
        if now >= self._ends_at:
            unanswered = self.state in (_CALLING, _PROCEEDING)
            self._leave(_TERMINATED, None)
            return [Fail(408)] if unanswered else []
        if self._a_at is None or now < self._a_at:
            return []
        self._a *= 2
        self._a_at += self._a
        return [Send(self.data)]

    def fail(self) -> list[Output]:
        """The transport gave up (§17.1.4)."""
        waiting = self.state in (_CALLING, _PROCEEDING)
        self._leave(_TERMINATED, None)
        return [Fail(503)] if waiting else []

    def _proceed(self, response: Response, now: float) -> list[Output]:
        outputs: list[Output] = [Deliver(response)]
        if self.state is _CALLING:
            self.state = _PROCEEDING
            self._a_at = self._ends_at = None  # how long it may ring is the caller's business
            if self._cancel:
                outputs += self._cancelled(now)
        return outputs

    def _cancelled(self, now: float) -> list[Output]:
        self._ends_at = now + TIMER_B  # §9.1: 64*T1 after the CANCEL nothing more is awaited
        return [Cancel()]

    def _leave(self, state: State, ends_at: float | None) -> None:
        self.state = state
        self._a_at = None
        self._ends_at = ends_at
