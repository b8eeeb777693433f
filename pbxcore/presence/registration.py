"""REGISTER as a value, and its answer as header lines (RFC 3261 §10.2, §10.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.registrar import USUAL_EXPIRY_S, ContactAsked, Registration
from pbxcore.sip.address import parse_address
from pbxcore.sip.uri import SipUri, parse_uri

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.message import Request

_Q: Final = re.compile(rb"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
_MOST_CONTACTS: Final = 32
_LONGEST_TEXT: Final = 200


def read_registration(
    request: Request, *, number: str, call_id: bytes, cseq: int, flow: Flow
) -> Registration:
    """Read what a REGISTER asks.

    Raises:
        RemoteProtocolError: 400: a contact is malformed, or `*` is not alone or not with Expires 0.
    """
    default = request.get(b"expires")
    default_s = None if default is None else _seconds(default)
    values = request.all(b"contact")
    if len(values) > _MOST_CONTACTS:
        raise RemoteProtocolError(403, "Too Many Contacts")
    remove_all = b"*" in values
    if remove_all and (len(values) > 1 or default_s != 0):
        raise RemoteProtocolError(400, "Contact * Not Alone Or Without Expires 0")
    contacts = () if remove_all else tuple(_contact(each, default_s) for each in values)
    return Registration(
        number=number,
        call_id=shown(call_id),
        cseq=cseq,
        contacts=contacts,
        remove_all=remove_all,
        user_agent=shown(request.get(b"user-agent") or b""),
        source=flow.source,
        local=flow.local,
        transport=flow.transport,
    )


def contact_lines(bindings: Iterable[StoredBinding], now_ms: int) -> list[bytes]:
    """The Contact lines of a 200: every binding with the seconds it has left."""
    return [
        b"Contact: <%b>;expires=%d%b"
        % (
            each.contact.encode(),
            max(0, -(-(each.expires_at_ms - now_ms) // 1000)),
            b"" if each.q_milli == 1000 else b";q=0.%03d" % each.q_milli,
        )
        for each in bindings
    ]


def shown(value: bytes) -> str:
    """Text from a peer, safe to keep and to show: no control characters, not too long."""
    text = value.decode("utf-8", "replace")
    if not text.isprintable():
        text = "".join(each if each.isprintable() else " " for each in text)
    return text[:_LONGEST_TEXT]


def _contact(value: bytes, default_s: int | None) -> ContactAsked:
    address = parse_address(value)
    if not isinstance(parse_uri(address.uri), SipUri):
        raise RemoteProtocolError(400, "Contact Is No SIP URI")
    given = address.parameters
    expires, q = given.get(b"expires"), given.get(b"q")
    return ContactAsked(
        address.uri.decode("ascii"),
        default_s if expires is None else _seconds(expires),
        1000 if q is None or not _Q.fullmatch(q) else round(float(q) * 1000),
    )


def _seconds(value: bytes) -> int:
    """Delta-seconds; malformed ones count as an hour (§20.19), huge ones as the most there is."""
    if not value.isdigit():
        return USUAL_EXPIRY_S
    return min(int(value[:11]), (1 << 32) - 1)
