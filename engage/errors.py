"""Errors that people and programs meet: a stable code, a translatable text, parameters.

Domain code raises them and knows no status; `engage.web.errors` holds the only table from class to
HTTP status.
"""

from __future__ import annotations

from typing import ClassVar


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Mark a message for extraction; it is translated where it is shown."""
    return message


class Label(str):
    """A parameter that is a message id itself: it is shown in the reader's language."""

    __slots__ = ()


class EngageError(Exception):
    """Root of everything a caller may want to catch.

    `code` is stable: clients switch on it, logs count it. `text` is a message id with named places
    that `params` fill.
    """

    code: ClassVar[str] = "error"
    text: ClassVar[str] = N_("Something went wrong.")

    def __init__(self, **params: object) -> None:
        super().__init__(self.code)
        self.params = params


class NotFound(EngageError):
    """What was named does not exist, or not for this person."""

    code = "not_found"
    text = N_("This does not exist.")


class Forbidden(EngageError):
    """Known, but not allowed."""

    code = "forbidden"
    text = N_("You are not allowed to do this.")


class Unauthenticated(EngageError):
    """Nobody is signed in, or the session is over."""

    code = "unauthenticated"
    text = N_("Please sign in.")


class Conflict(EngageError):
    """The state of things does not allow it now."""

    code = "conflict"
    text = N_("This has changed meanwhile.")


class Invalid(EngageError):
    """Input that cannot be taken. `fields` maps a field's name to its (untranslated) message."""

    code = "invalid"
    text = N_("Please check the marked fields.")

    def __init__(self, fields: dict[str, str] | None = None, **params: object) -> None:
        super().__init__(**params)
        self.fields = fields or {}


class Refused(ValueError):
    """What a model's own rule says of a value, in (untranslated) words that stand at its field."""


class TextRefused(Invalid):
    """Text with lone surrogates or control characters."""

    code = "text_refused"
    text = N_("This text holds characters that cannot be taken.")


class TooLarge(EngageError):
    """More than is taken at once."""

    code = "too_large"
    text = N_("This is too large.")


class TooMany(EngageError):
    """A rate limit; `retry_after_s` tells when to come back."""

    code = "too_many"
    text = N_("Please slow down; try again in %(retry_after_s)d seconds.")

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s


class Unavailable(EngageError):
    """A part that is needed does not answer now: the database, the disk, the PBX."""

    code = "unavailable"
    text = N_("This is not available right now; please try again.")
