"""One connection: bytes in order, cut into pieces anywhere, until it breaks."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.simulator.network import Host, Network

_SMALLEST_PIECE: Final = 1


class Connection:
    """Joins two ends; `ends[0]` is that of who opened it."""

    def __init__(
        self, network: Network, transport: str, client: Host, port: int, server: Host
    ) -> None:
        self._network = network
        self.transport = transport
        here, there = (client.host, port), (server.host, server.port)
        self.open = True
        self.ends = (
            End(self, network.number(), client, here, there),
            End(self, network.number(), server, there, here),
        )
        self.hosts = {client.host, server.host}

    def other(self, end: End) -> End:
        """The end across."""
        return self.ends[1] if end is self.ends[0] else self.ends[0]

    def carry(self, source: End, data: bytes) -> None:
        """Bring bytes to the other end, after all that were sent before."""
        network = self._network
        network.watcher.sent(source.owner, data, source.remote)
        target = self.other(source)
        source.under_way.append(data)
        path = network.path(source.owner.host, target.owner.host)
        if not path.cut:
            self._plan(source, target, network.delay(path))

    def resume(self) -> None:
        """Carry on after a cut."""
        for source in self.ends:
            target = self.other(source)
            path = self._network.path(source.owner.host, target.owner.host)
            while not path.cut and source.planned < len(source.under_way):
                self._plan(source, target, self._network.delay(path))

    def break_(self) -> None:
        """Lose what is under way; each end hears of it in its own time."""
        if not self.open:
            return
        self.open = False
        self._network.closed(self)
        for end in self.ends:
            path = self._network.path(self.other(end).owner.host, end.owner.host)
            self._network.clock.after(self._network.delay(path), end.tell_lost)

    def _plan(self, source: End, target: End, delay: float) -> None:
        network = self._network
        source.planned += 1
        source.next_at = max(network.clock.now + delay, source.next_at)
        network.clock.at(source.next_at, lambda: self._deliver(source, target))

    def _deliver(self, source: End, target: End) -> None:
        if not self.open or not source.under_way:
            return
        network = self._network
        data = source.under_way.popleft()
        source.planned -= 1
        network.record.message(network.clock.now, source.owner.name, target.owner.name, data, "")
        network.watcher.arrived(target.owner, data, target.remote)
        # Where one read ends and the next begins is nobody's promise.
        middle = _SMALLEST_PIECE + network.chance.below(len(data)) if data else 0
        for piece in (data[:middle], data[middle:]):
            if piece and self.open:
                target.on_bytes(piece)


class End:
    """One end of a connection, with what its owner does about it."""

    def __init__(
        self,
        connection: Connection,
        number: int,
        owner: Host,
        local: tuple[str, int],
        remote: tuple[str, int],
    ) -> None:
        self._connection = connection
        self.transport = connection.transport
        self.number = number
        self.owner = owner
        self.local = local
        self.remote = remote
        self.on_bytes: Callable[[bytes], None] = _ignore
        self.on_lost: Callable[[], None] = _nothing
        self.under_way: deque[bytes] = deque()
        self.planned = 0
        self.next_at = 0.0

    def send(self, data: bytes) -> bool:
        """Send bytes; False when the connection is known to be gone."""
        if not self._connection.open:
            return False
        self._connection.carry(self, data)
        return True

    def close(self) -> None:
        """Break the connection from this end."""
        self._connection.break_()

    def tell_lost(self) -> None:
        """Let the owner know that it is gone."""
        self.on_lost()


def _ignore(_data: bytes) -> None:
    pass


def _nothing() -> None:
    pass
