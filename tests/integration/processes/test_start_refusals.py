"""A start that cannot succeed: one clear line, an exit code, no traceback."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

from tests.support.nursery import run
from tests.support.server import Server, free_port


def refused(server: Server) -> tuple[int, str]:
    """The exit code and what was printed by a start that must fail."""
    ended = run(server.command()[3:], server.environment())  # without `python -m engage.cli`
    assert "Traceback" not in ended.stderr
    lines = ended.stderr.strip().splitlines()
    assert len(lines) == 1, ended.stderr
    return ended.returncode, lines[0]


@pytest.mark.parametrize(
    ("arguments", "environment", "line"),
    [
        ((), {"ENGAGE_HTPP": "x"}, "engage: ENGAGE_HTPP: unknown setting"),
        (("--rtp", "many"), {}, "engage: --rtp: 'many' is not LOW-HIGH"),
        ((), {"ENGAGE_SIPS": "nowhere"}, "engage: ENGAGE_SIPS: 'nowhere' is not HOST:PORT"),
        ((), {"ENGAGE_ADMIN_PASSWORD": "short"}, "engage: ENGAGE_ADMIN_PASSWORD: must have 8"),
    ],
)
def test_a_bad_setting_is_named(
    arguments: tuple[str, ...], environment: dict[str, str], line: str
) -> None:
    with Server(*arguments, environment=environment, start=False) as server:
        code, told = refused(server)
    assert code == 2
    assert told.startswith(line)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('htpp = "127.0.0.1:1"', "unknown key 'htpp' (did you mean http?)"),
        ('smtp = "mail.example"', "engage.toml: smtp: this is not smtp://"),
        ("http = ", "engage.toml: "),
        ("sips = 3", "engage.toml: sips: '3' is not HOST:PORT or off"),
        ("[sips]\nport = 1", "engage.toml: sips: "),
    ],
)
def test_a_bad_file_is_named(content: str, line: str) -> None:
    with Server(start=False) as server:
        server.data.mkdir()
        (server.data / "engage.toml").write_text(content, encoding="utf-8")
        code, told = refused(server)
    assert code == 2
    assert line in told


def test_the_file_is_read_and_options_beat_it() -> None:
    with Server(start=False, forked=False) as server:
        server.data.mkdir()
        other = free_port()
        content = f'http = "127.0.0.1:{other}"\nsips = "off"\nrtp = "4000-4001"\n'
        (server.data / "engage.toml").write_text(content, encoding="utf-8")
        server.start()
        assert server.get("/healthz").status == 200


@pytest.mark.parametrize("which", ["http", "sip over udp", "sip over tcp"])
def test_a_taken_port_is_named_with_its_owner(which: str) -> None:
    with Server(start=False) as server:
        kind = socket.SOCK_DGRAM if which == "sip over udp" else socket.SOCK_STREAM
        port = server.http_port if which == "http" else server.sip_port
        with socket.socket(socket.AF_INET, kind) as taker:
            taker.bind(("127.0.0.1", port))
            if kind == socket.SOCK_STREAM:
                taker.listen()
            code, told = refused(server)
    assert code == 3
    assert f"port {port} on 127.0.0.1 is taken by " in told
    assert f"(process {os.getpid()})" in told


def test_a_second_server_on_the_same_folder_is_refused_naming_the_first() -> None:
    with Server() as first, Server(data=first.data, start=False) as second:
        pid = first.pid()
        code, told = refused(second)
        assert first.get("/readyz").status == 200
    assert code == 3
    assert told.endswith(f"is in use by process {pid}")


def test_an_unusable_data_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with Server(data=tmp_path / "file", start=False) as server:
        code, told = refused(server)
    assert code == 1
    assert "the data folder cannot be used" in told


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--certificate", "missing.pem", "--key", "missing.key"), "missing.pem"),
        (("--database", "postgresql:///x?port=swordfish&host=y"), "--database"),
    ],
)
def test_what_web_alone_can_see_stops_the_start_as_well(
    options: tuple[str, ...], named: str
) -> None:
    with Server(*options, start=False) as server:
        ended = subprocess.run(
            server.command(),
            env=server.environment(),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert ended.returncode == 1
    (line,) = [each for each in ended.stderr.splitlines() if each.startswith("engage: ")]
    assert named in line
    assert "Traceback" not in ended.stderr
    assert "swordfish" not in ended.stderr


def test_a_deep_data_folder_is_no_obstacle(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 100) / ("b" * 100)
    with Server(data=deep / "data") as server:
        assert server.get("/readyz").status == 200


def test_what_is_not_served_is_said_at_start() -> None:
    with Server("--smtp", "smtp://u:swordfish@mail.example:25", "--redis", "redis://r") as server:
        assert "note: Redis is not used by this version: it runs as one node." in server.log
        assert "swordfish" not in server.log


def test_secrets_are_in_no_argument_no_environment_and_no_log() -> None:
    secrets = {"ENGAGE_SECRET_KEY": "swordfish-0123456789", "ENGAGE_ADMIN_PASSWORD": "Sword.fish9"}
    with Server(environment=secrets) as server:
        for part in (None, "web", "pbx", "media"):
            process = Path("/proc") / str(server.pid(part))
            for name in ("cmdline", "environ"):
                shown = (process / name).read_bytes()
                assert b"swordfish" not in shown
                assert b"Sword.fish9" not in shown
        assert "swordfish" not in server.log
        assert "Sword.fish9" not in server.log
        assert not (server.data / "keys" / "secret").exists()
