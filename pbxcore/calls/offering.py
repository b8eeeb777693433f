"""What a leg is offered, and what it may be answered: one place decides, by the leg's kind."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.media.codecs.catalogue import transcodable
from pbxcore.sip.sdp.codecs import DYNAMIC, EVENTS, G722, OPUS, PCMA, PCMU, Format, formats_of
from pbxcore.sip.sdp.crypto import cryptos_of, new_crypto
from pbxcore.sip.sdp.direction import Direction, direction_of
from pbxcore.sip.sdp.fax import PROFILE as UDPTL
from pbxcore.sip.sdp.fax import Fax, fax_of
from pbxcore.sip.sdp.rtcp import packet_ms
from pbxcore.sip.sdp.stream import AVP, SAVP, Agreed, Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pbxcore.sip.sdp.codecs import Codec
    from pbxcore.sip.sdp.crypto import Crypto
    from pbxcore.sip.sdp.description import Media, SessionDescription
    from pbxcore.sip.sdp.stream import AgreedCodec

Srtp = Literal["off", "optional", "required"]

_AVPF: Final = "RTP/AVPF"
_SAVPF: Final = "RTP/SAVPF"
_KINDS: Final = ("audio", "video")
_PASSED_ON: Final = ("nack", "nack pli", "ccm fir", "ccm tmmbr", "goog-remb")
"""What a receiver of pictures may ask of whoever sends them (`media.feedback`). `transport-cc`
counts packets of one way alone, by an extension of their headers that stays on its leg."""
_UNCARRIED: Final = frozenset(("rtx", "red", "ulpfec", "flexfec-03"))
"""Companions that name other payload types, which need not be the same on both legs."""
_EVENTS_AT: Final = frozenset((EVENTS.codec.clock_rate,))
_SUITES: Final = ("AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32")
_REMEMBERED: Final = 256
"""Phones of a house are of few kinds: what is asked about one was asked before."""
_SECURE: Final = ("tls", "wss")


class Line(msgspec.Struct, frozen=True):
    """One media line, whoever's it is: what it carries, not where."""

    kind: str
    formats: tuple[Format, ...]
    direction: Direction = Direction.SENDRECV
    packet_ms: int | None = None
    fax: Fax | None = None
    exact: bool = False
    """Offer nothing that would have to be converted."""


CONVERTED: Final = (PCMU, PCMA, G722, OPUS)
"""What a worker makes of each other (`catalogue.transcodable`)."""
OURS: Final = (Line("audio", (*CONVERTED, EVENTS)),)
"""What is offered for somebody who has not said what he can."""


def lines_of(description: SessionDescription) -> tuple[Line | None, ...]:
    """The lines of a description, in order; None where we carry nothing.

    Raises:
        RemoteProtocolError: 400: it does not say where one is received (RFC 8866 §5.7); 413: it
            lists more codecs than anybody has.
    """
    return tuple(_line(description, each) for each in description.media)


def lines_agreed(agreed: tuple[Agreed, ...]) -> tuple[Line, ...]:
    """The lines a peer agreed to, with its codecs and its wishes about them."""
    return tuple(
        _agreed_line(
            each.kind,
            each.codecs,
            each.packet_ms,
            each.remote_fax if each.fax is not None else None,
        )
        for each in agreed
        if each.codecs or each.fax is not None
    )


@lru_cache(maxsize=_REMEMBERED)
def _agreed_line(
    kind: str, codecs: tuple[AgreedCodec, ...], packet_ms: int | None, fax: Fax | None
) -> Line:
    formats = tuple(_sent(codec, kind) for codec in codecs)
    return Line(kind, formats, packet_ms=packet_ms, fax=fax)


def spoken_with_us(lines: Iterable[Line | None]) -> tuple[Line, ...]:
    """What we can talk in ourselves to whoever carries these lines; what we offer, if nothing is.

    So that one who has nothing for us is refused with 488 (RFC 3261 §13.3.1.3).
    """
    sound = [each for each in lines if each is not None and each.kind == "audio"]
    for each in sound[:1]:
        formats = tuple(
            one for one in each.formats if one.codec.is_auxiliary or transcodable(one.codec)
        )
        if any(not one.codec.is_auxiliary for one in formats):
            return (msgspec.structs.replace(each, formats=formats, direction=Direction.SENDRECV),)
    return OURS


def shares(first: Line, second: Line) -> bool:
    """Whether two lines can be joined: by a codec of both, or by two that a worker converts."""
    convertible = any(map(transcodable, _spoken(first))) and any(map(transcodable, _spoken(second)))
    return convertible or agree(first, second)


@lru_cache(maxsize=_REMEMBERED)
def agree(first: Line, second: Line) -> bool:
    """Whether two lines have a codec in common, or both are a fax."""
    if first.fax is not None and second.fax is not None:
        return True
    one, other = _spoken(first), _spoken(second)
    return bool({each.identity for each in one} & {each.identity for each in other})


def answering(theirs: Line | None, ours: Line | None) -> Line | None:
    """What answers a line: codecs of both, or what can be made of them where there is none."""
    if theirs is None or ours is None or agree(theirs, ours):
        return ours
    return msgspec.structs.replace(ours, formats=_carried(ours))


def offered_srtp(wanted: Srtp, transport: str) -> Srtp:
    """Keys that need not be are offered only where nobody reads them on the way (RFC 4568 §7.1)."""
    return "off" if wanted == "optional" and transport not in _SECURE else wanted


def new_keys(srtp: Srtp, entropy: Callable[[int], bytes]) -> tuple[Crypto, ...]:
    """A key of ours for each suite, where a leg may be encrypted (RFC 4568)."""
    if srtp == "off":
        return ()
    return tuple(new_crypto(tag, suite, entropy) for tag, suite in enumerate(_SUITES, 1))


def has_key(media: Media) -> bool:
    """Whether a line offers a key of a suite that we have; those of one tag are none (RFC 4568)."""
    try:
        return any(each.suite in _SUITES for each in cryptos_of(media))
    except RemoteProtocolError:
        return False


def to_offer(line: Line, port: int, srtp: Srtp, keys: tuple[Crypto, ...]) -> Stream:
    """A line as we offer it to a leg.

    Encryption that is optional is offered in a line that is plain to whoever knows none
    (RFC 8643 §3).
    """
    if line.fax is not None:
        return _fax(line, port)
    return Stream(
        port=port,
        kind=line.kind,
        profiles=(SAVP,) if srtp == "required" else (AVP,),
        formats=_carried(line),
        direction=line.direction,
        packet_ms=line.packet_ms,
        cryptos=keys,
    )


def to_answer(line: Line, port: int, srtp: Srtp, keys: tuple[Crypto, ...]) -> Stream:
    """A line as we answer it: in the order of whoever is at the other end of the call."""
    if line.fax is not None:
        return _fax(line, port)
    secured = (SAVP, _SAVPF)
    return Stream(
        port=port,
        kind=line.kind,
        profiles=secured if srtp == "required" else (AVP, _AVPF, *(secured if keys else ())),
        formats=_answered(line),
        direction=line.direction,
        packet_ms=line.packet_ms,
        cryptos=keys,
        ours_first=True,
    )


def _fax(line: Line, port: int) -> Stream:
    return Stream(port=port, kind=line.kind, profiles=(UDPTL,), fax=line.fax)


def _line(description: SessionDescription, media: Media) -> Line | None:
    fax = fax_of(media)
    if media.port and fax is not None:
        return Line(media.kind, (), fax=fax)
    if not media.port or media.kind not in _KINDS or "RTP/" not in media.profile.upper():
        return None
    description.received_at(media)
    formats = _passed_on(media.kind, formats_of(media))
    if not formats:
        return None
    return Line(media.kind, formats, direction_of(description, media), packet_ms(media))


@lru_cache(maxsize=_REMEMBERED)
def _passed_on(kind: str, formats: tuple[Format, ...]) -> tuple[Format, ...]:
    """What is carried of a peer's codecs; nothing if that is no more than companions of some."""
    formats = tuple(each for each in formats if each.codec.name.lower() not in _UNCARRIED)
    if all(each.codec.is_auxiliary for each in formats):
        return ()
    if kind == "audio":  # sound asks for nothing, and without it an INVITE fits a datagram
        return tuple(Format(each.payload_type, each.codec) for each in formats)
    return tuple(map(_with_feedback, formats))


def _with_feedback(pictures: Format) -> Format:
    passed = tuple(each for each in pictures.feedback if each in _PASSED_ON)
    return msgspec.structs.replace(pictures, feedback=passed)


def _sent(codec: AgreedCodec, kind: str) -> Format:
    """A codec as its peer wants to hear it."""
    wanted = msgspec.structs.replace(codec.codec, fmtp=codec.send_fmtp)
    return Format(codec.send_type, wanted, _PASSED_ON if kind == "video" else ())


def _spoken(line: Line) -> list[Codec]:
    return [each.codec for each in line.formats if not each.codec.is_auxiliary]


@lru_cache(maxsize=_REMEMBERED)
def _carried(line: Line) -> tuple[Format, ...]:
    """The codecs a line may be spoken in: the other leg's, then what can be made of them."""
    if line.kind != "audio":
        return line.formats
    known = {each.codec.identity for each in line.formats}
    more: list[Format] = []
    if not line.exact and any(transcodable(each.codec) for each in line.formats):
        more += [each for each in CONVERTED if each.codec.identity not in known]
    return _with_events(msgspec.structs.replace(line, formats=_numbered(line.formats, more)))


@lru_cache(maxsize=_REMEMBERED)
def _answered(line: Line) -> tuple[Format, ...]:
    """The codecs a line may be answered in, with events for each of their clocks."""
    return _with_events(line, frozenset(each.clock_rate for each in _spoken(line)))


def _with_events(line: Line, rates: frozenset[int] = _EVENTS_AT) -> tuple[Format, ...]:
    """Keys can always be pressed (RFC 4733): whoever hears none is told in another way.

    Events have the clock of the sound beside them: they are there for those of these rates.
    """
    if line.kind != "audio":
        return line.formats
    known = {each.codec.clock_rate for each in line.formats if each.codec.is_event}
    wanted = rates & {each.clock_rate for each in _spoken(line)} - known
    if not (wanted or known):
        wanted = _EVENTS_AT
    return _numbered(line.formats, [_events_at(rate) for rate in sorted(wanted)])


def _events_at(rate: int) -> Format:
    codec = msgspec.structs.replace(EVENTS.codec, clock_rate=rate)
    return Format(EVENTS.payload_type, codec)


def _numbered(formats: tuple[Format, ...], more: list[Format]) -> tuple[Format, ...]:
    """More formats, each under a number of its own: the other end chose its own without ours."""
    taken = {each.payload_type for each in formats}
    for each in more:
        number = next(free for free in (each.payload_type, *DYNAMIC) if free not in taken)
        taken.add(number)
        formats = (*formats, msgspec.structs.replace(each, payload_type=number))
    return formats
