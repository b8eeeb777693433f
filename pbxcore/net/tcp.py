"""SIP over TCP: connections taken and made, framed, limited, reused (RFC 3261 §18)."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections import Counter
from typing import TYPE_CHECKING, Final, cast

from pbxcore.sip.flow import Flow, host_port
from pbxcore.sip.framing import KEEP_ALIVE, PONG, StreamFraming, StreamLost

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

log = logging.getLogger(__name__)

MOST_CONNECTIONS: Final = 4096
MOST_PER_SOURCE: Final = 128
FIRST_MESSAGE_S: Final = 30.0
"""How long a new connection may take to say something whole."""
WHOLE_MESSAGE_S: Final = 15.0
"""How long a message may take from its first byte to its last."""
IDLE_S: Final = 180.0
"""How long a connection may be silent unless a registration or a transaction holds it."""
CONNECT_S: Final = 5.0
_SWEEP_S: Final = 1.0
_MOST_UNSENT: Final = 256 * 1024
_MOST_WAITING: Final = 64


class Connection(asyncio.Protocol):
    """One connection."""

    def __init__(self, transport: TcpTransport, number: int, *, outgoing: bool) -> None:
        self._owner = transport
        self._framing = StreamFraming()
        self._out: asyncio.Transport | None = None
        self.number = number
        self.outgoing = outgoing
        self.flow = Flow("tcp", "", "", 0, number)
        self.held_until = 0.0
        self.heard = False
        self.last_at = 0.0
        self.partial_since: float | None = None

    def connection_made(self, made: asyncio.BaseTransport) -> None:
        """Take the connection, unless too many stand already."""
        transport = cast("asyncio.Transport", made)  # uvloop's own is no subclass of it
        self._out = transport
        mine, peer = transport.get_extra_info("sockname"), transport.get_extra_info("peername")
        self.last_at = self._owner.now()
        if not mine or not peer:  # gone between accept and here
            transport.abort()
            return
        self.flow = Flow("tcp", host_port(*mine[:2]), peer[0], peer[1], self.number)
        raw: socket.socket = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not self._owner.admit(self):
            transport.abort()

    def data_received(self, data: bytes) -> None:
        """Frame what arrived."""
        now = self._owner.now()
        self.last_at = now
        try:
            messages = self._framing.receive(data)
        except StreamLost as lost:
            self._take(lost.messages)
            self._owner.lost_framing(self, lost)
            self.close()
            return
        if self._framing.pending:
            if messages or self.partial_since is None:
                self.partial_since = now
        else:
            self.partial_since = None
        self._take(messages)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._out = None
        self._owner.forget(self)

    def write(self, data: bytes) -> bool:
        """Send; False when the connection is closed or its peer does not read."""
        if self._out is None or self._out.is_closing():
            return False
        if self._out.get_write_buffer_size() > _MOST_UNSENT:
            self._out.abort()
            return False
        self._out.write(data)
        return True

    def close(self) -> None:
        """Send what is waiting, then close."""
        if self._out is not None:
            self._out.close()

    def abort(self) -> None:
        """Close at once."""
        if self._out is not None:
            self._out.abort()

    def overdue(self, now: float) -> bool:
        """Whether its patience is used up."""
        if self.partial_since is not None and now - self.partial_since > WHOLE_MESSAGE_S:
            return True
        if now < self.held_until:
            return False
        return now - self.last_at > (IDLE_S if self.heard or self.outgoing else FIRST_MESSAGE_S)

    def _take(self, messages: list[bytes]) -> None:
        for message in messages:
            if message == KEEP_ALIVE:
                self.write(PONG)
                continue
            self.heard = True
            try:
                self._owner.receive(message, self.flow)
            except Exception:
                log.exception("message not handled", extra={"from": self.flow.host})


class TcpTransport:
    """All stream connections, those taken and those made."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        receive: Callable[[bytes, Flow], None],
        broken: Callable[[bytes, Flow, StreamLost], None],
        failed: Callable[[Flow], None],
    ) -> None:
        self._loop = loop
        self.receive = receive
        self._broken = broken
        self._failed = failed
        self.now = loop.time
        self._connections: dict[int, Connection] = {}
        self._by_peer: dict[tuple[str, int], int] = {}
        self._per_source: Counter[str] = Counter()
        self._numbers = 0
        self._servers: list[asyncio.Server] = []
        self._connecting: dict[tuple[str, int], list[Callable[[Connection | None], None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._sweeper: asyncio.TimerHandle | None = None
        self.listening: list[tuple[str, int]] = []
        self.refused = 0

    async def start(self, listeners: list[socket.socket]) -> None:
        """Take connections from these listening sockets."""
        for each in listeners:
            each.setblocking(False)
            host, port = each.getsockname()[:2]
            self.listening.append((host, port))
            server = await self._loop.create_server(self._taken, sock=each, backlog=512)
            self._servers.append(server)
        self._sweep()

    def stop_listening(self) -> None:
        """Take no new connection."""
        for each in self._servers:
            each.close()

    def close(self) -> None:
        """Close everything."""
        self.stop_listening()
        if self._sweeper is not None:
            self._sweeper.cancel()
        for task in self._tasks:
            task.cancel()
        for each in list(self._connections.values()):
            each.close()

    def __len__(self) -> int:
        """How many connections stand."""
        return len(self._connections)

    def admit(self, connection: Connection) -> bool:
        """Count a new connection in; False when there are too many."""
        source = connection.flow.host
        if not connection.outgoing and (
            len(self._connections) >= MOST_CONNECTIONS
            or self._per_source[source] >= MOST_PER_SOURCE
        ):
            self.refused += 1
            log.info("connection refused", extra={"from": source, "open": len(self._connections)})
            return False
        self._connections[connection.number] = connection
        self._per_source[source] += 1
        self._by_peer[source, connection.flow.port] = connection.number
        return True

    def forget(self, connection: Connection) -> None:
        """A connection is gone; its transactions learn it."""
        if self._connections.pop(connection.number, None) is None:
            return
        source = connection.flow.host
        self._per_source[source] -= 1
        if not self._per_source[source]:
            del self._per_source[source]
        if self._by_peer.get((source, connection.flow.port)) == connection.number:
            del self._by_peer[source, connection.flow.port]
        self._failed(connection.flow)

    def lost_framing(self, connection: Connection, lost: StreamLost) -> None:
        """Tell the core about a stream that cannot be followed any further."""
        self._broken(lost.head, connection.flow, lost)

    def hold(self, number: int, until: float) -> None:
        """Keep a silent connection open until that moment of the loop's clock."""
        if (connection := self._connections.get(number)) is not None:
            connection.held_until = max(connection.held_until, until)

    def send(self, data: bytes, number: int) -> bool:
        """Send on a connection; False when it is gone."""
        connection = self._connections.get(number)
        return connection is not None and connection.write(data)

    def find(self, host: str, port: int) -> Flow | None:
        """The connection to exactly this peer, if one stands."""
        number = self._by_peer.get((host, port))
        return None if number is None else self._connections[number].flow

    def connect(self, host: str, port: int, then: Callable[[Flow | None], None]) -> None:
        """Connect and tell; several at once for one peer share the connection."""
        peer = (host, port)
        waiting = self._connecting.get(peer)

        def tell(connection: Connection | None) -> None:
            then(None if connection is None else connection.flow)

        if waiting is not None:
            if len(waiting) >= _MOST_WAITING:
                then(None)
            else:
                waiting.append(tell)
            return
        self._connecting[peer] = [tell]
        task = self._loop.create_task(self._connect(peer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self, peer: tuple[str, int]) -> None:
        connection: Connection | None = None
        try:
            async with asyncio.timeout(CONNECT_S):
                made: tuple[Any, Connection] = await self._loop.create_connection(
                    self._making, peer[0], peer[1]
                )
            connection = made[1]
        except (OSError, TimeoutError) as error:
            log.info("connection not made", extra={"to": host_port(*peer), "why": str(error)})
        finally:
            waiting = self._connecting.pop(peer, [])
        for tell in waiting:
            tell(connection)

    def _taken(self) -> Connection:
        return self._new(outgoing=False)

    def _making(self) -> Connection:
        return self._new(outgoing=True)

    def _new(self, *, outgoing: bool) -> Connection:
        self._numbers += 1
        return Connection(self, self._numbers, outgoing=outgoing)

    def _sweep(self) -> None:
        now = self.now()
        for each in [each for each in self._connections.values() if each.overdue(now)]:
            log.info("connection closed for silence", extra={"from": each.flow.host})
            each.abort()
        self._sweeper = self._loop.call_later(_SWEEP_S, self._sweep)
