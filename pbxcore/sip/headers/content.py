"""What a body is: Content-Type, -Disposition, -Encoding, -Language and MIME-Version.

RFC 3261 §20.11 to §20.15 and §20.24, RFC 5621, RFC 2045.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.sip.grammar import bare, is_token, parameters, unquoted, write_parameters
from pbxcore.sip.headers.tokens import read_tokens

if TYPE_CHECKING:
    from pbxcore.sip.message import Message

_MIME_VERSION: Final = re.compile(rb"([0-9]{1,4})\.([0-9]{1,4})")


class MediaType(msgspec.Struct, frozen=True):
    """A type such as `application/sdp`, in lower case, with its parameters as written."""

    name: bytes
    parameters: dict[bytes, bytes | None] = {}

    def parameter(self, name: bytes) -> bytes | None:
        """A parameter's value without quotes."""
        value = self.parameters.get(name)
        return None if value is None else unquoted(value)

    @property
    def charset(self) -> bytes:
        """The character set, in lower case; UTF-8 when none is given (RFC 3261 §7.4.1)."""
        return (self.parameter(b"charset") or b"utf-8").lower()

    def matches(self, range_: bytes) -> bool:
        """Whether a range such as `*/*` or `text/*` covers this type."""
        kind = self.name.partition(b"/")[0]
        return range_ in (b"*/*", kind + b"/*", self.name)

    def encode(self) -> bytes:
        """The value as it is written.

        Raises:
            LocalProtocolError: it is no media type, or a parameter's name is no token.
        """
        if not _is_media_type(self.name):
            raise LocalProtocolError("not a media type")
        return self.name + write_parameters(self.parameters)


class Disposition(msgspec.Struct, frozen=True):
    """What a body is for: `session`, `render`, `icon`, and whether it may be left unread."""

    name: bytes
    parameters: dict[bytes, bytes | None] = {}

    @property
    def optional(self) -> bool:
        """Whether whoever does not understand the body may ignore it (RFC 3261 §20.11).

        One that a header refers to is for whoever understands that header (RFC 5621 §7.1).
        """
        handling = (self.parameters.get(b"handling") or b"").lower()
        return handling == b"optional" or (self.name == b"by-reference" and not handling)

    def encode(self) -> bytes:
        """The value as it is written.

        Raises:
            LocalProtocolError: a name is no token.
        """
        if not is_token(self.name):
            raise LocalProtocolError("not a disposition")
        return self.name + write_parameters(self.parameters)


def parse_media_type(value: bytes) -> MediaType:
    """Read a Content-Type header.

    Raises:
        RemoteProtocolError: 400: it is malformed.
    """
    name, semicolon, tail = value.partition(b";")
    # Spaces round the slash are allowed by the grammar's SLASH (RFC 3261 §25.1).
    name = b"/".join(each.strip() for each in name.split(b"/")).lower()
    if not _is_media_type(name):
        raise RemoteProtocolError(400, "Malformed Content-Type")
    return MediaType(name, parameters(semicolon + tail))


def read_content_type(message: Message) -> MediaType | None:
    """What the body is, None when nothing is said.

    Raises:
        RemoteProtocolError: 400: it is malformed.
    """
    value = message.get(b"content-type")
    return None if value is None else parse_media_type(value)


def parse_disposition(value: bytes) -> Disposition:
    """Read a Content-Disposition header.

    Raises:
        RemoteProtocolError: 400: it is malformed.
    """
    name, semicolon, tail = value.partition(b";")
    name = name.strip().lower()
    if not is_token(name):
        raise RemoteProtocolError(400, "Malformed Content-Disposition")
    return Disposition(name, parameters(semicolon + tail))


def read_disposition(message: Message) -> Disposition:
    """What the body is for; unsaid, `session` for SDP and `render` for all else (§20.11).

    Raises:
        RemoteProtocolError: 400: it is malformed.
    """
    return disposition_of(message.get(b"content-disposition"), message.get(b"content-type"))


def disposition_of(value: bytes | None, content_type: bytes | None) -> Disposition:
    """What a body or a part is for, from its two headers.

    Raises:
        RemoteProtocolError: 400: it is malformed.
    """
    if value is not None:
        return parse_disposition(value)
    kind = bare(content_type)
    return Disposition(b"session" if kind == b"application/sdp" else b"render")


def read_content_encodings(message: Message) -> tuple[bytes, ...]:
    """How the body is encoded, in the order it was done, in lower case; empty when it is not.

    Raises:
        RemoteProtocolError: 400: it is malformed.
    """
    return tuple(each.lower() for each in message.all(b"content-encoding") if each)


def read_content_languages(message: Message) -> tuple[bytes, ...]:
    """The languages of the body, in order and in lower case."""
    return tuple(each.lower() for each in read_tokens(message, b"content-language"))


def read_mime_version(message: Message) -> tuple[int, int] | None:
    """The version of MIME that the body is made by, None when it is not said or unreadable."""
    match = _MIME_VERSION.fullmatch(message.get(b"mime-version") or b"")
    return None if match is None else (int(match[1]), int(match[2]))


def refuse_encoded(message: Message) -> None:
    """Let a body pass that is not compressed: we offer no encoding but `identity`.

    Raises:
        RemoteProtocolError: 415 with Accept-Encoding (RFC 3261 §8.2.3).
    """
    if any(each != b"identity" for each in read_content_encodings(message)):
        raise RemoteProtocolError(415, "", (b"Accept-Encoding: identity",))


def _is_media_type(name: bytes) -> bool:
    kind, slash, subtype = name.partition(b"/")
    return bool(slash) and is_token(kind) and is_token(subtype)
