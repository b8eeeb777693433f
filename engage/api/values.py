"""Kinds of values: read in every form that programs send, kept in the one that is answered.

Numbers come as numbers or as text, yes and no as text, lists as lists or as text that holds JSON.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any, Protocol

from engage.api.status import Status
from engage.errors import N_

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Mapping

LARGEST_DIGITS = 18
LONGEST_LIST = 4000
YES = frozenset({"yes", "true", "on", "1"})
NO = frozenset({"no", "false", "off", "0"})

ANY_OTHER = N_("this is none of the choices.")
NO_NUMBER = N_("this is no whole number from %(low)d to %(high)d.")
NO_TEXT = N_("this must be text.")
TOO_LONG = N_("use %(shortest)d to %(longest)d characters.")
CHARACTERS = N_("it holds characters that this field does not take.")
NO_ADDRESS = N_("this is no IP address.")
NO_NETWORK = N_("this is no network such as 192.0.2.0/24.")
NO_LIST = N_("this must be a list with commas between its parts.")


class BadValue(Exception):
    """A value that cannot be taken; `status` is -15, or -50 for characters that are not allowed."""

    def __init__(
        self,
        text: str,
        params: Mapping[str, object] | None = None,
        status: Status = Status.INVALID_VALUE,
    ) -> None:
        super().__init__(text)
        self.text, self.params, self.status = text, dict(params or {}), status


class Kind(Protocol):
    """Reads a value of one kind; `said` describes what it takes."""

    @property
    def said(self) -> str:
        """What it takes, for the documentation."""
        ...

    def read(self, given: Any) -> Any:
        """The value as it is kept.

        Raises:
            BadValue: it cannot be taken.
        """
        ...


@dataclass(frozen=True, slots=True)
class YesNo:
    """`yes` or `no`."""

    said: str = "yes, no"

    def read(self, given: Any) -> str:
        """Read the usual spellings."""
        if isinstance(given, bool):
            return "yes" if given else "no"
        word = _word(given).lower()
        if word in YES:
            return "yes"
        if word in NO:
            return "no"
        raise BadValue(ANY_OTHER)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several words, in any case; `also` maps further spellings to one of them."""

    words: tuple[str, ...]
    also: tuple[tuple[str, str], ...] = ()

    @property
    def said(self) -> str:
        """The words."""
        return ", ".join(self.words)

    def read(self, given: Any) -> str:
        """The word in its own case."""
        known = {each.lower(): each for each in self.words} | dict(self.also)
        word = _word(given).lower()
        if word not in known:
            raise BadValue(ANY_OTHER)
        return known[word]


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds, or one of `only`."""

    low: int
    high: int
    only: tuple[int, ...] = ()

    @property
    def said(self) -> str:
        """The bounds or the choices."""
        return ", ".join(map(str, self.only)) if self.only else f"{self.low}-{self.high}"

    def read(self, given: Any) -> int:
        """Read a number or its digits."""
        number = _whole(given)
        if number is None or not self.low <= number <= self.high:
            raise BadValue(NO_NUMBER, {"low": self.low, "high": self.high})
        if self.only and number not in self.only:
            raise BadValue(ANY_OTHER)
        return number


@dataclass(frozen=True, slots=True)
class Digit:
    """One of several numbers that is answered as text."""

    only: tuple[int, ...]

    @property
    def said(self) -> str:
        """The choices."""
        return ", ".join(map(str, self.only))

    def read(self, given: Any) -> str:
        """Read a number or its digits."""
        number = _whole(given)
        if number is None or number not in self.only:
            raise BadValue(ANY_OTHER)
        return str(number)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text; `pattern` names the characters it may hold. Empty only if `empty`."""

    longest: int
    shortest: int = 1
    pattern: re.Pattern[str] | None = None
    described: str = ""
    empty: bool = True

    @property
    def said(self) -> str:
        """The length, and which characters."""
        length = f"{self.shortest}-{self.longest} characters"
        return f"{length}, {self.described}" if self.described else length

    def read(self, given: Any) -> str:
        """Read text, or a number as its digits."""
        text = unicodedata.normalize("NFC", _word(given))
        if any(each in text for each in "\n\r\t"):
            raise BadValue(CHARACTERS, status=Status.FORBIDDEN_CHARACTERS)
        if not text and self.empty:
            return text
        if not self.shortest <= len(text) <= self.longest:
            raise BadValue(TOO_LONG, {"shortest": self.shortest, "longest": self.longest})
        if self.pattern is not None and self.pattern.fullmatch(text) is None:
            raise BadValue(CHARACTERS, status=Status.FORBIDDEN_CHARACTERS)
        return text


@dataclass(frozen=True, slots=True)
class Exact:
    """Text of which every character counts: a password."""

    longest: int
    shortest: int = 1

    @property
    def said(self) -> str:
        """The length."""
        return f"{self.shortest}-{self.longest} characters"

    def read(self, given: Any) -> str:
        """Read text, or a number as its digits."""
        text = given if isinstance(given, str) else _word(given)
        if not self.shortest <= len(text) <= self.longest:
            raise BadValue(TOO_LONG, {"shortest": self.shortest, "longest": self.longest})
        return text


@dataclass(frozen=True, slots=True)
class Address:
    """An IPv4 or IPv6 address."""

    said: str = "IP address"

    def read(self, given: Any) -> str:
        """Read an address, kept as it was written."""
        text = _word(given)
        try:
            return text if not text else str(ip_address(text))
        except ValueError:
            raise BadValue(NO_ADDRESS) from None


@dataclass(frozen=True, slots=True)
class Network:
    """A network by prefix or mask, kept as it was written."""

    said: str = "network, 192.0.2.0/24 or 192.0.2.0/255.255.255.0"

    def read(self, given: Any) -> str:
        """Read a network or an address."""
        text = _word(given)
        try:
            if text:
                ip_network(text, strict=False)
        except ValueError:
            raise BadValue(NO_NETWORK) from None
        return text


@dataclass(frozen=True, slots=True)
class CommaList:
    """Parts with commas between them; the order is kept, what comes twice counts once."""

    part: Callable[[str], str]
    described: str

    @property
    def said(self) -> str:
        """What the parts are."""
        return f"comma list of {self.described}"

    def read(self, given: Any) -> str:
        """Read a comma list, a list, or text that holds a JSON list."""
        parts = (each for each in _parts(given) if each)
        text = ",".join(dict.fromkeys(map(self.part, parts)))
        if len(text) > LONGEST_LIST:
            raise BadValue(TOO_LONG, {"shortest": 0, "longest": LONGEST_LIST})
        return text


def one_of(words: tuple[str, ...]) -> Callable[[str], str]:
    """A list's part that is one of these words."""
    known = {each.lower(): each for each in words}

    def read(part: str) -> str:
        if part.lower() not in known:
            raise BadValue(ANY_OTHER)
        return known[part.lower()]

    return read


def matching(pattern: re.Pattern[str]) -> Callable[[str], str]:
    """A list's part that fits a pattern."""

    def read(part: str) -> str:
        if pattern.fullmatch(part) is None:
            raise BadValue(CHARACTERS)
        return part

    return read


def as_list(given: Any) -> list[Any]:
    """A list, or text that holds a JSON list.

    Raises:
        BadValue: it is neither.
    """
    if isinstance(given, str):
        try:
            given = json.loads(given) if given.strip() else []
        except (ValueError, RecursionError):
            raise BadValue(NO_LIST) from None
    if not isinstance(given, list):
        raise BadValue(NO_LIST)
    return given


def text_of(given: Any) -> str:
    """Text, or a number as its digits, without blanks around it.

    Raises:
        BadValue: it is neither.
    """
    return _word(given)


def _parts(given: Any) -> list[str]:
    if isinstance(given, str) and given.strip().startswith("["):
        given = as_list(given)
    if isinstance(given, list):
        return [_word(each) for each in given]
    return [each.strip() for each in _word(given).split(",")]


def _word(given: Any) -> str:
    if isinstance(given, str):
        return given.strip()
    if isinstance(given, int) and not isinstance(given, bool) and abs(given) < 10**LARGEST_DIGITS:
        return str(given)
    raise BadValue(NO_TEXT)


def _whole(given: Any) -> int | None:
    if isinstance(given, bool):
        return None
    if isinstance(given, float):
        return int(given) if given.is_integer() else None
    if isinstance(given, int):
        return given
    text = given.strip() if isinstance(given, str) else ""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= LARGEST_DIGITS):
        return None
    return int(text)
