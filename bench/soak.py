"""Hours of mixed traffic against the PBX: does it keep its memory, its answers and its pace?

    python -m bench.soak [--hours 2] [--phones 100] [--calls 0.5] [--every 60]

Phones come and go, register, subscribe, publish and write to each other, and SIPp calls; beside
them strangers send noise, guess passwords, and open connections that lead nowhere. Every minute a
line says what the server and its media worker hold and how long a REGISTER took; at the end, how
much memory grew each hour after the first sixth of the time, in which caches fill.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import random
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.cpu import Conditions, cpu_s, descendants, pss_mb
from bench.figures import note, percentile
from bench.peers import REFERENCE, running, wait_for_sip

sys.path.insert(0, str(Path(__file__).parents[1]))  # the phones are the tests' own
from tests.support.phone import Phone

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator

PORT, CALLEE_PORT, CALLER_PORT = 25062, 25063, 25064
HOLD_S = 10
SERVER = ("127.0.0.1", PORT)
STRANGER = "127.0.0.66"
PACKAGES = ("message-summary", "presence", "dialog")


class Caller(Phone):
    """A phone that also takes what it subscribed to."""

    notified = 0

    def _received(self, data: bytes, source: tuple[str | Any, int]) -> None:
        if data.startswith(b"NOTIFY "):
            self.notified += 1
            self._respond(data.partition(b"\r\n\r\n")[0].decode(), 200, source)
        else:
            super()._received(data, source)


class Soak:
    """The traffic, and what was seen of it."""

    def __init__(self, phones: int) -> None:
        self.phones = phones
        self.statuses: Counter[str] = Counter()
        self.register_ms: list[float] = []

    async def owner(self, number: int) -> None:
        """One extension's user: a phone for a while, then another one."""
        while True:
            async with Caller(f"u{number}", "secret", SERVER) as phone:
                await self._live(phone, random.uniform(60, 600))

    async def _live(self, phone: Caller, seconds: float) -> None:
        ends = time.monotonic() + seconds
        await self._register(phone, 120)
        registered = time.monotonic()
        while time.monotonic() < ends:
            await asyncio.sleep(random.uniform(1, 6))
            if time.monotonic() - registered > 60:
                await self._register(phone, 120)
                registered = time.monotonic()
            match random.random():
                case chance if chance < 0.6:
                    peer = f"u{random.randrange(self.phones)}"
                    await self._count("MESSAGE", phone.send(peer, "soak " + "x" * 80))
                case chance if chance < 0.8:
                    await self._subscribe(phone)
                case chance if chance < 0.9:
                    uri = f"sip:{phone.number}@127.0.0.1"
                    await self._count("OPTIONS", phone.authorised("OPTIONS", uri, phone.number, ""))
                case _:
                    await self._publish(phone)
        if random.random() < 0.5:  # the others just vanish
            await self._register(phone, 0)
        self.statuses["notified"] += phone.notified

    async def _register(self, phone: Phone, expires: int) -> None:
        began = time.perf_counter()
        await self._count("REGISTER", phone.register(expires))
        self.register_ms.append((time.perf_counter() - began) * 1000)

    async def _subscribe(self, phone: Phone) -> None:
        package = random.choice(PACKAGES)
        watched = phone.number
        if package != "message-summary":
            watched = f"u{random.randrange(self.phones)}"
        fields = (
            f"Contact: <{phone.contact}>\r\nEvent: {package}\r\n"
            f"Expires: {random.choice((0, 60, 120))}\r\n"
        )
        uri = f"sip:{watched}@127.0.0.1"
        await self._count("SUBSCRIBE", phone.authorised("SUBSCRIBE", uri, watched, fields))

    async def _publish(self, phone: Phone) -> None:
        document = (
            '<?xml version="1.0"?><presence xmlns="urn:ietf:params:xml:ns:pidf" '
            f'entity="sip:{phone.number}@127.0.0.1"><tuple id="a"><status><basic>open</basic>'
            "</status></tuple></presence>"
        )
        fields = "Event: presence\r\nExpires: 120\r\nContent-Type: application/pidf+xml\r\n"
        uri = f"sip:{phone.number}@127.0.0.1"
        asked = phone.authorised("PUBLISH", uri, phone.number, fields, document)
        await self._count("PUBLISH", asked)

    async def _count(self, method: str, asked: Awaitable[int]) -> None:
        try:
            status: int | str = await asked
        except TimeoutError:
            status = "silence"
        self.statuses[f"{method} {status}"] += 1

    async def noise(self) -> None:
        """Datagrams that are nothing, or nearly something."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=(STRANGER, 0)
        )
        whole = b"OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP x;branch=z9hG4bK%b\r\n\r\n"
        while True:
            data = bytearray(whole % secrets.token_hex(4).encode())
            for _ in range(random.randrange(4)):
                data[random.randrange(len(data))] = random.randrange(256)
            transport.sendto(bytes(data), SERVER)
            await asyncio.sleep(0.1)

    async def guesser(self) -> None:
        """Somebody who tries passwords."""
        while True:
            async with Phone(f"u{random.randrange(2000)}", secrets.token_hex(4), SERVER) as phone:
                await self._count("guess", phone.register())
            await asyncio.sleep(5)

    async def connector(self) -> None:
        """Connections that say nothing, half a message, or go away at once."""
        held: list[asyncio.StreamWriter] = []
        while True:
            try:
                _, writer = await asyncio.open_connection(*SERVER, local_addr=(STRANGER, 0))
            except OSError:
                self.statuses["connection refused"] += 1
            else:
                writer.write(random.choice((b"", b"OPTIONS sip:", b"\r\n\r\n", b"\0" * 500)))
                held.append(writer)
            while len(held) > 20:
                held.pop(0).close()
            await asyncio.sleep(0.5)


class Calls:
    """SIPp on both sides of calls that come all the time and are up for some seconds."""

    def __init__(self, folder: Path) -> None:
        self._statistics = folder / "calls.csv"

    @contextmanager
    def going_on(self, rate: float) -> Iterator[None]:
        """So many a second, until the block ends."""
        common = ["-i", "127.0.0.1", "-nostdin"]
        callee = ["sipp", "-sf", str(REFERENCE / "uas_call.xml"), "-p", str(CALLEE_PORT)]
        caller = ["sipp", f"127.0.0.1:{PORT}", "-sf", str(REFERENCE / "uac_call.xml")]
        caller += ["-p", str(CALLER_PORT), "-mp", "31000", "-s", "uas", "-key", "from_user", "uac"]
        # a rate is a whole number of calls in a period
        caller += ["-r", "1", "-rp", str(round(1000 / rate)), "-d", str(HOLD_S * 1000)]
        caller += ["-trace_stat", "-stf", str(self._statistics), "-fd", "5"]
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with (
            subprocess.Popen([*callee, *common, "-mp", "35000"], **quiet) as uas,
            subprocess.Popen([*caller, *common], **quiet) as uac,
        ):
            try:
                yield
            finally:
                uac.kill()
                uas.kill()

    def __str__(self) -> str:
        rows = list(csv.DictReader(self._statistics.read_text().splitlines(), delimiter=";"))
        if not rows:
            return "no call yet"
        return f"calls {rows[-1]['SuccessfulCall(C)']}, failed {rows[-1]['FailedCall(C)']}"


async def report(
    soak: Soak, calls: Calls | None, pid: int, every: float, ends: float
) -> list[tuple[float, float]]:
    """A line each time; moments in hours and the memory of all processes in MB."""
    began, samples = time.monotonic(), []
    while time.monotonic() < ends:
        await asyncio.sleep(every)
        pids = sorted(descendants(pid))
        hours, memory = (time.monotonic() - began) / 3600, sum(map(pss_mb, pids))
        samples.append((hours, memory))
        taken, soak.register_ms = soak.register_ms, []
        latency = f"{percentile(taken, 50):.1f}/{percentile(taken, 99):.1f} ms" if taken else "-"
        note(
            f"{hours * 60:6.1f} min  {memory:7.2f} MB  {cpu_s(*pids):7.1f} s CPU  "
            f"REGISTER p50/p99 {latency}  {calls or 'no calls'}  "
            f"{dict(sorted(soak.statuses.items()))}"
        )
    return samples


async def run(hours: float, phones: int, calls: Calls | None, every: float, pid: int) -> None:
    """Let it all go on for that long."""
    soak = Soak(phones)
    ends = time.monotonic() + hours * 3600
    async with asyncio.TaskGroup() as group:
        work = [group.create_task(soak.owner(number)) for number in range(phones)]
        strangers = (soak.noise(), soak.guesser(), soak.connector())
        work += [group.create_task(each) for each in strangers]
        samples = await report(soak, calls, pid, every, ends)
        for each in work:
            each.cancel()
    settled = [each for each in samples if each[0] >= hours / 6]
    if len(settled) > 2:
        slope = statistics.linear_regression(*zip(*settled, strict=True)).slope
        note(f"memory {settled[0][1]:.1f} → {settled[-1][1]:.1f} MB, {slope:+.2f} MB an hour")


def main() -> None:
    """Read the command line and let it soak."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=2)
    parser.add_argument("--phones", type=int, default=100)
    parser.add_argument("--calls", type=float, default=0.5, metavar="A SECOND", help="0: none")
    parser.add_argument("--every", type=float, default=60, metavar="SECONDS")
    options = parser.parse_args()
    conditions = Conditions()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bench.sip_server", "--port", str(PORT)]
        command += ["--uas", f"127.0.0.1:{CALLEE_PORT}", "--files", folder, "--media"]
        calls = Calls(Path(folder)) if options.calls else None
        with running(command) as process:
            wait_for_sip(PORT)
            with calls.going_on(options.calls) if calls else nullcontext():
                work = run(options.hours, options.phones, calls, options.every, process.pid)
                asyncio.run(work)
    note(str(conditions))


if __name__ == "__main__":
    main()
