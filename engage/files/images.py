"""Has pictures drawn anew by a process of their own, a few at a time."""

from __future__ import annotations

import asyncio
import logging
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from engage.errors import Unavailable
from engage.files.addresses import Variant
from engage.files.model import Drawn, PictureBroken, PictureTooBig, StorageFull

if TYPE_CHECKING:
    from engage.files.storage import FileStore

log = logging.getLogger(__name__)

AT_ONCE = 2
PATIENCE_S = 60.0


class Studio:
    """Where pictures are drawn anew.

    Threads start the processes and wait for them: an event loop's own way is a fork of all that the
    server holds, and stands still meanwhile.
    """

    def __init__(self, store: FileStore) -> None:
        self._store = store
        self._hands = ThreadPoolExecutor(AT_ONCE, "drawing")
        self._running: set[subprocess.Popen[bytes]] = set()

    async def draw(self, file_id: str, format_name: str) -> tuple[int, int]:
        """Draw what has arrived, whole and smaller; width and height.

        Raises:
            PictureBroken: it cannot be drawn.
            PictureTooBig: it has too many pixels.
            StorageFull: there is no room for the outcome.
            Unavailable: no process could be started, or it was killed.
        """
        source = await asyncio.to_thread(self._store.arrived, file_id)
        drawn = [self._store.drawn(file_id, each) for each in Variant]
        return await self._drawn([source, *drawn], format_name)

    async def _drawn(self, paths: list[Path], format_name: str) -> tuple[int, int]:
        command = [sys.executable, "-m", "engage.files.drawing", *paths, format_name]
        loop = asyncio.get_running_loop()
        try:
            status, told, problem = await loop.run_in_executor(
                self._hands, self._run, [str(each) for each in command]
            )
        except OSError as error:
            raise Unavailable from error
        if status == Drawn.DONE:
            width, height = told.split()
            return int(width), int(height)
        if status == -signal.SIGKILL:  # by our own end, or for want of memory: not its fault
            raise Unavailable
        log.info("picture refused", extra={"status": status, "problem": problem[:200]})
        if status == Drawn.NO_ROOM:
            raise StorageFull
        raise PictureTooBig if status == Drawn.TOO_BIG else PictureBroken

    async def thumbnail(self, data: bytes, format_name: str) -> bytes:
        """Draw a small picture that is nobody's file: at most 480 pixels a side, as WebP.

        Raises:
            PictureBroken, PictureTooBig, StorageFull, Unavailable: as `draw` does.
        """
        with TemporaryDirectory(prefix="engage-picture-") as folder:
            source, whole, thumb, preview = (Path(folder, str(each)) for each in range(4))
            await asyncio.to_thread(source.write_bytes, data)
            await self._drawn([source, whole, thumb, preview], format_name)
            return await asyncio.to_thread(thumb.read_bytes)

    def stop(self) -> None:
        """Draw no longer; what was being drawn is drawn when it is asked for again."""
        self._hands.shutdown(wait=False, cancel_futures=True)
        for process in list(self._running):
            process.kill()

    def _run(self, command: list[str]) -> tuple[int, str, str]:
        with subprocess.Popen(  # noqa: S603 - our own module, paths that we have made
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            self._running.add(process)
            try:
                told, problem = process.communicate(timeout=PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                return Drawn.TOO_BIG, "", "took too long"
            finally:
                self._running.discard(process)
        return process.returncode, told.decode(), problem.decode("utf-8", "replace")
