"""The session description in a message, whatever else its body holds (RFC 5621)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.sip.agent.profile import SESSIONS
from pbxcore.sip.headers.content import refuse_encoded
from pbxcore.sip.multipart import chosen, read_bodies

if TYPE_CHECKING:
    from pbxcore.sip.message import Message

SDP: Final = b"application/sdp"
CONTENT_TYPE: Final = b"Content-Type: " + SDP
_UNDERSTOOD: Final = frozenset((SDP,))


def description_of(message: Message) -> bytes:
    """The description, or nothing.

    Raises:
        RemoteProtocolError: 415 with Accept: there is something else that has to be understood, or
            with Accept-Encoding: it is compressed; 400: the parts cannot be told apart.
    """
    if not message.body:
        return b""
    if message.get(b"content-type") in (SDP, None):
        refuse_encoded(message)
        return message.body
    found = chosen(read_bodies(message, _UNDERSTOOD), _UNDERSTOOD, SESSIONS)
    return found[0].content if found else b""


def described(body: bytes) -> tuple[bytes, ...]:
    """The line that goes with a description of ours."""
    return (CONTENT_TYPE,) if body else ()
