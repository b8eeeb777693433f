"""Chat round trips and fan-out to 1,000, beside Node's socket.io, by `bench/reference`.

    python -m bench.sockets compare --modules /tmp/node
    python -m bench.sockets serve 8000 [--durable]

`--modules` is a folder where `npm install socket.io ws` was run; nothing of it is kept here. The
load generator and Node's server run unchanged. The generator speaks on the namespace `/`, sends no
token and names its room by a bare string: a shim puts that right. `durable`: a round trip is a
message stored in SQLite (synchronous=FULL) before it is acknowledged, and the fan-out an event of a
conversation with a thousand participants.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
import uvloop
from pydantic import BaseModel

from bench.peers import REFERENCE
from engage.events import Events
from engage.hub.model import Author, Member
from engage.hub.service import Hub
from engage.people.model import Principal
from engage.storage.database import Database
from engage.web.protocol import server_config
from engage.web.sockets import Sockets
from pbxcore.rate_limit import Rate

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

ROOM = "room"


class Anything(BaseModel):
    """Whatever the generator sends."""

    text: str = ""
    room: str = ""


class Door:
    """Everyone is somebody new."""

    def __init__(self) -> None:
        self._next = 0
        self._known: dict[str, Principal] = {}

    async def of_token(self, token: str) -> Principal:
        """A user of their own for each token."""
        found = self._known.get(token)
        if found is None:
            found = Principal("user", token, token, f"user:{token}", token)
            self._known[token] = found
        return found


class Chat:
    """The generator's three events."""

    def __init__(self, sockets: Sockets, hub: Hub | None) -> None:
        self._sockets, self._hub = sockets, hub
        self._members: list[str] = []
        self._own: dict[str, str] = {}
        self._room = ""
        self._count = 0

    async def start(self) -> None:
        """Make the room."""
        if self._hub is not None:
            made = await self._hub.transact(
                lambda each: each.create(kind="direct", participants=[])
            )
            self._room = made.id

    async def connected(self, who: Principal) -> None:
        """A conversation of one's own to write into."""
        if self._hub is None:
            return
        member = Member(who.who, who.name)
        made = await self._hub.transact(
            lambda each: each.create(kind="direct", participants=[member])
        )
        self._own[who.id] = made.id

    async def join(self, who: Principal, _: Any) -> dict[str, Any]:
        """Follow the room."""
        self._members.append(who.who)
        if self._hub is not None:
            await self._hub.transact(lambda each: each.join(self._room, who.who, who.name))
        return {}

    async def echo(self, who: Principal, data: Any) -> dict[str, Any]:
        """A round trip; a stored one where durable."""
        if self._hub is not None:
            await self._post(who, self._own[who.id], data.text)
        return {"text": data.text}

    async def say(self, who: Principal, data: Any) -> dict[str, Any]:
        """To everyone in the room."""
        if self._hub is not None:
            await self._post(who, self._room, data.text)
        else:
            self._sockets.send(self._members, "msg", {"text": data.text})
        return {}

    async def _post(self, who: Principal, conversation: str, text: str) -> None:
        assert self._hub is not None
        self._count += 1
        author = Author("user", who.id, who.name)
        await self._hub.post(who.who, author, conversation, client_id=f"c{self._count}", text=text)


class Shim:
    """Gives each client a token, as its `auth` would."""

    def __init__(self, app: Sockets) -> None:
        self._app, self._count = app, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Change the one message."""
        self._count += 1
        token = json.dumps({"token": str(self._count)})

        async def receiving() -> Message:
            message = await receive()
            if message.get("text") == "40":
                return {**message, "text": f"40{token}"}
            if message.get("text", "").endswith('["join","r1"]'):
                return {**message, "text": message["text"].replace('"r1"', '{"room":"r1"}')}
            return message

        await self._app(scope, receiving, send)


async def serve(port: int, *, durable: bool) -> None:
    """One server, until it is killed."""
    loose = Rate(burst=10**9, per_s=1e9)
    sockets = Sockets(Door(), incoming=loose, namespaces={"/": ("user",)})
    folder = Path(tempfile.mkdtemp(prefix="engage-bench-"))
    hub = None
    if durable:
        database = await Database.open(f"sqlite+aiosqlite:///{folder / 'engage.db'}")
        hub = Hub(database, sockets, Events())
        await hub.start()
    chat = Chat(sockets, hub)
    await chat.start()
    sockets.on_connect("/", chat.connected)
    for name, handler in (("join", chat.join), ("echo", chat.echo), ("say", chat.say)):
        sockets.on("/", name, Anything, handler)
    server = uvicorn.Server(server_config(Shim(sockets), host="127.0.0.1", port=port))
    try:
        await server.serve()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(
    command: list[str], port: int, modules: Path, modes: list[list[str]]
) -> dict[str, dict[str, Any]]:
    """Start a server on core 0, load it from core 1."""
    environment = {**os.environ, "NODE_PATH": str(modules / "node_modules")}
    server = subprocess.Popen(["taskset", "-c", "0", *command], env=environment)
    try:
        wait_for(port)
        figures = {}
        for mode in modes:
            load = [
                "taskset", "-c", "1", "node", str(REFERENCE / "chat_load.js"), *mode,
                "--ports", str(port), "--pid", str(server.pid),
            ]  # fmt: skip
            done = subprocess.run(
                load, env=environment, capture_output=True, text=True, timeout=180, check=True
            )
            figures[mode[0]] = json.loads(done.stdout)
        return figures
    finally:
        server.kill()
        server.wait()


def wait_for(port: int) -> None:
    """Until something listens."""
    import socket
    import time

    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(port)


def compare(modules: Path, rounds: int, port: int) -> None:
    """Interleaved rounds; medians and ratios."""
    modes = [
        ["rtt", "--n", "100", "--secs", "4"],
        ["fanout", "--n", "1000", "--rounds", "15"],
        ["idle", "--n", "1000"],
    ]
    own = [sys.executable, "-m", "bench.sockets", "serve"]
    servers: dict[str, list[str]] = {
        "node": ["node", str(REFERENCE / "chat_server.js")],
        "engage": own,
        "engage, durable": own,
    }
    found: dict[str, list[dict[str, dict[str, Any]]]] = {name: [] for name in servers}
    for _ in range(rounds):
        for name, command in servers.items():
            port += 1
            flags = ["--durable"] if "durable" in name else []
            figures = run([*command, str(port), *flags], port, modules, modes)
            found[name].append(figures)
            print(json.dumps({"server": name, **figures}), flush=True)
    report(found)


def report(found: dict[str, list[dict[str, dict[str, Any]]]]) -> None:
    """Medians beside Node's."""
    for mode, field in (
        ("rtt", "msgs_per_s"), ("rtt", "p50_ms"), ("rtt", "p99_ms"),
        ("rtt", "server_cpu_us_per_msg"), ("fanout", "deliveries_per_s"),
        ("fanout", "to_last_ms"), ("fanout", "server_cpu_us_per_delivery"),
        ("idle", "kib_per_conn"), ("idle", "idle_cpu_pct"),
    ):  # fmt: skip
        medians = {
            name: statistics.median(each[mode][field] for each in rounds)
            for name, rounds in found.items()
        }
        ratios = {name: round(value / (medians["node"] or 1), 2) for name, value in medians.items()}
        print(f"{mode:7} {field:27} {medians}  ratio to node {ratios}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("serve")
    one.add_argument("port", type=int)
    one.add_argument("--durable", action="store_true")
    both = commands.add_parser("compare")
    both.add_argument("--modules", type=Path, required=True)
    both.add_argument("--rounds", type=int, default=3)
    both.add_argument("--port", type=int, default=18700)
    options = parser.parse_args()
    if options.command == "serve":
        uvloop.run(serve(options.port, durable=options.durable))
    else:
        compare(options.modules, options.rounds, options.port)


if __name__ == "__main__":
    main()
