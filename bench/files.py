"""Uploads: throughput over HTTP in pieces of a megabyte, beside a plain write of the same pieces.

Both bring every piece to the disk before the next. `beside` is the latency of `/healthz` meanwhile,
and while photos are drawn anew: what uploads leave of the event loop.

    .venv/bin/python -m bench.files [--megabytes 200] [--photos 6]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.support import pictures
from tests.support.server import Server

if TYPE_CHECKING:
    from collections.abc import Awaitable

MEGABYTE = 1024 * 1024
AT_ONCE = 40
"""Megabytes of one file: below the usual limit."""


def plain(folder: Path, megabytes: int) -> float:
    """Write and sync piece by piece; megabytes a second."""
    piece = os.urandom(MEGABYTE)
    path = folder / "plain.bin"
    began = time.perf_counter()
    with path.open("wb") as file:
        for _ in range(megabytes):
            file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    rate = megabytes / (time.perf_counter() - began)
    path.unlink()
    return rate


class Client:
    """A user who uploads."""

    def __init__(self, http: aiohttp.ClientSession, token: str) -> None:
        self._http, self._headers = http, {"authorization": f"Bearer {token}"}

    async def upload(self, data: bytes, name: str) -> None:
        """One file, in pieces."""
        body = {"name": name, "size": len(data)}
        async with self._http.post("/v1/files", json=body, headers=self._headers) as answer:
            assert answer.status == 201, await answer.text()
            file_id = (await answer.json())["id"]
        for offset in range(0, len(data), MEGABYTE):
            headers = {**self._headers, "upload-offset": str(offset)}
            piece = io.BytesIO(data[offset : offset + MEGABYTE])
            async with self._http.patch(
                f"/v1/files/{file_id}", data=piece, headers=headers
            ) as answer:
                assert answer.status == 200, await answer.text()
        async with self._http.delete(f"/v1/files/{file_id}", headers=self._headers):
            pass

    async def beside(self, work: Awaitable[None]) -> list[float]:
        """Milliseconds of `/healthz` while something runs."""
        taken: list[float] = []

        async def ask() -> None:
            while True:
                began = time.perf_counter()
                async with self._http.get("/healthz") as answer:
                    await answer.read()
                taken.append((time.perf_counter() - began) * 1000)
                await asyncio.sleep(0.005)

        asking = asyncio.create_task(ask())
        await work
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking
        return sorted(taken)


async def measure(url: str, megabytes: int, photos: int) -> None:
    """All of it, on a running server."""
    async with aiohttp.ClientSession(url) as http:
        me = {"user": "1000", "password": "Demo-1000!"}
        async with http.post("/v1/sign-in", json=me) as answer:
            client = Client(http, (await answer.json())["token"])
        data = os.urandom(AT_ONCE * MEGABYTE)

        async def uploads() -> None:
            for _ in range(megabytes // AT_ONCE):
                await client.upload(data, "random.bin")

        tell("at rest", await client.beside(asyncio.sleep(3)))
        began = time.perf_counter()
        taken = await client.beside(uploads())
        rate = megabytes // AT_ONCE * AT_ONCE / (time.perf_counter() - began)
        print(f"upload over HTTP     {rate:8.0f} MB/s")
        tell("beside uploads", taken)
        photo = pictures.photo(4400, 3300, quality=95)

        async def draw() -> None:
            await asyncio.gather(*(client.upload(photo, "photo.jpg") for _ in range(photos)))

        began = time.perf_counter()
        taken = await client.beside(draw())
        each = (time.perf_counter() - began) / photos
        print(f"photo of {len(photo) / MEGABYTE:4.1f} MB     {each:8.2f} s each, {photos} at once")
        tell("beside photos", taken)


def tell(what: str, taken: list[float]) -> None:
    """Percentiles of a latency."""
    p50, p99 = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
    print(f"{what:20} p50 {p50:6.2f} ms   p99 {p99:6.2f} ms   most {taken[-1]:6.2f} ms")


def main() -> None:
    """Start a server and load it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--photos", type=int, default=6)
    asked = parser.parse_args()
    with Server() as server:
        print(f"plain write and sync {plain(server.data, asked.megabytes):8.0f} MB/s")
        asyncio.run(measure(server.url, asked.megabytes, asked.photos))
        print(f"plain write and sync {plain(server.data, asked.megabytes):8.0f} MB/s")


if __name__ == "__main__":
    main()
