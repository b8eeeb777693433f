"""Addresses from which an API user may come: networks, and host names by their records."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

IpAddress = IPv4Address | IPv6Address
IpNetwork = IPv4Network | IPv6Network

LONGEST_NAME = 253
LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")

FRESH_S = 5.0
"""How long an answer is used again. The records' own TTL is kept by the resolver that is asked."""
WITHIN_S = 4.0
MOST_NAMES = 500
LOOKING = 4


class NotPermissible(ValueError):
    """An entry that is neither a network nor a host name."""


@dataclass(frozen=True, slots=True)
class Permitted:
    """A list of entries as it is checked; an empty one permits every address."""

    networks: tuple[IpNetwork, ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, entries: Iterable[str]) -> Permitted:
        """Read entries: `192.0.2.1`, `192.0.2.0/24`, `192.0.2.0/255.255.255.0`, `client.example`.

        Raises:
            NotPermissible: with the first that is none of these.
        """
        networks: list[IpNetwork] = []
        names: list[str] = []
        for entry in entries:
            read = entry_of(entry)
            if isinstance(read, str):
                names.append(read)
            else:
                networks.append(read)
        return cls(tuple(networks), tuple(names))

    @property
    def everyone(self) -> bool:
        """Whether no address is refused."""
        return not (self.networks or self.names)


class Names(Protocol):
    """Tells what addresses a host name has now; none when it has none."""

    async def addresses(self, name: str) -> frozenset[IpAddress]:
        """All A and AAAA records."""
        ...


def entry_of(entry: str) -> IpNetwork | str:
    """An entry as a network, or as a host name in lower case.

    Raises:
        NotPermissible: it is neither.
    """
    text = entry.strip()
    try:
        return ip_network(text, strict=False)
    except ValueError:
        name = text.rstrip(".").lower()
    labels = name.split(".")
    looks_numeric = labels[-1].isdigit() or "/" in text or ":" in text
    if looks_numeric or len(name) > LONGEST_NAME or not all(map(LABEL.fullmatch, labels)):
        raise NotPermissible(text)
    return name


async def permits(permitted: Permitted, address: str, names: Names) -> bool:
    """Whether somebody at `address` may come; a name that does not resolve permits nobody."""
    if permitted.everyone:
        return True
    client = plain(address)
    if client is None:
        return False
    if any(client in network for network in permitted.networks):
        return True
    found = await asyncio.gather(*(names.addresses(name) for name in permitted.names))
    return any(client in addresses for addresses in found)


def plain(address: str) -> IpAddress | None:
    """An address as records have it: no zone, and IPv4 not in an IPv6 coat; None if it is none."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed


class SystemNames:
    """Asks the system's resolver, so that its configuration and `/etc/hosts` count.

    Answers are used again for a few seconds; who asks meanwhile waits for the same look-up.
    """

    def __init__(
        self,
        look_up: Callable[[str], Iterable[str]] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`look_up` gives the addresses of a name and may block; OSError if it has none."""
        self._look_up, self._clock = look_up or _system, clock
        self._threads = ThreadPoolExecutor(LOOKING, thread_name_prefix="names")
        self._known: dict[str, tuple[frozenset[IpAddress], float]] = {}
        self._asking: dict[str, asyncio.Task[frozenset[IpAddress]]] = {}

    async def addresses(self, name: str) -> frozenset[IpAddress]:
        """What the name resolves to, at most a few seconds old."""
        known, until = self._known.get(name, (frozenset(), 0.0))
        if self._clock() < until:
            return known
        asking = self._asking.get(name)
        if asking is None:
            asking = self._asking[name] = asyncio.create_task(self._ask(name))
            asking.add_done_callback(lambda _: self._asking.pop(name, None))
        return await asyncio.shield(asking)

    def close(self) -> None:
        """End the threads once what runs is done."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, name: str) -> frozenset[IpAddress]:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(WITHIN_S):
                found = await loop.run_in_executor(self._threads, self._look_up, name)
            known = frozenset(each for text in found if (each := plain(text)) is not None)
        except (OSError, UnicodeError, TimeoutError):
            known = frozenset()
        if len(self._known) >= MOST_NAMES:
            self._known.clear()
        self._known[name] = known, self._clock() + FRESH_S
        return known


def _system(name: str) -> Iterable[str]:
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]
