"""A broadcast to many phones, pace off: MESSAGEs a second end to end, and CPU for each.

    python bench/broadcast.py [--phones 500] [--in-flight 10 50] [--wave]

The server side (database with synchronous=FULL, hub, deliveries, PBX) is one child process, so that
its CPU is measured alone; the phones are raw UDP sockets in this one. A figure counts from the
administrator's request to the row of the last phone being settled.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from engage.storage.database import Database  # noqa: E402
from pbxcore.rate_limit import Rate  # noqa: E402
from tests.support.exchange import Exchange  # noqa: E402
from tests.support.messaging import Book, Desk  # noqa: E402
from tests.support.phone import Phone  # noqa: E402

FIRST = 20_000


async def serve(phones: int, in_flight: int, legs: list[str]) -> None:
    """The server side: says where it listens, broadcasts when told to, says what it took."""
    book = Book({str(FIRST + n): f"Person {n}" for n in range(phones)})
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(f"sqlite:///{folder}/engage.db")
        pace = Rate(math.inf, in_flight)
        async with Exchange(Path(folder) / "journal") as exchange:
            desk = Desk(database, exchange, book, pace=pace, in_flight=in_flight)
            async with desk:
                print(json.dumps({"port": exchange.address[1]}), flush=True)
                await lines.readline()
                await desk.phones(str(FIRST + phones - 1), 1)
                cpu, began = time.process_time(), time.perf_counter()
                sent = await desk.broadcast(groups=["Everyone"], deliver_to=legs)
                await desk.reaches(sent.broadcast.id, "finished", timeout_s=300)
                took = {
                    "wall_s": time.perf_counter() - began,
                    "cpu_s": time.process_time() - cpu,
                }
                print(json.dumps(took), flush=True)
        await database.close()


def _child(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


async def measure(phones: int, in_flight: int, legs: list[str]) -> dict[str, Any]:
    """One run."""
    command = [sys.executable, __file__, "--serve", "--phones", str(phones)]
    command += ["--in-flight", str(in_flight), *(["--wave"] if "wave" in legs else [])]
    child = await asyncio.to_thread(_child, command)
    assert child.stdin is not None
    assert child.stdout is not None
    port = json.loads(await asyncio.to_thread(child.stdout.readline))["port"]
    async with AsyncExitStack() as stack:
        everyone = []
        for number in range(FIRST, FIRST + phones):
            phone = Phone(str(number), f"Sip-{number}!", ("127.0.0.1", port))
            everyone.append(await stack.enter_async_context(phone))
            assert await phone.register(3600) == 200
        child.stdin.write("go\n")
        child.stdin.flush()
        took: dict[str, Any] = json.loads(await asyncio.to_thread(child.stdout.readline))
        assert [len(each.taken) for each in everyone] == [1] * phones
    child.wait()
    return took


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--phones", type=int, default=500)
    options.add_argument("--in-flight", type=int, nargs="+", default=[10, 50])
    options.add_argument("--wave", action="store_true", help="write Wave legs as well")
    options.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    legs = ["phones", "wave"] if given.wave else ["phones"]
    if given.serve:
        asyncio.run(serve(given.phones, given.in_flight[0], legs))
        return
    for in_flight in given.in_flight:
        took = asyncio.run(measure(given.phones, in_flight, legs))
        print(
            f"phones {given.phones}  in flight {in_flight:3}  legs {'+'.join(legs)}  "
            f"{given.phones / took['wall_s']:7.0f} MESSAGE/s  "
            f"{took['cpu_s'] / given.phones * 1e6:6.0f} µs CPU each  "
            f"{took['wall_s']:.2f} s"
        )


if __name__ == "__main__":
    main()
