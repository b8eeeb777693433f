"""Records streams into a file: frames at each tick, a thread for the disk."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pbxcore.media.recording import Recording, WavFile
from pbxcore.net.media.ear import EAR_RATE
from pbxcore.net.media.hearing import Hearing
from pbxcore.net.media.saying import rate_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor, Future

    from pbxcore.media.commands import StartRecording
    from pbxcore.net.media.ear import Ear
    from pbxcore.net.media.loop import Loop
    from pbxcore.net.media.stream import Stream

log = logging.getLogger(__name__)

_WRITTEN_EACH: Final = 25
"""Ticks between two writes: half a second is what a crash may cost."""


class Recorder:
    """One recording, until it is stopped, its limits end it, or its last stream is closed.

    It hears streams, or by an `ear` the whole of a room.

    `over` is told once the file is whole: its seconds, the key that ended it, and the problem.

    Raises:
        OSError: the file cannot be created.
    """

    def __init__(
        self,
        wanted: StartRecording,
        streams: Sequence[Stream],
        loop: Loop,
        disk: Executor,
        over: Callable[[float, str, str], None],
        ear: Ear | None = None,
    ) -> None:
        path = Path(wanted.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        rate = max(map(rate_of, streams), default=EAR_RATE)
        self._recording = Recording(
            len(streams) or 1,
            rate,
            stereo=wanted.stereo,
            limit_s=wanted.limit_s,
            silence_s=wanted.silence_s,
        )
        channels = self._recording.channels
        self._file = WavFile(path.open("w+b", buffering=0), channels=channels, rate=rate)
        self._hearings: list[Hearing | Ear | None] = [Hearing(each, rate) for each in streams]
        if ear is not None:
            self._hearings.append(ear)
            ear.over = self.stop
        self._loop, self._disk, self._over = loop, disk, over
        self._writing: Future[None] | None = None
        self._digit = self._problem = ""
        self._ending = False
        self._ticks = 0
        self._leave = {each: self._leaving(at) for at, each in enumerate(streams)}
        for stream, leave in self._leave.items():
            stream.at_close(leave)
            if wanted.until_digit:
                stream.digits.on_digit = (*stream.digits.on_digit, self._pressed)
        loop.each_tick(self._tick)

    def pause(self, paused: bool) -> None:
        """Leave out what is said, or take it up again."""
        self._recording.paused = paused

    def stop(self) -> None:
        """End it with what was said so far."""
        self._ending = True

    def finish(self) -> None:
        """End it at once: nothing ticks any more."""
        self._ending = True
        if self._hearings:
            self._write()
        if self._writing is not None:
            self._check(self._writing)  # waits for the disk
        self._finish()

    def _pressed(self, digit: str) -> None:
        if not self._ending:
            self._digit, self._ending = digit, True

    def _leaving(self, at: int) -> Callable[[], None]:
        def leave() -> None:
            self._hearings[at] = None
            if not any(self._hearings):
                self._ending = True

        return leave

    def _tick(self, _: float) -> None:
        frames = [each.frame() if each else None for each in self._hearings]
        if not self._ending and not self._recording.hear(frames):
            self._ending = True
        self._ticks += 1
        if self._writing is not None:
            if not self._writing.done():
                return
            self._check(self._writing)
            self._writing = None
            if self._ending and not self._hearings:
                self._finish()
                return
        if self._ending or self._ticks % _WRITTEN_EACH == 0:
            self._write()

    def _write(self) -> None:
        sound = b"" if self._problem else self._recording.pending()
        last = self._ending
        if last:
            self._close_streams()
        file = self._file

        def write() -> None:
            try:
                if sound:
                    file.append(sound)
            finally:
                if last:
                    file.close()

        self._writing = self._disk.submit(write)

    def _check(self, written: Future[None]) -> None:
        """A disk that does not take more ends the recording, and nothing else."""
        failed = written.exception()
        if failed is None:
            return
        if not isinstance(failed, OSError):
            log.error("recording failed", exc_info=failed)
        self._problem = self._problem or str(failed)
        self._ending = True

    def _close_streams(self) -> None:
        for hearing in self._hearings:
            if hearing is not None:
                hearing.close()
        self._hearings = []
        for stream, leave in self._leave.items():
            stream.forget_close(leave)
            on_digit = stream.digits.on_digit
            stream.digits.on_digit = tuple(each for each in on_digit if each != self._pressed)

    def _finish(self) -> None:
        self._loop.no_tick(self._tick)
        self._over(self._file.seconds, self._digit, self._problem)
