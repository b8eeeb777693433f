"""Sound files of any kind, made ours: Ogg with Opus, mono, 16 kHz: a tenth of a WAV file."""

from __future__ import annotations

import math
from io import BytesIO
from typing import TYPE_CHECKING, Final

from pbxcore.errors import PbxError

if TYPE_CHECKING:
    from pbxcore.media.samples import Samples

RATE: Final = 16_000
BITS: Final = 20_000
"""A second of a machine's voice, which has no need of more."""
_FRAME: Final = 320


class NoSound(PbxError):
    """There is nothing in it that could be played."""


def decoded(data: bytes, longest_s: float = 0.0) -> Samples:
    """What a file sounds like, up to `longest_s` (0: all of it).

    Raises:
        NoSound: it cannot be decoded, or is empty.
    """
    import av
    import numpy as np

    parts: list[Samples] = []
    left = longest_s * RATE if longest_s else math.inf
    try:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        with av.open(BytesIO(data), "r") as container:
            for frame in container.decode(audio=0):
                came = [each.to_ndarray()[0] for each in resampler.resample(frame)]
                parts += came
                left -= sum(map(len, came))
                if left <= 0:
                    break
        parts += [each.to_ndarray()[0] for each in resampler.resample(None)]
    except (OSError, ValueError, IndexError) as failed:  # FFmpeg's errors are of these kinds
        raise NoSound(str(failed)) from None
    if not any(map(len, parts)):
        raise NoSound("it is silent")
    return np.concatenate(parts)


def encoded(samples: Samples, bits: int = BITS) -> bytes:
    """As Ogg with Opus."""
    import av
    import numpy as np

    file = BytesIO()
    padded = np.concatenate((samples, np.zeros(-len(samples) % _FRAME, np.int16)))
    with av.open(file, "w", format="ogg") as container:
        track = container.add_stream("libopus", rate=RATE, layout="mono")
        track.bit_rate = bits
        for at in range(0, len(padded), _FRAME):
            piece = padded[None, at : at + _FRAME]
            frame = av.AudioFrame.from_ndarray(piece, format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE, at
            container.mux(track.encode(frame))
        container.mux(track.encode(None))
    return file.getvalue()
