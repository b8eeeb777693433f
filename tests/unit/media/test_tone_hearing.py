"""Keys pressed in band are told soon after they are let go, whenever and in whatever packets."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pbxcore.media.codecs.coding import encoder_for
from pbxcore.media.oscillator import sine
from pbxcore.media.rtp import Packet, build
from pbxcore.media.samples import Samples, silence
from pbxcore.media.tones import KEYS
from pbxcore.net.media.tone_hearing import ToneHearing
from pbxcore.sip.sdp.codecs import G722, PCMU, Format
from pbxcore.sip.sdp.direction import Direction
from pbxcore.sip.sdp.stream import Agreed, AgreedCodec

if TYPE_CHECKING:
    from collections.abc import Callable

LATEST_MS = 100


class Listener:
    """A stream that is given packets, and notes when it is told of a key."""

    def __init__(self, codec: Format) -> None:
        spoken = AgreedCodec(codec.codec, codec.payload_type, codec.payload_type)
        self.agreed = Agreed(
            index=0,
            kind="audio",
            profile="RTP/AVP",
            direction=Direction.SENDRECV,
            codecs=(spoken,),
        )
        self.digits = SimpleNamespace(pressed=lambda key, _ms, _by: self.told.append(key))
        self.told: list[str] = []
        self.take: Callable[[Packet], None] = lambda packet: None

    def hear(self, callback: Callable[[Packet], None]) -> None:
        self.take = callback


def told_after_ms(codec: Format, packet_ms: int, begin_ms: int, long_ms: int) -> int:
    """How long after the end of a key it is told, by the sound that has come until then."""
    stream: Any = Listener(codec)
    ToneHearing(stream, keys=True, fax=False)
    encoder = encoder_for(codec.codec)
    per_ms = encoder.rate // 1000

    def of(ms: int) -> Samples:
        return silence(ms * per_ms)

    key = (sine(KEYS["7"], long_ms / 1000, encoder.rate) * 0.5).astype(np.int16)
    sound = np.concatenate((of(begin_ms), key, of(600)))
    size, packet = packet_ms * per_ms, Packet()
    for number, at in enumerate(range(0, len(sound) - size + 1, size)):
        frames = [sound[one : one + 20 * per_ms] for one in range(at, at + size, 20 * per_ms)]
        payload = b"".join(map(encoder.encode, frames))
        data = build(
            payload,
            payload_type=codec.payload_type,
            sequence=number,
            timestamp=number * packet_ms * 8,
            ssrc=1,
        )
        packet.buffer[: len(data)] = data
        assert packet.read(len(data))
        stream.take(packet)
        if stream.told:
            assert stream.told == ["7"]
            return (at + size) // per_ms - begin_ms - long_ms
    raise AssertionError("the key was not heard")


@pytest.mark.parametrize("codec", [PCMU, G722])
@pytest.mark.parametrize("packet_ms", [20, 40, 60])
def test_a_key_is_told_soon_after_its_end(codec: Format, packet_ms: int) -> None:
    late = [
        told_after_ms(codec, packet_ms, begin_ms, long_ms)
        for begin_ms in range(200, 320, 13)
        for long_ms in (50, 80, 120)
    ]
    assert max(late) <= LATEST_MS
