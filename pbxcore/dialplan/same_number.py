"""Whether two numbers are the same, however much of each is written (E.164)."""

from __future__ import annotations

import re
from typing import Final

_COUNTRY: Final = re.compile("[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|.{0,3}")
"""A country code: those of one digit and of two, and all others have three (E.164)."""
_NORTH_AMERICAN: Final = 11
"""Digits of a number that begins with the country code 1, which is written without a plus too."""


def is_same(one: str, other: str) -> bool:
    """Whether two numbers are the same: providers write a country code, or leave it out."""
    (code, national), (other_code, other_national) = parts(one), parts(other)
    if code and other_code:
        return (code, national) == (other_code, other_national)
    without_plus = code + national == other_code + other_national
    return bool(national) and (national == other_national or without_plus)


def parts(number: str) -> tuple[str, str]:
    """The country code, "" where none is to be seen, and the number within that country."""
    digits = "".join(filter(str.isdigit, number))
    if number.startswith("+"):
        pass
    elif digits.startswith("00"):
        digits = digits.removeprefix("00")
    elif not (len(digits) == _NORTH_AMERICAN and digits.startswith("1")):
        return "", digits.lstrip("0")
    code = _COUNTRY.match(digits)
    length = 0 if code is None else code.end()
    return digits[:length], digits[length:].lstrip("0")
