"""A ZIP that is sent while it is written: nothing of it is kept, nor held in memory as a whole."""

from __future__ import annotations

import asyncio
import zipfile
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path
    from types import TracebackType

PIECE: Final = 256 * 1024


class ZipStream:
    """Written to within a `with`; its bytes are taken meanwhile, and the last ones behind it.

    Args:
        smaller: whether what is added is compressed, which takes time for each byte.
    """

    def __init__(self, *, smaller: bool) -> None:
        self._pipe = _Pipe()
        way = zipfile.ZIP_DEFLATED if smaller else zipfile.ZIP_STORED
        self._archive = zipfile.ZipFile(self._pipe, "w", way, allowZip64=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._archive.close()

    def add(self, name: str, text: str) -> None:
        """Add a file of this text."""
        self._archive.writestr(name, text)

    async def copy(self, name: str, path: Path) -> AsyncGenerator[bytes]:
        """Add a file from disk; the archive's bytes meanwhile.

        To be closed (`contextlib.aclosing`) before the archive is: a reader may go at any piece.

        Raises:
            FileNotFoundError: it is not there; nothing was added.
        """
        source = await asyncio.to_thread(path.open, "rb")
        with source, self._archive.open(name, "w", force_zip64=True) as target:
            while piece := await asyncio.to_thread(source.read, PIECE):
                target.write(piece)
                yield self.taken()

    def taken(self) -> bytes:
        """What was written since the last time."""
        return self._pipe.taken()


class _Pipe:
    """What a ZIP is written to: it cannot go back, and is emptied by its reader."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Its reader is not done yet."""

    def taken(self) -> bytes:
        whole = b"".join(self._pieces)
        self._pieces.clear()
        return whole
