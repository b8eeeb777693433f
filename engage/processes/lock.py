"""One server, or one command that writes, at a time in a data folder."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

NAME = "lock"
RESTORING = "restoring"
"""Of a data folder: there while a backup is restored to it, and when that was broken off."""
PARTS_END_WITHIN_S = 3.0


class DataFolderInUse(Exception):
    """Another process holds the data folder."""

    def __init__(self, data: Path, pid: int | None) -> None:
        holder = f"process {pid}" if pid else "another process"
        super().__init__(f"the data folder {data} is in use by {holder}")
        self.pid = pid


class HalfRestored(OSError):
    """Nothing but another restore may use the data folder."""

    def __init__(self) -> None:
        super().__init__("a restore to it was broken off: repeat `engage restore`")


class DataLock:
    """Held by whoever has the descriptor: a server's parts inherit it, and the last one ends it.

    Raises:
        DataFolderInUse: someone holds it; `pid` tells who, where known.
        HalfRestored: it is not what it was, and who takes the lock does not `restore` it.
    """

    def __init__(self, data: Path, *, restores: bool = False) -> None:
        self.descriptor = os.open(data / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._take(data)
            if (data / RESTORING).exists() and not restores:
                raise HalfRestored
        except (DataFolderInUse, HalfRestored):
            os.close(self.descriptor)
            raise
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, f"{os.getpid()}\n".encode(), 0)

    def _take(self, data: Path) -> None:
        give_up = time.monotonic() + PARTS_END_WITHIN_S
        while True:
            try:
                fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pid = _pid(os.pread(self.descriptor, 32, 0))
                # The parts of a killed supervisor hold the lock until they have ended, too.
                if (pid and _runs(pid)) or time.monotonic() > give_up:
                    raise DataFolderInUse(data, pid) from None
                time.sleep(0.02)
            else:
                return

    def release(self) -> None:
        """Let others have the folder."""
        os.close(self.descriptor)


def holder(data: Path) -> int | None:
    """The process that holds the data folder; None when nobody does."""
    try:
        descriptor = os.open(data / NAME, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _pid(os.pread(descriptor, 32, 0)) or 0
    else:
        return None
    finally:
        os.close(descriptor)


def _pid(text: bytes) -> int | None:
    return int(text) if text.strip().isdigit() else None


def _runs(pid: int) -> bool:
    """Whether it lives; one that was killed and not yet collected by its parent does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return state.rpartition(") ")[2][:1] not in ("Z", "X")
