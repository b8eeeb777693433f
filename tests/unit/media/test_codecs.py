"""Codecs give back what went in, about as well as they can."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbxcore.errors import LocalProtocolError
from pbxcore.media.codecs.catalogue import sampling_rate, transcodable
from pbxcore.media.codecs.coding import decoder_for, encoder_for
from pbxcore.media.codecs.companded import A_LAW, MU_LAW
from pbxcore.media.g711 import compress_a, compress_mu
from pbxcore.media.resampling import Resampler
from pbxcore.media.samples import Samples, frame_size, rounded
from pbxcore.sip.sdp.codecs import G722, G729, GSM, OPUS, PCMA, PCMU, Codec
from tests.support.examples import examples

L16 = Codec("L16", 16000)
VOICES = ((PCMU.codec, 35), (PCMA.codec, 35), (L16, 90), (G722.codec, 20), (OPUS.codec, 4))


def voice(rate: int, seconds: float = 1.0) -> Samples:
    """A hum with overtones that glides, below 3 kHz."""
    time = np.arange(round(rate * seconds)) / rate
    turns = 2 * np.pi * (120 * time + 15 * time**2)
    wave = sum(np.sin(turns * n) / n for n in range(1, 18))
    return rounded(wave * 5000)


def snr_db(sent: Samples, got: Samples, longest_delay: int) -> float:
    """Of the best fit with some delay."""
    best = -99.0
    for delay in range(longest_delay):
        late = got[delay : delay + len(sent) - longest_delay].astype(float)
        there = sent[: len(late)].astype(float)
        gain = np.dot(late, there) / max(np.dot(late, late), 1)
        noise = there - gain * late
        best = max(best, 10 * np.log10(np.dot(there, there) / max(np.dot(noise, noise), 1e-9)))
    return best


@pytest.mark.parametrize(("codec", "least_db"), VOICES)
def test_a_voice_comes_back(codec: Codec, least_db: float) -> None:
    encoder, decoder = encoder_for(codec), decoder_for(codec)
    sent = voice(encoder.rate)
    size = frame_size(encoder.rate)
    packets = [encoder.encode(sent[at : at + size]) for at in range(0, len(sent), size)]
    assert all(packets)
    got = np.concatenate([decoder.decode(each) for each in packets])
    assert len(got) == len(sent)
    skip = encoder.rate // 5  # codecs that adapt need a moment
    assert snr_db(sent[skip:], got[skip:], encoder.rate // 50) > least_db


@pytest.mark.parametrize("codec", [each for each, _ in VOICES])
@settings(max_examples=examples(10), deadline=None)
@given(payload=st.binary(max_size=400))
def test_any_payload_is_sound_or_none(codec: Codec, payload: bytes) -> None:
    decoder = decoder_for(codec)
    assert decoder.decode(payload).dtype == np.int16
    assert decoder.decode(payload[:1]).dtype == np.int16


def test_tables_are_the_laws() -> None:
    every = np.arange(-32_768, 32_768).astype(np.int16)
    assert MU_LAW.encode(every) == bytes(compress_mu(int(each)) for each in every)
    assert A_LAW.encode(every) == bytes(compress_a(int(each)) for each in every)


def test_what_cannot_be_encoded_is_not_offered_for_transcoding() -> None:
    assert all(transcodable(each) for each, _ in VOICES)
    for codec in (GSM.codec, G729.codec, Codec("iLBC", 8000), Codec("L16", 44100, 2)):
        assert not transcodable(codec)
        with pytest.raises(LocalProtocolError):
            decoder_for(codec)
        with pytest.raises(LocalProtocolError):
            encoder_for(codec)
    assert sampling_rate(Codec("OPUS", 48000, 2)) == 16_000


def test_naming_codecs_and_tones_loads_no_library_of_sound() -> None:
    probe = (
        "import sys, pbxcore.media.codecs.catalogue, pbxcore.media.tones, pbxcore.media.g711\n"
        "assert not {'numpy', 'av', 'webrtcvad'} & set(sys.modules)\n"
        "import pbxcore.media.codecs.coding\n"
        "assert 'av' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", probe], check=True)


RATIOS = [
    (8000, 16000),
    (16000, 8000),
    (8000, 48000),
    (48000, 8000),
    (48000, 16000),
    (16000, 48000),
]


@pytest.mark.parametrize(("source", "target"), RATIOS)
def test_resampling_keeps_a_voice(source: int, target: int) -> None:
    got = Resampler(source, target).resample(voice(source))
    wished = voice(target)
    assert len(got) == len(wished)
    assert snr_db(wished, got, target // 200) > 35


@pytest.mark.parametrize(("source", "target"), RATIOS)
@given(cuts=st.lists(st.integers(0, 400), max_size=12))
@settings(max_examples=examples(6), deadline=None)
def test_resampling_does_not_depend_on_how_sound_is_cut(
    source: int, target: int, cuts: list[int]
) -> None:
    sound = voice(source, 0.1)
    whole = Resampler(source, target).resample(sound)
    pieces, resampler, at = [], Resampler(source, target), 0
    for cut in [*cuts, len(sound)]:
        pieces.append(resampler.resample(sound[at : at + cut]))
        at += cut
    assert np.abs(np.concatenate(pieces).astype(int) - whole).max() <= 1


def test_what_a_lower_rate_cannot_carry_is_filtered_out() -> None:
    time = np.arange(16_000) / 16_000
    high = rounded(np.sin(2 * np.pi * 5000 * time) * 20_000)
    assert np.abs(Resampler(16_000, 8000).resample(high)[50:]).max() < 60


def test_rates_without_a_whole_ratio_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot"):
        Resampler(44_100, 8000)
