"""Has pictures drawn anew by a process of their own, a few at a time."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import TYPE_CHECKING

from engage.errors import Unavailable
from engage.files.addresses import Variant
from engage.files.model import Drawn, PictureBroken, PictureTooBig, StorageFull

if TYPE_CHECKING:
    from engage.files.storage import FileStore

log = logging.getLogger(__name__)

AT_ONCE = 2
PATIENCE_S = 90.0


class Studio:
    """Where pictures are drawn anew."""

    def __init__(self, store: FileStore) -> None:
        self._store = store
        self._seats = asyncio.Semaphore(AT_ONCE)

    async def draw(self, file_id: str, format_name: str) -> tuple[int, int]:
        """Draw what has arrived, whole and smaller; width and height.

        Raises:
            PictureBroken: it cannot be drawn.
            PictureTooBig: it has too many pixels.
            StorageFull: there is no room for the outcome.
            Unavailable: no process could be started.
        """
        source = await asyncio.to_thread(self._store.arrived, file_id)
        drawn = [self._store.drawn(file_id, each) for each in Variant]
        command = [sys.executable, "-m", "engage.files.drawing", source, *drawn, format_name]
        async with self._seats:
            status, told, problem = await _run([str(each) for each in command])
        if status == Drawn.DONE:
            width, height = told.split()
            return int(width), int(height)
        log.info("picture refused", extra={"status": status, "problem": problem[:200]})
        if status == Drawn.NO_ROOM:
            raise StorageFull
        raise PictureTooBig if status == Drawn.TOO_BIG else PictureBroken


async def _run(command: list[str]) -> tuple[int, str, str]:
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        raise Unavailable from error
    try:
        async with asyncio.timeout(PATIENCE_S):
            told, problem = await process.communicate()
    except BaseException as error:
        process.kill()
        await process.wait()
        if isinstance(error, TimeoutError):
            return Drawn.TOO_BIG, "", "took too long"
        raise
    return process.returncode or 0, told.decode(), problem.decode("utf-8", "replace")
