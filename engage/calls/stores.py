"""The folders that recordings are in: our own, and one on a disk that may not be there."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MARKER = ".engage-recordings"
"""Lies in an external folder: where nothing is mounted, its mount point is an empty folder."""


class StoreAway(OSError):
    """Nothing is mounted at the folder."""


def adopt(folder: Path) -> None:
    """Take an external folder into use: it is there, and can be written to.

    Raises:
        OSError: it is not, or cannot.
    """
    if not folder.is_dir():
        raise StoreAway(2, os.strerror(2))
    _write(folder / MARKER, b"Recordings of the PBX are kept below this folder.\n")


def check(folder: Path) -> None:
    """Make sure that a folder in use is still there.

    Raises:
        StoreAway: it is not.
    """
    if not (folder / MARKER).is_file():
        raise StoreAway(2, os.strerror(2))


def move(file: str, from_: Path, to: Path) -> None:
    """Copy a recording to another folder so that it is whole there, or not there at all.

    The one it is copied from stays: it goes once it is written down where the other is.

    Raises:
        OSError: it does not fit, or a folder is not there.
    """
    check(to)
    source, target = from_ / file, to / file
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    try:
        with source.open("rb") as read, part.open("wb") as written:
            shutil.copyfileobj(read, written, 1 << 20)
            written.flush()
            os.fsync(written.fileno())
        if part.stat().st_size != source.stat().st_size:
            raise OSError(5, os.strerror(5))
        part.replace(target)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())
