"""`engage backup` and `engage restore`: a server's data, elsewhere."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING

import pytest

from tests.support.program import Program
from tests.support.server import Server

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.postgres import Postgres

PASSWORD = "Quiet-river-9!"  # noqa: S105


def engage(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "engage.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_made_beside_a_server_is_the_same_server_elsewhere(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    file, folder = tmp_path / "engage.tar.gz", tmp_path / "again"
    here = there = ("--database", "sqlite:///engage.db")
    if kind == "postgresql":
        running: Postgres = request.getfixturevalue("postgres")
        here, there = (("--database", running.make_database()) for _ in range(2))
    with Server(*here) as server:
        admin = Program(server.url, "admin", "Demo-admin!")
        new = {"number": "1500", "first_name": "Eve", "wave_password": PASSWORD}
        assert admin.post("/v1/extensions", new).status == 201
        made = engage("backup", file, "--data", server.data, *here)
        assert made.returncode == 0, made.stderr
        key = (server.data / "keys" / "secret").read_bytes()
        into = engage("restore", file, "--data", server.data, *here)
        assert into.returncode == 3  # its server runs
    assert file.stat().st_mode & 0o077 == 0
    with tarfile.open(file) as archive:
        names = archive.getnames()
    assert names[0] == "backup.json"
    assert not any(each.startswith("data/run/") or "engage.db" in each for each in names)

    back = engage("restore", file, "--data", folder, *there)
    assert back.returncode == 0, back.stderr
    assert (folder / "keys" / "secret").read_bytes() == key
    again = engage("restore", file, "--data", folder, *there)
    assert (again.returncode, "is not empty" in again.stderr) == (1, True)
    with Server(*there, data=folder, demo=False) as server:
        eve = Program(server.url, "1500", PASSWORD)
        assert eve.get("/v1/me").json()["user"]["name"] == "Eve"


def test_what_is_no_backup_is_refused_in_one_line(tmp_path: Path) -> None:
    whole, cut = tmp_path / "other.tar", tmp_path / "cut.tar"
    with tarfile.open(whole, "w") as archive:
        archive.add(__file__, "data/test.py")
    cut.write_bytes(b"engage")
    for file in (whole, cut, tmp_path / "nothing.tar"):
        refused = engage("restore", file, "--data", tmp_path / "data")
        assert refused.returncode == 1
        assert refused.stderr.startswith("engage: ")
        assert refused.stderr.count("\n") == 1
    nothing = engage("backup", tmp_path / "new.tar", "--data", tmp_path / "data")
    assert (nothing.returncode, (tmp_path / "new.tar").exists()) == (1, False)


def test_nothing_of_a_restore_that_postgresql_refuses_is_left(
    tmp_path: Path, postgres: Postgres
) -> None:
    file, folder = tmp_path / "engage.tar", tmp_path / "again"
    full, url = postgres.migrated.make(), postgres.make_database()
    (tmp_path / "data").mkdir()
    made = engage("backup", file, "--data", tmp_path / "data", "--database", full)
    assert made.returncode == 0, made.stderr

    def ask(command: str) -> str:
        told = ["psql", "-tAc", command, url]
        return subprocess.run(told, capture_output=True, text=True, check=True).stdout.strip()

    ask("create table pms_stay (room text)")
    refused = engage("restore", file, "--data", folder, "--database", url)
    assert (refused.returncode, "pms_stay" in refused.stderr) == (1, True), refused.stderr
    assert [each.name for each in folder.iterdir()] == ["lock"]
    assert ask("select count(*) from pg_tables where schemaname = 'public'") == "1"
    ask("drop table pms_stay")
    back = engage("restore", file, "--data", folder, "--database", url)
    assert back.returncode == 0, back.stderr
    assert ask("select count(*) from pms_stay") == "0"
