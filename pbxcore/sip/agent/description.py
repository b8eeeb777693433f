"""The session description in a message, whatever else its body holds (RFC 5621)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pbxcore.sip.agent.profile import SESSIONS
from pbxcore.sip.headers.content import refuse_encoded
from pbxcore.sip.message import Response
from pbxcore.sip.multipart import chosen, read_bodies

if TYPE_CHECKING:
    from pbxcore.sip.message import Message
    from pbxcore.sip.multipart import Part

SDP: Final = b"application/sdp"
CONTENT_TYPE: Final = b"Content-Type: " + SDP
_UNDERSTOOD: Final = frozenset((SDP,))
_NAMED: Final = re.compile(rb"cid:([^>;,\s]+)", re.IGNORECASE)


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
    parts = read_bodies(message, _UNDERSTOOD)
    if isinstance(message, Response):  # nobody can refuse one
        parts = [each for each in parts if each.media_type.name == SDP]
    found = chosen(_without_named(message, parts), _UNDERSTOOD, SESSIONS)
    return found[0].content if found else b""


def _without_named(message: Message, parts: list[Part]) -> list[Part]:
    """Parts that no header names: the others are for whoever reads it, as where a caller is.

    Such a location comes without a disposition (RFC 6442 §5.1), which would insist on it.
    """
    named = {name for line in message.lines for name in _NAMED.findall(line)}
    return [each for each in parts if each.content_id not in named]


def described(body: bytes) -> tuple[bytes, ...]:
    """The line that goes with a description of ours."""
    return (CONTENT_TYPE,) if body else ()
