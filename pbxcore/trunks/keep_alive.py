"""Asking a far end by OPTIONS whether it is there, without I/O (RFC 3261 §11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_SPREAD = 0.1


class KeepAlive:
    """Asks every so many seconds; any answer will do, also one that refuses.

    Args:
        interval_s: from one answer to the next question.
        chance: a number from 0 to 1, each as likely.
    """

    def __init__(self, interval_s: int, chance: Callable[[], float]) -> None:
        self._interval_s = interval_s
        self._chance = chance
        self.deadline: float | None = None
        self.round_trip_s: float | None = None
        """How long the last answer took; None when none came, or none was asked for yet."""
        self.reachable: bool | None = None

    def start(self, now: float) -> None:
        """Ask soon."""
        self.deadline = now + min(self._interval_s, 1) * self._chance()

    def tick(self, now: float) -> bool:
        """Let time pass; whether to ask now. The next question waits for the answer."""
        if self.deadline is None or now < self.deadline:
            return False
        self.deadline = None
        return True

    def answered(self, round_trip_s: float | None, now: float) -> None:
        """An answer came after so many seconds; None: none came."""
        self.round_trip_s = round_trip_s
        self.reachable = round_trip_s is not None
        self.deadline = now + self._interval_s * (1 - _SPREAD + _SPREAD * self._chance())

    def stop(self) -> None:
        """Ask no more."""
        self.deadline = None
