"""Backups: what is in one, and what a restore leaves alone or behind."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import tarfile
from typing import TYPE_CHECKING

import pytest

from engage import backup
from engage.backup import restore_backup, write_backup
from engage.keyring import Keyring
from engage.processes.lock import DataLock, HalfRestored
from engage.settings import Settings
from engage.storage.copies import BackupRefused

if TYPE_CHECKING:
    from pathlib import Path


SECRET = "correct horse battery staple"  # noqa: S105


def quiet(_count: int) -> None:
    """Nobody looks."""


def folder(path: Path, **files: str) -> Settings:
    """A data folder with a database; `a__b` is the file b of the folder a, `_toml` the settings."""
    path.mkdir()
    for name, content in files.items():
        file = path / ("engage.toml" if name == "_toml" else name.replace("__", "/"))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return Settings(data=path)


def full(path: Path, **files: str) -> Settings:
    """The same with a database."""
    settings = folder(path, **files)
    rows = sqlite3.connect(path / "engage.db")
    rows.execute("create table kept (id)")
    rows.close()
    return settings


def kept(tmp_path: Path, **files: str) -> Path:
    """A backup of such a folder."""
    target = tmp_path / "engage.tar"
    write_backup(full(tmp_path / "old", **files), target, quiet, pytest.fail)
    return target


def names(path: Path) -> set[str]:
    return {each.name for each in path.iterdir()}


def test_settings_that_are_here_stay(tmp_path: Path) -> None:
    source = kept(tmp_path, _toml='http = "127.0.0.1:1"', keys__private="k")
    new = folder(tmp_path / "new", _toml='http = "127.0.0.1:2"')
    restore_backup(new, source, quiet)
    assert ":2" in (new.data / "engage.toml").read_text()
    assert names(new.data) == {"engage.toml", "engage.toml.restored", "engage.db", "keys"}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('http = "127.0.0.1:1"', "engage.toml"),
        ('database = "postgresql://old/engage"', "engage.toml.restored"),
    ],
)
def test_settings_come_back_unless_they_name_another_database(
    tmp_path: Path, text: str, place: str
) -> None:
    new = folder(tmp_path / "new")
    restore_backup(new, kept(tmp_path, _toml=text), quiet)
    assert names(new.data) == {place, "engage.db"}


def test_a_lock_of_an_archive_does_not_replace_the_one_that_is_held(tmp_path: Path) -> None:
    source = kept(tmp_path)
    with tarfile.open(source, "a") as archive:
        member = tarfile.TarInfo("data/lock")
        member.size = 1
        archive.addfile(member, io.BytesIO(b"1"))
    new = folder(tmp_path / "new", lock="mine")
    restore_backup(new, source, quiet)
    assert (new.data / "lock").read_text() == "mine"


def test_a_restore_that_was_broken_off_forbids_the_start_and_is_repeated(tmp_path: Path) -> None:
    source = kept(tmp_path, keys__private="k")
    new = folder(tmp_path / "new", restoring__database="half", keys__old="x")
    with pytest.raises(HalfRestored, match="repeat"):
        DataLock(new.data)
    restore_backup(new, source, quiet)
    assert names(new.data / "keys") == {"private"}
    DataLock(new.data).release()


def test_the_database_comes_last_and_a_failure_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, new = kept(tmp_path, keys__private="k"), folder(tmp_path / "new")

    def fail(settings: Settings, _copy: Path) -> None:
        assert (settings.data / "keys" / "private").exists()
        raise OSError("disk full")

    monkeypatch.setattr(backup, "restore_database", fail)
    with pytest.raises(OSError, match="disk full"):
        restore_backup(new, source, quiet)
    assert names(new.data) == set()


def test_restored_folders_are_their_owners_alone(tmp_path: Path) -> None:
    new = folder(tmp_path / "new")
    before = os.umask(0o022)
    try:
        restore_backup(new, kept(tmp_path, a__b__c="x"), quiet)
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
    for each in (new.data / "a", new.data / "a" / "b", new.data / "a" / "b" / "c"):
        assert each.stat().st_mode & 0o077 == 0


def test_a_backup_is_not_made_within_the_data_folder(tmp_path: Path) -> None:
    settings = full(tmp_path / "data", backups__old="")
    with pytest.raises(BackupRefused, match="elsewhere"):
        write_backup(settings, settings.data / "backups" / "new.tar", quiet, pytest.fail)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"schema": "9999"}, "newer release"),
        ({"format": 2}, "newer release"),
        ({"database": "postgresql"}, "postgresql"),
    ],
)
def test_a_backup_of_a_newer_release_or_another_kind_of_database_is_refused(
    tmp_path: Path, told: dict[str, object], why: str
) -> None:
    source, other = kept(tmp_path), tmp_path / "other.tar"
    with tarfile.open(source) as archive, tarfile.open(other, "w") as changed:
        manifest, *rest = archive
        content = json.dumps(json.loads(archive.extractfile(manifest).read()) | told).encode()
        manifest.size = len(content)
        changed.addfile(manifest, io.BytesIO(content))
        for member in rest:
            changed.addfile(member, archive.extractfile(member))
    new = folder(tmp_path / "new")
    with pytest.raises(BackupRefused, match=why):
        restore_backup(new, other, quiet)
    assert names(new.data) == set()


def test_a_key_of_the_environment_is_in_no_backup(tmp_path: Path) -> None:
    settings = full(tmp_path / "data").model_copy(update={"secret_key": SECRET})
    target = tmp_path / "engage.tar"
    Keyring.of(settings.data, settings.secret_key)
    write_backup(settings, target, quiet, pytest.fail)
    with tarfile.open(target) as archive:
        assert set(archive.getnames()) == {"backup.json", "database"}
    assert SECRET.encode() not in target.read_bytes()


def test_a_large_file_that_is_cut_meanwhile_ends_no_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "SMALL", 1)
    settings, said = full(tmp_path / "data", log="x" * 50_000, next="y"), list[str]()
    header = tarfile.TarFile.gettarinfo

    def cut(self: tarfile.TarFile, *args: object, **named: object) -> tarfile.TarInfo:
        member = header(self, *args, **named)  # type: ignore[arg-type]
        if member.name == "data/log":
            os.truncate(settings.data / "log", 10)
        return member

    monkeypatch.setattr(tarfile.TarFile, "gettarinfo", cut)
    target = tmp_path / "engage.tar"
    assert write_backup(settings, target, quiet, said.append) == 3
    assert len(said) == 1
    assert "was cut" in said[0]
    with tarfile.open(target) as archive:
        assert archive.getnames()[-2:] == ["data/log", "data/next"]
        content = archive.extractfile("data/log")
        assert content is not None
        assert content.read() == b"x" * 10 + bytes(49_990)


def test_a_backup_is_on_the_disk_before_it_replaces_the_older(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bool] = []
    monkeypatch.setattr(backup, "sync", lambda path: synced.append(path.is_dir()))
    kept(tmp_path)
    assert synced == [False, True]


def test_damaged_and_foreign_archives_are_refused(tmp_path: Path) -> None:
    target = tmp_path / "engage.tar.gz"
    write_backup(full(tmp_path / "old", a="x" * 99), target, quiet, pytest.fail)
    content = bytearray(target.read_bytes())
    new = folder(tmp_path / "new")
    for at in range(20, len(content) - 8, 17):
        damaged = bytearray(content)
        damaged[at : at + 4] = b"\xff\xff\xff\xff"
        target.write_bytes(damaged)
        with pytest.raises(BackupRefused):
            restore_backup(new, target, quiet)
        assert names(new.data) == set()
    with tarfile.open(target, "w") as archive:
        link = tarfile.TarInfo("backup.json")
        link.type, link.linkname = tarfile.SYMTYPE, "nowhere"
        archive.addfile(link)
    with pytest.raises(BackupRefused, match="no backup"):
        restore_backup(new, target, quiet)
