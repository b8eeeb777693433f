"""What a visitor's form may say, decided field by field."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from email_validator import EmailNotValidError, validate_email

from engage.errors import N_, EngageError, Invalid, TextRefused
from engage.hub.model import clean_text
from engage.livechat.model import Details
from engage.livechat.options import InfoType

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from engage.livechat.options import Options

OF_MESSAGES = (InfoType.FULL_NAME, InfoType.EMAIL)
"""Whoever leaves a message must be known and reachable."""

NAME_LIMIT = 120
EMAIL_LIMIT = 254
PAGE_URL_LIMIT = 2048
_PHONE = re.compile(r"[0-9+\-() ]{3,32}", re.ASCII)

REQUIRED = N_("Please fill in this field.")
BAD_EMAIL = N_("Please enter a valid email address.")
BAD_PHONE = N_("Please enter 3 to 32 characters: digits, +, -, brackets and spaces.")
BAD_TEXT = N_("This text holds characters that cannot be taken.")
TOO_LONG = N_("This is too long.")
NO_CONSENT = N_("Please agree before you start.")
NO_MESSAGE = N_("Please write a message.")


@dataclass(frozen=True, slots=True)
class Form:
    """The fields as they came in."""

    full_name: str = ""
    email: str = ""
    phone: str = ""
    consent: bool = False


class FieldRefused(Exception):
    """One field is wrong; carries the untranslated message."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def check(
    form: Form, options: Options, also: Collection[InfoType] = ()
) -> tuple[Details, dict[str, str]]:
    """Clean a visitor's form; `also` names fields that must be filled whatever the options say.

    Returns:
        the details, and the untranslated message of each field that is wrong, by its name.
    """
    fields: dict[str, str] = {}
    values = {}
    asked = {*options.asked(), *also}
    for kind in InfoType:
        try:
            values[kind.value] = _checked(kind, getattr(form, kind.value), kind in asked)
        except FieldRefused as refused:
            fields[kind.value] = refused.message
    if options.privacy_control and not form.consent:
        fields["consent"] = NO_CONSENT
    return Details(**values) if not fields else Details(), fields


def corrected(before: Details, given: Mapping[str, str]) -> tuple[Details, dict[str, str]]:
    """Details with some fields as an agent says; none must be filled.

    Returns:
        the details, and the untranslated message of each field that is wrong, by its name.
    """
    fields: dict[str, str] = {}
    values: dict[str, str] = {}
    for name, value in given.items():
        try:
            values[name] = _checked(InfoType(name), value, required=False)
        except FieldRefused as refused:
            fields[name] = refused.message
    return (before if fields else replace(before, **values)), fields


def page_url(value: str) -> str:
    """The address of the page a visitor came from: kept for agents when it is one, else dropped."""
    if not re.match(r"https?://", value, re.IGNORECASE):
        return ""
    try:
        return line(value, PAGE_URL_LIMIT)
    except FieldRefused:
        return ""


def line(value: str, limit: int) -> str:
    """One line of text, cleaned.

    Raises:
        FieldRefused: it holds what cannot be taken, or more than `limit` code points.
    """
    flat = " ".join(value.replace("\n", " ").replace("\t", " ").split(" ")).strip()
    if not flat:
        return ""
    try:
        return clean_text(flat, limit=limit).strip()
    except TextRefused as refused:
        raise FieldRefused(BAD_TEXT) from refused
    except Invalid:  # nothing visible was left
        return ""
    except EngageError as too_large:
        raise FieldRefused(TOO_LONG) from too_large


def one_field(kind: InfoType, value: str) -> str:
    """One field of the form, cleaned; it may be empty.

    Raises:
        FieldRefused: with the message.
    """
    return _checked(kind, value, required=False)


def _checked(kind: InfoType, value: str, required: bool) -> str:
    limit = EMAIL_LIMIT if kind is InfoType.EMAIL else NAME_LIMIT
    text = line(value, limit)
    if not text:
        if required:
            raise FieldRefused(REQUIRED)
        return ""
    match kind:
        case InfoType.EMAIL:
            return _email(text)
        case InfoType.PHONE:
            if _PHONE.fullmatch(text) is None:
                raise FieldRefused(BAD_PHONE)
            return text
        case InfoType.FULL_NAME:
            return text


def _email(text: str) -> str:
    try:
        # No DNS: a visitor's typing must not make the server ask the world. `test_environment`
        # admits the reserved domain .test, which demonstration data uses.
        found = validate_email(
            text, check_deliverability=False, allow_quoted_local=True, test_environment=True
        )
        return found.normalized
    except EmailNotValidError as refused:
        raise FieldRefused(BAD_EMAIL) from refused
