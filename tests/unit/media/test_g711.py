"""G.711's two laws against each other and against FFmpeg's."""

from __future__ import annotations

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.media import g711

MU_SILENCE, A_SILENCE = 0xFF, 0xD5
SAMPLES = st.integers(-32_768, 32_767)


@pytest.mark.parametrize(
    ("name", "expand"), [("pcm_mulaw", g711.expand_mu), ("pcm_alaw", g711.expand_a)]
)
def test_every_code_expands_as_ffmpeg_expands_it(name: str, expand) -> None:
    decoder = av.CodecContext.create(name, "r")
    decoder.sample_rate, decoder.layout = 8000, "mono"
    (frame,) = decoder.decode(av.Packet(bytes(range(256))))
    assert [expand(code) for code in range(256)] == frame.to_ndarray()[0].tolist()


@pytest.mark.parametrize(
    ("expand", "compress", "finest"),
    [(g711.expand_mu, g711.compress_mu, 8), (g711.expand_a, g711.compress_a, 16)],
)
@given(sample=SAMPLES)
def test_a_sample_comes_back_within_a_sixteenth(expand, compress, finest, sample: int) -> None:
    error = abs(expand(compress(sample)) - sample)
    assert error <= max(finest, abs(sample) / 16 + finest, abs(sample) - 32_124)


@given(first=SAMPLES, second=SAMPLES)
def test_compressing_keeps_the_order_of_samples(first: int, second: int) -> None:
    low, high = sorted((first, second))
    assert g711.expand_mu(g711.compress_mu(low)) <= g711.expand_mu(g711.compress_mu(high))
    assert g711.expand_a(g711.compress_a(low)) <= g711.expand_a(g711.compress_a(high))


def test_every_code_compresses_to_itself_but_the_second_zero() -> None:
    assert [c for c in range(256) if g711.compress_a(g711.expand_a(c)) != c] == []
    assert [c for c in range(256) if g711.compress_mu(g711.expand_mu(c)) != c] == [0x7F]


@given(st.binary(max_size=320))
def test_translating_is_expanding_and_compressing(payload: bytes) -> None:
    in_a, in_mu = payload.translate(g711.MU_TO_A), payload.translate(g711.A_TO_MU)
    assert in_a == bytes(g711.compress_a(g711.expand_mu(c)) for c in payload)
    assert in_mu == bytes(g711.compress_mu(g711.expand_a(c)) for c in payload)


def test_silence_stays_silence() -> None:
    assert g711.MU_TO_A[MU_SILENCE] == A_SILENCE
    assert abs(g711.expand_mu(g711.A_TO_MU[A_SILENCE])) <= 8
