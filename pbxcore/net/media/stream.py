"""One media line of one leg at its sockets: receive, check, latch, hand on; and send."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING, Final, Protocol

from pbxcore.media.commands import StreamClosed
from pbxcore.media.latching import Latch
from pbxcore.media.reception import Reception
from pbxcore.media.rtcp import is_rtcp
from pbxcore.net.marking import CONFERENCING, EXPEDITED
from pbxcore.net.media.digits import Digits
from pbxcore.net.media.fax import FaxLine
from pbxcore.net.media.keys import Keying
from pbxcore.net.media.output import Output
from pbxcore.net.media.reports import Reports
from pbxcore.net.media.rtp_socket import RtpSocket
from pbxcore.net.media.silence import Silence

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.media.commands import MediaNotice, OpenStream, SetStream
    from pbxcore.media.latching import Address
    from pbxcore.media.rtcp import Feedback
    from pbxcore.media.rtp import Packet
    from pbxcore.net.media.loop import Loop
    from pbxcore.net.media.protection import Protection
    from pbxcore.net.media.reports import Clocks
    from pbxcore.sip.sdp.rtcp import Endpoint
    from pbxcore.sip.sdp.stream import Agreed

_UNKNOWN: Final = 0
_MEDIA: Final = 1
_EVENT: Final = 2


class Joined(Protocol):
    """What a stream takes part in: a bridge, a room. It feeds the stream and hears it."""

    def follow(self, stream: Stream) -> None:
        """Another description of the stream holds."""

    def feedback(self, stream: Stream, feedback: Feedback) -> None:
        """The stream's peer asks something of the source that it gets (RFC 4585)."""

    def leave(self, stream: Stream) -> None:
        """Neither feed nor hear it any more."""


class Stream:
    """Sockets, the peer's source, ours, and who hears what the peer says.

    Attributes:
        agreed: what both sides came to; None until `follow`.
        output: what is sent; whoever feeds it gives itself as the feeder.
        joined: the bridge or room it is in.
        destination: where media go now.
        protection: set by whoever has the keys; None: in clear.
        on_packet: each takes every packet of the peer's codecs, in turn, while we receive; the
            packet and its payload are valid during the call. Replaced as a whole, by `hear`.
        digits: the keys that the peer presses; `keying` presses ours.
    """

    def __init__(
        self,
        opened: OpenStream,
        sockets: tuple[socket.socket, socket.socket],
        *,
        loop: Loop,
        packet: Packet,
        clocks: Clocks,
        tell: Callable[[MediaNotice], None],
    ) -> None:
        self.name, self.kind = opened.stream, opened.kind
        self.tell = tell
        self.agreed: Agreed | None = None
        self.joined: Joined | None = None
        self.protection: Protection | None = None
        self.on_packet: tuple[Callable[[Packet], None], ...] = ()
        self._at_close: dict[Callable[[], None], None] = {}
        self.latch = Latch()
        self.reception = Reception()
        self.octets = self.refused = 0
        self._loop, self._packet = loop, packet
        self.destination: Address | None = None
        self._kinds = bytes(128)
        self.receives = False
        self.silence = Silence(self, loop)
        self.fax = FaxLine(self, loop)
        self.digits = Digits(self, loop)
        self._socket = RtpSocket(
            sockets[0],
            loop,
            packet.buffer,
            self._take,
            self._readdressed,
            CONFERENCING if self.kind == "video" else EXPEDITED,
        )
        entropy = clocks.entropy
        self.output = Output(
            ssrc=int.from_bytes(entropy(4)),
            sequence=int.from_bytes(entropy(2)),
            timestamp=int.from_bytes(entropy(4)),
            marks=self.kind == "audio",
        )
        self.keying = Keying(self, loop)
        self.reports = Reports(self, sockets[1], loop, clocks)

    @property
    def port(self) -> int:
        """Where it receives."""
        return self._socket.port

    @property
    def packets(self) -> int:
        """How many came from the peer."""
        return self.reception.received + self.fax.packets

    @property
    def is_fax(self) -> bool:
        """Whether it carries a fax now."""
        return self.agreed is not None and self.agreed.fax is not None

    def follow(self, wanted: SetStream) -> None:
        """Do from now on what an offer and its answer came to."""
        self.agreed = agreed = wanted.agreed
        kinds = bytearray(128)
        for each in agreed.codecs:
            kinds[each.receive_type] = _EVENT if each.codec.is_event else _MEDIA
        self._kinds = bytes(kinds)
        self.receives = agreed.direction.receives
        self.output.enabled = agreed.direction.sends
        if agreed.main is not None:
            self.output.clock_rate = self.reception.clock_rate = agreed.main.codec.clock_rate
        self.latch.expect(self._address(agreed.remote), wanted.latch, self._loop.now)
        if self.protection is not None:
            self.protection.follow(agreed)
        self.redirect()
        self.digits.follow(agreed)
        self.reports.follow(self._address(agreed.remote_rtcp))
        self.silence.watch(wanted.silence_s if self.receives else 0)
        if self.joined is not None:
            self.joined.follow(self)

    def redirect(self) -> None:
        """Send from now on where the latch says."""
        source, self.destination = self.latch.source, self.latch.destination
        self._socket.keep_to(source if source == self.destination else None)
        self._readdressed()

    def hear(self, callback: Callable[[Packet], None]) -> None:
        """Let this one hear each packet as well."""
        self.on_packet = (*self.on_packet, callback)

    def ignore(self, callback: Callable[[Packet], None]) -> None:
        """Let it hear no more."""
        self.on_packet = tuple(each for each in self.on_packet if each != callback)

    def at_close(self, callback: Callable[[], None]) -> None:
        """Let this one know when the stream is closed."""
        self._at_close[callback] = None

    def forget_close(self, callback: Callable[[], None]) -> None:
        """It need not know any more."""
        self._at_close.pop(callback, None)

    def close(self) -> None:
        """Free the ports."""
        for callback in tuple(self._at_close):
            callback()
        if self.joined is not None:
            self.joined.leave(self)
        self.silence.close()
        self.digits.close()
        self.keying.close()
        self.reports.close()
        if self.protection is not None:
            self.protection.close()
        self._socket.close()

    def figures(self) -> StreamClosed:
        """How it did so far."""
        main = self.agreed.main if self.agreed else None
        codec = main.codec.name if main and self.kind == "audio" else ""
        output, reporting = self.output, self.reports.reporting
        passed = reporting.round_trip_s
        return StreamClosed(
            self.name,
            received=reporting.received(self.packets, self.octets, codec),
            sent=reporting.sent(output.packets, output.octets, codec, output.clock_rate),
            round_trip_ms=None if passed is None else round(passed * 1000, 1),
            refused=self.refused,
        )

    def is_peer(self, source: Address) -> bool:
        """Whether reports from there are believed: by the host, for each phone has its ports."""
        known = self.destination
        return known is not None and known[0] == source[0]

    def admits(self, source: Address, ssrc: int, sequence: int, now: float) -> bool:
        """Whether a packet, valid in itself, is the peer's; then media go there."""
        known = self.latch.source
        admitted = self.latch.admit(source, ssrc, sequence, now)
        if self.latch.source != known:
            self.redirect()
        return admitted

    def refuse(self) -> None:
        """Count what is nobody's, once something is agreed."""
        self.refused += self.agreed is not None

    def transmit_report(self, packet: bytes, own: socket.socket, where: Address | None) -> None:
        """Send RTCP by its own socket, or beside RTP where there is no place for it alone."""
        sealed = packet if self.protection is None else self.protection.seal_report(packet)
        if sealed is None:
            return
        with contextlib.suppress(OSError):  # lost, as on the wire
            if where is not None:
                own.sendto(sealed, where)
            elif self.destination is not None:
                self._socket.send_to(sealed, self.destination)

    def send_datagram(self, data: bytes, destination: Address) -> None:
        """Send what is no media: it goes where it says, as it is."""
        with contextlib.suppress(OSError):  # lost, as on the wire
            self._socket.send_to(data, destination)

    def _take(self, size: int, source: Address) -> None:
        """One datagram."""
        packet = self._packet
        if self.protection is not None:
            size = self.protection.receive(packet.buffer, size, source)
        if not packet.read(size) or not (kind := self._kinds[packet.payload_type]):
            self._odd(size, source)
            return
        packet.arrived_at = now = self._loop.now
        latch = self.latch
        if source == latch.source:
            latch.heard_at = now
        elif not self.admits(source, packet.ssrc, packet.sequence, now):
            self.refused += 1
            return
        if self.silence.unheard:
            self.silence.broken(source)
        self.octets += packet.end - packet.begin
        timed = kind == _MEDIA
        self.reception.receive(packet, timed)
        if self.receives:
            if not timed:
                self.digits.hear(packet)
            for hear in self.on_packet:
                hear(packet)

    def _odd(self, size: int, source: Address) -> None:
        """What is no packet of an agreed codec: RTCP by the same port, fax, or refused."""
        if self.is_fax:
            self.refused += not self.fax.take(self._packet.view[: max(size, 0)], source)
            return
        buffer = self._packet.buffer
        multiplexed = size > 1 and is_rtcp(buffer[1]) and self.agreed and self.agreed.mux
        if multiplexed and self.reports.hear(bytes(buffer[:size]), source):
            return
        if size:
            self.refuse()

    def _transmit(self, packet: memoryview | bytes) -> None:
        destination = self.destination
        if destination is None:
            return
        if self.protection is not None:
            sealed = self.protection.seal(packet)
            if sealed is None:
                return
            packet = sealed
        self._socket.send_to(packet, destination)

    def _readdressed(self) -> None:
        """Packets in clear for the peer that is kept take no detour."""
        direct = self._socket.direct if self.protection is None else None
        self.output.transmit = direct or self._transmit

    def _address(self, endpoint: Endpoint | None) -> Address | None:
        """A signalled address as the socket would give it; None for a name, or another family."""
        if endpoint is None or not endpoint.port:
            return None
        host, port = endpoint.address, endpoint.port
        if self._socket.family == socket.AF_INET:
            return (host, port) if _is(socket.AF_INET, host) else None
        if _is(socket.AF_INET, host):
            return (f"::ffff:{host}", port, 0, 0)
        return (host, port, 0, 0) if _is(socket.AF_INET6, host) else None


def _is(family: socket.AddressFamily, host: str) -> bool:
    try:
        socket.inet_pton(family, host)
    except OSError:
        return False
    return True
