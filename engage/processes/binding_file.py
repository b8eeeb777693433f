"""Bindings of phones on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.processes.keyed_file import COMPACT_BYTES, KeyedFile
from pbxcore.pbx import StoredBinding

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class BindingFile:
    """A `pbxcore.presence.bindings.BindingStore` in one file."""

    def __init__(self, path: Path, compact_bytes: int = COMPACT_BYTES) -> None:
        self._file: KeyedFile[tuple[StoredBinding, ...]] = KeyedFile(
            path, tuple[StoredBinding, ...], compact_bytes
        )

    @property
    def problem(self) -> str:
        """Why the disk takes nothing now; empty while it does."""
        return self._file.problem

    def load(self) -> Iterable[StoredBinding]:
        """Everything that was saved."""
        return [binding for bindings in self._file.load().values() for binding in bindings]

    def save(self, number: str, bindings: tuple[StoredBinding, ...]) -> None:
        """Remember that these are now all the bindings of `number`; returns at once."""
        self._file.save(number, bindings or None)

    def close(self) -> None:
        """Sync what waits and end."""
        self._file.close()
