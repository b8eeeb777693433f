"""Files on disk, under names that say nothing. All of it waits for the disk: call it in a thread.

`<data>/files/parts/<id>` grows while a file arrives; `<data>/files/kept/<two digits>/<id>` holds it
afterwards, with `.thumb` and `.preview` beside a picture.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from engage.disk import sync
from engage.files.addresses import Variant
from engage.files.sniffing import WINDOW

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SPARE_BYTES = 256 * 1024 * 1024
"""Left free on the disk: the database and the journal need it more."""

_ID = re.compile(r"[0-9a-f-]{36}")


class FileStore:
    """The folder of files."""

    def __init__(self, folder: Path) -> None:
        self._parts, self._kept = folder / "parts", folder / "kept"

    def open(self) -> None:
        """Make the folders."""
        for folder in (self._parts, self._kept):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def part(self, file_id: str) -> Path:
        """Where a file arrives."""
        return self._parts / _checked(file_id)

    def kept(self, file_id: str, variant: Variant = Variant.WHOLE) -> Path:
        """Where it stays."""
        ending = "" if variant == Variant.WHOLE else f".{variant}"
        return self._kept / _checked(file_id)[-2:] / f"{file_id}{ending}"

    def received(self, file_id: str) -> int:
        """How many bytes have arrived."""
        for path in (self.part(file_id), self.kept(file_id)):
            try:
                return path.stat().st_size
            except FileNotFoundError:
                continue
        return 0

    def append(self, file_id: str) -> Arriving:
        """Go on writing where the file ends."""
        descriptor = os.open(
            self.part(file_id), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600
        )
        return Arriving(descriptor)

    def ends(self, file_id: str) -> tuple[bytes, bytes]:
        """The first and the last bytes of what has arrived."""
        with self.arrived(file_id).open("rb") as file:
            head = file.read(WINDOW)
            size = os.fstat(file.fileno()).st_size
            file.seek(max(0, size - WINDOW))
            return head, file.read(WINDOW)

    def arrived(self, file_id: str) -> Path:
        """The whole of what has arrived, wherever it is."""
        part = self.part(file_id)
        return part if part.exists() else self.kept(file_id)

    def keep(self, file_id: str) -> int:
        """Move what has arrived to where it stays, as it is; its size."""
        kept = self.kept(file_id)
        kept.parent.mkdir(mode=0o700, exist_ok=True)
        part = self.part(file_id)
        if part.exists():  # else a crash came between this and the row that tells of it
            part.replace(kept)
            sync(kept.parent)
        return kept.stat().st_size

    def keep_picture(self, file_id: str) -> int:
        """Move a picture that was drawn anew, and its smaller ones; the size of the former."""
        kept = self.kept(file_id)
        kept.parent.mkdir(mode=0o700, exist_ok=True)
        for variant in Variant:  # the whole one first: without it the others are nothing
            drawn = self.drawn(file_id, variant)
            sync(drawn)
            drawn.replace(self.kept(file_id, variant))
        sync(kept.parent)
        return kept.stat().st_size

    def drawn(self, file_id: str, variant: Variant) -> Path:
        """Where a picture is drawn anew."""
        return self._parts / f"{_checked(file_id)}.{variant}"

    def drop_part(self, file_id: str) -> None:
        """Forget what arrived; what is kept stays."""
        for path in (self.part(file_id), *(self.drawn(file_id, each) for each in Variant)):
            path.unlink(missing_ok=True)

    def remove(self, file_id: str) -> None:
        """Leave nothing of a file."""
        self.drop_part(file_id)
        for variant in Variant:
            self.kept(file_id, variant).unlink(missing_ok=True)

    def arriving(self) -> set[str]:
        """Of which files there are parts."""
        return {
            name for path in self._parts.iterdir() if _ID.fullmatch(name := path.name.split(".")[0])
        }

    def has_room(self, size: int) -> bool:
        """Whether the disk can take so much and stay in health."""
        disk = os.statvfs(self._parts)
        return disk.f_bavail * disk.f_frsize - size > SPARE_BYTES


class Arriving:
    """A file that is being written."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, pieces: Iterable[bytes]) -> None:
        """Write all of it.

        Raises:
            OSError: the disk is full, or broken; what could be written is there.
        """
        for piece in pieces:
            view = memoryview(piece)
            while view:
                view = view[os.write(self._descriptor, view) :]

    def close(self) -> None:
        """Bring it to the disk, then let go.

        Raises:
            OSError: it may not all be there.
        """
        try:
            os.fsync(self._descriptor)
        finally:
            os.close(self._descriptor)


def _checked(file_id: str) -> str:
    """Identifiers name files: nothing else may get that far."""
    if _ID.fullmatch(file_id) is None:
        raise ValueError("not an identifier of ours")
    return file_id
