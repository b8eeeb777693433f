"""What we can do on one media line, and what both sides came to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.sip.sdp.codecs import Codec, Format, attributes_for
from pbxcore.sip.sdp.crypto import Crypto
from pbxcore.sip.sdp.description import Attribute, Bandwidth, Connection, Media
from pbxcore.sip.sdp.direction import Direction, Hold
from pbxcore.sip.sdp.dtls import Dtls
from pbxcore.sip.sdp.fax import FORMAT, Fax
from pbxcore.sip.sdp.ice import Ice
from pbxcore.sip.sdp.rtcp import MUX, Endpoint, rtcp_attribute

if TYPE_CHECKING:
    from collections.abc import Sequence

AVP: Final = "RTP/AVP"
"""Audio and video in clear (RFC 3551)."""
SAVP: Final = "RTP/SAVP"
"""Encrypted, keys by SDES (RFC 3711)."""
DTLS_SAVPF: Final = "UDP/TLS/RTP/SAVPF"
"""Encrypted, keys by DTLS, with feedback: what browsers speak (RFC 5764, RFC 5124)."""


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """One media line as we would have it.

    Args:
        profiles: those we can speak; an offer is made in the first.
        formats: our codecs in our order of preference, under the numbers we would like.
        address: where we receive, if that is not the session's address.
        rtcp_port: if that is not the port above.
        cryptos: a key of ours for each suite we can use; an answer takes one, with the offer's tag.
        dtls: our fingerprints; `setup` is what we offer, or prefer where we have the choice.
        ours_first: answer in our order of codecs, not in the offer's (RFC 3264 §6.1 allows both).
        one_codec: answer with one codec and its companions, so that the peer cannot change it.
        attributes: more lines, written as they are.
    """

    port: int
    kind: str = "audio"
    profiles: tuple[str, ...] = (AVP,)
    formats: tuple[Format, ...] = ()
    fax: Fax | None = None
    direction: Direction = Direction.SENDRECV
    address: str | None = None
    rtcp_port: int | None = None
    mux: bool = False
    packet_ms: int | None = None
    longest_packet_ms: int | None = None
    cryptos: tuple[Crypto, ...] = ()
    dtls: Dtls | None = None
    ice: Ice | None = None
    mid: str | None = None
    ours_first: bool = False
    one_codec: bool = False
    bandwidths: tuple[Bandwidth, ...] = ()
    attributes: tuple[Attribute, ...] = ()


class AgreedCodec(msgspec.Struct, frozen=True):
    """A codec both have: `send_type` and `send_fmtp` are the peer's wishes, the others ours."""

    codec: Codec
    send_type: int
    receive_type: int
    send_fmtp: str = ""
    receive_fmtp: str = ""


class Agreed(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for one media line once an offer was answered.

    Args:
        index: which media line, from 0.
        direction: what we do; only what both sides allow.
        hold: the form in which the peer holds, if it does.
        remote: where to send; None when the peer names no place, by hold or for ICE.
        remote_rtcp: likewise; the same as `remote` when both multiplex.
        codecs: in the answer's order: the first that is not auxiliary is the one to send.
        packet_ms: what the peer would like in a packet.
        local_crypto: with the key we send by; `remote_crypto` has those we receive by.
        dtls: the peer's fingerprints; its `setup` is **ours**, active or passive.
        ice: the peer's.
        fax: what both can do; `remote_fax` has the peer's own buffer and datagram sizes.
    """

    index: int
    kind: str
    profile: str
    direction: Direction
    hold: Hold | None = None
    remote: Endpoint | None = None
    remote_rtcp: Endpoint | None = None
    mux: bool = False
    codecs: tuple[AgreedCodec, ...] = ()
    packet_ms: int | None = None
    longest_packet_ms: int | None = None
    local_crypto: Crypto | None = None
    remote_crypto: Crypto | None = None
    dtls: Dtls | None = None
    ice: Ice | None = None
    fax: Fax | None = None
    remote_fax: Fax | None = None
    mid: str | None = None

    @property
    def main(self) -> AgreedCodec | None:
        """The codec to send."""
        return next((each for each in self.codecs if not each.codec.is_auxiliary), None)

    def events_for(self, chosen: AgreedCodec) -> AgreedCodec | None:
        """The telephone-event that goes with a codec: of its clock rate (RFC 4733 §2.1), or any."""
        events = [each for each in self.codecs if each.codec.is_event]
        rate = chosen.codec.clock_rate
        alike = (each for each in events if each.codec.clock_rate == rate)
        return next(alike, events[0] if events else None)


def held(stream: Stream, form: Hold, *, ipv6: bool = False) -> Stream:
    """The stream put on hold in one of its forms (RFC 3264 §8.4).

    `ipv6` chooses the zero address where the stream has no address of its own.
    """
    match form:
        case Hold.SENDONLY:
            # Who was not listened to before is not sent to either (§8.4).
            return msgspec.structs.replace(stream, direction=stream.direction & Direction.SENDONLY)
        case Hold.RECVONLY:
            return msgspec.structs.replace(stream, direction=stream.direction & Direction.RECVONLY)
        case Hold.INACTIVE:
            return msgspec.structs.replace(stream, direction=Direction.INACTIVE)
        case Hold.ZERO_ADDRESS:
            ipv6 = ":" in stream.address if stream.address else ipv6
            zero = "::" if ipv6 else "0.0.0.0"  # noqa: S104 - written, bound by nobody
            return msgspec.structs.replace(
                stream, address=zero, direction=stream.direction & Direction.SENDONLY
            )


def media_line(
    stream: Stream,
    *,
    session_address: str,
    formats: tuple[Format, ...],
    cryptos: Sequence[Crypto],
    profile: str | None = None,
    mid: str | None = None,
) -> Media:
    """Write a stream as a media line; what the two sides must settle comes as arguments."""
    attributes = list(attributes_for(formats))
    if stream.fax is not None:
        attributes += stream.fax.attributes
    if stream.packet_ms is not None:
        attributes.append(Attribute("ptime", str(stream.packet_ms)))
    if stream.longest_packet_ms is not None:
        attributes.append(Attribute("maxptime", str(stream.longest_packet_ms)))
    if stream.rtcp_port is not None:
        attributes.append(rtcp_attribute(stream.rtcp_port))
    if stream.mux:
        attributes.append(MUX)
    attributes += [each.attribute for each in cryptos]
    if stream.dtls is not None:
        attributes += stream.dtls.attributes
    if stream.ice is not None:
        attributes += stream.ice.attributes
    if mid is not None:
        attributes.append(Attribute("mid", mid))
    attributes += stream.attributes
    if stream.fax is None:
        attributes.append(stream.direction.attribute)
    elsewhere = stream.address is not None and stream.address != session_address
    return Media(
        kind=stream.kind,
        port=stream.port,
        profile=profile or stream.profiles[0],
        formats=(FORMAT,) if stream.fax else tuple(str(each.payload_type) for each in formats),
        connections=(Connection(stream.address),) if elsewhere and stream.address else (),
        bandwidths=stream.bandwidths,
        attributes=tuple(attributes),
    )


def closed_line(media: Media) -> Media:
    """The line with port 0: refused in an answer, ended in an offer (RFC 3264 §6, §8.2).

    Its kind, its formats and its `mid` stay, the rest has no meaning any more.
    """
    return Media(
        kind=media.kind,
        port=0,
        profile=media.profile,
        formats=media.formats or ("0",),
        attributes=tuple(each for each in media.attributes if each.name == "mid"),
    )
