"""Refer-To, Refer-Sub and Referred-By (RFC 3515 §2.1, RFC 4488 §3, RFC 3892 §3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.address import Address, parse_address
from pbxcore.sip.grammar import bare, unquoted
from pbxcore.sip.headers.address_header import AddressHeader
from pbxcore.sip.headers.dialog_reference import DialogReference, parse_replaces
from pbxcore.sip.uri import SipUri, parse_uri, uri_headers

if TYPE_CHECKING:
    from pbxcore.sip.message import Message


class ReferTo(AddressHeader, frozen=True):
    """Whom a REFER asks to reach: any URI, a SIP URI with its method and headers."""

    @property
    def method(self) -> bytes:
        """The request to send: INVITE unless the URI says another."""
        uri = parse_uri(self.uri)
        named = uri.parameters.get(b"method") if isinstance(uri, SipUri) else None
        return named or b"INVITE"

    @property
    def replaces(self) -> DialogReference | None:
        """The Replaces header the URI carries: this is an attended transfer (RFC 3891 §3).

        Raises:
            RemoteProtocolError: 400: it is malformed, or there are several.
        """
        uri = parse_uri(self.uri)
        if not isinstance(uri, SipUri) or not uri.headers:
            return None
        found = [value for name, value in uri_headers(uri.headers) if name == b"replaces"]
        if len(found) > 1:
            raise RemoteProtocolError(400, "Several Replaces")
        return parse_replaces(found[0]) if found else None


def read_refer_to(message: Message) -> ReferTo:
    """Whom a REFER names.

    Raises:
        RemoteProtocolError: 400: it is malformed, or there is not exactly one (RFC 3515 §2.4.2).
    """
    values = message.all(b"refer-to")
    if len(values) != 1:
        raise RemoteProtocolError(400, "Not Exactly One Refer-To")
    return ReferTo.parse(values[0])


def read_refer_sub(message: Message) -> bool:
    """Whether a REFER, or its 2xx, means a subscription; so it is unless it says `false`."""
    value = message.get(b"refer-sub") or b"true"
    return bare(value) != b"false"


def read_referred_by(message: Message) -> Address | None:
    """Who asked for this request; the address may have a `cid` of a body part that proves it.

    Raises:
        RemoteProtocolError: 400: it is malformed, or there are several (RFC 3892 §3).
    """
    values = message.all(b"referred-by")
    if not values:
        return None
    if len(values) > 1:
        raise RemoteProtocolError(400, "Several Referred-By")
    return parse_address(values[0])


def content_id(referred_by: Address) -> bytes | None:
    """The Content-ID of the token that goes with a Referred-By, without its brackets."""
    value = unquoted(referred_by.parameters.get(b"cid") or b"")
    return value.strip(b"<>") or None
