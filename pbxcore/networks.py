"""Networks as settings name them, and what lies in them."""

from __future__ import annotations

import ipaddress
import logging
from functools import lru_cache

log = logging.getLogger(__name__)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@lru_cache(maxsize=4096)
def within(host: str, networks: tuple[str, ...]) -> bool:
    """Whether an address lies in one of the networks; without any, whether it is not public."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if not networks:
        return not address.is_global
    return any(address in network for network in _networks(networks))


def is_public(host: str) -> bool:
    """Whether an address is anybody's in the Internet; one that stands for others: if they are.

    Raises:
        ValueError: it is no address.
    """
    address = address_of(host)
    if not address.is_global or address.is_multicast:
        return False
    return all(each.is_global and not each.is_multicast for each in _within(address))


def address_of(host: str) -> Address:
    """An address without its zone; an IPv4 address written as IPv6 is IPv4.

    Raises:
        ValueError: it is no address.
    """
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _within(address: Address) -> list[ipaddress.IPv4Address]:
    """The IPv4 addresses that an IPv6 address leads to (RFC 6052, RFC 3056, RFC 4380)."""
    if not isinstance(address, ipaddress.IPv6Address):
        return []
    found = [] if address.sixtofour is None else [address.sixtofour]
    if address in _NAT64:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return found + ([] if address.teredo is None else list(address.teredo))


@lru_cache(maxsize=64)
def _networks(
    networks: tuple[str, ...],
) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    found = []
    for each in networks:
        try:
            found.append(ipaddress.ip_network(each, strict=False))
        except ValueError:
            log.warning("setting is no network", extra={"value": each})
    return tuple(found)
