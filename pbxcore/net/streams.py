"""Connections over TCP and TLS, taken and made; several requests to one peer share one."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from pbxcore.net.stream import StreamConnection
from pbxcore.net.tls import TlsFailed
from pbxcore.sip.flow import host_port
from pbxcore.sip.framing import LARGEST_MESSAGE

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from pbxcore.net.connections import Connections
    from pbxcore.net.tls import Tls
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.framing import StreamLost

log = logging.getLogger(__name__)

CONNECT_S: Final = 5.0
"""How long connecting may take, the handshake of TLS included."""
SWITCH_S: Final = 0.5
"""How long a request that is too large for UDP waits for TCP before it goes by UDP after all."""
_MOST_WAITING: Final = 64
_MOST_ABSENT: Final = 4096
_ABSENT_S: Final = 600.0


class Streams:
    """Takes and makes connections over TCP, and over TLS where there are certificates.

    Args:
        loop: the event loop.
        connections: where they are counted.
        receive: takes each message.
        broken: takes what could be read of a message whose end cannot be found.
        tls: certificates and whom to trust; None serves no TLS.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        connections: Connections,
        receive: Callable[[bytes, Flow], None],
        broken: Callable[[bytes, Flow, StreamLost], None],
        tls: Tls | None = None,
    ) -> None:
        self._loop, self._connections, self._tls = loop, connections, tls
        self.receive, self.broken = receive, broken
        self.now, self.admit, self.forget = loop.time, connections.admit, connections.forget
        self._servers: list[asyncio.Server] = []
        self._connecting: dict[tuple[object, ...], list[Callable[[Flow | None], None]]] = {}
        self._absent: dict[tuple[str, int], float] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.largest = LARGEST_MESSAGE
        """Bytes that one message of a new connection may have."""
        self.ports: dict[str, int] = {}
        """Where we listen, by transport: what others should connect to."""

    async def start(self, tcp: list[socket.socket], tls: list[socket.socket]) -> None:
        """Take connections from these listening sockets."""
        for name, listeners in (("tcp", tcp), ("tls", tls)):
            for each in listeners:
                each.setblocking(False)
                self.ports.setdefault(name, each.getsockname()[1])
                taken = self._taken if name == "tcp" else self._taken_secure
                server = await self._loop.create_server(taken, sock=each, backlog=512)
                self._servers.append(server)

    def stop_listening(self) -> None:
        """Take no new connection."""
        for each in self._servers:
            each.close()

    def close(self) -> None:
        """Stop; the connections themselves are closed by who counts them."""
        self.stop_listening()
        for task in self._tasks:
            task.cancel()

    def connect(
        self,
        transport: str,
        host: str,
        port: int,
        then: Callable[[Flow | None], None],
        *,
        server_name: str = "",
        verify: bool = True,
        optional: bool = False,
    ) -> None:
        """Connect and tell; several at once for one peer share the connection.

        Under TLS the peer's certificate must name `server_name`, the host where none is given,
        unless `verify` is off (RFC 5922 §7). What is `optional` has half a second, and where it
        failed it is not tried again for ten minutes.
        """
        secure = transport == "tls"
        name = (server_name or host) if secure else ""
        peer = (transport, host, port, name, verify, optional)
        if optional and self._absent.get((host, port), 0.0) > self.now():
            then(None)
            return
        waiting = self._connecting.get(peer)
        if waiting is not None:
            if len(waiting) >= _MOST_WAITING:
                then(None)
            else:
                waiting.append(then)
            return
        if secure and self._tls is None:
            then(None)
            return
        self._connecting[peer] = [then]
        task = self._loop.create_task(self._connect(peer, host, port, name, verify=verify))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(
        self, peer: tuple[object, ...], host: str, port: int, name: str, *, verify: bool
    ) -> None:
        flow: Flow | None = None
        connection: StreamConnection | None = None
        *_, optional = peer
        ready: asyncio.Future[None] = self._loop.create_future()
        try:
            tls = self._tls.client(name, verify=verify) if name and self._tls else None
            checked = name if tls is not None and tls.verifies else ""
            connection = StreamConnection(self, self._connections.number(), tls, ready, checked)
            async with asyncio.timeout(SWITCH_S if optional else CONNECT_S):
                await self._loop.create_connection(lambda: connection, host, port)
                await ready
            flow = connection.flow
        except (OSError, TimeoutError, TlsFailed) as error:
            log.info("connection not made", extra={"to": host_port(host, port), "why": str(error)})
            if connection is not None:
                connection.abort()
            if optional:
                self._note_absent(host, port)
        finally:
            ready.cancel()
            waiting = self._connecting.pop(peer, [])
        for then in waiting:
            then(flow)

    def _note_absent(self, host: str, port: int) -> None:
        if len(self._absent) >= _MOST_ABSENT:
            self._absent.clear()
        self._absent[host, port] = self.now() + _ABSENT_S

    def _taken(self) -> StreamConnection:
        return StreamConnection(self, self._connections.number(), None, None)

    def _taken_secure(self) -> StreamConnection:
        assert self._tls is not None  # noqa: S101 - there is no such listener without
        return StreamConnection(self, self._connections.number(), self._tls.server(), None)
