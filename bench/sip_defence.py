"""What a phone feels while the PBX is attacked, and what the attack costs.

    python -m bench.sip_defence [--seconds 10] [ATTACK ...]

Each attack meets a fresh server, once with loopback judged like any address, as the Internet is,
and once with loopback exempt, which is the PBX without its defence. Attackers come from addresses
of their own in 127/8, so that nothing is forged and all answers really go out. Meanwhile a phone
that had registered before renews its registration, and new phones register for the first time.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import multiprocessing
import os
import re
import secrets
import select
import socket
import statistics
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

import uvloop

from bench.sip_server import Memory, forget, stored
from pbxcore.directory import Directory, Extension, Snapshot
from pbxcore.domain_settings import BanPolicy, DomainSettings
from pbxcore.health import Health, Probe
from pbxcore.pbx import Outlets, Pbx, Stores

T1_S: Final = 0.5
GIVEN_UP_S: Final = 8.0
PASSWORD: Final = "secret"
REGISTER: Final = (
    "REGISTER sip:bench SIP/2.0\r\nVia: SIP/2.0/{transport} {host}:{port};branch=z9hG4bK{branch};"
    "rport\r\nFrom: <sip:{user}@bench>;tag=1\r\nTo: <sip:{user}@bench>\r\nCall-ID: {call}\r\n"
    "CSeq: {cseq} REGISTER\r\nMax-Forwards: 70\r\nContact: <sip:{user}@{host}:{port}>\r\n{more}"
    "Content-Length: 0\r\n\r\n"
)


class Phone:
    """Registers over UDP with retransmissions, or over a TCP connection of its own each time."""

    def __init__(self, server: int, host: str, user: str, *, stream: bool = False) -> None:
        self._server, self._user, self._host, self._stream = server, user, host, stream
        self._call, self._cseq = secrets.token_hex(6), 0

    def register(self) -> float | None:
        """The time from the first request to the 200; None when there is none in time."""
        began = time.monotonic()
        kind = socket.SOCK_STREAM if self._stream else socket.SOCK_DGRAM
        with closing(socket.socket(socket.AF_INET, kind)) as bound:
            bound.settimeout(GIVEN_UP_S)
            bound.bind((self._host, 0))
            try:
                bound.connect(("127.0.0.1", self._server))
                challenge = self._ask(bound, "", began)
                nonce = re.search('nonce="([^"]+)"', challenge)
                answer = nonce and self._ask(bound, self._credentials(nonce[1]), began)
            except OSError:
                return None
        done = bool(answer) and answer.startswith("SIP/2.0 200")
        return time.monotonic() - began if done else None

    def _ask(self, bound: socket.socket, more: str, began: float) -> str:
        self._cseq += 1
        message = REGISTER.format(
            transport="TCP" if self._stream else "UDP",
            host=self._host,
            port=bound.getsockname()[1],
            branch=secrets.token_hex(6),
            user=self._user,
            call=self._call,
            cseq=self._cseq,
            more=more,
        ).encode()
        wait_s = T1_S
        while time.monotonic() - began < GIVEN_UP_S:
            bound.send(message)
            limit_s = GIVEN_UP_S if self._stream else wait_s
            if select.select([bound], [], [], limit_s)[0]:
                return bound.recv(65535).decode()
            wait_s = min(wait_s * 2, 4.0)
        return ""

    def _credentials(self, nonce: str) -> str:
        secret = _md5(f"{self._user}:bench:{PASSWORD}")
        response = _md5(f"{secret}:{nonce}:{_md5('REGISTER:sip:bench')}")
        return (
            f'Authorization: Digest username="{self._user}", realm="bench", nonce="{nonce}", '
            f'uri="sip:bench", response="{response}", algorithm=MD5\r\n'
        )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def flood(server: int, hosts: list[str], until: float, sent: Any, per_s: float = 1e9) -> None:
    """Send REGISTERs, as fast as can be or at a rate, each address in turn."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    sockets = []
    for host in hosts:
        bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        bound.bind((host, 0))
        bound.connect(("127.0.0.1", server))
        sockets.append(bound)
    form = REGISTER.format(
        transport="UDP", host="h", port=5, branch="%d", user="nobody", call="f", cseq=1, more=""
    )
    began, count = time.monotonic(), 0
    while time.monotonic() < until:
        time.sleep(max(0.0, began + count / per_s - time.monotonic()))
        for bound in sockets:
            with suppress(OSError):
                bound.send((form % count).encode())
                count += 1
    sent.value = count


def steady_flood(server: int, hosts: list[str], until: float, sent: Any) -> None:
    """Send at a rate that leaves the machine time for others."""
    flood(server, hosts, until, sent, 20_000)


def loris(server: int, hosts: list[str], until: float, held: Any) -> None:
    """Open as many connections as are taken, and say a byte on each now and then."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    streams: list[socket.socket] = []
    at = 0
    while time.monotonic() < until:
        for _ in range(200):
            stream = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            stream.setblocking(False)
            with suppress(OSError):
                stream.bind((hosts[at % len(hosts)], 0))
                stream.connect(("127.0.0.1", server))
            streams.append(stream)
            at += 1
        for stream in streams[-4000:]:
            with suppress(OSError):
                stream.send(b"R")
        time.sleep(0.05)
    held.value = at


ATTACKS: Final[dict[str, tuple[Any, list[str]]]] = {
    "nothing": (None, []),
    "flood from one address": (flood, ["127.0.9.1"]),
    "flood from 200 addresses": (flood, [f"127.0.8.{n}" for n in range(1, 201)]),
    "20,000/s from 200 addresses": (steady_flood, [f"127.0.8.{n}" for n in range(1, 201)]),
    "slow-loris from 100 addresses": (loris, [f"127.0.7.{n}" for n in range(1, 101)]),
}


async def serve(*, exempt: bool) -> None:
    """Serve on a free port, which is printed; a line of figures for each line of input."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    users = tuple(Extension(f"u{i}", f"User {i}", PASSWORD, 5) for i in range(1000))
    bans = BanPolicy(ignore_self=exempt)
    settings = DomainSettings(realm="bench", domains=("bench",), bans=bans)
    directory = Directory(Snapshot(1, settings, users))
    tcp = socket.create_server(("127.0.0.1", 0), backlog=512)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(tcp.getsockname())
    pbx = Pbx(directory, Stores(Memory()), Outlets(forget, stored))
    await pbx.start([udp], [tcp])
    print(tcp.getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        health = await pbx.handle(Probe())
        figures = health.figures if isinstance(health, Health) else {}
        print(json.dumps(figures | {"cpu_s": time.process_time()}), flush=True)


def resident_mb(pid: int) -> float:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def measure(name: str, seconds: float, *, exempt: bool) -> str:
    """One attack on one fresh server, as a line of the table."""
    attack, hosts = ATTACKS[name]
    command = [sys.executable, "-m", "bench.sip_defence", "--serve", "1" if exempt else "0"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None and server.stdout is not None  # noqa: PT018
        port = int(server.stdout.readline())
        before = resident_mb(server.pid)
        known = Phone(port, "127.0.0.1", "u1")
        known.register()
        done = multiprocessing.Value("l", 0)
        began = time.monotonic()
        if attack is not None:
            process = multiprocessing.Process(
                target=attack, args=(port, hosts, began + seconds, done)
            )
            process.start()
            time.sleep(1.0)
        renewed, fresh, streams = [], [], []
        turn = 0
        while time.monotonic() < began + seconds - 0.5:
            turn += 1
            renewed.append(known.register())
            fresh.append(Phone(port, f"127.0.3.{turn % 250 + 1}", f"u{turn % 900 + 2}").register())
            host = f"127.0.4.{turn % 250 + 1}"
            streams.append(Phone(port, host, f"u{turn % 900 + 3}", stream=True).register())
        after = resident_mb(server.pid)
        server.stdin.write("\n")
        server.stdin.flush()
        figures = json.loads(server.stdout.readline())
        elapsed_s = time.monotonic() - began
        if attack is not None:
            process.join()
        server.kill()
    told = [_told(each) for each in (renewed, fresh, streams)]
    turned_away = ("dropped_rate", "connections_refused", "connections_displaced")
    dropped = sum(figures[f"sip_{each}_total"] for each in turned_away)
    cells = [
        name,
        "no" if exempt else "yes",
        f"{done.value / seconds:,.0f}/s",
        *told,
        f"{before:.0f} → {after:.0f} MB",
        f"{figures['cpu_s'] / elapsed_s * 100:.0f} %",
        f"{dropped:,.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def _told(found: list[float | None]) -> str:
    good = sorted(each * 1000 for each in found if each is not None)
    if not good:
        return f"none of {len(found)}"
    lost = len(found) - len(good)
    worst = good[min(len(good) - 1, int(len(good) * 0.99))]
    return f"{statistics.median(good):.1f} · {worst:.0f} ms" + (f", {lost} lost" if lost else "")


def main() -> None:
    """Read the command line; measure, or serve for whoever measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("attacks", nargs="*", metavar="ATTACK", help=", ".join(ATTACKS))
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--serve", choices=["0", "1"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        uvloop.run(serve(exempt=options.serve == "1"))
        return
    print(
        "| attack | defended | sent | renewal p50 · p99 | new phone, UDP | new phone, TCP |", end=""
    )
    print(" memory | CPU | turned away |\n|---|---|---|---|---|---|---|---|---|")
    for name in options.attacks or ATTACKS:
        for exempt in (False, True):
            print(measure(name, options.seconds, exempt=exempt), flush=True)


if __name__ == "__main__":
    main()
