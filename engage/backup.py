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
import tarfile
import tempfile
import tomllib
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from engage import settings as start_settings
from engage.disk import sync
from engage.identifiers import now_ms, rfc3339
from engage.processes.lock import NAME as LOCK
from engage.processes.lock import RESTORING
from engage.storage.copies import (
    PRIVATE,
    BackupRefused,
    copy_database,
    kind_of,
    restore_database,
    sqlite_file,
)
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
SMALL = 64 * 1024 * 1024
"""Smaller files are read at once: those that are written anew meanwhile are of this kind."""


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
        copy_database(settings, database)
        part.touch(mode=PRIVATE)
        packed = target.name.endswith((".gz", ".tgz"))
        with tarfile.open(part, "w:gz" if packed else "w") as archive:
            _add_manifest(archive, settings)
            archive.add(database, DATABASE)
            count = 1
            for path, name in _kept(settings):
                with contextlib.suppress(FileNotFoundError):  # retention was there first
                    _add(archive, path, name, note)
                    count += 1
                    tell(count)
        sync(part)
        part.replace(target)
        sync(target.parent)
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
        restore_database(settings, aside / DATABASE)
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


def _kept(settings: Settings) -> Iterator[tuple[Path, str]]:
    """The files of the data folder, and their names in the backup."""
    root, database = settings.data, sqlite_file(settings)
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


def _add(archive: tarfile.TarFile, path: Path, name: str, note: Note) -> None:
    """Add a file as long as it is now: it may grow meanwhile, or be cut."""
    with path.open("rb") as file:
        member = archive.gettarinfo(arcname=name, fileobj=file)
        if member.size < SMALL:
            content = file.read(member.size)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
            return
        filled = _Filled(file)
        archive.addfile(member, filled)
    if filled.missing:
        note(f"{path} was cut while it was read: zeros are in place of its end")


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


def _add_manifest(archive: tarfile.TarFile, settings: Settings) -> None:
    told = {
        "format": FORMAT,
        "schema": HEAD,
        "database": kind_of(settings),
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
    if told.get("database") != kind_of(settings):
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
