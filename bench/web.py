"""HTTP on a running server with demonstration data: pages, stored messages, sign-in beside them.

    engage serve --demo … &  python bench/web.py http://127.0.0.1:8088

Each line: requests a second and milliseconds. `beside` is the latency of `/healthz` while passwords
are being checked: what argon2id leaves of the event loop.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

CONCURRENT = 20


async def measure(name: str, total: int, one: Callable[[int], Awaitable[None]]) -> None:
    """Run `total` requests, so many at a time."""
    taken: list[float] = []
    numbers = iter(range(total))

    async def worker() -> None:
        for number in numbers:
            began = time.perf_counter()
            await one(number)
            taken.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(CONCURRENT)))
    rate = total / (time.perf_counter() - began)
    taken.sort()
    p50, p99 = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
    print(f"{name:24} {rate:8.0f}/s   p50 {p50:7.2f} ms   p99 {p99:7.2f} ms", flush=True)


async def main(url: str) -> None:
    """All of it."""
    async with aiohttp.ClientSession(url) as http:
        credentials = {"user": "1000", "password": "Demo-1000!"}
        async with http.post("/v1/sign-in", json=credentials) as response:
            token = (await response.json())["token"]
        headers = {"authorization": f"Bearer {token}"}
        async with http.post(
            "/v1/conversations", json={"with": "1001"}, headers=headers
        ) as response:
            path = f"/v1/conversations/{(await response.json())['conversation']}/events"

        async def get(address: str) -> None:
            async with http.get(address, headers=headers) as response:
                await response.read()
                assert response.status == 200, response.status

        async def post(number: int) -> None:
            body = {"client_id": f"{time.time_ns()}-{number}", "text": "Hello there"}
            async with http.post(path, json=body, headers=headers) as response:
                assert response.status == 201, await response.text()

        async def sign_in(_: int) -> None:
            async with http.post("/v1/sign-in", json=credentials) as response:
                assert response.status in (200, 503), response.status

        await measure("GET /healthz", 4000, lambda _: get("/healthz"))
        await measure("GET /livechat/demo", 2000, lambda _: get("/livechat/demo"))
        await measure("GET /v1/me", 4000, lambda _: get("/v1/me"))
        await measure("POST a stored message", 2000, post)
        signing = asyncio.create_task(measure("POST /v1/sign-in", 60, sign_in))
        await measure("GET /healthz beside", 1000, lambda _: get("/healthz"))
        await signing


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
