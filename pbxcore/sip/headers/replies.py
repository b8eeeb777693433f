"""Reply-To and In-Reply-To: whom to call back, and which call is returned (RFC 3261 §20)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.address import Address, parse_address
from pbxcore.sip.headers.dialog_reference import is_call_id

if TYPE_CHECKING:
    from pbxcore.sip.message import Message


def read_reply_to(message: Message) -> Address | None:
    """Whom to call back in place of who called, None when it is not said or cannot be read."""
    value = message.get(b"reply-to")
    if value is None:
        return None
    try:
        return parse_address(value)
    except RemoteProtocolError:
        return None


def read_in_reply_to(message: Message) -> tuple[bytes, ...]:
    """The Call-IDs of the calls that this one returns; what is none is left out."""
    try:
        values = message.all(b"in-reply-to")
    except RemoteProtocolError:
        return ()
    return tuple(filter(is_call_id, values))
