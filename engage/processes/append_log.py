"""A file that only grows: records behind length and checksum, written and synced by a thread.

A record is a length (4 bytes), the CRC-32 of its body (4 bytes) and the body, never empty. Whoever
reads stops at the first record that is not whole: the tail of a write that a crash tore.
"""

from __future__ import annotations

import logging
import os
import struct
import threading
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

log = logging.getLogger(__name__)

HEADER = struct.Struct(">II")
LARGEST_RECORD = 1024 * 1024
MOST_WAITING = 64 * 1024 * 1024  # bytes kept in memory while the disk takes nothing
RETRY_S = 0.5


class LogFull(Exception):
    """The disk takes nothing and too much waits already; the record was not taken."""


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


class Appender:
    """Writes records in order, in a thread; what is on disk is told by `synced`.

    Args:
        path: the file to go on with, already cut to whole records.
        synced: called in the thread after each fsync, with how many records are on disk since the
            start and the file's size; returns None, or the path of another file to go on with.
        within_s: the longest a record waits for its fsync while the disk is well.
    """

    def __init__(
        self, path: Path, synced: Callable[[int, int], Path | None], within_s: float = 0.02
    ) -> None:
        self._path = path
        self._synced = synced
        self._within_s = within_s
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._done = 0
        self._changed = threading.Condition()
        self._idle = False  # the thread has nothing to do; while it gathers, waking it only costs
        self._stopping = False
        self._problem = ""
        self._thread = threading.Thread(target=self._run, name=f"append {path.name}", daemon=True)
        self._thread.start()

    @property
    def problem(self) -> str:
        """Why the disk takes nothing now; empty while it does."""
        return self._problem

    def append(self, body: bytes) -> None:
        """Take one record; returns at once.

        Raises:
            LogFull: the disk takes nothing and too much waits already.
        """
        whole = record(body)
        with self._changed:
            if self._waiting_bytes + len(whole) > MOST_WAITING:
                raise LogFull(self._problem)
            self._waiting.append(whole)
            self._waiting_bytes += len(whole)
            if self._idle:
                self._idle = False
                self._changed.notify()

    def close(self, timeout_s: float = 5.0) -> None:
        """Write what waits, then end the thread; gives up after `timeout_s`."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        descriptor = -1
        while True:
            with self._changed:
                while not self._waiting and not self._stopping:
                    self._idle = True
                    self._changed.wait()
                if not self._waiting:
                    break
                if not self._stopping:  # let a burst gather: one fsync for all of it
                    self._changed.wait_for(lambda: self._stopping, self._within_s)
                batch, self._waiting = self._waiting, []
            try:
                if descriptor < 0:
                    descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                self._write(descriptor, batch)
            except OSError as failed:
                if descriptor >= 0:
                    os.close(descriptor)
                    descriptor = -1
                if not self._put_back(batch, failed):
                    return
                continue
            descriptor = self._finish(descriptor, batch)
        if descriptor >= 0:
            os.close(descriptor)

    def _write(self, descriptor: int, batch: list[bytes]) -> None:
        start = os.fstat(descriptor).st_size
        data = memoryview(b"".join(batch))
        try:
            while data:
                data = data[os.write(descriptor, data) :]
            os.fdatasync(descriptor)
        except OSError:
            os.ftruncate(descriptor, start)  # no half record: the batch is written again as a whole
            raise

    def _finish(self, descriptor: int, batch: list[bytes]) -> int:
        self._done += len(batch)
        with self._changed:
            self._waiting_bytes -= sum(map(len, batch))
        if self._problem:
            log.info("disk takes records again", extra={"file": str(self._path)})
            self._problem = ""
        following = self._synced(self._done, os.fstat(descriptor).st_size)
        if following is None:
            return descriptor
        os.close(descriptor)
        self._path = following
        return -1

    def _put_back(self, batch: list[bytes], failed: OSError) -> bool:
        """Keep what could not be written, in its order; False when it is time to give up."""
        if not self._problem:
            log.error(
                "disk takes no records", extra={"file": str(self._path), "reason": str(failed)}
            )
        self._problem = failed.strerror or str(failed)
        with self._changed:
            self._waiting[:0] = batch
            if self._stopping:
                log.error("records lost at stop", extra={"count": len(self._waiting)})
                return False
            self._changed.wait_for(lambda: self._stopping, RETRY_S)
        return True
