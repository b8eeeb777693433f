"""Codecs and their payload types (RFC 8866 §6.6, §6.15; RFC 3551 §6)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.sdp.description import Attribute

if TYPE_CHECKING:
    from pbxcore.sip.sdp.description import Media

DYNAMIC: Final = (*range(96, 128), *range(35, 64))
"""Payload types for codecs without a number of their own; 64-95 collide with RTCP (RFC 5761 §4)."""

_MOST_FORMATS: Final = 128
"""As many as there are payload types."""
_MOST_ATTRIBUTES: Final = 512
_MOST_TEXT: Final = 32768
"""Characters of the attributes of one line: a browser's, with every codec and candidate, have some
8,000. What is remembered of formats stays small by this, whatever somebody writes."""
_MAPPING: Final = re.compile(r"([0-9]{1,3})\s+([^\s/]+)/([0-9]{1,9})(?:/([0-9]{1,3}))?")
_AUXILIARY: Final = frozenset(
    {"telephone-event", "cn", "red", "rtx", "ulpfec", "flexfec-03", "tone"}
)
# What makes two payload types of one name different codecs rather than two wishes about one.
_DISTINGUISHING: Final = {
    "h264": (("packetization-mode", "0"), ("profile-level-id", "42000a")),
    "amr": (("octet-align", "0"),),
    "amr-wb": (("octet-align", "0"),),
    "vp9": (("profile-id", "0"),),
    "rtx": (("apt", ""),),
}


class Codec(msgspec.Struct, frozen=True):
    """A codec as `rtpmap` and `fmtp` tell it; `clock_rate` in Hz.

    `fmtp` is what the side that wrote it wants to receive.
    """

    name: str
    clock_rate: int
    channels: int = 1
    fmtp: str = ""

    @property
    def is_auxiliary(self) -> bool:
        """Whether it only accompanies another: events, comfort noise, redundancy."""
        return self.name.lower() in _AUXILIARY

    @property
    def is_event(self) -> bool:
        """Whether it carries DTMF (RFC 4733)."""
        return self.name.lower() == "telephone-event"

    @property
    def parameters(self) -> dict[str, str]:
        """The parts of `fmtp`, names in lower case; a part without `=` is its own name."""
        parts = (part.partition("=") for part in self.fmtp.split(";") if part.strip())
        return {name.strip().lower(): value.strip() for name, _, value in parts}

    @property
    def profile(self) -> str:
        """Of H.264, the profile with what it leaves out (RFC 6184 §8.1); "" of anything else."""
        given = self.parameters.get("profile-level-id", "") if self.name.lower() == "h264" else ""
        return given[:4].lower()

    @property
    def identity(self) -> tuple[object, ...]:
        """Equal for two that can talk to each other, whatever else they wish."""
        return _identity(self)


@lru_cache(maxsize=256)
def _identity(codec: Codec) -> tuple[object, ...]:
    name = codec.name.lower()
    if name not in _DISTINGUISHING:
        return (name, codec.clock_rate, codec.channels)
    given = codec.parameters
    chosen = [given.get(key, usual).lower() for key, usual in _DISTINGUISHING[name]]
    if name == "h264":
        chosen[1] = chosen[1][:2]  # the profile; the level may differ (RFC 6184 §8.2.2)
    return (name, codec.clock_rate, codec.channels, *chosen)


class Format(msgspec.Struct, frozen=True):
    """A codec under its payload type; `feedback` are the values of `a=rtcp-fb` (RFC 4585 §4.2)."""

    payload_type: int
    codec: Codec
    feedback: tuple[str, ...] = ()


PCMU: Final = Format(0, Codec("PCMU", 8000))
GSM: Final = Format(3, Codec("GSM", 8000))
PCMA: Final = Format(8, Codec("PCMA", 8000))
G722: Final = Format(9, Codec("G722", 8000))
"""Sampled at 16 kHz; 8000 is an error of RFC 1890 that must stay (RFC 3551 §4.5.2)."""
G729: Final = Format(18, Codec("G729", 8000))
EVENTS: Final = Format(101, Codec("telephone-event", 8000, fmtp="0-16"))
OPUS: Final = Format(96, Codec("opus", 48000, 2))

STATIC: Final = {
    each.payload_type: each.codec
    for each in (
        PCMU,
        GSM,
        Format(4, Codec("G723", 8000)),
        Format(5, Codec("DVI4", 8000)),
        Format(6, Codec("DVI4", 16000)),
        Format(7, Codec("LPC", 8000)),
        PCMA,
        G722,
        Format(10, Codec("L16", 44100, 2)),
        Format(11, Codec("L16", 44100)),
        Format(12, Codec("QCELP", 8000)),
        Format(13, Codec("CN", 8000)),
        Format(14, Codec("MPA", 90000)),
        Format(15, Codec("G728", 8000)),
        Format(16, Codec("DVI4", 11025)),
        Format(17, Codec("DVI4", 22050)),
        G729,
        Format(25, Codec("CelB", 90000)),
        Format(26, Codec("JPEG", 90000)),
        Format(28, Codec("nv", 90000)),
        Format(31, Codec("H261", 90000)),
        Format(32, Codec("MPV", 90000)),
        Format(33, Codec("MP2T", 90000)),
        Format(34, Codec("H263", 90000)),
    )
}


@lru_cache(maxsize=512)
def formats_of(media: Media) -> tuple[Format, ...]:
    """The codecs of a media line, in its order; what we cannot name is left out.

    The first mapping of a payload type holds; a static type needs none (RFC 3264 §5.1). A line is
    asked several times while it is negotiated, and remembered meanwhile.

    Raises:
        RemoteProtocolError: 413: nobody has that many, or says that much of them.
    """
    if (
        len(media.formats) > _MOST_FORMATS
        or len(media.attributes) > _MOST_ATTRIBUTES
        or sum(len(each.value or "") for each in media.attributes) > _MOST_TEXT
    ):
        raise RemoteProtocolError(413, "Too Many Codecs in SDP")
    mapped: dict[int, Codec] = {}
    for value in media.values("rtpmap"):
        match = _MAPPING.match(value)
        if match and int(match[3]):
            read = Codec(match[2], int(match[3]), int(match[4] or 1) or 1)
            mapped.setdefault(int(match[1]), _as_meant(read))
    wishes, feedback = _by_type(media.values("fmtp")), _by_type(media.values("rtcp-fb"))
    found: dict[int, Format] = {}
    for text in media.formats:
        if not (text.isascii() and text.isdecimal() and len(text) <= 3) or int(text) > 127:
            continue
        number = int(text)
        if (codec := mapped.get(number) or STATIC.get(number)) is None:
            continue
        if number not in found:
            if wish := wishes.get(text):
                codec = msgspec.structs.replace(codec, fmtp=";".join(wish))
            said = (*feedback.get(text, ()), *feedback.get("*", ()))
            found[number] = Format(number, codec, said)
    return tuple(found.values())


@lru_cache(maxsize=512)
def attributes_for(formats: tuple[Format, ...]) -> tuple[Attribute, ...]:
    """The `rtpmap`, `fmtp` and `rtcp-fb` lines; static types get a mapping too, as all write it."""
    found: list[Attribute] = []
    for each in formats:
        number, codec = each.payload_type, each.codec
        channels = f"/{codec.channels}" if codec.channels != 1 else ""
        mapping = f"{number} {codec.name}/{codec.clock_rate}{channels}"
        found.append(Attribute("rtpmap", mapping))
        if codec.fmtp:
            found.append(Attribute("fmtp", f"{number} {codec.fmtp}"))
        found += [Attribute("rtcp-fb", f"{number} {value}") for value in each.feedback]
    return tuple(found)


def _by_type(values: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for value in values:
        number, _, rest = value.partition(" ")
        if rest.strip():
            found.setdefault(number, []).append(rest.strip())
    return found


def _as_meant(codec: Codec) -> Codec:
    # Some write the rate at which G.722 samples in place of the one its RTP clock has.
    if codec.name.lower() == "g722" and codec.clock_rate == 16000:
        return msgspec.structs.replace(codec, clock_rate=8000)
    return codec
