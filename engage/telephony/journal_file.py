"""The journal of the PBX on disk: numbered segments, written by pbx, read by web.

A segment is named after the first number it may hold; its records follow without a gap, so that
the n-th record of `000000000101.journal` has the number 100 + n. The file `synced` holds the number
up to which everything is on disk. Nobody reads beyond it: else a loss of power could take what was
projected already, and give its numbers to other facts.
"""

from __future__ import annotations

import itertools
import logging
import os
import threading
from typing import TYPE_CHECKING

import msgspec

from engage.durations import DAY_MS
from engage.processes.append_log import Appender
from engage.processes.log_file import records
from pbxcore.journal import Entry, Fact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

log = logging.getLogger(__name__)

SUFFIX = ".journal"
SYNCED = "synced"
_SYNCED_DIGITS = 20
SEGMENT_BYTES = 4 * 1024 * 1024
"""A segment holds facts of one day (UTC) at most: who is erased does not stand in it for long."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Entry)


def _segments(folder: Path) -> list[tuple[int, Path]]:
    """First numbers and files, oldest first."""
    return sorted(
        (int(path.stem), path) for path in folder.glob(f"*{SUFFIX}") if path.stem.isdecimal()
    )


def _segment(folder: Path, first: int) -> Path:
    return folder / f"{first:012d}{SUFFIX}"


class JournalWriter:
    """Numbers facts and appends them; a thread syncs them to disk within 50 ms.

    Args:
        folder: made if it is not there; a torn tail of the last segment is cut off.
        grew: called in the thread with the number up to which everything is on disk.
        segment_bytes: from which size on a file is followed by the next.
    """

    def __init__(
        self,
        folder: Path,
        grew: Callable[[int], None] | None = None,
        segment_bytes: int = SEGMENT_BYTES,
    ) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._grew = grew
        first, path = (_segments(folder) or [(1, _segment(folder, 1))])[-1]
        self._seq = self._start = first - 1 + _cut_torn_tail(path)
        self._day = _day_of_last(path)
        self.synced_seq = self._seq
        self.beaten_at_ms = _beaten_at_ms(folder)
        self._mark = os.open(folder / SYNCED, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._mark_synced()
        self._lock = threading.Lock()
        self._appender = Appender(
            path,
            following=lambda: _segment(folder, self._seq + 1),
            limit_bytes=segment_bytes,
            synced=self._synced,
        )

    @property
    def seq(self) -> int:
        """The number given last."""
        return self._seq

    @property
    def problem(self) -> str:
        """Why the disk takes nothing now; empty while it does."""
        return self._appender.problem

    def append(self, fact: Fact, at_ms: int) -> int:
        """Number a fact and write it; returns at once.

        Raises:
            LogFull: the disk takes nothing and too much waits already; the number was not used.
        """
        with self._lock:
            day = at_ms // DAY_MS
            whole = _encoder.encode(Entry(self._seq + 1, at_ms, fact))
            self._appender.append(whole, anew=self._day is not None and day != self._day)
            self._seq, self._day = self._seq + 1, day
            return self._seq

    def beat(self) -> None:
        """Let the next start know that this moment was reached; `beaten_at_ms` tells it there."""
        os.utime(self._mark)

    def close(self) -> None:
        """Sync what waits and end."""
        self._appender.close()
        os.close(self._mark)

    def _synced(self, count: int) -> None:
        self.synced_seq = self._start + count
        self._mark_synced()
        if self._grew is not None:
            self._grew(self.synced_seq)

    def _mark_synced(self) -> None:
        """Let readers have it; always as many bytes, so that a full disk has room for it."""
        os.pwrite(self._mark, f"{self.synced_seq:0{_SYNCED_DIGITS}d}".encode(), 0)


class JournalReader:
    """Reads on from a number, again and again, without looking twice at what it has read."""

    def __init__(self, folder: Path, after_seq: int) -> None:
        self._folder = folder
        self._after = after_seq
        self._path: Path | None = None
        self._offset = 0
        self._next = 0  # number of the record at the offset

    def read(self, limit: int = 1000) -> list[Entry]:
        """The next entries, at most `limit`; none when there is nothing new yet."""
        entries: list[Entry] = []
        synced = _synced_seq(self._folder)
        while len(entries) < limit and self._after < synced:
            if self._path is None and not self._find():
                break
            if not self._read_segment(entries, limit, synced) and not self._next_segment():
                break
        return entries

    def _read_segment(self, entries: list[Entry], limit: int, synced: int) -> bool:
        """Add entries of the present segment; False when it is there and holds no more."""
        assert self._path is not None  # noqa: S101 - `read` found it
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read(SEGMENT_BYTES)
        except FileNotFoundError:  # forgotten meanwhile
            self._path = None
            return True
        offset, found = self._offset, False
        for body, end in records(data):
            if self._next > synced:
                break
            found = True
            self._offset = offset + end
            self._next += 1
            if self._next - 1 > self._after:
                entries.append(_decoder.decode(body))
                self._after = self._next - 1
            if len(entries) >= limit:
                break
        return found

    def _find(self) -> bool:
        segments = _segments(self._folder) if self._folder.is_dir() else []
        if not segments:
            return False
        fitting = [each for each in segments if each[0] <= self._after + 1]
        self._next, self._path = (fitting or segments)[-1 if fitting else 0]
        self._offset = 0
        return True

    def _next_segment(self) -> bool:
        path = _segment(self._folder, self._next)
        if path == self._path or not path.exists():
            return False
        self._path, self._offset = path, 0
        return True


def read_journal(folder: Path, after_seq: int) -> Iterator[Entry]:
    """The entries on disk that follow a number, in order; a torn tail ends them."""
    reader = JournalReader(folder, after_seq)
    while entries := reader.read():
        yield from entries


def forget(folder: Path, upto: int) -> None:
    """Remove segments with nothing above `upto`; the last one stays and keeps the number."""
    segments = _segments(folder)
    for (_, path), (following, _) in itertools.pairwise(segments):
        if following - 1 <= upto:
            path.unlink(missing_ok=True)


def _synced_seq(folder: Path) -> int:
    try:
        return int((folder / SYNCED).read_bytes() or 0)
    except FileNotFoundError:  # nothing was ever written
        return 0


def _beaten_at_ms(folder: Path) -> int:
    """When the writer before this one was last known to run; 0 where there was none."""
    try:
        return (folder / SYNCED).stat().st_mtime_ns // 1_000_000
    except FileNotFoundError:
        return 0


def _day_of_last(path: Path) -> int | None:
    """The day of a segment's facts; None while it holds none."""
    if not path.exists():
        return None
    last = None
    for body, _ in records(path.read_bytes()):
        last = body
    return None if last is None else _decoder.decode(last).at_ms // DAY_MS


def _cut_torn_tail(path: Path) -> int:
    """Cut a segment behind its last whole record and sync it; how many records it holds."""
    if not path.exists():
        return 0
    data = path.read_bytes()
    count, end = 0, 0
    for _, behind in records(data):
        count, end = count + 1, behind
    if end < len(data):
        log.warning("torn tail cut", extra={"file": str(path), "bytes": len(data) - end})
        os.truncate(path, end)
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
    return count
