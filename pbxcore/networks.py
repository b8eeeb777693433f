"""Networks as settings name them, and what lies in them."""

from __future__ import annotations

import ipaddress
import logging
from functools import lru_cache

log = logging.getLogger(__name__)


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
    """Whether an address is anybody's in the Internet, also one that says so of IPv4 in IPv6."""
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_global and not address.is_multicast


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
