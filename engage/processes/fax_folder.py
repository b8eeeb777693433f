"""Faxes on disk: `<id>.tif` holds the pages, `<id>.json` whose they are.

Both are on disk before the first page is acknowledged (the machine sees to that), and the
description stays until web has the fax in its database (`forget`): what a crash cut short, or the
news of it, is told of at the next start.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pbxcore.faxes.arrival import FaxArrival
from pbxcore.faxes.tiff import count_pages

if TYPE_CHECKING:
    from collections.abc import Iterable

log = logging.getLogger(__name__)


class FaxFolder:
    """Keeps faxes in one folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def load(self) -> Iterable[FaxArrival]:
        """Those that web may not know of."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in self._root.glob("*.fresh"):
            path.unlink(missing_ok=True)  # a crash came before its machine could send
        for path in sorted(self._root.glob("*.json")):
            try:
                yield msgspec.json.decode(path.read_bytes(), type=FaxArrival)
            except (OSError, msgspec.DecodeError):
                log.warning("cannot be read", extra={"file": str(path)})

    def receive(self, arrival: FaxArrival) -> FaxArrival:
        """The description, whole or not at all."""
        path = (self._root / f"{arrival.id}.tif").absolute()
        arrival = msgspec.structs.replace(arrival, path=str(path))
        fresh = path.with_suffix(".fresh")
        fresh.write_bytes(msgspec.json.encode(arrival))
        fresh.replace(path.with_suffix(".json"))
        return arrival

    def pages(self, arrival: FaxArrival) -> int:
        """How many pages are on disk."""
        return count_pages(Path(arrival.path))


def forget(path: Path, pages: bool) -> None:
    """The fax is in the database: a crash need not tell of it.

    A file that holds part of a page alone goes: no row names it.
    """
    if not pages:
        path.unlink(missing_ok=True)
    path.with_suffix(".json").unlink(missing_ok=True)
