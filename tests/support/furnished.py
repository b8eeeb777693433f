"""A data folder with the demonstration data, as a first start of this release leaves it.

A copy of it is made in a tenth of the time: hashing the passwords and making the rows takes most.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path
from typing import Any

from engage.app.application import build
from engage.certificate import certificate_files
from engage.keyring import Keyring
from engage.processes.link import PartLink, PbxLink
from engage.settings import Settings
from tests.support.background import result_of
from tests.support.migrated import make_file

DATABASE = "engage.db"


def furnish(data: Path) -> None:
    """Copy the database and the keys into a data folder, unless it has a database."""
    if not (data / DATABASE).exists():
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy(_original() / DATABASE, data)
        bring_keys(data)


def bring_keys(data: Path) -> None:
    """Copy the keys alone, for a database that was filled by `fill_now`."""
    shutil.copytree(_original() / "keys", data / "keys", dirs_exist_ok=True)


def fill_now(url: str) -> None:
    """Bring the demonstration data into a migrated database, whether or not a loop runs here."""
    _start_once(_original(), database=url)


@functools.cache
def _original() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="engage-furnished-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    make_file(folder / DATABASE)
    _start_once(folder)
    certificate_files(folder, None, None)
    return folder


def _start_once(data: Path, **settings: Any) -> None:
    result_of(_started(Settings(data=data, demo=True, **settings)))


async def _started(settings: Settings) -> None:
    absent = settings.data / "absent.sock"
    keyring = Keyring.of(settings.data, None)
    application = build(settings, keyring, PbxLink(absent), PartLink("media", absent))
    await application.start()
    await application.stop()
