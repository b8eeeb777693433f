"""Route, Record-Route, Path and Service-Route (RFC 3261 §20.30, §20.34, RFC 3327, RFC 3608)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.address import Address, parse_address
from pbxcore.sip.uri import SipUri, parse_uri

if TYPE_CHECKING:
    from pbxcore.sip.message import Message


def parse_hop(value: bytes) -> Address:
    """Read one element of a route: a name-addr with a SIP or SIPS URI.

    Raises:
        RemoteProtocolError: 400: it is none.
    """
    if b"<" not in value:
        raise RemoteProtocolError(400, "Route Without Brackets")
    address = parse_address(value)
    if address.uri[:3].lower() != b"sip" or not isinstance(parse_uri(address.uri), SipUri):
        raise RemoteProtocolError(400, "Malformed Route")
    return address


def read_route(message: Message, name: bytes) -> list[Address]:
    """The elements of `route`, `record-route`, `path` or `service-route`, in order.

    Raises:
        RemoteProtocolError: 400: one of them is malformed.
    """
    return [parse_hop(each) for each in message.all(name) if each]


def is_loose(hop: Address) -> bool:
    """Whether an element routes loosely: its URI has `lr` (RFC 3261 §19.1.1)."""
    uri = parse_uri(hop.uri)
    return isinstance(uri, SipUri) and b"lr" in uri.parameters


def route_lines(name: bytes, hops: list[Address]) -> list[bytes]:
    """Whole header lines, an element in each.

    Raises:
        LocalProtocolError: an element has no URI.
    """
    return [b"%b: %b" % (name, each.encode()) for each in hops]
