"""A killed part comes back while the others serve; what ends the server ends it whole."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from typing import TYPE_CHECKING

import pytest

from engage.processes import unix
from tests.support.server import Server, runs, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KILLED = "part killed"
"""What the log says when a part is given no more time to end by itself."""
OPTIONS = (
    "OPTIONS sip:127.0.0.1:{port} SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bK{own};rport\r\n"
    "From: <sip:probe@127.0.0.1>;tag=1\r\nTo: <sip:127.0.0.1>\r\n"
    "Call-ID: {own}@probe\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
)


def http_serves(server: Server) -> bool:
    return server.get("/healthz").status == 200


def sip_serves(server: Server) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.settimeout(2)
        phone.connect(("127.0.0.1", server.sip_port))
        own = phone.getsockname()[1]
        phone.send(OPTIONS.format(port=server.sip_port, own=own).encode())
        return phone.recv(4096).startswith(b"SIP/2.0 ")


def media_serves(server: Server) -> bool:
    with unix.connect(server.data / "run" / "media.sock", 2) as channel:
        return len(channel.recv(100)) > 4  # its hello


SERVING: dict[str, Callable[[Server], bool]] = {
    "web": http_serves,
    "pbx": sip_serves,
    "media": media_serves,
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Each part, and what comes after it, is loaded as a user's is."""
    with Server(forked=False) as running:
        yield running


@pytest.mark.parametrize("part", ["web", "pbx", "media"])
def test_a_killed_part_returns_while_the_others_serve(server: Server, part: str) -> None:
    server.wait_ready()
    before = {name: server.pid(name) for name in SERVING}
    restarts = server.status()["parts"][part]["restarts"]
    server.kill9(part)
    for name, serves in SERVING.items():
        if name != part:
            assert serves(server), name
    server.wait_ready()
    assert SERVING[part](server)
    after = {name: server.pid(name) for name in SERVING}
    assert {name for name in SERVING if before[name] != after[name]} == {part}
    assert server.status()["parts"][part]["restarts"] == restarts + 1


def test_the_figures_tell_how_often_parts_were_started_again(server: Server) -> None:
    server.wait_ready()
    server.kill9("media")
    server.wait_ready()
    restarts = server.status()["parts"]["media"]["restarts"]
    line = f'engage_part_figure{{name="restarts_media",part="supervisor"}} {restarts:.1f}'
    wait_until(lambda: line in server.get("/metrics").body.decode(), 5, "the figure")


def test_requests_made_while_web_is_down_are_answered_when_it_is_back(server: Server) -> None:
    server.wait_ready()
    server.kill9("web")
    assert server.get("/healthz").status == 200  # the supervisor keeps the port: it waits


def test_a_killed_supervisor_takes_all_with_it_and_the_next_start_succeeds() -> None:
    with Server() as server:
        parts = [server.pid(name) for name in SERVING]
        assert server.process is not None
        server.process.kill()
        server.process.wait()
        server.process = None
        server.start()  # at once: it waits for the parts' end by the lock they hold
        assert not any(map(runs, parts))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_server_cleanly(number: signal.Signals) -> None:
    with Server(forked=number is not signal.SIGTERM) as server:
        parts = [server.pid(name) for name in SERVING]
        assert server.process is not None
        server.process.send_signal(number)
        assert server.process.wait(30) == 0
        assert KILLED not in server.log
        assert "Traceback" not in server.log
        assert list((server.data / "run").iterdir()) == []
        assert not any(map(runs, parts))


def test_sigterm_during_the_start_ends_it_as_well() -> None:
    with Server(start=False, forked=False) as server:
        server.start(wait=False)
        wait_until(lambda: server.status().get("parts", {}).get("media"), 20, "the start")
        assert server.stop() == 0


def test_clients_that_stay_connected_do_not_hold_up_the_end() -> None:
    halves = {
        "http": b"POST /v1/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
        "https": b"",  # no handshake ever
        "sip": b"MESSAGE sip:1000@127.0.0.1 SIP/2.0\r\nVia: ",
        "poll": b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n\r\n",
    }
    with Server() as server, contextlib.ExitStack() as clients:
        ports = {"https": server.https_port, "sip": server.sip_port}
        for name, half in halves.items():
            address = ("127.0.0.1", ports.get(name, server.http_port))
            client = clients.enter_context(socket.create_connection(address, 5))
            client.sendall(half)
        assert server.get("/healthz").status == 200
        assert server.stop(within_s=30) == 0
        assert KILLED not in server.log


def test_a_closed_terminal_does_not_end_the_server() -> None:
    with Server(start=False) as server:
        read, write = os.pipe()
        os.close(read)
        with os.fdopen(write, "wb") as nobody_reads:
            server.start(output=nobody_reads)
        assert server.get("/readyz").status == 200
        server.kill9("media")
        server.wait_ready()
        assert server.stop() == 0


def test_a_part_that_hangs_does_not_hold_up_the_end() -> None:
    with Server() as server:
        os.kill(server.pid("media"), signal.SIGSTOP)
        assert server.stop(within_s=30) == 0
        assert KILLED in server.log
