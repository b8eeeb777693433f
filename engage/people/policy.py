"""What may be a number, a name, an address, a password: each rule says what is wrong, or None."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticKnownError

from engage.errors import N_

NUMBER = re.compile(r"[0-9]{2,18}")
PASSWORD_SHORTEST, PASSWORD_LONGEST = 8, 200
SECRET_SHORTEST, SECRET_LONGEST = 6, 64
EMAIL_LONGEST = 254
FEWEST_DISTINCT = 4
FEWEST_BESIDE_NUMBER = 5
COMMON = frozenset({
    "1q2w3e4r", "1qaz2wsx", "a1b2c3d4", "abc12345", "abc123456", "abcd1234", "admin123",
    "administrator", "asdfghjk", "asdfghjkl", "baseball", "changeme", "changeme1", "contrasena",
    "default1", "football", "iloveyou", "kennwort", "letmein1", "passw0rd", "password",
    "password1", "password12", "password123", "passwort", "princess", "qwerty12", "qwerty123",
    "qwertyui", "qwertyuiop", "sunshine", "superman", "trustno1", "welcome1", "welcome123",
    "zxcvbnm1",
})  # fmt: skip
"""What is tried first, of the length that would pass."""
_OVERRIDES = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def name_key(name: str) -> str:
    """Names that have the same key are the same to people."""
    return unicodedata.normalize("NFKC", name).casefold()


def line(text: str) -> str:
    """One line of text in the form that is stored: NFC, without what reorders its surroundings.

    Raises:
        ValueError: it holds a control character, a line break or half a character.
    """
    if any(unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") for each in text):
        raise ValueError("no line")
    return unicodedata.normalize("NFC", text.translate(_OVERRIDES)).strip()


def _said(text: str) -> str:
    """What is left of a line must be something: a name of blanks is none."""
    if not text:
        raise PydanticKnownError("string_too_short", {"min_length": 1})
    return text


Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64),
    AfterValidator(line),
    AfterValidator(_said),
]
"""What people call something."""


def number_problem(number: str) -> str | None:
    """Numbers are what phones can dial."""
    return None if NUMBER.fullmatch(number) else N_("Use 2 to 18 digits.")


def email_problem(email: str) -> str | None:
    """Whether mail could be sent there (RFC 5322, RFC 6531); empty is no problem."""
    if not email:
        return None
    if len(email) > EMAIL_LONGEST:
        return N_("Please enter a valid email address.")
    try:
        validate_email(
            email, check_deliverability=False, allow_quoted_local=True, test_environment=True
        )
    except EmailNotValidError:
        return N_("Please enter a valid email address.")
    return None


def password_problem(
    password: str, user_name: str, shortest: int = PASSWORD_SHORTEST
) -> str | None:
    """Passwords that are guessed first, or are too long to be worked on, are refused.

    The message's place is `shortest`.
    """
    lowered = password.strip().casefold()
    if len(password) < shortest:
        return N_("Use at least %(shortest)d characters.")
    if len(password) > PASSWORD_LONGEST:
        return N_("Use at most 200 characters.")
    if lowered == user_name:
        return N_("The password must not be the user name.")
    if lowered in COMMON or len(set(lowered)) < FEWEST_DISTINCT or _runs(lowered):
        return N_("This password is guessed easily. Please choose another.")
    return None


def secret_problem(secret: str, number: str) -> str | None:
    """A phone's secret is tried by machines all day: letters and digits, and not the number."""
    if not SECRET_SHORTEST <= len(secret) <= SECRET_LONGEST:
        return N_("Use 6 to 64 characters.")
    if not (secret.isascii() and secret.isprintable()):
        return N_("Use letters without accents, digits and common marks.")
    rest = secret.replace(number, "")
    if len(rest) < FEWEST_BESIDE_NUMBER:
        return N_("The SIP secret must be more than the number with a few characters.")
    if not any(each.isalpha() for each in rest) or not any(each.isdigit() for each in secret):
        return N_("Use letters and digits.")
    return None


def _runs(text: str) -> bool:
    """Each character follows the one before it, upwards or downwards: `12345678`, `hgfedcba`."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return steps in ({1}, {-1})
