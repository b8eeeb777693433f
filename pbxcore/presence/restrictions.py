"""From which addresses an extension may be used.

What counts is the phone's own address. Behind a proxy that is the one the proxy saw, and noted in
the Via below its own (RFC 3261 §18.2.1). A proxy that is not trusted can write anything there, so
it must itself be allowed as well.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.grammar import COMMA
from pbxcore.sip.via import parse_via

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.sip.message import Request

_PRIVATE: Final = (
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"),
    *("127.0.0.0/8", "::1/128", "fc00::/7", "fe80::/10"),
)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def origins(request: Request, source: str, trusted_proxies: tuple[str, ...]) -> Sequence[str]:
    """The addresses that must be allowed for a request to pass; the phone's own comes first.

    As many proxies as are trusted are believed, one Via after the other; what stands below the
    first address that is none of theirs was written by strangers.

    Args:
        request: as it came in.
        source: the address it came from.
        trusted_proxies: who is believed about where a request came from (CIDR); a proxy on this
            machine is.
    """
    if not _may_have_several(request):
        return (source,)
    found: tuple[str, ...] = (source,)
    for element in request.all(b"via")[1:]:
        told = _senders(element)
        if not told:
            return found
        if not trusted(found[0], trusted_proxies):
            return (*told, *found)
        found = told
    return found


def allowed(origins: Sequence[str], networks: tuple[str, ...]) -> bool:
    """Whether all of these addresses lie in the networks; without any network, everybody does."""
    return not networks or all(_within(each, networks) for each in origins)


def _may_have_several(request: Request) -> bool:
    return request.repeated(b"via") or COMMA in (request.get(b"via") or b"")


def _senders(element: bytes) -> tuple[str, ...]:
    """Whom a proxy got a request from: `received`, or the sent-by that needed none.

    A stranger who names its true address in sent-by can write a `received` that no proxy corrects.
    So both must be allowed, unless NAT explains why they differ: sent-by is private, the other not.
    """
    try:
        via = parse_via(element)
        received = via.parameters.get(b"received")
    except RemoteProtocolError:
        return ()
    named = via.host.strip(b"[]").decode("ascii", "replace").lower()
    if not received:
        return (named,)
    seen = received.strip(b"[]").decode("ascii", "replace").lower()
    by_name = _address(named) is None
    translated = _within(named, _PRIVATE) and not _within(seen, _PRIVATE)
    return (seen,) if by_name or translated or seen == named else (seen, named)


def trusted(source: str, trusted_proxies: tuple[str, ...]) -> bool:
    """Whether a proxy is believed: one that is named, or on this machine."""
    address = _address(source)
    if address is None:
        return False
    return address.is_loopback or _within(source, trusted_proxies)


@lru_cache(maxsize=4096)
def _within(host: str, networks: tuple[str, ...]) -> bool:
    address = _address(host)
    return address is not None and any(address in each for each in _networks(networks))


@lru_cache(maxsize=4096)
def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return (isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped) or address


@lru_cache(maxsize=1024)
def _networks(networks: tuple[str, ...]) -> tuple[Network, ...]:
    """Those that can be read; a list of nothing readable lets nobody in."""
    found: list[Network] = []
    for each in networks:
        try:
            found.append(ipaddress.ip_network(each, strict=False))
        except ValueError:
            continue
    return tuple(found)
