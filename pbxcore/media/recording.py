"""What a recording is made of: frames of streams into a WAV file that is playable at any moment.

The file's sizes are written again after what they count, so that whatever ends the program, the
file holds all but the last moment. A disk that fills ends a recording, never a call.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import numpy as np

from pbxcore.media.samples import FRAME_MS, frame_size, level_db, rounded, silence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from io import RawIOBase

    from pbxcore.media.samples import Samples

_HEADER: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")
_PCM: Final = 1
_LARGEST: Final = 0xFFFF_FFFF - _HEADER.size
_SILENT_DB: Final = -46.0
"""Below what a voice is at, above the noise of a quiet room."""


def header(channels: int, rate: int, size: int) -> bytes:
    """The beginning of a WAV file of 16 bits, `size` octets of sound behind it."""
    width = 2 * channels
    return _HEADER.pack(
        *(b"RIFF", _HEADER.size - 8 + size, b"WAVE", b"fmt ", 16),
        *(_PCM, channels, rate, rate * width, width, 16, b"data", size),
    )


class WavFile:
    """Writes a WAV file bit by bit; the file is not to be buffered, and closed by `close`.

    Raises:
        OSError: from any of its methods; `seconds` then still is what the file holds.
    """

    def __init__(self, file: RawIOBase, *, channels: int, rate: int) -> None:
        self._file = file
        self._channels, self._rate = channels, rate
        self._size = 0
        try:
            self._write(0, header(channels, rate, 0))
        except OSError:
            file.close()
            raise

    @property
    def seconds(self) -> float:
        """How much sound it holds."""
        return self._size / (2 * self._channels * self._rate)

    def append(self, sound: bytes) -> None:
        """Add whole samples, and count them."""
        sound = sound[: _LARGEST - self._size]
        try:
            self._write(_HEADER.size + self._size, sound)
        except OSError:
            self._file.truncate(_HEADER.size + self._size)
            raise
        self._size += len(sound)
        self._write(0, header(self._channels, self._rate, self._size))

    def close(self) -> None:
        """It is whole."""
        self._file.close()

    def _write(self, at: int, data: bytes) -> None:
        self._file.seek(at)
        left = memoryview(data)
        while left:  # a disk that fills takes a part, and refuses the next
            left = left[self._file.write(left) or 0 :]


class Recording:
    """Gathers what streams say: `hear` at each tick, `pending` when it is time to write.

    `streams`: how many; two in `stereo` are left and right, else all are mixed. `limit_s` and
    `silence_s` end it, 0: never.
    """

    def __init__(
        self,
        streams: int,
        rate: int,
        *,
        stereo: bool = False,
        limit_s: float = 0.0,
        silence_s: float = 0.0,
    ) -> None:
        self.channels = 2 if stereo and streams == 2 else 1
        self.rate = rate
        self.paused = False
        self._silence = silence(frame_size(rate))
        self._limit = round(limit_s * 1000 / FRAME_MS)
        self._silence_limit = round(silence_s * 1000 / FRAME_MS)
        self._heard = self._silent = 0
        self._pending = bytearray()

    def hear(self, frames: Sequence[Samples | None]) -> bool:
        """Take what each stream said in one frame, None for nothing; whether it is to go on."""
        if self.paused:
            return True
        said = [self._silence if frame is None else frame for frame in frames]
        if self.channels == 2:
            sound = np.column_stack(said)
        elif len(said) == 1:
            sound = said[0]
        else:
            sound = rounded(np.sum(said, axis=0, dtype=np.float32))
        self._pending += sound.tobytes()
        self._heard += 1
        quiet = all(frame is None or level_db(frame) < _SILENT_DB for frame in frames)
        self._silent = self._silent + 1 if quiet else 0
        over = self._limit and self._heard >= self._limit
        return not (over or (self._silence_limit and self._silent >= self._silence_limit))

    def pending(self) -> bytes:
        """What was heard and not yet taken."""
        taken = bytes(self._pending)
        self._pending.clear()
        return taken
