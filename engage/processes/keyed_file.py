"""Values by key on disk: each change appended, the file rewritten when they have become many.

`bindings` has what stood at some moment, `bindings.1`, `bindings.2` … the changes since.
"""

from __future__ import annotations

import itertools
import logging
import os
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from engage.processes.append_log import Appender, LogFull
from engage.processes.log_file import record, records, sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

log = logging.getLogger(__name__)

COMPACT_BYTES = 1024 * 1024

Value = TypeVar("Value")


class KeyedFile(Generic[Value]):
    """Keeps one value under each key; what was appended last is what stands.

    Compacted at each start, and when the changes have grown to `compact_bytes` and twice the rest.

    Args:
        path: the file.
        kind: the type of the values, as msgspec is to decode it.
        compact_bytes: how much changes may grow in any case.
    """

    def __init__(self, path: Path, kind: Any, compact_bytes: int = COMPACT_BYTES) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = path
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(tuple[str, kind | None])
        self._compact_bytes = compact_bytes
        changes = self._changes()
        self._held = self._read(changes)
        limit_bytes = self._compacted(self._held, changes)
        self._numbers = itertools.count(1)
        self._left: list[Path] = []
        self._appender = Appender(
            self._following(), following=self._following, limit_bytes=limit_bytes, left=self._leave
        )

    @property
    def problem(self) -> str:
        """Why the disk takes nothing now; empty while it does."""
        return self._appender.problem

    def load(self) -> Mapping[str, Value]:
        """Everything that was saved before this start."""
        held, self._held = self._held, {}
        return held

    def save(self, key: str, value: Value | None) -> None:
        """Remember the value of a key; None forgets it; returns at once."""
        try:
            self._appender.append(self._encoder.encode((key, value)))
        except LogFull:  # phones come back by themselves; the PBX serves on
            log.warning("not saved", extra={"file": self._path.name, "key": key})

    def close(self) -> None:
        """Sync what waits and end."""
        self._appender.close()

    def _changes(self) -> list[Path]:
        """What the last process has left, oldest first."""
        found = self._path.parent.glob(f"{self._path.name}.*")
        numbered = ((int(each.suffix[1:]), each) for each in found if each.suffix[1:].isdecimal())
        return [each for _, each in sorted(numbered)]

    def _following(self) -> Path:
        return self._path.with_name(f"{self._path.name}.{next(self._numbers)}")

    def _leave(self, path: Path) -> None:
        """In the appender's thread: these changes are complete."""
        self._left.append(path)
        try:
            # Read back rather than kept in memory: the loop holds these values already.
            limit_bytes = self._compacted(self._read(self._left), self._left)
        except OSError as failed:
            log.warning("not compacted", extra={"file": self._path.name, "reason": str(failed)})
            return
        self._appender.limit_bytes = limit_bytes
        self._left = []

    def _read(self, changes: Iterable[Path]) -> dict[str, Value]:
        held: dict[str, Value] = {}
        for path in (self._path, *changes):
            for body, _ in records(path.read_bytes() if path.exists() else b""):
                key, value = self._decoder.decode(body)
                held.pop(key, None)
                if value is not None:
                    held[key] = value
        return held

    def _compacted(self, held: Mapping[str, Value], changes: Iterable[Path]) -> int:
        """Replace file and changes by what they come to; how large the next changes may grow."""
        fresh = self._path.with_suffix(".new")
        data = b"".join(record(self._encoder.encode(each)) for each in held.items())
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        sync_folder(self._path.parent)
        for each in changes:  # the oldest first: one that is left over must not undo later ones
            each.unlink()
        return self._compact_bytes + 2 * len(data)
