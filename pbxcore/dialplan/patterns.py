"""Patterns of numbers: which numbers they take, and which of several fits a number best.

A pattern begins with an underscore: `X` is a digit, `Z` one from 1, `N` one from 2, `[12345-9]` one
of those, a dot stands for one character or more, an exclamation mark for any number of them. A
hyphen between parts is there to be read and means nothing. Without the underscore it is a number.
Behind a slash the caller's number may be wanted too, and comments stand between `/*` and `*/`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

DIGITS: Final = "0123456789"
_SETS: Final = {"X": DIGITS, "Z": DIGITS[1:], "N": DIGITS[2:]}
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_ORDINARY: Final = re.compile(r"[0-9A-Za-z+*#_ -]*")
ONE_OR_MORE, ANY_NUMBER = 1000, 2000
"""How little a wildcard says, beside the sizes of sets."""
LONGEST = 64


class BadPattern(ValueError):
    """A pattern that means nothing; the text says where."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """What numbers look like.

    `sets` holds the characters that each place takes; `rest` how many may follow: 0, at least one
    (`ONE_OR_MORE`), or any number (`ANY_NUMBER`). `caller` is what the caller's number must be.
    """

    sets: tuple[str, ...]
    rest: int = 0
    caller: Pattern | None = None

    def matches(self, number: str) -> bool:
        """Whether it takes this number; the caller's is another matter."""
        left = len(number) - len(self.sets)
        if left < 0 or (left > 0) > (self.rest > 0) or (left == 0 and self.rest == ONE_OR_MORE):
            return False
        return all(each in allowed for each, allowed in zip(number, self.sets, strict=False))

    def takes(self, number: str, caller: str) -> bool:
        """Whether it takes this number from this caller."""
        return self.matches(number) and (self.caller is None or self.caller.matches(caller))

    @property
    def vagueness(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Lower is a better match: each place by how many characters it takes, from the left."""
        rest = (self.rest,) if self.rest else ()
        own = (*(len(each) for each in self.sets), *rest)
        # A caller that is named says more than one who may be anybody.
        return own, self.caller.vagueness[0] if self.caller else (ANY_NUMBER + 1,)


@lru_cache(maxsize=4096)
def parse(text: str) -> Pattern:
    """Read a pattern.

    Raises:
        BadPattern: it means nothing.
    """
    body = _COMMENT.sub("", text).strip()
    if not body or len(body) > LONGEST:
        raise BadPattern(text)
    number, slash, caller = body.partition("/")
    of_caller = _one(caller) if slash else None
    return Pattern(*_parts(number.strip()), of_caller)


def patterns_of(lines: str) -> list[str]:
    """The patterns of a text with one in each line, without comments and empty lines."""
    found = (each.strip() for each in _COMMENT.sub("", lines).splitlines())
    return [each for each in found if each]


def _one(text: str) -> Pattern:
    return Pattern(*_parts(text.strip()))


def _parts(text: str) -> tuple[tuple[str, ...], int]:
    if not text:
        raise BadPattern("empty")
    if not text.startswith("_"):
        return tuple(_literal(text)), 0
    sets: list[str] = []
    at = 1
    while at < len(text):
        mark = text[at]
        if mark in ".!":
            if at != len(text) - 1:
                raise BadPattern(text)
            return tuple(sets), ONE_OR_MORE if mark == "." else ANY_NUMBER
        if mark == "[":
            end = text.find("]", at)
            if end < 0:
                raise BadPattern(text)
            sets.append(_set(text[at + 1 : end]))
            at = end + 1
            continue
        at += 1
        if mark not in "- ":
            sets.append(_SETS.get(mark.upper()) or _literal(mark)[0])
    if not sets:
        raise BadPattern(text)
    return tuple(sets), 0


def _set(text: str) -> str:
    """`12345-9`: the characters named, and those between the ends of ranges."""
    found: list[str] = []
    at = 0
    while at < len(text):
        if text[at + 1 : at + 2] == "-" and at + 2 < len(text):
            first, last = ord(text[at]), ord(text[at + 2])
            if first > last:
                raise BadPattern(text)
            found += [chr(code) for code in range(first, last + 1)]
            at += 3
        else:
            found.append(text[at])
            at += 1
    if not found or not all(_ORDINARY.fullmatch(each) for each in found):
        raise BadPattern(text)
    return "".join(dict.fromkeys(found))


def _literal(text: str) -> list[str]:
    if _ORDINARY.fullmatch(text) is None or "_" in text:
        raise BadPattern(text)
    return [each for each in text if each not in "- "]
