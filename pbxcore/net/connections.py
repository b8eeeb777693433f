"""All connections of one PBX, whatever carries them: counted, limited, found again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from pbxcore.defence.guard import Guard
    from pbxcore.sip.flow import Flow

log = logging.getLogger(__name__)

MOST_CONNECTIONS: Final = 4096
FIRST_MESSAGE_S: Final = 30.0
"""How long a new connection may take to say something whole."""
WHOLE_MESSAGE_S: Final = 15.0
"""How long a message, or the handshake of TLS, may take from its first byte to its last."""
IDLE_S: Final = 180.0
"""How long a connection may be silent unless a registration or a transaction holds it."""
_SWEEP_S: Final = 1.0


class Connection(Protocol):
    """One connection; `held_until` is a moment of the loop's clock."""

    number: int
    flow: Flow
    outgoing: bool
    held_until: float

    def write(self, data: bytes) -> bool:
        """Send a message; False when the connection is closed or its peer does not read."""
        ...

    def close(self) -> None:
        """Send what is waiting, then close."""
        ...

    def abort(self) -> None:
        """Close at once."""
        ...

    def attend(self, now: float) -> bool:
        """Do what is due; False when its patience is used up."""
        ...

    def speaks_for(self, name: str) -> bool:
        """Whether the peer has proved to be that host, where proof is to be had (RFC 5922 §7)."""
        ...


class Connections:
    """The connections that stand, taken and made.

    Args:
        loop: whose clock counts.
        guard: knows who may not connect, and which connection is missed least.
        lost: is told the flow of each connection that is gone.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        guard: Guard,
        lost: Callable[[Flow], None],
    ) -> None:
        self._loop = loop
        self._guard = guard
        self._lost = lost
        self.now = loop.time
        self._connections: dict[int, Connection] = {}
        self._by_peer: dict[tuple[str, str, int], int] = {}
        self._aliases: dict[int, tuple[str, str, int]] = {}
        self._numbers = 0
        self._sweeper: asyncio.TimerHandle | None = None
        self.refused = 0

    def start(self) -> None:
        """Look after them from now on."""
        self._sweep()

    def close(self) -> None:
        """Close everything."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        for each in list(self._connections.values()):
            each.close()

    def __len__(self) -> int:
        """How many connections stand."""
        return len(self._connections)

    def number(self) -> int:
        """A number for a new connection."""
        self._numbers += 1
        return self._numbers

    def admit(self, connection: Connection) -> bool:
        """Count a new connection in; False when there are too many, or its peer is banned."""
        flow = connection.flow
        if not connection.outgoing:
            taken = self._guard.connected(connection.number, flow.host)
            if not taken or not self._room_for(connection):
                self.refused += 1
                log.info(
                    "connection refused", extra={"from": flow.host, "open": len(self._connections)}
                )
                return False
        self._connections[connection.number] = connection
        self._by_peer[flow.transport, flow.host, flow.port] = connection.number
        return True

    def forget(self, connection: Connection) -> None:
        """A connection is gone; its transactions learn it."""
        if self._connections.pop(connection.number, None) is None:
            return
        self._guard.disconnected(connection.number)
        flow = connection.flow
        own = (flow.transport, flow.host, flow.port)
        for peer in (own, self._aliases.pop(connection.number, own)):
            if self._by_peer.get(peer) == connection.number:
                del self._by_peer[peer]
        self._lost(flow)

    def cut(self, number: int) -> None:
        """Close one at once."""
        if (connection := self._connections.get(number)) is not None:
            connection.abort()

    def hold(self, number: int, until: float) -> None:
        """Keep a silent connection open until that moment of the loop's clock."""
        if (connection := self._connections.get(number)) is not None:
            connection.held_until = max(connection.held_until, until)

    def send(self, data: bytes, number: int) -> bool:
        """Send on a connection; False when it is gone."""
        connection = self._connections.get(number)
        return connection is not None and connection.write(data)

    def of(self, number: int) -> Flow | None:
        """The flow of the connection with that number, if it stands."""
        connection = self._connections.get(number)
        return None if connection is None else connection.flow

    def find(self, transport: str, host: str, port: int, name: str = "") -> Flow | None:
        """The connection to exactly this peer, if one stands; `name` is whom it must be."""
        number = self._by_peer.get((transport, host, port))
        if number is None or (name and not self._connections[number].speaks_for(name)):
            return None
        return self._connections[number].flow

    def alias(self, number: int, name: str, port: int) -> None:
        """A peer asks for requests to that host and port over its own connection (RFC 5923 §8).

        Granted to who has proved by a certificate to be that host, and for no other address than
        its own.
        """
        connection = self._connections.get(number)
        if connection is None or number in self._aliases or not connection.speaks_for(name):
            return
        peer = (connection.flow.transport, connection.flow.host, port)
        if peer not in self._by_peer:
            self._by_peer[peer] = number
            self._aliases[number] = peer

    def _room_for(self, newest: Connection) -> bool:
        """Make room: the oldest connection that has not signed in goes (slow-loris, half-open)."""
        crowded_out = self._guard.crowded_out(newest.number)
        if crowded_out is not None:
            self.cut(crowded_out)
        if len(self._connections) < MOST_CONNECTIONS:
            return True
        weakest = self._guard.displaced(newest.number)
        if weakest is None:
            return False
        self.cut(weakest)
        return True

    def _sweep(self) -> None:
        now = self.now()
        for each in [each for each in self._connections.values() if not each.attend(now)]:
            log.info("connection closed for silence", extra={"from": each.flow.host})
            each.abort()
        self._sweeper = self._loop.call_later(_SWEEP_S, self._sweep)
