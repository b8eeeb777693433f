"""What every language can say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, time

Spoken = tuple[str, ...]
"""Fragments, in the order in which they are played."""

NOUNS: Final = ("new-message", "saved-message", "participant", "caller", "minute", "second")
"""What is counted; each is a text per plural category: `new-message.one`, `new-message.other` …"""
LARGEST: Final = 999_999_999
"""Larger numbers are told digit by digit."""
PARTS: Final = (("million", 1_000_000), ("thousand", 1000), ("hundred", 100))


class Language(Protocol):
    """One language. Fragments are names of `texts`, which has all it may ever say."""

    @property
    def code(self) -> str:
        """ISO 639-1."""

    @property
    def voice(self) -> str:
        """The one of espeak-ng's."""

    @property
    def texts(self) -> Mapping[str, str]:
        """By fragment."""

    def number(self, number: int) -> Spoken:
        """A number from 0 on, as one counts."""

    def counted(self, number: int, noun: str) -> Spoken:
        """So many of `NOUNS`."""

    def date(self, day: date) -> Spoken:
        """The day of the week and of the year."""

    def time(self, moment: time) -> Spoken:
        """The time of day, in minutes."""


def digits(text: str) -> Spoken:
    """One by one, as extensions and telephone numbers are told; letters are spelt."""
    return tuple(
        f"digit-{each}" if each.isdecimal() else _MARKS.get(each, f"letter-{each.lower()}")
        for each in text
        if each.isascii() and (each.isalnum() or each in _MARKS)
    )


_MARKS: Final = {"*": "star", "#": "hash", "+": "plus"}


def words(text: str) -> list[str]:
    """A row of words."""
    return text.split()


def numbered(prefix: str, words: Iterable[str], begin: int = 0) -> dict[str, str]:
    """Texts `prefix-0`, `prefix-1` … for words in a row."""
    return {f"{prefix}-{at}": word for at, word in enumerate(words, begin)}


def lettered(words: str) -> dict[str, str]:
    """The names of a to z, parted by spaces, as texts."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return {f"letter-{a}": word for a, word in zip(letters, words.split(), strict=True)}
