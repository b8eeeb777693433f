"""Bodies of several parts (RFC 2046 §5.1, RFC 5621).

`read_bodies` gives the parts of any message, be it none, one or many. `chosen` gives those to act
on and refuses a message that insists on something nobody understands.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.sip.grammar import is_token
from pbxcore.sip.headers.content import Disposition, MediaType, disposition_of, parse_media_type

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from pbxcore.sip.message import Message

MOST_PARTS: Final = 32
DEEPEST: Final = 4
"""How far parts may hold parts."""
_BOUNDARY: Final = re.compile(rb"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")
_FOLD: Final = re.compile(rb"\r?\n[ \t]+")
_END_OF_HEAD: Final = re.compile(rb"\A\r?\n|\r?\n\r?\n")
_ATTEMPTS: Final = 8
_PLAIN: Final = MediaType(b"text/plain")


class Part(msgspec.Struct, frozen=True):
    """One part: its headers, names in lower case, and its octets as they came."""

    body: bytes
    headers: dict[bytes, bytes] = {}

    @property
    def media_type(self) -> MediaType:
        """What it is; plain text when it does not say (RFC 2046 §5.1).

        Raises:
            RemoteProtocolError: 400: it is malformed.
        """
        value = self.headers.get(b"content-type")
        return _PLAIN if value is None else parse_media_type(value)

    @property
    def disposition(self) -> Disposition:
        """What it is for.

        Raises:
            RemoteProtocolError: 400: it is malformed.
        """
        return disposition_of(
            self.headers.get(b"content-disposition"), self.headers.get(b"content-type")
        )

    @property
    def content_id(self) -> bytes | None:
        """Its name, without brackets, as a `cid:` URI or a Referred-By means it."""
        return self.headers.get(b"content-id", b"").strip().strip(b"<>") or None

    @property
    def content(self) -> bytes:
        """Its octets without the encoding of their transfer (RFC 2045 §6).

        Raises:
            RemoteProtocolError: 415 for an unknown encoding, 400 when it is not what it says.
        """
        encoding = self.headers.get(b"content-transfer-encoding", b"binary").strip().lower()
        if encoding in (b"binary", b"8bit", b"7bit"):
            return self.body
        try:
            if encoding == b"base64":
                return base64.b64decode(b"".join(self.body.split()), validate=True)
            if encoding == b"quoted-printable":
                return quopri.decodestring(self.body)
        except binascii.Error:
            raise RemoteProtocolError(400, "Malformed Transfer Encoding") from None
        raise RemoteProtocolError(415, "Unknown Transfer Encoding")


def read_bodies(message: Message, preferred: Collection[bytes] = ()) -> list[Part]:
    """The parts of a message, those within parts among them, in order.

    Args:
        message: what holds them.
        preferred: types of which alternatives give the last one (RFC 2046 §5.1.4); without any of
            them the first, which is the plainest.

    Raises:
        RemoteProtocolError: 400: the type or a part is malformed; 413: too many or too deep.
    """
    if not message.body:
        return []
    names = (
        *(b"content-type", b"content-disposition", b"content-id"),
        *(b"content-encoding", b"content-transfer-encoding"),
    )
    headers = {name: value for name in names if (value := message.get(name)) is not None}
    if b"multipart/" in headers.get(b"content-type", b"").lower():
        # The header of a whole message means nothing for its parts (RFC 5621 §5).
        headers.pop(b"content-transfer-encoding", None)
    found: list[Part] = []
    _flatten(Part(message.body, headers), preferred, found, 0)
    return found


def read_parts(body: bytes, media_type: MediaType) -> list[Part]:
    """The parts of one multipart body; what stands before the first and after the last is nothing.

    A body whose last delimiter is missing was cut, or written by a careless peer: what is there of
    its last part is taken.

    Raises:
        RemoteProtocolError: 400: there is no boundary, or not one part; 413: too many.
    """
    boundary = media_type.parameter(b"boundary") or b""
    if not _BOUNDARY.fullmatch(boundary):
        raise RemoteProtocolError(400, "Malformed Boundary")
    delimiter = re.compile(rb"(?:\A|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|\Z)")
    found: list[Part] = []
    start: int | None = None
    for match in delimiter.finditer(body):
        if start is not None:
            found.append(_part(body[start : match.start()]))
        if len(found) > MOST_PARTS:
            raise RemoteProtocolError(413, "Too Many Parts")
        start = None if match[1] else match.end()
        if start is None:
            break
    if start is not None:
        found.append(_part(body[start:]))
    if not found:
        raise RemoteProtocolError(400, "No Part")
    return found


def chosen(
    parts: Iterable[Part], understood: Collection[bytes], accepts: Iterable[bytes] = ()
) -> list[Part]:
    """Those parts whose type is understood; of the others, only the optional may be passed over.

    `accepts` are the types of whole bodies that a refusal names; unsaid, those of the parts.

    Raises:
        RemoteProtocolError: 415 with Accept: one that is not understood must be (RFC 5621 §8.2).
    """
    found = []
    for part in parts:
        plain = part.headers.get(b"content-encoding", b"identity").strip().lower() == b"identity"
        if plain and part.media_type.name in understood:
            found.append(part)
        elif not part.disposition.optional:
            told = b", ".join(accepts or sorted(understood))
            raise RemoteProtocolError(415, "", (b"Accept: " + told,))
    return found


def write_multipart(
    parts: Iterable[Part], entropy: Callable[[int], bytes], subtype: bytes = b"mixed"
) -> tuple[MediaType, bytes]:
    """Write a body of several parts; its boundary stands in none of them.

    Raises:
        LocalProtocolError: a header is none, or there are no parts.
    """
    written = [_written(each) for each in parts]
    if not written:
        raise LocalProtocolError("a multipart body without parts")
    for _ in range(_ATTEMPTS):
        boundary = entropy(12).hex().encode()
        if not any(boundary in each for each in written):
            break
    else:
        raise LocalProtocolError("no boundary found")
    body = b"".join(b"--%b\r\n%b\r\n" % (boundary, each) for each in written)
    media_type = MediaType(b"multipart/" + subtype, {b"boundary": boundary})
    return media_type, b"%b--%b--\r\n" % (body, boundary)


def _flatten(part: Part, preferred: Collection[bytes], found: list[Part], depth: int) -> None:
    """Put a part there, or all that it holds."""
    media_type = part.media_type
    if not media_type.name.startswith(b"multipart/"):
        if len(found) >= MOST_PARTS:
            raise RemoteProtocolError(413, "Too Many Parts")
        found.append(part)
        return
    if depth >= DEEPEST:
        raise RemoteProtocolError(413, "Parts Too Deep")
    inner = read_parts(part.body, media_type)
    if media_type.name == b"multipart/alternative":
        fitting = [each for each in inner if each.media_type.name in preferred]
        inner = fitting[-1:] or inner[:1]
    for each in inner:
        _flatten(each, preferred, found, depth + 1)


def _part(data: bytes) -> Part:
    """Read one part from behind its delimiter's line."""
    data = data.removeprefix(b"\r\n") if data[:1] == b"\r" else data.removeprefix(b"\n")
    end = _END_OF_HEAD.search(data)
    if end is None:
        raise RemoteProtocolError(400, "Part Without End Of Head")
    headers: dict[bytes, bytes] = {}
    for line in _FOLD.sub(b" ", data[: end.start()]).splitlines():
        name, colon, value = line.partition(b":")
        if not colon or not name.strip():
            raise RemoteProtocolError(400, "Malformed Part")
        headers.setdefault(name.strip().lower(), value.strip())
    return Part(data[end.end() :], headers)


def _written(part: Part) -> bytes:
    for name, value in part.headers.items():
        if not is_token(name) or b"\r" in value or b"\n" in value:
            raise LocalProtocolError("not a header of a part")
    lines = [b"%b: %b" % (name.title(), value) for name, value in part.headers.items()]
    return b"\r\n".join((*lines, b"", part.body))
