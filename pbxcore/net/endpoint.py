"""All sockets and transactions of one PBX: messages in and out, whatever they mean."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxcore.errors import RemoteProtocolError
from pbxcore.net import addresses
from pbxcore.net.incoming import Incoming
from pbxcore.net.outgoing import Outgoing
from pbxcore.net.tcp import TcpTransport
from pbxcore.net.timers import Deadlines
from pbxcore.net.udp import UdpTransport
from pbxcore.sip.checks import cut_body, examine, read_cseq
from pbxcore.sip.flow import Flow, host_port
from pbxcore.sip.grammar import elements
from pbxcore.sip.message import Request, Response, parse
from pbxcore.sip.via import MAGIC_COOKIE, Via, parse_via

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence

    from pbxcore.directory import DomainSettings
    from pbxcore.sip.framing import StreamLost

log = logging.getLogger(__name__)

MOST_TRANSACTIONS: Final = 200_000
"""Server transactions kept at once: beyond it new requests get 503, memory stays bounded."""
LARGEST_UDP_REQUEST: Final = 1300
"""Bytes a request over UDP may have when the path is unknown (RFC 3261 §18.1.1, RFC 3428 §8)."""
_LONGEST_KEEP_ALIVE: Final = 4
_KEEP_ALIVES: Final = (b"\r\n\r\n", b"\r\n", b"\0", b"\0\0\0\0", b"")


class Target(NamedTuple):
    """Where a request goes: an address, and the `peer` whose connection is to be reused."""

    transport: str
    host: str
    port: int
    local: str = ""
    peer: tuple[str, int] | None = None


class Figures:
    """Counters since the start."""

    __slots__ = ("malformed", "received", "refused", "sent")

    def __init__(self) -> None:
        self.received = self.sent = self.malformed = self.refused = 0


class Endpoint:
    """Transports, matching of messages to transactions, and the clock that drives them.

    Args:
        settings: the settings that hold now.
        on_request: takes each new request that is well formed; may answer at once or later.
        entropy: that many unguessable bytes.
    """

    def __init__(
        self,
        settings: Callable[[], DomainSettings],
        on_request: Callable[[Incoming], None],
        entropy: Callable[[int], bytes],
    ) -> None:
        loop = asyncio.get_running_loop()
        self._settings = settings
        self._on_request = on_request
        self._entropy = entropy
        self._loop = loop
        self.now = loop.time
        self.tag_key = entropy(32)
        self.figures = Figures()
        self._deadlines = Deadlines(loop)
        self._udp: dict[str, UdpTransport] = {}
        self._tcp = TcpTransport(loop, self.receive, self._stream_lost, self._connection_lost)
        self._server: dict[tuple[bytes, ...], Incoming] = {}
        self._merged: dict[tuple[bytes | None, bytes, int, bytes], Incoming] = {}
        self._client: dict[tuple[bytes, bytes], Outgoing] = {}
        self._open = 0
        self._draining = False
        self._idle = asyncio.Event()

    async def start(self, udp: Sequence[socket.socket], tcp: Sequence[socket.socket]) -> None:
        """Serve on these sockets."""
        for each in udp:
            transport = UdpTransport(self._loop, each, self.receive)
            self._udp[transport.local] = transport
            transport.start()
        await self._tcp.start(list(tcp))

    async def stop(self, grace_s: float) -> None:
        """Take nothing new, wait for what is open, close."""
        self._draining = True
        self._tcp.stop_listening()
        if self._open:
            try:
                async with asyncio.timeout(grace_s):
                    await self._idle.wait()
            except TimeoutError:
                log.info("transactions cut off", extra={"open": self._open})
        for each in list(self._client.values()):
            each.fail()
        self._deadlines.close()
        self._tcp.close()
        for transport in self._udp.values():
            transport.close()
        await asyncio.sleep(0)  # lets closed connections say goodbye

    def counts(self) -> dict[str, float]:
        """Figures for /metrics."""
        return {
            "sip_received_total": self.figures.received,
            "sip_sent_total": self.figures.sent,
            "sip_malformed_total": self.figures.malformed,
            "sip_refused_total": self.figures.refused,
            "sip_transactions": len(self._server) + len(self._client),
            "sip_connections": len(self._tcp),
        }

    # Sending

    def send(self, data: bytes, flow: Flow, port: int) -> bool:
        """Put bytes on a flow; False when that is known to have failed."""
        self.figures.sent += 1
        if flow.connection:
            return self._tcp.send(data, flow.connection)
        transport = self._udp.get(flow.local)
        return transport is not None and transport.send(data, flow.host, port)

    def hold(self, flow: Flow, seconds: float) -> None:
        """Keep the connection of a flow open for that long, even in silence."""
        if flow.connection:
            self._tcp.hold(flow.connection, self.now() + seconds)

    def advertised(self, flow: Flow) -> tuple[str, int]:
        """Our address and port as the peer at the other end should write them."""
        settings = self._settings()
        bound, _, port = flow.local.rpartition(":")
        host = addresses.seen_by(
            flow.host,
            bound.strip("[]"),
            external=settings.external_address,
            local_networks=settings.local_networks,
        )
        listening = self._tcp.listening
        return host, listening[0][1] if flow.connection and listening else int(port)

    def reach(self, target: Target, then: Callable[[Flow | None], None]) -> None:
        """Find or make the flow to a target, and tell; None when there is none."""
        if target.transport == "tcp":
            known = target.peer and self._tcp.find(*target.peer)
            known = known or self._tcp.find(target.host, target.port)
            if known:
                then(known)
            else:
                self._tcp.connect(target.host, target.port, then)
            return
        transport = self._udp.get(target.local)
        if transport is None:
            six = ":" in target.host
            fitting = (each for each in self._udp.values() if (":" in each.host) is six)
            transport = next(fitting, None)
        if transport is None:
            then(None)
        else:
            then(Flow("udp", transport.local, target.host, target.port))

    def branch(self) -> bytes:
        """A new branch; unguessable, since a response is believed by it."""
        return MAGIC_COOKIE + self._entropy(10).hex().encode()

    def request(
        self,
        data: bytes,
        flow: Flow,
        key: tuple[bytes, bytes],
        done: Callable[[int, Response | None], None],
    ) -> None:
        """Send a request as a client transaction; `key` is its branch and method.

        `done` gets the final status: the response's, 408 for silence, 503 when the transport
        failed.
        """
        outgoing = Outgoing(self, data, flow, key, done)
        self._client[key] = outgoing
        self._open += 1
        outgoing.start(self.now())
        self._deadlines.watch(outgoing)

    # Receiving

    def receive(self, data: bytes, flow: Flow) -> None:
        """Take one datagram, or one message of a stream."""
        if len(data) <= _LONGEST_KEEP_ALIVE and data in _KEEP_ALIVES:
            if data == b"\r\n\r\n":
                self.send(b"\r\n", flow, flow.port)
            return
        self.figures.received += 1
        try:
            message = parse(data)
            via = _top_via(message)
        except RemoteProtocolError as error:
            self.figures.malformed += 1
            log.info("SIP not understood", extra={"from": flow.source, "why": str(error)})
            return
        if isinstance(message, Response):
            self._response(message, via)
        else:
            self._request(message, via, flow)

    def _response(self, response: Response, via: Via) -> None:
        try:
            _, method = read_cseq(response.get(b"cseq") or b"")
        except RemoteProtocolError:
            self.figures.malformed += 1
            return
        outgoing = self._client.get((via.branch, method))
        if outgoing is not None and not response.repeated(b"via"):
            outgoing.receive(response, self.now())

    def _request(self, request: Request, via: Via, flow: Flow) -> None:
        key = _server_key(request, via)
        known = self._server.get(key)
        if known is not None:
            known.repeat()
            return
        if request.method == b"ACK":
            return  # for a refusal we do not remember; ACK is never answered
        incoming = Incoming(self, request, flow, via, key)
        if self._draining:
            if flow.reliable:  # over UDP silence lets the repetition reach our successor
                incoming.answer(503, "", [b"Retry-After: 5"])
            return
        try:
            self._check(incoming)
            self._on_request(incoming)
            if incoming.open:  # the answer comes later; the clock runs
                self._watch(incoming)
        except RemoteProtocolError as refusal:
            self.figures.refused += 1
            if refusal.status != 401:
                log.info("SIP refused", extra={"from": flow.source, "why": str(refusal)})
            incoming.refuse(refusal)

    def _check(self, incoming: Incoming) -> None:
        """Let pass what is well formed, new, and not too much (§8.2.2.2, §18.3)."""
        request = incoming.request
        if not incoming.flow.reliable:
            cut_body(request)
        incoming.head = head = examine(request)
        incoming.merged_key = head.from_.tag, head.call_id, head.cseq, request.method
        if head.to.tag is None and incoming.merged_key in self._merged:
            raise RemoteProtocolError(482, "Merged Request")
        if len(self._server) >= MOST_TRANSACTIONS:
            raise RemoteProtocolError(503, "", (b"Retry-After: 10",))

    # For the transactions

    def keep(self, incoming: Incoming) -> None:
        """Remember a server transaction."""
        self._open += 1
        self._server[incoming.key] = incoming
        self._merged[incoming.merged_key] = incoming

    def _watch(self, incoming: Incoming) -> None:
        incoming.watched = True
        self._deadlines.watch(incoming)

    def answered(self, incoming: Incoming) -> None:
        """A server transaction owes nothing any more."""
        self._finished()
        if incoming.deadline is None:
            self.drop(incoming)
        elif not incoming.watched:
            self._watch(incoming)

    def drop(self, incoming: Incoming) -> None:
        """Forget a server transaction."""
        self._server.pop(incoming.key, None)
        self._merged.pop(incoming.merged_key, None)

    def forget(self, outgoing: Outgoing) -> None:
        """A client transaction has ended."""
        self._client.pop(outgoing.key, None)
        self._finished()

    def _finished(self) -> None:
        self._open -= 1
        if not self._open and self._draining:
            self._idle.set()

    def _connection_lost(self, number: int) -> None:
        for each in [each for each in self._client.values() if each.flow.connection == number]:
            each.fail()

    def _stream_lost(self, head: bytes, flow: Flow, lost: StreamLost) -> None:
        """Answer what can be read of a message whose end cannot be found; the connection closes."""
        self.figures.malformed += 1
        log.info("SIP stream lost", extra={"from": flow.source, "why": str(lost)})
        try:
            message = parse(head[:65536] if b"\r\n\r\n" in head else head[:65000] + b"\r\n\r\n")
            via = _top_via(message)
        except RemoteProtocolError:
            return
        if isinstance(message, Request) and message.method != b"ACK":
            Incoming(self, message, flow, via, _server_key(message, via)).refuse(lost)


def _top_via(message: Request | Response) -> Via:
    value = message.get(b"via") or b""
    return parse_via(elements(value)[0] if b"," in value else value)


def _server_key(request: Request, via: Via) -> tuple[bytes, ...]:
    """What a repetition has in common with the first (RFC 3261 §17.2.3)."""
    branch = via.branch
    if branch.startswith(MAGIC_COOKIE) and len(branch) > len(MAGIC_COOKIE):
        return branch, via.host, b"%d" % (via.port or 0), request.method
    header = request.get
    return (
        request.uri,
        header(b"from") or b"",
        header(b"to") or b"",
        header(b"call-id") or b"",
        header(b"cseq") or b"",
        via.sent_by,
    )


def sent_by(host: str, port: int) -> bytes:
    """Host and port as Via writes them."""
    return host_port(host, port).encode()
