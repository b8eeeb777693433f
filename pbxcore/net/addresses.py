"""Our own addresses: which one a peer sees, and which are ours at all."""

from __future__ import annotations

import ipaddress
import socket
from functools import lru_cache
from typing import Final

from pbxcore.networks import within

_ANY: Final = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to


@lru_cache(maxsize=4096)
def is_ours(host: str) -> bool:
    """Whether an IP address belongs to this machine: one can bind to it."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if address.is_unspecified or address.is_multicast:
        return False
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((host, 0))
    except OSError:
        return False
    return True


def plain_host(host: str) -> str:
    """An address as we write it: a socket for both families shows IPv4 as `::ffff:192.0.2.1`."""
    return host[7:] if host.startswith("::ffff:") and "." in host else host


@lru_cache(maxsize=4096)
def toward(host: str) -> str | None:
    """Our address on the route to a peer; connecting a UDP socket only asks the kernel."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((host, 9))
            return str(probe.getsockname()[0]).partition("%")[
                0
            ]  # a zone is nobody else's (RFC 6874)
    except OSError:
        return None


def forget() -> None:
    """Ask the kernel again: addresses and routes come and go."""
    for known in (is_ours, toward, seen_by):
        known.cache_clear()


@lru_cache(maxsize=4096)
def seen_by(peer: str, bound: str, *, external: str, local_networks: tuple[str, ...]) -> str:
    """Our address as a peer should write it: the external one outside the local networks.

    The loopback is for who is on it: a browser on this machine reaches media there as it reaches
    the page. Where a proxy on this machine stands between, `bound` is the loopback and the peer is
    elsewhere; it is told the address on the route to it.
    """
    bound = plain_host(bound)
    if external and not within(peer, local_networks):
        return external
    if bound not in _ANY and not (_is_loopback(bound) and not _is_loopback(peer)):
        return bound
    return toward(peer) or bound


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(plain_host(host)).is_loopback
    except ValueError:
        return False
