"""A backup: the database and whatever else the server keeps, in one file, and the way back.

It may be made beside a running server. The database comes first: files that it names are there
afterwards, too, and one that came meanwhile is nobody's.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import tomllib
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, Final
from urllib.parse import unquote, urlsplit

from sqlalchemy import make_url

from engage import settings as start_settings
from engage.identifiers import now_ms, rfc3339
from engage.processes.lock import NAME as LOCK
from engage.processes.lock import RESTORING
from engage.storage.migrations import HEAD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engage.settings import Settings

    Tell = Callable[[int], None]
    Note = Callable[[str], None]

MANIFEST, DATABASE, DATA = "backup.json", "database", "data"
FORMAT = 1
OURS_ALONE = frozenset({"run", "copies", LOCK, RESTORING})
"""Of the data folder: sockets, copies made before an update, and what is there while we work."""
KEPT_BY_HAND = frozenset({start_settings.FILE, LOCK, "run"})
"""What may be in a data folder that a backup is restored to."""
PRIVATE: Final = 0o600
SMALL = 64 * 1024 * 1024
"""Smaller files are read at once: those that are written anew meanwhile are of this kind."""


class BackupRefused(Exception):
    """It cannot be made or restored; the text is one line that says why."""


def write_backup(settings: Settings, target: Path, tell: Tell, note: Note) -> int:
    """Make a backup; returns how many files are in it. An older one of that name is replaced.

    Raises:
        BackupRefused: there is nothing to keep, the database cannot be copied, or each later
            backup would hold this one.
        OSError: the file cannot be written.
    """
    if not target.parent.is_dir():
        raise BackupRefused(f"there is no folder {target.parent}")
    if target.resolve().is_relative_to(settings.data.resolve()):
        raise BackupRefused(f"{target} is in the data folder: a backup has its place elsewhere")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".engage-backup-") as folder:
        database, part = Path(folder) / DATABASE, Path(folder) / target.name
        _copy_database(settings, database)
        part.touch(mode=PRIVATE)
        packed = target.name.endswith((".gz", ".tgz"))
        with tarfile.open(part, "w:gz" if packed else "w") as archive:
            _add_manifest(archive, settings)
            archive.add(database, DATABASE)
            count = 1
            for path, name in _kept(settings):
                with contextlib.suppress(FileNotFoundError):  # retention was there first
                    count += _add(archive, path, name, note)
                    tell(count)
        _sync(part)
        part.replace(target)
        _sync(target.parent)
    return count


def restore_backup(settings: Settings, source: Path, tell: Tell) -> int:
    """Bring a backup back into an empty data folder; returns how many files there were.

    The database comes last, and `restoring` is there until all of it is: with that, no server
    starts, and what is there is an earlier restore's that was broken off.

    Raises:
        BackupRefused: it is no backup, of a newer release or another kind of database, or
            something is in the data folder.
        OSError: something cannot be read or written.
    """
    data, aside = settings.data, settings.data / RESTORING
    if aside.is_dir() and not source.resolve().is_relative_to(data.resolve()):
        _clear(data)
    if here := sorted({each.name for each in data.iterdir()} - KEPT_BY_HAND):
        raise BackupRefused(f"{data} is not empty: it holds {here[0]}")
    umask = os.umask(0o077)
    try:
        aside.mkdir()
        with tarfile.open(source) as archive:
            _check(archive, settings)
            count = _unpack(archive, aside, tell)
            while archive.fileobj.read(65536):
                pass  # what is packed has its check sum at the end
        _place_files(settings, aside / DATA)
        _restore_database(settings, aside / DATABASE)
        shutil.rmtree(aside)
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile):
        _clear(data)
        raise BackupRefused(f"{source} is no backup of Engage, or not the whole of one") from None
    except BaseException:
        _clear(data)
        raise
    finally:
        os.umask(umask)
    return count


# --- what is in it -----------------------------------------------------------------------------


def _kept(settings: Settings) -> Iterator[tuple[Path, str]]:
    """The files of the data folder, and their names in the backup."""
    root, database = settings.data, _sqlite_file(settings)
    beside = {f"{database}{suffix}" for suffix in ("", "-wal", "-shm")}
    for folder, folders, files in os.walk(root):
        at = Path(folder)
        if at == root:
            folders[:] = [each for each in folders if each not in OURS_ALONE]
            files = [each for each in files if each not in OURS_ALONE]
        folders.sort()
        for each in sorted(files):
            path = at / each
            regular = path.is_file() and not path.is_symlink()
            if regular and str(path) not in beside:
                yield path, f"{DATA}/{path.relative_to(root).as_posix()}"


def _add(archive: tarfile.TarFile, path: Path, name: str, note: Note) -> int:
    """Add a file as long as it is now: it may grow meanwhile, or be cut."""
    with path.open("rb") as file:
        member = archive.gettarinfo(arcname=name, fileobj=file)
        if member.size < SMALL:
            content = file.read(member.size)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
            return 1
        filled = _Filled(file)
        archive.addfile(member, filled)
    if filled.missing:
        note(f"{path} was cut while it was read: zeros are in place of its end")
    return 1


class _Filled(io.RawIOBase):
    """A file that is as long as its header in the archive says, whatever becomes of it.

    Attributes:
        missing: how many bytes it had no longer.
    """

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file, self.missing = file, 0

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        missing = max(0, size - len(content))
        self.missing += missing
        return content + bytes(missing)


def _sync(path: Path) -> None:
    """Have it on the disk, whatever happens to the machine."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _add_manifest(archive: tarfile.TarFile, settings: Settings) -> None:
    told = {
        "format": FORMAT,
        "schema": HEAD,
        "database": _kind(settings),
        "made_at": rfc3339(now_ms()),
    }
    content = json.dumps(told, indent=2).encode()
    member = tarfile.TarInfo(MANIFEST)
    member.size, member.mode = len(content), PRIVATE
    archive.addfile(member, io.BytesIO(content))


def _check(archive: tarfile.TarFile, settings: Settings) -> None:
    first = archive.next()
    ours = first is not None and first.isfile() and first.name == MANIFEST
    file = archive.extractfile(first) if first is not None and ours else None
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
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as target:
            shutil.copyfileobj(file or io.BytesIO(), target)
        os.utime(path, (member.mtime, member.mtime))
        count += name != PurePosixPath(MANIFEST)
        tell(count)
    return count


def _place_files(settings: Settings, folder: Path) -> None:
    """What an administrator keeps by hand stays as it is here."""
    for each in folder.iterdir() if folder.is_dir() else ():
        if each.name == start_settings.FILE:
            each.replace(_place_of_settings(settings, each))
        elif each.name not in OURS_ALONE:
            each.replace(settings.data / each.name)


def _place_of_settings(settings: Settings, file: Path) -> Path:
    """Beside those that are here, or if the server would start on another database with them."""
    place = settings.data / start_settings.FILE
    try:
        database = tomllib.loads(file.read_text(encoding="utf-8")).get("database")
    except ValueError:
        database = ""
    same = database is None or database == settings.database
    return place if same and not place.exists() else place.with_suffix(".toml.restored")


def _clear(data: Path) -> None:
    """Remove what a restore has brought so far; what forbids a server to start goes last."""
    ours = [each for each in data.iterdir() if each.name not in KEPT_BY_HAND]
    for each in sorted(ours, key=lambda path: path.name == RESTORING):
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()


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
    target.touch(mode=PRIVATE)
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
