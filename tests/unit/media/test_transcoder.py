"""One direction between two codecs, packet by packet."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbxcore.media.codecs.catalogue import sampling_rate
from pbxcore.media.codecs.coding import decoder_for, encoder_for
from pbxcore.media.goertzel import share
from pbxcore.media.oscillator import sine
from pbxcore.media.samples import frame_size
from pbxcore.media.transcoder import Transcoder
from pbxcore.sip.sdp.codecs import G722, OPUS, PCMA, PCMU, Codec

CODECS = [PCMU.codec, PCMA.codec, G722.codec, OPUS.codec]
PAIRS = [(a, b) for a in CODECS for b in CODECS if a is not b]


def spoken(codec: Codec, packets: int, hz: float = 600) -> list[bytes]:
    encoder = encoder_for(codec)
    size = frame_size(encoder.rate)
    tone = sine((hz,), packets / 50, encoder.rate, edges=False)
    return [encoder.encode(tone[at : at + size]) for at in range(0, len(tone), size)]


def transcoded(
    origin: Codec, target: Codec, payloads: dict[int, bytes], *, first: int = 0
) -> list[tuple[bytes, int]]:
    transcoder, step = Transcoder(origin, target), origin.clock_rate // 50
    return [
        each
        for number, payload in payloads.items()
        for each in transcoder.take(
            7, (number + 65_500) & 0xFFFF, (first + number * step) & 0xFFFF_FFFF, payload
        )
    ]


@pytest.mark.parametrize(("origin", "target"), PAIRS)
def test_a_tone_stays_a_tone_with_a_packet_for_each(origin: Codec, target: Codec) -> None:
    sent = dict(enumerate(spoken(origin, 60)))
    packets = transcoded(origin, target, sent, first=0xFFFF_FFFF - 4000)
    step = target.clock_rate // 50
    assert [stamp for _, stamp in packets] == [step * at for at in range(60)]
    decoder = decoder_for(target)
    heard = np.concatenate([decoder.decode(payload) for payload, _ in packets])
    rate = sampling_rate(target) or 0
    assert share(heard[rate // 5 :], 600, rate) > 0.9


def test_what_is_lost_is_made_up_and_what_is_late_left_out() -> None:
    sent = dict(enumerate(spoken(PCMU.codec, 30)))
    late = {at: payload for at, payload in sent.items() if at not in (10, 11)} | {11: sent[11]}
    packets = transcoded(PCMU.codec, G722.codec, late)
    assert [stamp for _, stamp in packets] == [160 * at for at in range(30)]


def test_a_pause_of_the_speaker_stays_a_pause() -> None:
    sent = dict(enumerate(spoken(PCMU.codec, 100)))
    talk = {at: payload for at, payload in sent.items() if not 20 <= at < 80}
    stamps = [stamp for _, stamp in transcoded(PCMU.codec, G722.codec, talk)]
    assert stamps == [160 * at for at in (*range(20), *range(80, 100))]


@settings(deadline=None)
@given(st.lists(st.integers(10, 60), min_size=1, max_size=20))
def test_packets_of_any_length_become_packets_of_twenty_milliseconds(lengths: list[int]) -> None:
    transcoder, timestamp, got = Transcoder(PCMU.codec, PCMA.codec), 0, []
    for number, length in enumerate(lengths):
        got += transcoder.take(1, number, timestamp, bytes([0xFF]) * (length * 8))
        timestamp += length * 8
    assert len(got) == sum(lengths) // 20
    assert [stamp for _, stamp in got] == [160 * at for at in range(len(got))]
    assert {len(payload) for payload, _ in got} <= {160}


def test_another_source_begins_anew() -> None:
    transcoder = Transcoder(PCMU.codec, PCMA.codec)
    first = transcoder.take(1, 500, 90_000, bytes(160))
    second = transcoder.take(2, 3, 77, bytes(160))
    assert [stamp for _, stamp in first + second] == [0, 160]
