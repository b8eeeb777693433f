"""The other commands: with a running server, without one, and beside one that writes."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from engage.processes.lock import DataLock
from tests.support.nursery import run
from tests.support.server import Server

if TYPE_CHECKING:
    from pathlib import Path


def engage(server: Server, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command on the server's data folder."""
    return run([*arguments, "--data", str(server.data)], server.environment(), stdin)


def told(server: Server, *arguments: str, stdin: str = "") -> Any:
    """What a command answers as JSON."""
    ended = engage(server, *arguments, "--json", stdin=stdin)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.fixture(scope="module", params=["running", "stopped"])
def either(request: pytest.FixtureRequest) -> Any:
    """A server that runs, and one that does not."""
    with Server(demo=False, start=request.param == "running") as server:
        yield server


def test_users_are_added_listed_and_given_passwords(either: Server) -> None:
    added = told(either, "user", "add", "1010", "--first-name", "Ada", "--last-name", "Moss")
    assert added["user"] == "1010"
    assert min(len(added["password"]), len(added["sip_secret"])) >= 12
    told(either, "user", "add", "boss", "--admin", "--password-stdin", stdin="Quiet-river-9\n")
    users = {each["user"]: each for each in told(either, "user", "list")}
    assert users["1010"]["role"] == "user"
    assert users["boss"]["role"] == "admin"
    assert "password" not in json.dumps(list(users.values()))
    changed = told(either, "user", "password", "1010")
    assert changed["password"] != added["password"]


def test_refusals_are_one_line_and_exit_1(either: Server) -> None:
    told(either, "user", "add", "1020")
    for arguments in (("user", "add", "1020"), ("user", "password", "nobody")):
        ended = engage(either, *arguments)
        assert ended.returncode == 1
        assert ended.stderr.startswith("engage: ")
        assert len(ended.stderr.splitlines()) == 1
    ended = engage(either, "user", "add", "x", "--admin", "--password-stdin", stdin="1\n")
    assert ended.returncode == 1
    assert "password" in ended.stderr.lower()


def test_a_user_added_to_a_running_server_is_in_its_log_without_secrets() -> None:
    with Server(demo=False) as server:
        assert "sign in as admin / " in server.log
        added = told(server, "user", "add", "1010")
        assert added["password"] not in server.log
        assert added["sip_secret"] not in server.log
        server.restart()
        assert server.log.count("sign in as admin / ") == 1  # shown only once


def test_rows_are_exported_beside_a_running_server_without_secrets(tmp_path: Path) -> None:
    with Server() as server:
        found = engage(server, "export", "extensions")
        rows = [json.loads(line) for line in found.stdout.splitlines()]
        assert [row["number"] for row in rows] == ["1000", "1001", "1002", "1003"]
        assert not [name for row in rows for name in row if "secret" in name]
        target = tmp_path / "events.csv"
        ended = engage(server, "export", "events", "--csv", "--output", str(target))
        assert ended.returncode == 0, ended.stderr
        assert target.read_text(encoding="utf-8").startswith("conversation_id,seq,")
        assert target.stat().st_mode & 0o077 == 0
        unknown = engage(server, "export", "passwords")
        assert unknown.returncode == 2
        assert "extensions" in unknown.stderr


def test_what_no_server_has_made_yet_is_not_exported(tmp_path: Path) -> None:
    with Server(data=tmp_path / "data", start=False) as server:
        ended = engage(server, "export", "events")
        assert ended.returncode == 1
        assert len(ended.stderr.splitlines()) == 1


def test_a_folder_in_use_by_a_command_refuses_another(tmp_path: Path) -> None:
    with Server(data=tmp_path / "data", start=False) as server:
        server.data.mkdir()
        lock = DataLock(server.data)
        try:
            ended = engage(server, "migrate")
        finally:
            lock.release()
        assert ended.returncode == 3
        assert "is in use by process" in ended.stderr
        assert engage(server, "migrate").returncode == 0
        assert engage(server, "migrate").returncode == 0


def test_the_doctor_finds_a_fresh_machine_well_and_names_what_is_not(tmp_path: Path) -> None:
    with Server(data=tmp_path / "data", start=False) as server:
        findings = {
            each["what"]: each for each in json.loads(engage(server, "doctor", "--json").stdout)
        }
        for what in ("Python", "SQLite", "data folder", "journal", "disk", "lock", "database"):
            assert findings[what]["well"], findings[what]
        assert findings["SMTP"]["seen"] == "none set: emails wait in the outbox"
        ended = engage(server, "doctor", "--database", "postgresql://x:y@127.0.0.1:1/z")
        assert ended.returncode == 1
        assert "FAIL database" in ended.stdout
        assert "→ " in ended.stdout


def test_each_command_loads_what_it_needs(tmp_path: Path) -> None:
    with Server(data=tmp_path / "data", start=False) as server:
        data = ["--data", str(server.data)]
        for arguments in (
            *(["openapi"], ["version", "--json"], ["user", "add", "1010", "--json", *data]),
            *(["export", "extensions", *data], ["doctor", "--json", *data]),
        ):
            ended = subprocess.run(
                [sys.executable, "-m", "engage.cli", *arguments],
                env=server.environment(),
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert ended.returncode == 0, ended.stderr
            assert json.loads(ended.stdout)


def test_a_lost_second_factor_is_reset(either: Server) -> None:
    told(either, "user", "add", "1030")
    found = told(either, "user", "second-factor", "1030")
    assert found == {"user": "1030", "app": False, "passkeys": [], "recovery_codes_left": 0}
    for arguments in (("1030", "--reset"), ("nobody",)):
        ended = engage(either, "user", "second-factor", *arguments)
        assert ended.returncode == 1
        assert "does not exist" in ended.stderr
