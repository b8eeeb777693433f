"""Bindings of phones on disk: each change appended, the file rewritten when it has grown."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

import msgspec

from engage.processes.append_log import Appender, LogFull, record, records, sync_folder
from pbxcore.pbx import StoredBinding

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

log = logging.getLogger(__name__)

COMPACT_BYTES = 1024 * 1024


class Saved(msgspec.Struct, frozen=True, array_like=True):
    """All bindings of one number from here on; none removes it."""

    number: str
    bindings: tuple[StoredBinding, ...]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Saved)


class BindingFile:
    """A `pbxcore.presence.bindings.BindingStore` in one file.

    Compacted at each start, and when it has grown by `compact_bytes` and twice its content.
    """

    def __init__(self, path: Path, compact_bytes: int = COMPACT_BYTES) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = path
        self._held = _read(path)
        self._compact_bytes = compact_bytes
        self._limit_bytes = self._compacted(self._held)
        self._appender = Appender(path, self._synced)

    @property
    def problem(self) -> str:
        """Why the disk takes nothing now; empty while it does."""
        return self._appender.problem

    def load(self) -> Iterable[StoredBinding]:
        """Everything that was saved."""
        return [binding for bindings in self._held.values() for binding in bindings]

    def save(self, number: str, bindings: tuple[StoredBinding, ...]) -> None:
        """Remember that these are now all the bindings of `number`; returns at once."""
        if bindings:
            self._held[number] = bindings
        else:
            self._held.pop(number, None)
        try:
            self._appender.append(_encoder.encode(Saved(number, bindings)))
        except LogFull:  # phones register again; the PBX serves on
            log.warning("binding not saved", extra={"number": number})

    def close(self) -> None:
        """Sync what waits and end."""
        self._appender.close()

    def _synced(self, _count: int, size: int) -> Path | None:
        if size <= self._limit_bytes:
            return None
        try:
            # Read back rather than taken from memory: the loop changes that meanwhile.
            self._limit_bytes = self._compacted(_read(self._path))
        except OSError as failed:
            log.warning("bindings not compacted", extra={"reason": str(failed)})
            return None
        return self._path  # under the same name, but another file

    def _compacted(self, held: dict[str, tuple[StoredBinding, ...]]) -> int:
        """Rewrite the file; the size at which that is due again."""
        return self._compact_bytes + 3 * _rewrite(self._path, held)


def _read(path: Path) -> dict[str, tuple[StoredBinding, ...]]:
    held: dict[str, tuple[StoredBinding, ...]] = {}
    if not path.exists():
        return held
    for body, _ in records(path.read_bytes()):
        saved = _decoder.decode(body)
        held.pop(saved.number, None)
        if saved.bindings:
            held[saved.number] = saved.bindings
    return held


def _rewrite(path: Path, held: dict[str, tuple[StoredBinding, ...]]) -> int:
    """Replace the file by what it comes to; its new size."""
    fresh = path.with_suffix(".new")
    data = b"".join(
        record(_encoder.encode(Saved(number, bindings))) for number, bindings in held.items()
    )
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)
    return len(data)
