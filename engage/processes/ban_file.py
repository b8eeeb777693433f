"""Bans on disk: few, so the whole file is written anew after a change, by a thread."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import TYPE_CHECKING

import msgspec

from engage.processes.log_file import sync_folder
from pbxcore.pbx import Ban

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

QUIET_S = 0.2  # a burst of changes is written once


class BanFile:
    """A `pbxcore.pbx.BanStore` in one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._wanted: tuple[Ban, ...] | None = None
        self._task: asyncio.Task[None] | None = None
        self.problem = ""

    def load(self) -> tuple[Ban, ...]:
        """What was saved last; nothing if that cannot be read."""
        try:
            return msgspec.msgpack.decode(self._path.read_bytes(), type=tuple[Ban, ...])
        except FileNotFoundError:
            return ()
        except (OSError, msgspec.DecodeError) as failed:
            log.warning("bans not read", extra={"reason": type(failed).__name__})
            return ()

    def save(self, bans: tuple[Ban, ...]) -> None:
        """Write these soon."""
        self._wanted = bans
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._write_soon())

    async def flush(self) -> None:
        """Wait until what was saved is written."""
        if self._task is not None:
            await self._task

    async def _write_soon(self) -> None:
        while self._wanted is not None:
            await asyncio.sleep(QUIET_S)
            bans, self._wanted = self._wanted, None
            try:
                await asyncio.to_thread(self._write, msgspec.msgpack.encode(bans))
                self.problem = ""
            except OSError as failed:
                self.problem = failed.strerror or str(failed)
                log.warning("bans not written", extra={"reason": self.problem})

    def _write(self, data: bytes) -> None:
        fresh = self._path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        sync_folder(self._path.parent)
