"""What a leg is offered, and what it may be answered: one place decides, by the leg's kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from pbxcore.sip.sdp.codecs import EVENTS, G722, OPUS, PCMA, PCMU, Format, formats_of
from pbxcore.sip.sdp.crypto import new_crypto
from pbxcore.sip.sdp.direction import Direction, direction_of
from pbxcore.sip.sdp.stream import AVP, SAVP, Agreed, Stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.sdp.crypto import Crypto
    from pbxcore.sip.sdp.description import Media, SessionDescription

Srtp = Literal["off", "optional", "required"]

_AVPF: Final = "RTP/AVPF"
_SAVPF: Final = "RTP/SAVPF"
_KINDS: Final = ("audio", "video")
_UNCARRIED: Final = frozenset(("rtx", "red", "ulpfec", "flexfec-03"))
"""Companions that name other payload types, which need not be the same on both legs."""
_SUITES: Final = ("AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32")


class Line(msgspec.Struct, frozen=True):
    """One media line, whoever's it is: what it carries, not where."""

    kind: str
    formats: tuple[Format, ...]
    direction: Direction = Direction.SENDRECV
    packet_ms: int | None = None


OURS: Final = (Line("audio", (PCMU, PCMA, G722, OPUS, EVENTS)),)
"""What is offered for somebody who has not said what he can."""


def lines_of(description: SessionDescription) -> tuple[Line | None, ...]:
    """The lines of a description, in order; None where we carry nothing."""
    return tuple(_line(description, each) for each in description.media)


def lines_agreed(agreed: tuple[Agreed, ...]) -> tuple[Line, ...]:
    """The lines a peer agreed to, with its codecs and its wishes about them."""
    return tuple(
        Line(
            each.kind,
            tuple(
                Format(codec.send_type, msgspec.structs.replace(codec.codec, fmtp=codec.send_fmtp))
                for codec in each.codecs
            ),
            packet_ms=each.packet_ms,
        )
        for each in agreed
        if each.codecs
    )


def new_keys(srtp: Srtp, entropy: Callable[[int], bytes]) -> tuple[Crypto, ...]:
    """A key of ours for each suite, where a leg may be encrypted (RFC 4568)."""
    if srtp == "off":
        return ()
    return tuple(new_crypto(tag, suite, entropy) for tag, suite in enumerate(_SUITES, 1))


def to_offer(line: Line, port: int, srtp: Srtp, keys: tuple[Crypto, ...]) -> Stream:
    """A line as we offer it to a leg.

    Encryption that is optional is offered in a line that is plain to whoever knows none
    (RFC 8643 §3).
    """
    return Stream(
        port=port,
        kind=line.kind,
        profiles=(SAVP,) if srtp == "required" else (AVP,),
        formats=_with_events(line),
        direction=line.direction,
        packet_ms=line.packet_ms,
        cryptos=keys,
    )


def to_answer(line: Line, port: int, srtp: Srtp, keys: tuple[Crypto, ...]) -> Stream:
    """A line as we answer it: in the order of whoever is at the other end of the call."""
    secured = (SAVP, _SAVPF)
    return Stream(
        port=port,
        kind=line.kind,
        profiles=secured if srtp == "required" else (AVP, _AVPF, *(secured if keys else ())),
        formats=_with_events(line),
        direction=line.direction,
        packet_ms=line.packet_ms,
        cryptos=keys,
        ours_first=True,
    )


def _line(description: SessionDescription, media: Media) -> Line | None:
    if not media.port or media.kind not in _KINDS or "RTP/" not in media.profile.upper():
        return None
    formats = tuple(each for each in formats_of(media) if each.codec.name.lower() not in _UNCARRIED)
    if all(each.codec.is_auxiliary for each in formats):
        return None
    return Line(media.kind, formats, direction_of(description, media))


def _with_events(line: Line) -> tuple[Format, ...]:
    """Keys can always be pressed (RFC 4733); who hears none at the other end is told otherwise."""
    if line.kind != "audio" or any(each.codec.is_event for each in line.formats):
        return line.formats
    return (*line.formats, EVENTS)
