"""The HTTPS API over TLS: logins a second, and the actions that programs send most.

    python -m bench.api

Starts a server of its own with demonstration data. Each line: requests a second, milliseconds,
and the CPU of the web process for each, twenty at a time over connections that stay open.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import ssl
import time
from typing import TYPE_CHECKING, Any

import aiohttp

from bench.cpu import cpu_s
from tests.support.program import Program
from tests.support.server import Server

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

USER, PASSWORD = "bench", "Api-bench-2026!"
CONCURRENT, TOTAL, EXTENSIONS = 20, 2000, 200


class Client:
    """One program."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http, self._url = http, url
        self.cookie = ""

    async def ask(self, action: str, **parameters: Any) -> dict[str, Any]:
        """One action; anything but success ends the benchmark."""
        request = {"action": action, "cookie": self.cookie, **parameters}
        data = json.dumps({"request": request})
        async with self._http.post(self._url, data=data) as response:
            told = json.loads(await response.read())
        assert told["status"] == 0, told
        return dict(told["response"])

    async def login(self) -> str:
        """Challenge and login."""
        challenge = (await self.ask("challenge", user=USER))["challenge"]
        token = hashlib.md5((challenge + PASSWORD).encode()).hexdigest()  # noqa: S324
        return str((await self.ask("login", user=USER, token=token))["cookie"])


async def measure(
    web: int, name: str, one: Callable[[int], Awaitable[object]], total: int = TOTAL
) -> None:
    """Run `total` of something against the process `web`, so many at a time."""
    taken: list[float] = []
    numbers = iter(range(total))

    async def worker() -> None:
        for number in numbers:
            began = time.perf_counter()
            await one(number)
            taken.append((time.perf_counter() - began) * 1000)

    began, before_s = time.perf_counter(), cpu_s(web)
    await asyncio.gather(*(worker() for _ in range(CONCURRENT)))
    rate, each_us = total / (time.perf_counter() - began), (cpu_s(web) - before_s) / total * 1e6
    taken.sort()
    p50, p99 = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
    latency = f"p50 {p50:7.2f} ms   p99 {p99:7.2f} ms"
    print(f"{name:24} {rate:6.0f}/s   {latency}   {each_us:7.0f} µs CPU", flush=True)


async def run(url: str, web: int) -> None:
    """All of it."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    connector = aiohttp.TCPConnector(ssl=tls, limit=CONCURRENT)
    async with aiohttp.ClientSession(connector=connector) as http:
        client = Client(http, f"{url}/api")
        client.cookie = await client.login()
        await measure(web, "challenge + login", lambda _: client.login())
        await measure(web, "getSystemStatus", lambda _: client.ask("getSystemStatus"))
        await measure(
            web,
            "addSIPAccountAndUser",
            lambda each: client.ask("addSIPAccountAndUser", extension=str(2000 + each)),
            EXTENSIONS,
        )
        await measure(
            web,
            "getSIPAccount",
            lambda each: client.ask("getSIPAccount", extension=str(2000 + each % 200)),
        )
        await measure(
            web,
            "updateSIPAccount",
            lambda each: client.ask(
                "updateSIPAccount", extension=str(2000 + each % 200), ring_timeout=30 + each % 20
            ),
            EXTENSIONS,
        )
        await measure(
            web, f"listAccount of {EXTENSIONS}", lambda _: client.ask("listAccount"), EXTENSIONS
        )
        await measure(web, "applyChanges", lambda _: client.ask("applyChanges"), EXTENSIONS)


def main() -> None:
    """Start a server, let a program in, measure."""
    with Server() as server:
        admin = Program(server.url, "admin", "Demo-admin!")
        added = admin.post("/v1/api-users", {"user": USER, "password": PASSWORD})
        assert added.status == 201, added.body
        asyncio.run(run(server.https_url, server.pid("web")))


if __name__ == "__main__":
    main()
