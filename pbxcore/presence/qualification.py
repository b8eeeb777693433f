"""Which registered phones answer, and how fast: asked by OPTIONS now and then.

Phones are asked spread over their interval, at most `MOST_AT_ONCE` await an answer, and a round
yields at most `MOST_A_ROUND`: many silent phones make the rounds slower, never the traffic denser.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pbxcore.presence.bindings import StoredBinding

ROUND_MS: Final = 100
MOST_A_ROUND: Final = 20
MOST_AT_ONCE: Final = 500
_NO_ANSWER: Final = (408, 503)

BindingKey = tuple[str, str, str, int]
"""Number, contact, instance and reg-id: a binding among all."""


class Reading(msgspec.Struct, frozen=True):
    """What the last question came to; `round_trip_ms` is that of the last answer, if there was."""

    reachable: bool
    round_trip_ms: float | None
    at_ms: int


class Qualification:
    """Who is to be asked when, and what is known of whom.

    Args:
        chance: from 0 to 1, anew on each call; spreads phones over their interval.
    """

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance = chance
        self._intervals_ms: dict[BindingKey, int] = {}
        self._bindings: dict[str, dict[BindingKey, StoredBinding]] = {}
        self._due: list[tuple[int, BindingKey]] = []
        self._asking: dict[BindingKey, int] = {}
        self._readings: dict[BindingKey, Reading] = {}

    @property
    def deadline_ms(self) -> int | None:
        """When `tick` is next due; None while nobody is to be asked."""
        return self._due[0][0] if self._due and len(self._asking) < MOST_AT_ONCE else None

    def of(self, binding: StoredBinding) -> Reading | None:
        """What is known of a phone; None when it was not asked yet."""
        return self._readings.get(key_of(binding))

    def follow(
        self, number: str, bindings: Iterable[StoredBinding], interval_s: int, now_ms: int
    ) -> None:
        """These are now all the phones of a number; each is asked every `interval_s`, 0: never."""
        before = self._bindings.pop(number, {})
        now = {key_of(each): each for each in bindings} if interval_s else {}
        if now:
            self._bindings[number] = now
        for key in before.keys() - now.keys():
            self._intervals_ms.pop(key, None)
            self._readings.pop(key, None)
        for key in now:
            interval_ms = interval_s * 1000
            known = self._intervals_ms.get(key)
            self._intervals_ms[key] = interval_ms
            if known is None or interval_ms < known:
                self._plan(key, now_ms, self._chance())

    def tick(self, now_ms: int) -> list[StoredBinding]:
        """Whom to ask now; `answered` must follow for each."""
        asked: list[StoredBinding] = []
        while self._due and self._due[0][0] <= now_ms:
            if len(asked) == MOST_A_ROUND or len(self._asking) >= MOST_AT_ONCE:
                break
            _, key = heapq.heappop(self._due)
            binding = self._bindings.get(key[0], {}).get(key)
            if binding is None or key in self._asking:
                continue
            self._asking[key] = now_ms
            asked.append(binding)
        return asked

    def answered(self, binding: StoredBinding, status: int, took_ms: float, now_ms: int) -> bool:
        """Take what became of a question: any answer will do; tells whether that is news."""
        key = key_of(binding)
        self._asking.pop(key, None)
        if key not in self._intervals_ms:
            return False
        self._plan(key, now_ms, 0.9 + 0.2 * self._chance())
        was = self._readings.get(key)
        reachable = status not in _NO_ANSWER
        before_ms = None if was is None else was.round_trip_ms
        self._readings[key] = Reading(reachable, took_ms if reachable else before_ms, now_ms)
        return not reachable if was is None else was.reachable is not reachable

    def _plan(self, key: BindingKey, now_ms: int, share: float) -> None:
        heapq.heappush(self._due, (now_ms + int(self._intervals_ms[key] * share), key))


def key_of(binding: StoredBinding) -> BindingKey:
    """What tells a binding from all others."""
    return binding.number, binding.contact, binding.instance, binding.reg_id
