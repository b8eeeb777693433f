"""Virtual wires: datagrams that get lost, come twice, late or in another order; connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import msgspec

from pbxcore.simulator.connection import Connection, End
from pbxcore.sip.flow import host_port

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.simulator.chance import Chance
    from pbxcore.simulator.clock import Clock
    from pbxcore.simulator.record import Record

LARGEST_DATAGRAM: Final = 65507
CONNECT_TIMEOUT_S: Final = 5.0


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """One direction of a path; probabilities are from 0 to 1, times in seconds.

    A datagram takes between `fastest_s` and `slowest_s`, and `late_s` more with the probability
    `late`, so that others overtake it. Connections keep the order and lose nothing; a cut holds
    back what they carry until it is healed.
    """

    loss: float = 0.0
    duplication: float = 0.0
    late: float = 0.0
    late_s: float = 0.6
    fastest_s: float = 0.01
    slowest_s: float = 0.01
    cut: bool = False


class Host(Protocol):
    """Whatever has an address."""

    name: str
    host: str
    port: int

    def datagram(self, data: bytes, source: tuple[str, int]) -> None:
        """Take a datagram from an address."""
        ...

    def accept(self, end: End) -> bool:
        """Take a new connection; False refuses it."""
        ...


class Watcher(Protocol):
    """Sees what is sent and what arrives."""

    def sent(self, host: Host, data: bytes, target: tuple[str, int]) -> None:
        """A host sends a message."""
        ...

    def arrived(self, host: Host, data: bytes, source: tuple[str, int]) -> None:
        """A message reaches a host."""
        ...

    def forgot(self, host: Host) -> None:
        """A host has lost its memory."""
        ...


class Sending(NamedTuple):
    """One datagram on its way; `target` may be nobody."""

    source: tuple[str, int]
    target: tuple[str, int]
    data: bytes


class Network:
    """All hosts and the paths between them.

    Args:
        clock: virtual time.
        chance: decides what is lost, late or doubled.
        record: keeps the last arrows, for who reads what went wrong.
        watcher: sees what is sent and what arrives.
        conditions: of every path that has none of its own.
    """

    def __init__(
        self,
        clock: Clock,
        chance: Chance,
        record: Record,
        watcher: Watcher,
        conditions: Conditions,
    ) -> None:
        self.clock = clock
        self.chance = chance
        self.record = record
        self.watcher = watcher
        self.conditions = conditions
        self._paths: dict[tuple[str, str], Conditions] = {}
        self._hosts: dict[tuple[str, int], Host] = {}
        self._connections: list[Connection] = []
        self._numbers = 0

    def add(self, host: Host) -> None:
        """Give a host its place."""
        if (host.host, host.port) in self._hosts:
            raise ValueError(f"{host_port(host.host, host.port)} is taken")
        self._hosts[host.host, host.port] = host

    def name_of(self, address: tuple[str, int]) -> str:
        """Who has an address; the address itself when nobody has."""
        host = self._hosts.get(address)
        return host.name if host is not None else host_port(*address)

    def path(self, source: str, target: str) -> Conditions:
        """The conditions from one address to another, ports aside."""
        return self._paths.get((source, target), self.conditions)

    def set_path(self, source: Host, target: Host, conditions: Conditions) -> None:
        """Change one direction; a path that is no longer cut carries on where it stopped."""
        self._paths[source.host, target.host] = conditions
        for each in self._connections:
            each.resume()

    def cut(self, source: Host, target: Host) -> None:
        """Let nothing through in one direction."""
        self._switch(source, target, cut=True)

    def heal(self, source: Host, target: Host) -> None:
        """Let everything through again in one direction."""
        self._switch(source, target, cut=False)

    def _switch(self, source: Host, target: Host, *, cut: bool) -> None:
        before = self.path(source.host, target.host)
        self.record.note(self.clock.now, source.name, target.name, "cut" if cut else "healed")
        self.set_path(source, target, msgspec.structs.replace(before, cut=cut))

    def break_connections(self, one: Host, other: Host) -> None:
        """Break all connections between two; what was under way is lost."""
        both = {one.host, other.host}
        for each in [each for each in self._connections if each.hosts == both]:
            self.record.note(self.clock.now, one.name, other.name, "connection broken")
            each.break_()

    # Datagrams

    def send(self, sender: Host | None, sending: Sending) -> bool:
        """Send a datagram; `sender` None is one who lies, of whom nothing is expected."""
        source, target, data = sending
        if len(data) > LARGEST_DATAGRAM:
            return False
        if sender is not None:
            self.watcher.sent(sender, data, target)
        path, chance = self.path(source[0], target[0]), self.chance
        host = self._hosts.get(target)
        if host is None or path.cut or chance.happens(path.loss):
            fate = "(nobody)" if host is None else "(cut)" if path.cut else "(lost)"
            names = self.name_of(source), self.name_of(target)
            self.record.message(self.clock.now, *names, data, fate)
            return True
        for _ in range(2 if chance.happens(path.duplication) else 1):
            self._carry(sending, host, path)
        return True

    def _carry(self, sending: Sending, host: Host, path: Conditions) -> None:
        delay = self.delay(path) + (path.late_s if self.chance.happens(path.late) else 0.0)

        def arrive() -> None:
            names = self.name_of(sending.source), host.name
            self.record.message(self.clock.now, *names, sending.data, f"({delay:.3f} s)")
            self.watcher.arrived(host, sending.data, sending.source)
            host.datagram(sending.data, sending.source)

        self.clock.after(delay, arrive)

    def delay(self, path: Conditions) -> float:
        """How long the next one takes."""
        return self.chance.between(path.fastest_s, path.slowest_s)

    # Connections

    def number(self) -> int:
        """A number that no other end of a connection has."""
        self._numbers += 1
        return self._numbers

    def connect(
        self,
        transport: str,
        client: Host,
        port: int,
        target: tuple[str, int],
        then: Callable[[End | None], None],
    ) -> None:
        """Open a connection from a port, and tell; None when nobody answers."""
        there, back = self.path(client.host, target[0]), self.path(target[0], client.host)
        server = self._hosts.get(target)
        if server is None or there.cut or back.cut:
            wait = CONNECT_TIMEOUT_S if there.cut or back.cut else self.delay(there)
            self.clock.after(wait, lambda: then(None))
            return

        def arrived() -> None:
            connection = Connection(self, transport, client, port, server)
            if server.accept(connection.ends[1]):
                self._connections.append(connection)
            else:
                connection.open = False
            client_end = connection.ends[0]
            self.clock.after(
                self.delay(back), lambda: then(client_end if connection.open else None)
            )

        self.clock.after(self.delay(there), arrived)

    def closed(self, connection: Connection) -> None:
        """A connection is gone."""
        self._connections.remove(connection)
