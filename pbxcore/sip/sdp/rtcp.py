"""Where RTCP goes, and how much audio goes into a packet (RFC 3605, RFC 5761, RFC 8866 §6.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.sdp.description import Attribute
from pbxcore.sip.sdp.reader import host_of
from pbxcore.sip.sdp.writer import address_type

if TYPE_CHECKING:
    from pbxcore.sip.sdp.description import Media, SessionDescription

MUX: Final = Attribute("rtcp-mux")
_LONGEST_PACKET_MS: Final = 1000


class Endpoint(msgspec.Struct, frozen=True):
    """An address, or a host's name, and a port."""

    address: str
    port: int


def endpoint_of(description: SessionDescription, media: Media) -> Endpoint | None:
    """Where the writer wants RTP; None when it names no address or no port."""
    connection = description.connection_of(media)
    if connection is None or connection.is_unspecified or not media.port:
        return None
    return Endpoint(connection.address, media.port)


def rtcp_endpoint_of(description: SessionDescription, media: Media) -> Endpoint | None:
    """Where it wants RTCP: where `a=rtcp` says (RFC 3605 §2.1), else one port above.

    Without regard to multiplexing: whether both agreed to it decides who has both descriptions.

    Raises:
        RemoteProtocolError: 400: the attribute is not readable.
    """
    rtp = endpoint_of(description, media)
    value = media.value("rtcp")
    if value is None:
        return Endpoint(rtp.address, min(rtp.port + 1, 65535)) if rtp else None
    parts = value.split()
    port = parts[0] if parts else ""
    readable = port.isascii() and port.isdecimal() and len(port) <= 5 and int(port) <= 65535
    if not readable or len(parts) not in {1, 4}:
        raise RemoteProtocolError(400, "Malformed SDP: a=rtcp")
    if len(parts) == 4:
        return Endpoint(host_of(parts[3]), int(port)) if int(port) else None
    return Endpoint(rtp.address, int(port)) if rtp and int(port) else None


def rtcp_attribute(port: int, address: str | None = None) -> Attribute:
    """The `a=rtcp` line, with an address only when it differs from that of RTP."""
    where = f" IN {address_type(address)} {address}" if address else ""
    return Attribute("rtcp", f"{port}{where}")


def packet_ms(media: Media) -> int | None:
    """Milliseconds of audio the writer wants per packet: `ptime`, never above its `maxptime`."""
    wished, longest = _milliseconds(media, "ptime"), _milliseconds(media, "maxptime")
    if wished is None or longest is None:
        return wished
    return min(wished, longest)


def longest_packet_ms(media: Media) -> int | None:
    """Milliseconds of audio per packet that the writer can take at most."""
    return _milliseconds(media, "maxptime")


def _milliseconds(media: Media, name: str) -> int | None:
    # A wish that makes no sense is no reason to refuse a call: it counts as none.
    value = (media.value(name) or "").partition(".")[0]
    if not (value.isascii() and value.isdecimal() and len(value) <= 6):
        return None
    return int(value) if 0 < int(value) <= _LONGEST_PACKET_MS else None
