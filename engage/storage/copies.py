"""Copies of the whole database, and the way back."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from sqlalchemy import make_url

if TYPE_CHECKING:
    from engage.settings import Settings

PRIVATE: Final = 0o600


class BackupRefused(Exception):
    """It cannot be made or restored; the text is one line that says why."""


def kind_of(settings: Settings) -> str:
    """What kind of database it is: `sqlite` or `postgresql`."""
    return make_url(settings.database_url).get_backend_name()


def sqlite_file(settings: Settings) -> Path | None:
    """The file of the database, if it is SQLite's."""
    path = make_url(settings.database_url).database if kind_of(settings) == "sqlite" else None
    return Path(path) if path else None


def copy_database(settings: Settings, target: Path) -> None:
    """Copy it into a file, while it is in use.

    Raises:
        BackupRefused: there is none, or it cannot be copied.
    """
    path = sqlite_file(settings)
    if path is None:
        _postgresql(settings, "pg_dump", "--format=custom", "--no-owner", f"--file={target}")
        return
    if not path.is_file():
        raise BackupRefused(f"there is no database in {settings.data}")
    try:
        copy_sqlite(path, target)
    except sqlite3.Error as failed:
        raise BackupRefused(f"the database cannot be copied: {failed}") from None


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database that may be in use (SQLite's online backup), readable by us alone."""
    target.touch(mode=PRIVATE)
    address = f"{source.absolute().as_uri()}?mode=ro"
    with (
        contextlib.closing(sqlite3.connect(address, uri=True)) as original,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        original.backup(copy)


def restore_database(settings: Settings, copy: Path) -> None:
    """Have what is in a copy as the database.

    Raises:
        BackupRefused: there is one already, or it does not take the copy.
    """
    path = sqlite_file(settings)
    if path is None:
        _postgresql(settings, "pg_restore", "--no-owner", "--single-transaction", str(copy))
        return
    if path.exists():
        raise BackupRefused(f"{path} is there already")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")  # elsewhere it may be another file system
    shutil.move(copy, part)
    part.replace(path)


def _postgresql(settings: Settings, *command: str) -> None:
    """PostgreSQL's own programs know its data best; the password is not for the process list."""
    parts = urlsplit(settings.database or "")
    password = unquote(parts.password or "")
    host = parts.netloc.rpartition("@")[2]
    user = f"{parts.username}@" if parts.username else ""
    place = parts._replace(netloc=f"{user}{host}").geturl()
    secret = {"PGPASSWORD": password} if password else {}
    try:
        done = subprocess.run(  # noqa: S603 - the command is ours, and no shell reads it
            [*command, f"--dbname={place}"],
            env={**os.environ, **secret},
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise BackupRefused(f"{command[0]} is missing: install PostgreSQL's client") from None
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["it failed"]
        said = next((each for each in lines if "error:" in each), lines[-1])
        raise BackupRefused(f"{command[0]}: {said.removeprefix(f'{command[0]}: ')}")
