"""The PBX's last directory, sealed in the data folder: it serves calls while web is down."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import TYPE_CHECKING

import msgspec

from engage.keyring import SealBroken
from engage.processes.log_file import sync_folder
from pbxcore.directory import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from engage.keyring import Keyring
    from pbxcore.directory import Directory

log = logging.getLogger(__name__)

QUIET_S = 0.2  # a burst of changes is written once


class SealedDirectory:
    """Reads the snapshot at start and writes the present one after changes, in a thread."""

    def __init__(self, path: Path, keyring: Keyring) -> None:
        self._path, self._keyring = path, keyring
        self._task: asyncio.Task[None] | None = None
        self.problem = ""

    def load(self) -> Snapshot | None:
        """The last snapshot; None when there is none that this server's key opens."""
        try:
            sealed = self._path.read_bytes()
            return msgspec.msgpack.decode(self._keyring.open_bytes(sealed), type=Snapshot)
        except FileNotFoundError:
            return None
        except (OSError, SealBroken, msgspec.DecodeError) as failed:
            log.warning("directory not read", extra={"reason": type(failed).__name__})
            return None

    def changed(self, directory: Directory) -> None:
        """Write the present state soon."""
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._write_soon(directory))

    async def flush(self) -> None:
        """Wait until what was changed is written."""
        if self._task is not None:
            await self._task

    async def _write_soon(self, directory: Directory) -> None:
        written = None
        while written != (directory.version, directory.settings):
            await asyncio.sleep(QUIET_S)
            present, snapshot = (directory.version, directory.settings), directory.snapshot()
            try:
                await asyncio.to_thread(self._write, snapshot)
                self.problem = ""
            except OSError as failed:
                self.problem = failed.strerror or str(failed)
                log.warning("directory not written", extra={"reason": self.problem})
            written = present

    def _write(self, snapshot: Snapshot) -> None:
        fresh = self._path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(self._keyring.seal_bytes(msgspec.msgpack.encode(snapshot)))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        sync_folder(self._path.parent)
