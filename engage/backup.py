"""A backup: the database and whatever else the server keeps, in one file, and the way back.

It may be made beside a running server. The database comes first: files that it names are there
afterwards, too, and one that came meanwhile is nobody's.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from sqlalchemy import make_url

from engage.identifiers import now_ms, rfc3339
from engage.storage.migrations import HEAD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engage.settings import Settings

    Tell = Callable[[int], None]

MANIFEST, DATABASE, DATA = "backup.json", "database", "data"
FORMAT = 1
OURS_ALONE = frozenset({"run", "copies", "lock", "restoring"})
"""Of the data folder: sockets, copies made before an update, and what is there while we work."""
KEPT_BY_HAND = frozenset({"engage.toml", "lock", "run"})
"""What may be in a data folder that a backup is restored to."""
UMASK = 0o600


class BackupRefused(Exception):
    """It cannot be made or restored; the text is one line that says why."""


def write_backup(settings: Settings, target: Path, tell: Tell) -> int:
    """Make a backup; returns how many files are in it. An older one of that name is replaced.

    Raises:
        BackupRefused: there is nothing to keep, or the database cannot be copied.
        OSError: the file cannot be written.
    """
    if not target.parent.is_dir():
        raise BackupRefused(f"there is no folder {target.parent}")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".engage-backup-") as folder:
        database, part = Path(folder) / DATABASE, Path(folder) / target.name
        _copy_database(settings, database)
        part.touch(mode=UMASK)
        packed = target.name.endswith((".gz", ".tgz"))
        with tarfile.open(part, "w:gz" if packed else "w") as archive:
            _add_manifest(archive, settings)
            archive.add(database, DATABASE)
            count = 1
            for path, name in _kept(settings, target):
                with contextlib.suppress(FileNotFoundError):  # retention was there first
                    count += _add(archive, path, name)
                    tell(count)
        part.replace(target)
    return count


def restore_backup(settings: Settings, source: Path, tell: Tell) -> int:
    """Bring a backup back into an empty data folder; returns how many files there were.

    Raises:
        BackupRefused: it is no backup, of a newer release or another kind of database, or
            something is in the data folder.
        OSError: something cannot be read or written.
    """
    if here := sorted({each.name for each in settings.data.iterdir()} - KEPT_BY_HAND):
        raise BackupRefused(f"{settings.data} is not empty: it holds {here[0]}")
    aside = settings.data / "restoring"
    try:
        with tarfile.open(source) as archive:
            _check(archive, settings)
            count = _unpack(archive, aside, tell)
        _restore_database(settings, aside / DATABASE)
        for each in (aside / DATA).iterdir() if (aside / DATA).is_dir() else ():
            each.replace(settings.data / each.name)
    except (tarfile.TarError, EOFError):
        raise BackupRefused(f"{source} is no backup of Engage, or not the whole of one") from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return count


# --- what is in it -----------------------------------------------------------------------------


def _kept(settings: Settings, target: Path) -> Iterator[tuple[Path, str]]:
    """The files of the data folder, and their names in the backup."""
    root, database = settings.data, _sqlite_file(settings)
    beside = {f"{database}{suffix}" for suffix in ("", "-wal", "-shm")}
    for folder, folders, files in os.walk(root):
        at = Path(folder)
        if at == root:
            folders[:] = [each for each in folders if each not in OURS_ALONE]
            files = [each for each in files if each not in OURS_ALONE]
        folders[:] = sorted(each for each in folders if not each.startswith(".engage-backup-"))
        for each in sorted(files):
            path = at / each
            regular = path.is_file() and not path.is_symlink()
            if regular and str(path) not in beside and path != target.absolute():
                yield path, f"{DATA}/{path.relative_to(root).as_posix()}"


def _add(archive: tarfile.TarFile, path: Path, name: str) -> int:
    """Add a file as long as it is now: it may grow meanwhile, and must not be cut."""
    with path.open("rb") as file:
        member = archive.gettarinfo(arcname=name, fileobj=file)
        content = io.BytesIO(file.read(member.size)) if member.size < _SMALL else file
        if isinstance(content, io.BytesIO):
            member.size = len(content.getbuffer())
        archive.addfile(member, content)
    return 1


_SMALL = 64 * 1024 * 1024
"""Smaller files are read at once: those that are written anew meanwhile are of this kind."""


def _add_manifest(archive: tarfile.TarFile, settings: Settings) -> None:
    told = {
        "format": FORMAT,
        "schema": HEAD,
        "database": _kind(settings),
        "made_at": rfc3339(now_ms()),
    }
    content = json.dumps(told, indent=2).encode()
    member = tarfile.TarInfo(MANIFEST)
    member.size, member.mode = len(content), UMASK
    archive.addfile(member, io.BytesIO(content))


def _check(archive: tarfile.TarFile, settings: Settings) -> None:
    first = archive.next()
    file = archive.extractfile(first) if first is not None and first.name == MANIFEST else None
    try:
        told = json.loads(file.read(4096)) if file is not None else None
    except ValueError:
        told = None
    if not isinstance(told, dict) or not isinstance(told.get("schema"), str):
        raise BackupRefused("this is no backup of Engage")
    if told.get("format") != FORMAT or told["schema"] > HEAD:
        raise BackupRefused("the backup was made by a newer release: install that first")
    if told.get("database") != _kind(settings):
        raise BackupRefused(f"the backup is of a {told.get('database')} database: see --database")


def _unpack(archive: tarfile.TarFile, aside: Path, tell: Tell) -> int:
    """Files alone, and none of them outside."""
    count = 0
    for member in archive:
        name = PurePosixPath(member.name)
        if not member.isfile() or name.is_absolute() or ".." in name.parts:
            continue
        file = archive.extractfile(member)
        path = aside.joinpath(*name.parts)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=UMASK)
        with path.open("wb") as target:
            shutil.copyfileobj(file or io.BytesIO(), target)
        os.utime(path, (member.mtime, member.mtime))
        count += name != PurePosixPath(MANIFEST)
        tell(count)
    return count


# --- the database -----------------------------------------------------------------------------


def _kind(settings: Settings) -> str:
    return make_url(settings.database_url).get_backend_name()


def _sqlite_file(settings: Settings) -> Path | None:
    path = make_url(settings.database_url).database if _kind(settings) == "sqlite" else None
    return Path(path) if path else None


def _copy_database(settings: Settings, target: Path) -> None:
    path = _sqlite_file(settings)
    if path is None:
        _postgresql(settings, "pg_dump", "--format=custom", "--no-owner", f"--file={target}")
        return
    if not path.is_file():
        raise BackupRefused(f"there is no database in {settings.data}")
    target.touch(mode=UMASK)
    with (
        contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as source,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        try:
            source.backup(copy)
        except sqlite3.Error as failed:
            raise BackupRefused(f"the database cannot be copied: {failed}") from None


def _restore_database(settings: Settings, copy: Path) -> None:
    path = _sqlite_file(settings)
    if path is None:
        _postgresql(settings, "pg_restore", "--no-owner", "--exit-on-error", str(copy))
        return
    if path.exists():
        raise BackupRefused(f"{path} is there already")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.move(copy, path)


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
        raise BackupRefused(f"{command[0]}: {lines[-1]}")
