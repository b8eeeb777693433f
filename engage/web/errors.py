"""From what went wrong to what HTTP and sockets answer: the only table of statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.errors import (
    N_,
    Conflict,
    EngageError,
    Forbidden,
    Invalid,
    NotFound,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from engage.files.model import Refused, StorageFull
from engage.i18n import time_left, translate
from engage.people.model import Span

if TYPE_CHECKING:
    from collections.abc import Mapping


class Malformed(EngageError):
    """Not JSON, or not an object."""

    code = "malformed"
    text = N_("This could not be read.")


class UnsupportedMedia(EngageError):
    """Another content type than JSON."""

    code = "unsupported_media_type"
    text = N_("Please send JSON.")


class MethodNotAllowed(EngageError):
    """The address is there, but not for this method."""

    code = "method_not_allowed"
    text = N_("This address does not take this method.")


class Internal(EngageError):
    """Our mistake; the log has it under the request's id."""

    code = "internal"
    text = N_("Something went wrong here. Please try again.")


STATUS: Mapping[type[EngageError], int] = {
    Malformed: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    MethodNotAllowed: 405,
    Conflict: 409,
    TooLarge: 413,
    UnsupportedMedia: 415,
    Refused: 415,
    Invalid: 422,
    TooMany: 429,
    Internal: 500,
    Unavailable: 503,
    StorageFull: 507,
    EngageError: 500,
}


def status_of(error: EngageError) -> int:
    """The status of the nearest class in the table."""
    return next(STATUS[each] for each in type(error).__mro__ if each in STATUS)


def error_json(error: EngageError, language: str) -> dict[str, Any]:
    """`{"code", "message", "fields"?}` and the error's own parameters, in the reader's language."""
    shown = {name: _shown(value, language) for name, value in error.params.items()}
    told = {name: value for name, value in error.params.items() if not isinstance(value, Span)}
    body = {**told, "code": error.code, "message": translate(error.text, language, shown)}
    fields: Mapping[str, str] = getattr(error, "fields", {})
    if fields:
        body["fields"] = {
            name: translate(text, language, shown if "%(" in text else None)
            for name, text in fields.items()
        }
    return body


def error_headers(error: EngageError) -> dict[str, str]:
    """Headers that belong to an error: when to come back, how to sign in."""
    headers = {"cache-control": "no-store"}
    retry_after = error.params.get("retry_after_s")
    if isinstance(retry_after, int):
        headers["retry-after"] = str(retry_after)
    elif isinstance(error, Unavailable):
        headers["retry-after"] = "2"
    if isinstance(offset := error.params.get("offset"), int):
        headers["upload-offset"] = str(offset)
    if isinstance(error, Unauthenticated):
        headers["www-authenticate"] = 'Bearer realm="engage"'
    return headers


def _shown(value: object, language: str) -> object:
    return time_left(value.seconds, language) if isinstance(value, Span) else value
