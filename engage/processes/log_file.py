"""A file that only grows: records behind length and checksum.

A record is a length (4 bytes), the CRC-32 of its body (4 bytes) and the body, never empty. Whoever
reads stops at the first record that is not whole: the tail of a write that a crash tore.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADER: Final = struct.Struct(">II")
LARGEST_RECORD: Final = 1024 * 1024
AT_ONCE_BYTES: Final = 1024 * 1024
"""How much of what waited is written while nobody else can write."""


def record(body: bytes) -> bytes:
    """One record as it stands in the file."""
    return HEADER.pack(len(body), zlib.crc32(body)) + body


def records(data: bytes, start: int = 0) -> Iterator[tuple[bytes, int]]:
    """The whole records from `start`, each with the offset behind it; stops at a torn one."""
    while start + HEADER.size <= len(data):
        length, checksum = HEADER.unpack_from(data, start)
        end = start + HEADER.size + length
        body = data[start + HEADER.size : end]
        if not 0 < length <= LARGEST_RECORD or end > len(data) or zlib.crc32(body) != checksum:
            return
        yield body, end
        start = end


def sync_folder(folder: Path) -> None:
    """Make created, renamed and removed names durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class LogFile:
    """One file to append to: what it has of its records, and what is on disk.

    Always written at the offset behind the last whole record, so that half a record, or one that a
    failed fsync may have dropped, is simply written again.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._named = path.exists()  # else the folder has to be synced as well
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._written = self._synced = os.fstat(self._descriptor).st_size
        self._unsynced: list[bytes] = []
        self._waiting: deque[bytes] = deque()  # not written: the disk took nothing

    @property
    def pending(self) -> bool:
        """Whether anything of it is not on disk."""
        return bool(self._unsynced or self._waiting)

    @property
    def size(self) -> int:
        """Bytes that are whole records."""
        return self._written

    @property
    def unsynced(self) -> int:
        """How many records are written and not synced."""
        return len(self._unsynced)

    def put(self, whole: bytes) -> None:
        """Write a record; if the disk does not take it, or those before it, it waits."""
        if self._waiting:
            self._waiting.append(whole)
            return
        try:
            self._write(whole)
        except OSError:  # the thread finds the same, and tells of it
            self._waiting.append(whole)

    def write_waiting(self) -> None:
        """Write what waits, or much of it.

        Raises:
            OSError: the disk does not take it.
        """
        upto = self._written + AT_ONCE_BYTES
        while self._waiting and self._written < upto:
            self._write(self._waiting[0])
            self._waiting.popleft()

    def sync(self) -> None:
        """Let the disk have what is written.

        Raises:
            OSError: it does not take it; `write_again` then.
        """
        os.fdatasync(self._descriptor)
        if not self._named:
            sync_folder(self.path.parent)
            self._named = True

    def synced(self, count: int) -> int:
        """So many records are on disk now; how many bytes they have."""
        size = sum(map(len, self._unsynced[:count]))
        del self._unsynced[:count]
        self._synced += size
        return size

    def write_again(self) -> None:
        """Nobody knows what became of the records of a failed fsync (Linux drops their pages)."""
        self._waiting.extendleft(reversed(self._unsynced))
        self._unsynced = []
        self._written = self._synced

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._descriptor)

    def _write(self, whole: bytes) -> None:
        at = self._written
        took = os.pwrite(self._descriptor, whole, at)
        while took < len(whole):  # the disk is about to be full
            took += os.pwrite(self._descriptor, whole[took:], at + took)
        self._written = at + took
        self._unsynced.append(whole)
