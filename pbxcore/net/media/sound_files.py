"""Sound files, read and decoded ahead of time by threads: no tick waits for a disk."""

from __future__ import annotations

import logging
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import av
import numpy as np

from pbxcore.media.samples import silence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbxcore.media.commands import File
    from pbxcore.media.samples import Samples

log = logging.getLogger(__name__)

_AHEAD_S: Final = 2.0
_LOW_S: Final = 1.0
"""When less than this is ready, more is decoded, up to `_AHEAD_S`."""
_READERS: Final = 2


class SoundFiles:
    """Opens files for players; `close` waits for nothing."""

    def __init__(self) -> None:
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="sound-file")

    def open(self, file: File, rate: int) -> FileSource:
        """A source that begins to fill at once."""
        return FileSource(file, rate, self._readers)

    def close(self) -> None:
        """Read no more."""
        self._readers.shutdown(wait=False, cancel_futures=True)


class FileSource:
    """One file, from its `begin_s` on, as one channel at `rate`."""

    def __init__(self, file: File, rate: int, readers: ThreadPoolExecutor) -> None:
        self.problem = ""
        self._rate, self._readers = rate, readers
        self._decoded = _decoded(file, rate)
        self._ready: deque[Samples] = deque()
        self._read_count = self._taken_count = 0  # each is written by one thread only
        self._whole = False
        self._reading: Future[None] | None = None
        self._refill()

    @property
    def ended(self) -> bool:
        # In this order: what a reader adds last is seen before its being the last.
        return self._whole and not self._ready

    def take(self, count: int) -> Samples:
        parts = []
        while count and self._ready:
            part = self._ready.popleft()
            if len(part) > count:
                self._ready.appendleft(part[count:])
                part = part[:count]
            parts.append(part)
            count -= len(part)
            self._taken_count += len(part)
        self._refill()
        return np.concatenate(parts) if parts else silence(0)

    def close(self) -> None:
        self._whole = True
        self._ready.clear()

    @property
    def _in_store(self) -> int:
        return self._read_count - self._taken_count

    def _refill(self) -> None:
        if self._whole or self._in_store >= _LOW_S * self._rate:
            return
        if self._reading is None or self._reading.done():
            self._reading = self._readers.submit(self._read)

    def _read(self) -> None:
        """In a reader's thread; only one reads a file at a time."""
        try:
            while self._in_store < _AHEAD_S * self._rate and not self._whole:
                part = next(self._decoded, None)
                if part is None:
                    self._whole = True
                    return
                self._ready.append(part)
                self._read_count += len(part)
        except (OSError, ValueError) as failed:  # FFmpeg's errors are one or the other
            self.problem = str(failed)
            self._whole = True
        except Exception as failed:
            log.exception("sound file failed")
            self.problem = type(failed).__name__
            self._whole = True


def _decoded(file: File, rate: int) -> Iterator[Samples]:
    with av.open(file.path) as container:
        if not container.streams.audio:
            raise ValueError(f"{file.path} has no sound")
        track = container.streams.audio[0]
        resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
        skip = round(file.begin_s * rate)
        for frame in container.decode(track):
            for each in resampler.resample(frame):
                part = np.frombuffer(bytes(each.planes[0]), np.int16, each.samples)
                skipped = min(skip, len(part))
                skip -= skipped
                if skipped < len(part):
                    yield part[skipped:]
        for each in resampler.resample(None):
            part = np.frombuffer(bytes(each.planes[0]), np.int16, each.samples)
            yield part[min(skip, len(part)) :]
