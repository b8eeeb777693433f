"""How many pages a TIFF holds, also one that nobody has finished (TIFF 6.0, section 2)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from pathlib import Path

_ENTRY_BYTES: Final = 12
_MOST: Final = 10_000
"""Directories that may follow each other; a file that says more goes in a circle."""


def count_pages(path: Path) -> int:
    """The pages whose directories are whole; none of a file that is not there, or no TIFF."""
    try:
        with path.open("rb") as file:
            return _count(file)
    except (OSError, struct.error):
        return 0


def _count(file: BinaryIO) -> int:
    header = file.read(8)
    order = {b"II": "<", b"MM": ">"}.get(header[:2])
    if order is None:
        return 0
    size = file.seek(0, 2)
    (at,) = struct.unpack(f"{order}I", header[4:8])
    pages = 0
    while at and at < size and pages < _MOST:
        file.seek(at)
        (entries,) = struct.unpack(f"{order}H", file.read(2))
        file.seek(entries * _ENTRY_BYTES, 1)
        (at,) = struct.unpack(f"{order}I", file.read(4))
        pages += 1
    return pages
