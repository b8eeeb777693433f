"""Durable sends: 200 senders, each waiting for the acknowledgement that follows the commit.

Ours: `Hub.append` on SQLite with `synchronous=FULL`. Reference: the unchanged
`bench/reference/db_bench.py`, asyncpg on 10 connections to a PostgreSQL that is started here
with fsync on. Both in one run on one disk; the ratio is what counts.

    .venv/bin/python -m bench.durable_sends [--disk DIR] [--rounds 5]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvloop

sys.path.insert(0, str(Path(__file__).parent.parent))

from engage.events import Events
from engage.hub.model import Author, Member
from engage.hub.service import Hub, HubTransaction
from engage.identifiers import new_id
from engage.storage.database import Database
from tests.support.postgres import Postgres

if TYPE_CHECKING:
    from collections.abc import Iterable

REFERENCE = "asyncpg single-row commits, 200 tasks over 10 connections"
TEXT = "hello, is my order on its way today? thank you very much"


class Nobody:
    """Nobody is connected: the reference tells nobody either."""

    def send(self, whos: Iterable[str], name: str, payload: dict[str, Any]) -> None:
        """Nothing to do."""

    def connections(self, who: str) -> int:
        """None."""
        return 0


class Everybody(Nobody):
    """Everyone is connected once; each frame is encoded."""

    def __init__(self) -> None:
        self.frames = 0

    def send(self, whos: Iterable[str], name: str, payload: dict[str, Any]) -> None:
        """Encode once, as the product's sockets do."""
        json.dumps([name, payload])
        self.frames += 1

    def connections(self, who: str) -> int:
        """One."""
        return 1


class Lag:
    """How late the event loop runs what is due, sampled every millisecond."""

    def __init__(self) -> None:
        self.late_ms: list[float] = []
        self._task = asyncio.create_task(self._sample())

    async def _sample(self) -> None:
        while True:
            due = time.perf_counter() + 0.001
            await asyncio.sleep(0.001)
            self.late_ms.append(max(0.0, (time.perf_counter() - due) * 1000))

    def stop(self) -> str:
        """The figures, in milliseconds."""
        self._task.cancel()
        ordered = sorted(self.late_ms)
        at = {p: ordered[min(len(ordered) - 1, int(len(ordered) * p / 100))] for p in (50, 99)}
        return f"p50 {at[50]:.2f} p99 {at[99]:.2f} max {ordered[-1]:.2f} ms"


async def conversations(hub: Hub, count: int) -> list[tuple[str, list[Author]]]:
    """Direct conversations of two people each."""

    async def make(number: int) -> tuple[str, list[Author]]:
        pair = [Author("user", str(1000 + 2 * number + each), "Somebody") for each in (0, 1)]

        async def work(transaction: HubTransaction) -> str:
            made = await transaction.create(
                kind="direct", participants=[Member(each.who, each.name) for each in pair]
            )
            return made.id

        return await hub.transact(work), pair

    return [await make(number) for number in range(count)]


async def sends(url: str, delivery: Nobody, rounds: int, each: int) -> list[float]:
    """Acknowledged sends per second, round by round."""
    database = await Database.open(url)
    hub = Hub(database, delivery, Events())
    pairs = await conversations(hub, 100)
    senders = [(where, author) for where, authors in pairs for author in authors]

    async def sender(where: str, author: Author, keys: list[str]) -> None:
        for key in keys:
            await hub.append(where, author, "message", {"text": TEXT}, client_id=key)

    rates: list[float] = []
    for turn in range(rounds + 1):
        count = each if turn else 20
        keys = [[new_id() for _ in range(count)] for _ in senders]  # the clients' work
        lag, began = Lag(), time.perf_counter()
        await asyncio.gather(*(sender(*one, keys.pop()) for one in senders))
        rate = len(senders) * count / (time.perf_counter() - began)
        late = lag.stop()
        if turn:  # the first is for warming up
            rates.append(rate)
            print(f"  {rate:9,.0f}/s  event loop late {late}", flush=True)
    await hub.stop()
    await database.close()
    return rates


def reference(folder: Path, server: Postgres) -> float:
    """The reference's median rate, from its own output."""
    script = Path(__file__).parent / "reference" / "db_bench.py"
    dsn = server.make_database()
    found = subprocess.run(
        [sys.executable, str(script), str(folder), dsn], check=True, capture_output=True, text=True
    )
    lines = [json.loads(line) for line in found.stdout.splitlines()]
    for line in lines:
        print("  " + json.dumps(line), flush=True)
    return float(next(line["per_s"] for line in lines if line["what"] == REFERENCE))


def main() -> None:
    """Run both and print figures and ratio."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--disk", type=Path, default=None, help="a folder on a real disk")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--each", type=int, default=200, help="sends of one sender in a round")
    arguments.add_argument("--ours", action="store_true", help="leave the reference out")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.disk) as name:
        folder = Path(name)

        def ours(what: str, url: str, delivery: Nobody) -> float:
            print(what, flush=True)
            rates = uvloop.run(sends(url, delivery, chosen.rounds, chosen.each))
            return statistics.median(rates)

        rate = ours("hub, SQLite FULL, 200 senders", f"sqlite:///{folder / 'a.db'}", Nobody())
        told = ours("the same, everyone connected", f"sqlite:///{folder / 'b.db'}", Everybody())
        print(f"hub {rate:,.0f}/s, with everyone connected {told:,.0f}/s")
        if chosen.ours:
            return
        server = Postgres(durable=True)
        try:
            server.start()
            print("reference, unchanged", flush=True)
            floor = reference(folder, server)
            many = ours("hub, PostgreSQL, 200 senders", server.make_database(), Nobody())
        finally:
            server.remove()
        print(f"hub on PostgreSQL {many:,.0f}/s = {many / floor:.1f} x the reference")
        print(f"hub on SQLite {rate:,.0f}/s = {rate / floor:.1f} x the reference {floor:,.0f}/s")


if __name__ == "__main__":
    main()
