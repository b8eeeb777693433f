"""Which codecs sound can be worked on in: what signalling needs to know, without loading them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pbxcore.sip.sdp.codecs import Codec

_SAMPLED: Final = {
    ("pcmu", 8000): 8000,
    ("pcma", 8000): 8000,
    ("l16", 8000): 8000,
    ("l16", 16000): 16000,
    ("g722", 8000): 16000,  # the clock rate is an old mistake that stays (RFC 3551 §4.5.2)
    ("opus", 48000): 16000,  # any of five rates under one clock (RFC 7587 §4.1); voices need this
}
"""By name and clock rate: the samples a second that we work in, in Hz."""


def sampling_rate(codec: Codec) -> int | None:
    """At how many samples a second we work with a codec; None: it cannot be encoded, or decoded.

    FFmpeg decodes G.729, GSM, iLBC and Speex, but encodes none of them, and G.726 only in frames
    of 205 ms and more: they are passed on between legs that share them, and are not here.
    """
    if codec.channels > 1 and codec.name.lower() != "opus":
        return None
    return _SAMPLED.get((codec.name.lower(), codec.clock_rate))


def transcodable(codec: Codec) -> bool:
    """Whether a codec may be offered where the other leg might choose another one."""
    return sampling_rate(codec) is not None
