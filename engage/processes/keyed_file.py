"""Values by key on disk: each change appended, the file rewritten when it has grown."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from engage.processes.append_log import Appender, LogFull, record, records, sync_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

log = logging.getLogger(__name__)

COMPACT_BYTES = 1024 * 1024

Value = TypeVar("Value")


class KeyedFile(Generic[Value]):
    """Keeps one value under each key; what was appended last is what stands.

    Compacted at each start, and when it has grown by `compact_bytes` and twice its content.

    Args:
        path: the file.
        kind: the type of the values, as msgspec is to decode it.
        compact_bytes: how much it may grow in any case.
    """

    def __init__(self, path: Path, kind: Any, compact_bytes: int = COMPACT_BYTES) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = path
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(tuple[str, kind | None])
        self._compact_bytes = compact_bytes
        self._held = self._read()
        self._limit_bytes = self._compacted(self._held)
        self._appender = Appender(path, self._synced)

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

    def _synced(self, _count: int, size: int) -> Path | None:
        if size <= self._limit_bytes:
            return None
        try:
            # Read back rather than kept in memory: the loop holds these values already.
            self._limit_bytes = self._compacted(self._read())
        except OSError as failed:
            log.warning("not compacted", extra={"file": self._path.name, "reason": str(failed)})
            return None
        return self._path  # under the same name, but another file

    def _read(self) -> dict[str, Value]:
        held: dict[str, Value] = {}
        if not self._path.exists():
            return held
        for body, _ in records(self._path.read_bytes()):
            key, value = self._decoder.decode(body)
            held.pop(key, None)
            if value is not None:
                held[key] = value
        return held

    def _compacted(self, held: Mapping[str, Value]) -> int:
        """Replace the file by what it comes to; the size at which that is due again."""
        fresh = self._path.with_suffix(".new")
        data = b"".join(record(self._encoder.encode(each)) for each in held.items())
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        sync_folder(self._path.parent)
        return self._compact_bytes + 3 * len(data)
