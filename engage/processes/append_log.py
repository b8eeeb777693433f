"""Records written to files at once, in order, and synced by a thread."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

from engage.processes.log_file import LogFile, record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

log = logging.getLogger(__name__)

MOST_HELD: Final = 64 * 1024 * 1024
"""Bytes kept in memory while the disk takes nothing."""
RETRY_S: Final = 0.5


class LogFull(Exception):
    """The disk takes nothing and too much is held already; the record was not taken."""


class Appender:
    """Takes records in order. What was taken outlasts the process, what is synced the machine.

    The caller's thread writes, which costs some microseconds and leaves nothing for `kill -9` to
    take; a thread of its own syncs, one fsync for a burst.

    Args:
        path: the file to go on with, already cut to whole records.
        following: the path of the next file, when this one has `limit_bytes`; asked between two
            records.
        limit_bytes: how large a file may grow.
        synced: called in the thread with how many records are on disk since the start.
        left: called in the thread with a file that is on disk as a whole and grows no more.
        within_s: the longest a record waits for its fsync while the disk is well.
    """

    def __init__(
        self,
        path: Path,
        *,
        following: Callable[[], Path],
        limit_bytes: int,
        synced: Callable[[int], None] = lambda _: None,
        left: Callable[[Path], None] = lambda _: None,
        within_s: float = 0.02,
    ) -> None:
        self._following = following
        self.limit_bytes = limit_bytes
        self._synced, self._left = synced, left
        self._within_s = within_s
        self._files = [LogFile(path)]  # the last is written to, those before wait for their fsync
        self._next_at = 0  # a file of that size is to be followed, after a failure to do so
        self._held_bytes = self._done = 0
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._idle = False  # the thread has nothing to do; while it gathers, waking it only costs
        self._stopping = False
        self._problem = ""
        self._thread = threading.Thread(target=self._run, name=f"append {path.name}", daemon=True)
        self._thread.start()

    @property
    def problem(self) -> str:
        """Why the disk takes nothing now; empty while it does."""
        return self._problem

    def append(self, body: bytes, *, anew: bool = False) -> None:
        """Take one record; returns at once. `anew`: in a file of its own, and those after it.

        Raises:
            LogFull: the disk takes nothing and too much is held already.
        """
        whole = record(body)
        with self._lock:
            if self._held_bytes + len(whole) > MOST_HELD:
                raise LogFull(self._problem)
            size = self._files[-1].size
            if size >= max(self.limit_bytes, self._next_at) or (anew and size > 0):
                self._follow()
            self._files[-1].put(whole)
            self._held_bytes += len(whole)
            if self._idle:
                self._idle = False
                self._changed.notify()

    def close(self, timeout_s: float = 5.0) -> None:
        """Sync what was taken, then end the thread; gives up after `timeout_s`."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join(timeout_s)

    def _follow(self) -> None:
        path = self._following()
        try:
            self._files.append(LogFile(path))
        except OSError as failed:
            log.warning("no new file", extra={"file": str(path), "reason": str(failed)})
            self._next_at = self._files[-1].size + self.limit_bytes
        else:
            self._next_at = 0

    # What follows runs in the thread.

    def _run(self) -> None:
        while self._is_due():
            try:
                for file in self._present():
                    self._settle(file)
            except OSError as failed:
                if not self._wait_for_disk(failed):
                    return
            else:
                if self._problem:
                    log.info("disk takes records again", extra={"file": str(self._files[-1].path)})
                    self._problem = ""
        self._files[-1].close()

    def _is_due(self) -> bool:
        """Wait until something was taken, and let a burst gather; False when all is done."""
        with self._changed:
            self._let_gather()  # while records keep coming nobody has to wake us
            while not (len(self._files) > 1 or self._files[-1].pending or self._stopping):
                self._idle = True
                self._changed.wait()
                self._let_gather()
            return len(self._files) > 1 or self._files[-1].pending

    def _let_gather(self) -> None:
        if not self._stopping and not self._problem:
            self._changed.wait_for(lambda: self._stopping, self._within_s)

    def _present(self) -> tuple[LogFile, ...]:
        with self._changed:
            return tuple(self._files)

    def _settle(self, file: LogFile) -> None:
        """Sync one file, and leave it if another one follows."""
        with self._changed:
            file.write_waiting()
            count, grows = file.unsynced, file is self._files[-1]
        try:
            file.sync()
        except OSError:
            with self._changed:
                file.write_again()
            raise
        with self._changed:
            self._held_bytes -= file.synced(count)
            if not grows:
                self._files.remove(file)
        self._done += count
        if not grows:
            file.close()
            self._left(file.path)
        self._synced(self._done)

    def _wait_for_disk(self, failed: OSError) -> bool:
        """Try again in a moment; False when it is time to give up."""
        if not self._problem:
            extra = {"file": str(self._files[-1].path), "reason": str(failed)}
            log.error("disk takes no records", extra=extra)
        self._problem = failed.strerror or str(failed)
        with self._changed:
            if self._stopping:
                log.error("records lost at stop", extra={"bytes": self._held_bytes})
                return False
            self._changed.wait_for(lambda: self._stopping, RETRY_S)
        return True
