"""Chance that repeats itself: the same seed, the same course, on every machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

_T = TypeVar("_T")
_MASK: Final = (1 << 64) - 1


class Chance:
    """Steele, Lea and Flood's SplitMix64: small, quick, and good enough to lose datagrams by."""

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def bits(self) -> int:
        """64 bits."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def fraction(self) -> float:
        """At least 0, below 1."""
        return (self.bits() >> 11) / (1 << 53)

    def happens(self, probability: float) -> bool:
        """Whether something of that probability happens now; certain things cost no chance."""
        return probability > 0 and self.fraction() < probability

    def between(self, low: float, high: float) -> float:
        """Somewhere between the two."""
        return low if high <= low else low + (high - low) * self.fraction()

    def below(self, limit: int) -> int:
        """A whole number from 0, below the limit."""
        return self.bits() % limit

    def one_of(self, choices: Sequence[_T]) -> _T:
        """One of them."""
        return choices[self.below(len(choices))]

    def octets(self, count: int) -> bytes:
        """That many bytes: the entropy of a stack, for once foreseeable."""
        return b"".join(self.bits().to_bytes(8) for _ in range((count + 7) // 8))[:count]
