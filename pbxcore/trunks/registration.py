"""Keeping one registration at a provider, without I/O (RFC 3261 §10.2).

Every input returns the REGISTER it causes, if any; one is under way at most. `deadline` says when
`tick` is next due, None when never. Times are seconds on the caller's monotonic clock.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxcore.trunks.backoff import Backoff

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_EXPIRY_S: Final = 86_400
"""What a registrar may ask for at least, by 423; one that asks for more refuses us."""
_REFRESH_AT: Final = 0.8
_REFRESH_SPREAD: Final = 0.1
_SHORTEST_REFRESH_S: Final = 1.0
_AFTER_LOSS_S: Final = 3.0
_LONGEST_WISH_S: Final = 86_400.0


class State(enum.StrEnum):
    """How a registration stands; a trunk without one is `OFF`, `REACHABLE` or `UNREACHABLE`."""

    OFF = "off"
    TRYING = "trying"
    REGISTERED = "registered"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    REACHABLE = "reachable"


class Register(NamedTuple):
    """Send a REGISTER that asks for so many seconds; 0 ends the registration (§10.2.2)."""

    expiry_s: int


class Registration:
    """Registers, refreshes before the end, and tries again after failures.

    Args:
        expiry_s: how long each registration shall last.
        chance: a number from 0 to 1, each as likely.
    """

    def __init__(self, expiry_s: int, chance: Callable[[], float]) -> None:
        self.state = State.OFF
        self.status = 0
        """What the registrar said last, 0 for nothing."""
        self.expires_at: float | None = None
        self.deadline: float | None = None
        self._expiry_s = expiry_s
        self._chance = chance
        self._backoff = Backoff(chance)
        self._under_way = False
        self._again = False

    def start(self) -> Register | None:
        """Register now."""
        if self.state is State.OFF:
            self.state = State.TRYING
        return self._register()

    def tick(self, now: float) -> Register | None:
        """Let time pass."""
        if self.expires_at is not None and now >= self.expires_at:
            self.expires_at = None
            if self.state is State.REGISTERED:  # the refresh is still without an answer
                self.state = State.UNREACHABLE
        if self.deadline is None or now < self.deadline:
            return None
        return self._register()

    def lost(self, now: float) -> None:
        """The way to the registrar broke, or it does not answer: register again, soon.

        Not at once: others have lost it too.
        """
        if self.state is State.OFF:
            return
        if self._under_way:
            self._again = True
        else:
            soon = now + _AFTER_LOSS_S * self._chance()
            self.deadline = soon if self.deadline is None else min(self.deadline, soon)

    def granted(self, expiry_s: int, now: float) -> None:
        """A 2xx, and for how long our contact stands in it; 0 when it does not (§10.2.4)."""
        self._under_way = False
        if self.state is State.OFF:
            return
        if expiry_s <= 0:
            self._failed(State.REJECTED, 200, 0, now)
            return
        self._backoff.reset()
        self.state, self.status = State.REGISTERED, 200
        self.expires_at = now + expiry_s
        share = _REFRESH_AT + _REFRESH_SPREAD * self._chance()
        self.deadline = now + max(expiry_s * share, _SHORTEST_REFRESH_S)
        self._once_more(now)

    def refused(
        self, status: int, now: float, *, shortest_s: int = 0, retry_after_s: float = 0.0
    ) -> Register | None:
        """A final response that is no 2xx, after all challenges and servers.

        `shortest_s` is the Min-Expires of a 423 (§10.2.8), `retry_after_s` what the registrar
        wishes (§20.33).
        """
        self._under_way = False
        if self.state is State.OFF:
            return None
        if status == 423 and self._expiry_s < shortest_s <= LONGEST_EXPIRY_S:
            self._expiry_s = shortest_s
            return self._register()
        self._failed(State.REJECTED, status, min(retry_after_s, _LONGEST_WISH_S), now)
        return None

    def unreachable(self, now: float) -> None:
        """No server answered."""
        self._under_way = False
        if self.state is not State.OFF:
            self._failed(State.UNREACHABLE, 0, 0, now)

    def stop(self) -> Register | None:
        """Register no more; what stands at the registrar, or may, is taken back."""
        stands = self.expires_at is not None or self._under_way
        self.state, self.deadline, self.expires_at = State.OFF, None, None
        self._under_way = self._again = False
        return Register(0) if stands else None

    def _register(self) -> Register | None:
        if self._under_way:
            self._again = True
            return None
        self._under_way, self.deadline = True, None
        return Register(self._expiry_s)

    def _failed(self, state: State, status: int, wish_s: float, now: float) -> None:
        """A refusal ends what stood before; without an answer it may stand until its end."""
        self.state, self.status = state, status
        if state is State.REJECTED:
            self.expires_at = None
        self._again = False
        self.deadline = now + max(self._backoff.next(), wish_s)

    def _once_more(self, now: float) -> None:
        if self._again:
            self._again = False
            self.lost(now)
