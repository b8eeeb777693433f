"""The text of a MESSAGE: what we take in, and how we write it out (RFC 3428)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.sip.headers.content import parse_media_type, refuse_encoded

if TYPE_CHECKING:
    from pbxcore.sip.message import Request

LONGEST_TEXT: Final = 8000
"""Code points of one message, everywhere in the product."""
MEDIA_TYPE: Final = b"text/plain;charset=UTF-8"
ACCEPT: Final = b"Accept: " + MEDIA_TYPE
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_CHARSETS: Final = (b"utf-8", b"us-ascii", b"utf8")
_MEDIA_TYPE: Final = re.compile(
    r"[A-Za-z0-9.+\-]+/[A-Za-z0-9.+\-]+"
    r"(?:[ \t]*;[ \t]*[A-Za-z0-9\-]+=(?:[A-Za-z0-9.+\-_]+|\"[^\"\\\r\n]*\"))*"
)


class Text(msgspec.Struct, frozen=True):
    """A body that was checked: its bytes as they came, and as text in NFC with plain line feeds."""

    content_type: bytes
    body: bytes
    text: str


def read_text(request: Request) -> Text:
    """Check the body of a MESSAGE.

    Raises:
        RemoteProtocolError: 415 for another type or character set, 413 above 8,000 code points, 400
            for bytes that are no UTF-8, control characters, or nothing at all.
    """
    content_type = request.get(b"content-type")
    if content_type is None:
        raise RemoteProtocolError(400, "Missing Content-Type")
    kind = parse_media_type(content_type)
    if kind.name != b"text/plain" or kind.charset not in _CHARSETS:
        raise RemoteProtocolError(415, "", (ACCEPT,))
    refuse_encoded(request)
    try:
        text = request.body.decode("utf-8")
    except UnicodeDecodeError:
        raise RemoteProtocolError(400, "Body Is Not UTF-8") from None
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > LONGEST_TEXT:
        raise RemoteProtocolError(413)
    if not text.strip():
        raise RemoteProtocolError(400, "Empty Body")
    if _CONTROL.search(text):
        raise RemoteProtocolError(400, "Control Characters In Body")
    return Text(content_type, request.body, text)


def check_media_type(value: str) -> bytes:
    """The Content-Type we are about to write.

    Raises:
        LocalProtocolError: it is none.
    """
    if not _MEDIA_TYPE.fullmatch(value):
        raise LocalProtocolError("not a media type")
    return value.encode("ascii")


def message_id(sender: str, call_id: bytes, cseq: int) -> str:
    """What a phone's message is known by, the same when the phone repeats it."""
    seed = b"%b\0%b\0%d" % (sender.encode("utf-8", "replace"), call_id, cseq)
    return hashlib.sha256(seed).hexdigest()[:32]


def call_id_of(delivery: str) -> tuple[bytes, bytes]:
    """Call-ID and From tag of a message we send, the same when it is sent again."""
    digest = hashlib.sha256(delivery.encode("utf-8", "replace")).hexdigest().encode()
    return digest[:32], digest[32:48]
