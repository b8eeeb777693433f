"""All sockets of one PBX under one transaction layer: bytes in and out, and the clock."""

from __future__ import annotations

import asyncio
import logging
import math
from typing import TYPE_CHECKING, Final, Protocol

from pbxcore.errors import RemoteProtocolError
from pbxcore.net import addresses
from pbxcore.net.connections import Connections
from pbxcore.net.streams import Streams
from pbxcore.net.udp import UdpTransport
from pbxcore.net.websocket import WebSockets
from pbxcore.sip.flow import Flow, Target, default_port, split_host_port
from pbxcore.sip.framing import StreamLost
from pbxcore.sip.grammar import elements
from pbxcore.sip.message import parse
from pbxcore.sip.transactions.layer import TransactionLayer
from pbxcore.sip.via import parse_via

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence

    from pbxcore.commands import Notice
    from pbxcore.domain_settings import DomainSettings
    from pbxcore.net.tls import Tls
    from pbxcore.sip.transactions.incoming import Incoming
    from pbxcore.watch import Watch

log = logging.getLogger(__name__)

_TIMER_GRID_S: Final = 0.02
"""Timers end together at these steps; the shortest of RFC 3261 is half a second."""


class Datagrams(Protocol):
    """What carries datagrams: a socket, or what stands in for one."""

    @property
    def local(self) -> str:
        """Where it is, as `host:port`; flows name it."""
        ...

    def send(self, data: bytes, host: str, port: int, /) -> bool:
        """Send one datagram; False when that is known to have failed."""
        ...

    def reaches(self, host: str, /) -> bool:
        """Whether it can send there."""
        ...

    def close(self) -> None:
        """Send nothing any more."""
        ...


class Endpoint:
    """The wire of a transaction layer made of sockets, and the timer that drives it.

    Args:
        settings: the settings that hold now.
        on_request: takes each new request that is well formed; may answer at once or later.
        entropy: that many unguessable bytes.
        watch: decides what is heard and said, and keeps the last messages.
        tls: certificates and whom to trust; None for no TLS.
    """

    def __init__(
        self,
        settings: Callable[[], DomainSettings],
        on_request: Callable[[Incoming], None],
        entropy: Callable[[int], bytes],
        watch: Watch,
        tls: Tls | None = None,
    ) -> None:
        loop = asyncio.get_running_loop()
        self._settings = settings
        self._watch = watch
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0  # a handle of uvloop for what is due at once does not tell
        self._ticking = False
        self._udp: dict[str, Datagrams] = {}
        self._idle = asyncio.Event()
        self._sent = 0
        self.layer = TransactionLayer(
            self, on_request, clock=loop.time, entropy=entropy, arm=self._arm
        )
        self.layer.on_idle = self._idle.set
        layer = self.layer
        layer.on_answered = watch.guard.proved
        self._connections = Connections(loop, watch.guard, layer.lost)
        self._streams = Streams(loop, self._connections, self.receive, layer.lost_framing, tls)
        self.follow_settings()

    async def start(
        self,
        udp: Sequence[socket.socket],
        tcp: Sequence[socket.socket],
        tls: Sequence[socket.socket] = (),
    ) -> None:
        """Serve on these sockets."""
        for each in udp:
            transport = UdpTransport(self._loop, each, self.receive, self._watch.guard)
            self.attach(transport)
            transport.start()
        await self._streams.start(list(tcp), list(tls))
        self._connections.start()

    def attach(self, wire: Datagrams) -> None:
        """Send datagrams over this one too; what comes by it goes to `receive`."""
        self._udp[wire.local] = wire

    def follow_settings(self) -> None:
        """Keep the limits that are set now."""
        limits = self._settings().limits
        self.layer.most_lines, self.layer.most_vias = limits.header_lines, limits.vias
        self._streams.largest = limits.message_bytes

    def web_sockets(self, tell: Callable[[Notice], None]) -> WebSockets:
        """The place for the sockets of one web server; `tell` takes what it is to do with them."""
        return WebSockets(self._connections, self._receive_frame, tell)

    async def stop(self, grace_s: float) -> None:
        """Take nothing new, wait for what is open, close."""
        self.layer.draining = True
        self._streams.stop_listening()
        if self.layer.open:
            self._idle.clear()
            try:
                async with asyncio.timeout(grace_s):
                    await self._idle.wait()
            except TimeoutError:
                log.info("transactions cut off", extra={"open": self.layer.open})
        self.layer.close()
        if self._timer is not None:
            self._timer.cancel()
        self._streams.close()
        self._connections.close()
        for transport in self._udp.values():
            transport.close()
        await asyncio.sleep(0)  # lets closed connections say goodbye

    def counts(self) -> dict[str, float]:
        """Figures for /metrics."""
        figures = self.layer.figures
        return {
            "sip_received_total": figures.received,
            "sip_sent_total": self._sent,
            "sip_malformed_total": figures.malformed,
            "sip_refused_total": figures.refused,
            "sip_transactions": len(self.layer),
            "sip_connections": len(self._connections),
        }

    # The wire

    def send(self, data: bytes, flow: Flow, port: int) -> bool:
        """Put bytes on a flow; False when that is known to have failed."""
        if not self._watch.lets_go(data, flow, port):
            return True  # as a network would lose it
        self._sent += 1
        if flow.connection:
            return self._connections.send(data, flow.connection)
        transport = self._udp.get(flow.local)
        return transport is not None and transport.send(data, flow.host, port)

    def hold(self, flow: Flow, seconds: float) -> None:
        """Keep the connection of a flow open for that long, even in silence."""
        if flow.connection:
            self._connections.hold(flow.connection, self._loop.time() + seconds)

    def advertised(self, flow: Flow) -> tuple[str, int]:
        """Our address and port as the peer at the other end should write them."""
        settings = self._settings()
        bound, port = split_host_port(flow.local)
        host = addresses.seen_by(
            flow.host,
            bound,
            external=settings.external_address,
            local_networks=settings.local_networks,
        )
        return host, self._streams.ports.get(flow.transport, port)

    def reach(self, target: Target, then: Callable[[Flow | None], None]) -> None:
        """Find or make the flow to a target, and tell; None when there is none."""
        if target.transport != "udp":
            self._reach_by_connection(target, then)
            return
        transport = self._udp.get(target.local)
        if transport is None or not transport.reaches(target.host):
            fitting = (each for each in self._udp.values() if each.reaches(target.host))
            transport = next(fitting, None)
        if transport is None:
            then(None)
        else:
            then(Flow("udp", transport.local, target.host, target.port))

    def _reach_by_connection(self, target: Target, then: Callable[[Flow | None], None]) -> None:
        transport, host, port = target.transport, target.host, target.port
        verify = target.verify and self._settings().tls_verify_servers
        name = (target.server_name or host) if transport == "tls" and verify else ""
        known = target.peer and self._connections.find(transport, *target.peer)
        known = known or self._connections.find(transport, host, port, name)
        if known:
            then(known)
        elif transport not in ("tcp", "tls"):
            then(None)  # a browser cannot be called (RFC 7118 §5)
        else:
            self._streams.connect(
                transport,
                host,
                port,
                then,
                server_name=target.server_name,
                verify=target.verify,
                optional=target.optional,
            )

    def receive(self, data: bytes, flow: Flow) -> None:
        """Take one message as it came, unless its sender is not heard."""
        if self._watch.hears(data, flow, self._loop.time()):
            if flow.transport == "tls" and b";alias" in data:
                self._take_alias(data, flow)
            self.layer.receive(data, flow)
        elif flow.connection:  # banned, or it floods
            self._connections.cut(flow.connection)

    def _receive_frame(self, data: bytes, flow: Flow) -> bool:
        """Take a message of a WebSocket; one too large ends it, as on every connection."""
        if len(data) <= self._streams.largest:
            self.receive(data, flow)
            return True
        if self._watch.hears(data, flow, self._loop.time()):
            self.layer.lost_framing(data, flow, StreamLost(413, "", [], data))
        return False

    def _take_alias(self, data: bytes, flow: Flow) -> None:
        """Let requests to whom the topmost Via names go over this connection too (RFC 5923 §8)."""
        try:
            via = parse_via(elements(parse(data).get(b"via") or b"")[0])
        except RemoteProtocolError:
            return  # whoever reads it next will say so
        if b"alias" in via.parameters:
            host = via.host.strip(b"[]").decode("ascii", "replace")
            self._connections.alias(flow.connection, host, via.port or default_port("tls"))

    def _arm(self, deadline: float) -> None:
        """Tick then; what has waited long waits for others: a wake-up costs more than its work."""
        at = math.ceil(deadline / _TIMER_GRID_S) * _TIMER_GRID_S
        if not self._ticking and deadline - self._loop.time() < _TIMER_GRID_S:
            at = deadline  # new, and due at once
        if self._timer is not None:
            if self._timer_at <= at:
                return  # that tick asks for the next
            self._timer.cancel()
        self._timer, self._timer_at = self._loop.call_at(at, self._tick), at

    def _tick(self) -> None:
        self._timer = None
        self._ticking = True
        try:
            self.layer.tick(self._loop.time())
        finally:
            self._ticking = False
