"""One connection of SIP over TCP or TLS: deciphered, framed, kept alive (RFC 3261 §18)."""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import TYPE_CHECKING, Final, cast

from pbxcore.net.addresses import plain_host
from pbxcore.net.connections import FIRST_MESSAGE_S, IDLE_S, WHOLE_MESSAGE_S
from pbxcore.net.marking import SIGNALLING, mark
from pbxcore.net.tls import TlsEnded, TlsFailed
from pbxcore.sip.flow import Flow, host_port
from pbxcore.sip.framing import KEEP_ALIVE, PONG, StreamFraming, StreamLost

if TYPE_CHECKING:
    from pbxcore.net.streams import Streams
    from pbxcore.net.tls import TlsSession

log = logging.getLogger(__name__)

PING_S: Final = 95.0
"""Silence after which a connection that we made, and keep, is pinged (RFC 5626 §4.4.1)."""
PONG_S: Final = 10.0
"""How long a peer that has answered pings may take to answer one (§4.4.1)."""
_MOST_UNSENT: Final = 256 * 1024


Ready = asyncio.Future[None] | None
"""For a connection that we make: done when it can carry messages."""


class StreamConnection(asyncio.Protocol):
    """One connection, plain or under TLS."""

    def __init__(
        self,
        owner: Streams,
        number: int,
        tls: TlsSession | None,
        ready: Ready,
        name: str = "",
    ) -> None:
        self._owner = owner
        self._framing = StreamFraming(owner.largest)
        self._out: asyncio.Transport | None = None
        self._tls = tls
        self._name = name  # that the peer's certificate was checked for
        self._ready: Ready = ready
        self.number = number
        self.outgoing = ready is not None
        self.flow = Flow("tcp" if tls is None else "tls", "", "", 0, number)
        self.held_until = 0.0
        self.heard = False
        self.last_at = 0.0
        self.partial_since: float | None = None
        self.pinged_at: float | None = None
        self.pongs = False

    def connection_made(self, made: asyncio.BaseTransport) -> None:
        """Take the connection, unless too many stand already."""
        transport = cast("asyncio.Transport", made)  # uvloop's own is no subclass of it
        self._out = transport
        mine, peer = transport.get_extra_info("sockname"), transport.get_extra_info("peername")
        self.last_at = self._owner.now()
        if not mine or not peer:  # gone between accept and here
            transport.abort()
            return
        local = host_port(plain_host(mine[0]), mine[1])
        self.flow = Flow(self.flow.transport, local, plain_host(peer[0]), peer[1], self.number)
        raw: socket.socket = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        mark(raw, SIGNALLING)
        if not self._owner.admit(self):
            transport.abort()
        elif self._tls is None:
            self._is_ready()
        else:
            self.partial_since = self.last_at  # the handshake
            transport.write(self._tls.start())

    def data_received(self, data: bytes) -> None:
        """Decipher and frame what arrived."""
        self.last_at = self._owner.now()
        if self._tls is None:
            self._heard(data)
            return
        was_established = self._tls.established
        try:
            said, reply = self._tls.receive(data)
        except TlsEnded as ended:
            self._heard(ended.before)
            self.close()
            return
        except TlsFailed as failed:
            self._fail(failed)
            return
        if reply and self._out is not None:
            self._out.write(reply)
        if self._tls.established and not was_established:
            self.partial_since = None
            self._is_ready()
        if said:
            self._heard(said)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._out = None
        if self._ready is not None and not self._ready.done():
            self._ready.set_exception(ConnectionResetError("the peer ended the connection"))
        self._owner.forget(self)

    def write(self, data: bytes) -> bool:
        """Send; False when the connection is closed or its peer does not read."""
        if self._out is None or self._out.is_closing():
            return False
        if self._out.get_write_buffer_size() > _MOST_UNSENT:
            self._out.abort()
            return False
        self._out.write(data if self._tls is None else self._tls.send(data))
        return True

    def close(self) -> None:
        """Send what is waiting, then close."""
        if self._out is None or self._out.is_closing():
            return
        if self._tls is not None:
            self._out.write(self._tls.close())
        self._out.close()

    def abort(self) -> None:
        """Close at once."""
        if self._out is not None:
            self._out.abort()

    def attend(self, now: float) -> bool:
        """Ping if it is time to; False when its patience is used up."""
        if self.partial_since is not None and now - self.partial_since > WHOLE_MESSAGE_S:
            return False
        if self.pinged_at is not None and self.pongs and now - self.pinged_at > PONG_S:
            return False  # RFC 5626 §4.4.1: the flow has failed
        if now < self.held_until:
            if self.outgoing and now - max(self.last_at, self.pinged_at or 0.0) > PING_S:
                self.pinged_at = now
                self.write(KEEP_ALIVE)
            return True
        return now - self.last_at <= (IDLE_S if self.heard or self.outgoing else FIRST_MESSAGE_S)

    def speaks_for(self, name: str) -> bool:
        """Whether the peer's certificate names that host; without TLS there is nothing to ask."""
        return self._tls is None or name == self._name or name.lower() in self._tls.names()

    def _heard(self, data: bytes) -> None:
        if self.pinged_at is not None:
            self.pongs = self.pongs or data == PONG
            self.pinged_at = None
        try:
            messages = self._framing.receive(data)
        except StreamLost as lost:
            self._take(lost.messages)
            self._owner.broken(lost.head, self.flow, lost)
            self.close()
            return
        if self._framing.pending:
            if messages or self.partial_since is None:
                self.partial_since = self.last_at
        else:
            self.partial_since = None
        self._take(messages)

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

    def _is_ready(self) -> None:
        if self._ready is not None and not self._ready.done():
            self._ready.set_result(None)

    def _fail(self, failed: TlsFailed) -> None:
        log.info("TLS refused", extra={"with": self.flow.host, "why": str(failed)})
        if self._ready is not None and not self._ready.done():
            self._ready.set_exception(ConnectionAbortedError(str(failed)))
        if self._out is not None:
            self._out.write(failed.alert)
            self._out.close()
