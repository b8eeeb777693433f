"""A server that is killed while a file arrives, and started again: the upload goes on."""

from __future__ import annotations

import asyncio
import hashlib
import io
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from tests.support.server import Server, wait_until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

MEGABYTE = 1024 * 1024


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


async def test_an_upload_goes_on_after_the_server_was_killed(server: Server) -> None:
    data = b"0123456789abcdef" * (5 * MEGABYTE // 16)
    async with aiohttp.ClientSession() as http:
        token = await signed_in(http, server)

        async def ask(method: str, path: str, **more: Any) -> dict[str, Any]:
            headers = {"authorization": f"Bearer {token}", **more.pop("headers", {})}
            async with http.request(method, server.url + path, headers=headers, **more) as response:
                assert response.status < 300, await response.text()
                return dict(await response.json())

        announced = {"name": "big.bin", "size": len(data), "client_id": "c1"}
        file_id = (await ask("POST", "/v1/files", json=announced))["id"]

        async def first_half() -> AsyncIterator[bytes]:
            for start in range(0, 3 * MEGABYTE, 64 * 1024):
                yield data[start : start + 64 * 1024]
            await asyncio.Event().wait()  # the line is open, and nothing more comes

        headers = {"upload-offset": "0"}
        bringing = asyncio.create_task(
            ask("PATCH", f"/v1/files/{file_id}", headers=headers, data=first_half())
        )
        part = server.data / "files" / "parts" / file_id
        await asyncio.to_thread(
            wait_until, lambda: size_of(part) >= MEGABYTE, 10, "the first megabyte"
        )
        await asyncio.to_thread(server.kill9)
        with pytest.raises(aiohttp.ClientError):
            await bringing
        await asyncio.to_thread(server.restart)
        token = await signed_in(http, server)
        offset = (await ask("POST", "/v1/files", json=announced))["offset"]
        assert MEGABYTE <= offset < len(data)
        told = await ask(
            "PATCH",
            f"/v1/files/{file_id}",
            headers={"upload-offset": str(offset)},
            data=io.BytesIO(data[offset:]),
        )
        assert told["state"] == "stored"
        async with http.get(server.url + told["url"]) as response:
            found = await response.read()
    assert hashlib.sha256(found).digest() == hashlib.sha256(data).digest()


async def signed_in(http: aiohttp.ClientSession, server: Server) -> str:
    me = {"user": "1000", "password": "Demo-1000!"}
    async with http.post(f"{server.url}/v1/sign-in", json=me) as response:
        return str((await response.json())["token"])


def size_of(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
