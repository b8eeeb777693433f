"""Finding the servers of a destination, without I/O (RFC 3263, RFC 7984).

A walk is asked for its next step again and again. `Ask` wants answers first; `Server` is one to
try: whoever tries it and fails (see `moves_on`) asks for the next step; None means that there are
no more. Names are looked up only when the walk comes to them.

walk = Resolution(Destination.of(uri), draw)
while isinstance(step := walk.next(), Ask):
    walk.answer([look_up(each) for each in step.questions])
"""

from __future__ import annotations

import enum
import ipaddress
from bisect import bisect_left
from functools import lru_cache
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from pbxcore.sip.uri import SipUri

MOST_SERVERS: Final = 32
"""Servers tried for one destination, whatever its name servers say."""
_MOST_RECORDS: Final = 64
_MOST_LOOK_UPS: Final = 100
_PORTS: Final = {"udp": 5060, "tcp": 5060, "tls": 5061}
_SERVICES: Final = {"udp": "_sip._udp.", "tcp": "_sip._tcp.", "tls": "_sips._tcp."}
_NAPTR_SERVICES: Final = {"SIP+D2U": "udp", "SIP+D2T": "tcp", "SIPS+D2T": "tls"}


class Kind(enum.Enum):
    """What name servers are asked for."""

    NAPTR = "NAPTR"
    SRV = "SRV"
    A = "A"
    AAAA = "AAAA"


class Question(NamedTuple):
    """One look-up of one name."""

    kind: Kind
    name: str


class Naptr(NamedTuple):
    """Where a service of a domain is described (RFC 3403 §4.1)."""

    order: int
    preference: int
    flags: str
    service: str
    replacement: str


class Srv(NamedTuple):
    """One server of a service (RFC 2782)."""

    priority: int
    weight: int
    port: int
    target: str


Record = Naptr | Srv | str
"""A `str` is an address."""


class Names(Protocol):
    """Whoever looks names up."""

    def look_up(
        self,
        questions: tuple[Question, ...],
        then: Callable[[Sequence[Collection[Record]]], None],
    ) -> None:
        """Answer each question, at once or later; with no records when nobody knows any."""
        ...


class Ask(NamedTuple):
    """Answer these; they may be looked up at the same time."""

    questions: tuple[Question, ...]


class Server(NamedTuple):
    """One server to try. `name` is what its certificate must be for (RFC 5922 §4)."""

    transport: str
    host: str
    port: int
    name: str


class Destination(NamedTuple):
    """What a URI says about where to send; `transport` is empty when it says nothing of it."""

    host: str
    port: int | None = None
    transport: str = ""
    secure: bool = False

    @classmethod
    def of(cls, uri: SipUri) -> Destination:
        """Read it from a Request-URI, a Route or an outbound proxy (RFC 3263 §4)."""
        host = uri.parameters.get(b"maddr") or uri.host
        transport = uri.parameters.get(b"transport", b"").decode("ascii", "replace").lower()
        return cls(
            host.decode("ascii", "replace").strip("[]").removesuffix("."),
            uri.port,
            transport,
            uri.secure,
        )


class Servers:
    """A walk with whoever knows the names: the servers of one destination, one after the other."""

    def __init__(self, walk: Resolution, names: Names) -> None:
        self._walk, self._names = walk, names

    def next(self, then: Callable[[Server | None], None]) -> None:
        """Tell the next server to try, at once or later; None when there are no more."""
        step = self._walk.next()
        if isinstance(step, Ask):

            def answered(answers: Sequence[Collection[Record]]) -> None:
                self._walk.answer(answers)
                self.next(then)

            self._names.look_up(step.questions, answered)
        else:
            then(step)


class _Way(NamedTuple):
    """One transport, and the SRV name or the host behind it."""

    transport: str
    service: str = ""
    host: str = ""
    port: int = 0


class Resolution:
    """The walk through the servers of one destination.

    Args:
        destination: where to.
        draw: a number from 0 to the given one, both included, each as likely.
        transports: those that will do, the preferred first; a request too large for UDP leaves
            it out (RFC 3261 §18.1.1).
        families: A and AAAA, as far as there are sockets; the preferred first.
        first: the server that is tried before all others, since it knows us.
        avoid: servers that are tried after all others, since they failed lately.
    """

    def __init__(
        self,
        destination: Destination,
        draw: Callable[[int], int],
        *,
        transports: Sequence[str] = ("udp", "tcp", "tls"),
        families: Sequence[Kind] = (Kind.A, Kind.AAAA),
        first: Server | None = None,
        avoid: Callable[[Server], bool] = lambda server: False,
    ) -> None:
        self._wanted = destination
        self._draw = draw
        self._transports = _fitting(destination, transports)
        self._families = tuple(families)
        self._first = None if first is None or avoid(first) else first
        self._avoid = avoid
        self._given = self._looked_up = 0
        self._ways: list[_Way] = []  # what is left of the walk, the next one last
        self._servers: list[Server] = []  # found, not yet tried; the next one last
        self._last_resort: list[Server] = []
        self._plain = False  # whether the host itself serves when no service is described
        self._asked: tuple[Question, ...] = ()
        self._way: _Way | None = None
        if self._transports:
            self._begin()

    def next(self) -> Ask | Server | None:
        """The next step; the same question until it is answered."""
        if self._first is not None and not self._given:
            self._given += 1
            return self._first
        while self._given < MOST_SERVERS:
            if self._servers:
                server = self._servers.pop()
                if self._first is not None and server[:3] == self._first[:3]:
                    continue  # it had its turn
                if self._avoid(server):
                    self._last_resort.append(server)
                    continue
                self._given += 1
                return server
            if self._asked:
                return Ask(self._asked)
            if self._ways:
                self._look_up(self._ways.pop())
            elif self._plain:
                self._plain = False
                self._ways.append(self._itself())
            elif self._last_resort:
                self._given += 1
                return self._last_resort.pop(0)
            else:
                break
        return None

    def answer(self, answers: Sequence[Collection[Record]]) -> None:
        """Take the records for each question; none of them when there are none, or no answer."""
        records = [each for answer in answers for each in list(answer)[:_MOST_RECORDS]]
        kind, self._asked = self._asked[0].kind, ()
        if kind is Kind.NAPTR:
            self._take_services([each for each in records if isinstance(each, Naptr)])
        elif kind is Kind.SRV:
            self._take_targets([each for each in records if isinstance(each, Srv)])
        else:
            self._take_addresses([each for each in records if isinstance(each, str)])

    def _begin(self) -> None:
        """Choose how to go on (§4.1, §4.2)."""
        wanted = self._wanted
        if _is_address(wanted.host) or wanted.port is not None:
            self._ways = [self._itself()]
        elif wanted.transport:
            self._plain = True
            self._ways = self._services()
        else:
            self._plain = True
            self._asked = (Question(Kind.NAPTR, wanted.host),)

    def _itself(self) -> _Way:
        """The host itself: UDP, or TLS for sips, when nothing says otherwise (§4.1)."""
        transport = self._transports[0]
        return _Way(transport, host=self._wanted.host, port=self._wanted.port or _PORTS[transport])

    def _services(self) -> list[_Way]:
        """The usual names of the services of a domain (§4.1, §4.2)."""
        host = self._wanted.host
        return [_Way(each, _SERVICES[each] + host) for each in reversed(self._transports)]

    def _take_services(self, records: list[Naptr]) -> None:
        """What is not for us is left out; the rest by order, then preference (§4.1)."""
        ways = [
            _Way(_NAPTR_SERVICES.get(each.service.upper(), ""), each.replacement)
            for each in sorted(records)
            if each.flags.lower() == "s" and each.replacement
        ]
        self._ways = [each for each in reversed(ways) if each.transport in self._transports]
        if not self._ways:
            self._ways = self._services()

    def _take_targets(self, records: list[Srv]) -> None:
        """Priorities first, weights among equals (RFC 2782)."""
        if not records or self._way is None:
            return
        self._plain = False  # a service is described, be it as not there (a target of a dot)
        ordered = in_turn((each for each in records if each.target.strip(".")), self._draw)
        transport = self._way.transport
        self._ways += [_Way(transport, "", each.target, each.port) for each in reversed(ordered)]

    def _take_addresses(self, addresses: list[str]) -> None:
        if self._way is not None:
            self._servers = [self._at(each, self._way) for each in reversed(addresses)]

    def _at(self, address: str, way: _Way) -> Server:
        return Server(way.transport, address, way.port, self._wanted.host)

    def _look_up(self, way: _Way) -> None:
        self._way = way
        self._looked_up += 1
        if self._looked_up > _MOST_LOOK_UPS:
            self._ways.clear()
        elif way.service:
            self._asked = (Question(Kind.SRV, way.service),)
        elif _is_address(way.host):
            self._servers = [self._at(way.host, way)]
        else:
            self._asked = tuple(Question(each, way.host) for each in self._families)


def in_turn(records: Iterable[Srv], draw: Callable[[int], int]) -> list[Srv]:
    """The order in which to try the servers of a service (RFC 2782, "Usage rules")."""
    ordered: list[Srv] = []
    by_priority = sorted(records, key=lambda each: (each.priority, each.weight))
    for _, group in groupby(by_priority, key=lambda each: each.priority):
        left = list(group)  # those of weight 0 first: they are chosen when 0 is drawn
        while left:
            sums = list(accumulate(each.weight for each in left))
            ordered.append(left.pop(bisect_left(sums, draw(sums[-1]))))
    return ordered


def moves_on(status: int, *, answered: bool) -> bool:
    """Whether another server may do better (§4.3): silence, a transport that failed, or a 503."""
    return status == 503 if answered else status in (408, 503)


def _fitting(wanted: Destination, transports: Sequence[str]) -> tuple[str, ...]:
    """Those of the transports that the destination allows, in our order."""
    named = wanted.transport
    if wanted.secure or named == "tls":
        # sips over "tcp" is TLS, over "udp" it is nothing (RFC 3261 §26.2.2)
        return ("tls",) if "tls" in transports and named in ("", "tcp", "tls") else ()
    if named:
        return (named,) if named in transports and named in _PORTS else ()
    return tuple(each for each in transports if each in _PORTS)


@lru_cache(maxsize=4096)
def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
