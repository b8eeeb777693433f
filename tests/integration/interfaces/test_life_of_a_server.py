"""First start, second start, listeners that are off, the end."""

from __future__ import annotations

import json
import re
import socket
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from engage.processes.supervisor import KILL_AFTER_S
from tests.support.nursery import run
from tests.support.program import Program
from tests.support.server import Server

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path


def engage(server: Server, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run another subcommand."""
    return run(arguments, server.environment())


def stopping_s(log: str) -> float:
    """How long the end took, by the log's own clock, from the first part to be asked on."""
    lines = [json.loads(each) for each in log.splitlines() if each.startswith("{")]
    at = {
        phrase: [
            datetime.fromisoformat(each["time"]) for each in lines if each["message"] == phrase
        ]
        for phrase in ("part asked to end", "server stopped")
    }
    [stopped] = at["server stopped"]
    return (stopped - at["part asked to end"][0]).total_seconds()


def test_a_password_is_made_once_told_once_and_kept() -> None:
    with Server(demo=False, forked=False) as server:
        [password] = re.findall(r"sign in as admin / (\S+)", server.log)
        Program(server.url, "admin", password)
        assert server.stop(within_s=30) == 0
        first = server.log
        assert "part killed" not in first
        assert stopping_s(first) < KILL_AFTER_S
        server.start()
        second = server.log[len(first) :]
        assert password not in second
        assert "sign in as" not in second
        admin = Program(server.url, "admin", password)
        assert admin.get("/v1/extensions").json()["items"] == []  # no demonstration unasked
        assert server.get("/livechat/demo").status == 404
        assert server.data.stat().st_mode & 0o077 == 0
        for key in (server.data / "keys").iterdir():
            assert key.stat().st_mode & 0o077 == 0 or key.suffix == ".pem"


def test_the_administrators_password_may_be_given() -> None:
    environment = {"ENGAGE_ADMIN_PASSWORD": "correct-horse"}
    for demo in (False, True):
        with Server(demo=demo, environment=environment) as server:
            Program(server.url, "admin", "correct-horse")
            assert "correct-horse" not in server.log


def test_off_disables_a_listener() -> None:
    with Server("--https", "off", "--sip", "off", start=False) as server:
        server.start()
        assert server.get("/healthz").status == 200
        for port in (server.https_port, server.sip_port):
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port), 1)


def test_data_stays_over_a_kill_and_demonstration_data_is_filled_once() -> None:
    with Server() as server:
        ana = Program(server.url, "1000", "Demo-1000!")
        made = ana.post("/v1/conversations", {"with": "1001"}).json()["conversation"]
        path = f"/v1/conversations/{made}/events"
        assert ana.post(path, {"client_id": "k", "text": "kept"}).status == 201
        assert engage(server, "user", "list", "--data", str(server.data)).returncode == 0
        server.kill9()
        server.start()
        [event] = ana.get(f"{path}?after=0").json()["events"]  # the session holds as well
        assert event["text"] == "kept"
        admin = Program(server.url, "admin", "Demo-admin!")
        assert len(admin.get("/v1/extensions").json()["items"]) == 4
        again = ana.post(path, {"client_id": "k", "text": "kept"})
        assert again.json()["duplicate"] is True


def test_no_command_gives_the_mini_bars_number_away() -> None:
    with Server() as server:
        admin = Program(server.url, "admin", "Demo-admin!")
        bar = {"values": {"code": "1500"}}
        assert admin.patch("/v1/settings/mini_bar", bar).status == 200
        assert server.stop(within_s=30) == 0
        data = ("--data", str(server.data))
        refused = engage(server, "user", "add", "1500", *data)
        assert (refused.returncode, "mini bar" in refused.stderr) == (1, True), refused.stderr
        assert engage(server, "user", "add", "1501", *data).returncode == 0


def test_the_demonstration_is_what_the_interface_says() -> None:
    with Server() as server:
        admin = Program(server.url, "admin", "Demo-admin!")
        people = admin.get("/v1/extensions").json()["items"]
        assert [(each["number"], each["name"], each["email"]) for each in people] == [
            ("1000", "Ana Costa", "1000@example.test"),
            ("1001", "Ben Osei", "1001@example.test"),
            ("1002", "Chen Li", "1002@example.test"),
            ("1003", "Dana Novak", "1003@example.test"),
        ]
        assert {each["max_contacts"] for each in people} == {5}
        assert "Sip-1000!" not in admin.get("/v1/extensions").body.decode()
        [group] = admin.get("/v1/extension-groups").json()["items"]
        assert group["name"] == "Everyone"
        [chat] = admin.get("/v1/livechats").json()["items"]
        assert chat["name"] == "Demo"
        assert chat["destination"] == {"kind": "queue", "values": ["6500"]}
        assert chat["require_visitor_info"]
        assert chat["allow_visitor_to_call"]
        assert chat["url"].endswith("/livechat/demo")
        for line in ("/livechat/demo", "/wave/", "/admin/", "Demo-1000!", "Sip-1001!"):
            assert line in server.log


def test_subcommands_speak_for_themselves(tmp_path: Path) -> None:
    with Server(start=False, data=tmp_path / "data") as server:
        data = ("--data", str(server.data))
        assert engage(server, "version").stdout.strip()
        assert '"openapi": "3.1' in engage(server, "openapi").stdout
        assert engage(server, "migrate", *data).returncode == 0
        assert engage(server, "migrate", *data).returncode == 0
        added = engage(server, "user", "add", "2000", "--first-name", "Eva", *data)
        assert added.returncode == 0, added.stderr
        assert "2000" in engage(server, "user", "list", *data).stdout
        assert engage(server, "user", "add", "2000", *data).returncode == 1
        assert engage(server, "user", "password", "nobody", *data).returncode == 1
        assert "database" in engage(server, "doctor", *data).stdout
        assert engage(server, "fly").returncode == 2
