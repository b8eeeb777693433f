"""The room between a stream and its sockets: who encrypts, and who takes what is not RTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pbxcore.media.latching import Address
    from pbxcore.sip.sdp.stream import Agreed


class Protection(Protocol):
    """SRTP with its keys, and ICE and DTLS where they bring them. A stream in clear has none."""

    def follow(self, agreed: Agreed) -> None:
        """Another description holds; the stream's latch has taken it in already."""

    def receive(self, buffer: bytearray, size: int, source: Address) -> int:
        """Open the datagram in place; the size of the RTP or RTCP packet it had.

        0: it was no such packet and is taken (RFC 7983). -1: it is refused, by key or as a replay.
        """

    def seal(self, packet: memoryview | bytes) -> bytes | None:
        """An RTP packet as it is sent; None while there is no key."""

    def seal_report(self, packet: bytes) -> bytes | None:
        """The same for RTCP."""

    def close(self) -> None:
        """The stream is closed."""
