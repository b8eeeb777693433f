"""Who stands behind an address, as far as limits and bans are concerned. Pure."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Final

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_ONE_SITE: Final = 64
"""Bits of an IPv6 address that tell sites apart: whoever has one address has its /64 (RFC 7934)."""


def source_of(host: str) -> str:
    """What is counted and banned: an IPv4 address, or the /64 of an IPv6 address."""
    return host if ":" not in host else _source_of_six(host)


@lru_cache(maxsize=4096)
def _source_of_six(host: str) -> str:
    try:
        address = ipaddress.IPv6Address(host.partition("%")[0])
    except ValueError:
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    if address.is_loopback:
        return str(address)
    return str(ipaddress.IPv6Network((address, _ONE_SITE), strict=False))


@lru_cache(maxsize=4096)
def is_loopback(source: str) -> bool:
    """Whether a source is this machine by its address alone."""
    return any(source_within(source, each) for each in _LOOPBACK)


@lru_cache(maxsize=16384)
def covered(source: str, networks: tuple[str, ...]) -> bool:
    """Whether a source lies in one of the networks, or a /64 holds one of them."""
    return any(source_within(source, each) for each in _networks(networks))


def source_within(source: str, network: Network) -> bool:
    """Whether the whole source lies in a network; an IPv6 source also by an address it holds."""
    try:
        own = ipaddress.ip_network(source)
    except ValueError:
        return False
    if isinstance(own, ipaddress.IPv4Network):
        return isinstance(network, ipaddress.IPv4Network) and own.subnet_of(network)
    return isinstance(network, ipaddress.IPv6Network) and own.overlaps(network)


@lru_cache(maxsize=64)
def _networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(network for each in texts if (network := read_network(each)) is not None)


def read_network(text: str) -> Network | None:
    """An address or a network; None for what is neither."""
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None


_LOOPBACK: Final = (ipaddress.IPv4Network("127.0.0.0/8"), ipaddress.IPv6Network("::1/128"))
