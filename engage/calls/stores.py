"""The folders that recordings are in: our own, and one on a disk that may not be there."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from engage.errors import N_

if TYPE_CHECKING:
    from pathlib import Path

OURS = N_("This must be a folder outside of the server's own recordings.")
MARKER = ".engage-recordings"
"""Lies in an external folder: where nothing is mounted, its mount point is an empty folder."""


class StoreAway(OSError):
    """Nothing is mounted at the folder."""


class StoreOurs(OSError):
    """The folder is, holds or lies in our own: what is moved there would be removed."""


def adopt(folder: Path, ours: Path) -> None:
    """Take an external folder into use: it is there, can be written to, and is not our own.

    Raises:
        StoreOurs: it is, or one is inside the other.
        OSError: it is not there, or cannot be written to.
    """
    if not folder.is_dir():
        raise StoreAway(2, os.strerror(2))
    if overlap(folder, ours):
        raise StoreOurs(22, OURS)
    _write(folder / MARKER, b"Recordings of the PBX are kept below this folder.\n")


def check(folder: Path, ours: Path) -> None:
    """Make sure that a folder in use is still there.

    Raises:
        StoreAway: it is not.
        StoreOurs: it is our own, or one is inside the other.
    """
    if not (folder / MARKER).is_file():
        raise StoreAway(2, os.strerror(2))
    if overlap(folder, ours):
        raise StoreOurs(22, OURS)


def overlap(folder: Path, ours: Path) -> bool:
    """Whether one is the other or inside it, by whatever name: a link, a mount."""
    there, here = folder.resolve(), ours.resolve()
    return any(_same(there, each) for each in (here, *here.parents)) or any(
        _same(each, here) for each in there.parents
    )


def move(file: str, from_: Path, to: Path) -> None:
    """Copy a recording to another folder so that it is whole there, or not there at all.

    The one it is copied from stays: it goes once it is written down where the other is.

    Raises:
        OSError: it does not fit, or a folder is not there.
    """
    check(to, from_)
    source, target = from_ / file, to / file
    if _same(source, target):
        raise StoreOurs(22, OURS)
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


def is_whole(file: str, from_: Path, to: Path) -> bool:
    """Whether what is here was moved there, and is another file."""
    source, target = from_ / file, to / file
    return (
        target.is_file()
        and not _same(source, target)
        and target.stat().st_size == source.stat().st_size
    )


def _same(one: Path, other: Path) -> bool:
    try:
        return one == other or one.samefile(other)
    except FileNotFoundError:
        return False


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())
