"""The session description in a message, whatever else its body holds (RFC 3261 §8.2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.errors import RemoteProtocolError

if TYPE_CHECKING:
    from pbxcore.sip.message import Message

SDP: Final = b"application/sdp"
CONTENT_TYPE: Final = b"Content-Type: " + SDP


def description_of(message: Message) -> bytes:
    """The description, or nothing.

    Raises:
        RemoteProtocolError: 415 with Accept: the body is of a type that has to be understood.
    """
    if not message.body:
        return b""
    content_type = (message.get(b"content-type") or b"").partition(b";")[0].strip().lower()
    if content_type == SDP or not content_type:
        return message.body
    disposition = (message.get(b"content-disposition") or b"").replace(b" ", b"").lower()
    if b"handling=optional" in disposition:
        return b""
    raise RemoteProtocolError(415, "", (b"Accept: " + SDP,))


def described(body: bytes) -> tuple[bytes, ...]:
    """The line that goes with a description of ours."""
    return (CONTENT_TYPE,) if body else ()
