"""A file that holds this release's schema: a copy of it is made in less time than the schema."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from engage.storage.migrate import migrate
from tests.support.background import result_of


def migrate_now(url: str) -> None:
    """Bring a database to this release's schema, whether or not a loop runs here."""
    result_of(migrate(url))


@functools.cache
def _original() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="engage-schema-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    migrate_now(f"sqlite:///{folder / 'engage.db'}")
    return folder / "engage.db"


def make_file(path: Path) -> None:
    """Make an SQLite file with the schema and without rows, unless there is a file."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy(_original(), path)  # as readable to others as the product makes it
