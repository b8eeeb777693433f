"""The client for addresses that others chose: odd answers, names that give none, dead addresses."""

from __future__ import annotations

import asyncio
import socket
import threading
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import pytest

from pbxcore import http_client
from pbxcore.http_client import HttpClient, NoAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

PRIVATE = [ip_network("127.0.0.0/8")]


async def served(answer: bytes, ask: Callable[[int], Any]) -> Any:
    """What `ask` gets from a server on loopback that says this."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        return await ask(server.sockets[0].getsockname()[1])


async def test_switching_protocols_is_no_answer() -> None:
    head = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"
    with pytest.raises(NoAnswer):
        await served(
            head,
            lambda port: HttpClient(private=PRIVATE).post(f"http://127.0.0.1:{port}/", {}, b""),
        )


async def test_what_comes_before_the_answer_is_skipped() -> None:
    said = b"HTTP/1.1 103 Early Hints\r\nRetry-After: 9\r\n\r\nHTTP/1.1 200 OK\r\n\r\nfine"
    answer = await served(
        said,
        lambda port: HttpClient(private=PRIVATE).post(f"http://127.0.0.1:{port}/", {}, b"", most=9),
    )
    assert (answer.status, answer.retry_after_s, answer.body) == (200, None, b"fine")


@pytest.mark.parametrize(
    "said",
    [
        b"Content-Length: 9\r\n\r\nfine",
        b"Transfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n",
        b"Content-Length: 11\r\n\r\nfine enough",
        b"\r\nfine enough",
    ],
    ids=["cut-short", "no-last-chunk", "too-long", "too-long-without-length"],
)
async def test_a_part_of_an_answer_is_taken_only_where_it_will_do(said: bytes) -> None:
    said = b"HTTP/1.1 200 OK\r\n" + said

    async def ask(port: int, *, whole: bool) -> Any:
        client = HttpClient(private=PRIVATE)
        return await client.post(f"http://127.0.0.1:{port}/", {}, b"", most=9, whole=whole)

    answer = await served(said, lambda port: ask(port, whole=False))
    assert answer.body.startswith(b"fine")
    with pytest.raises(NoAnswer):
        await served(said, lambda port: ask(port, whole=True))


@pytest.mark.parametrize("said", [b"Content-Length: 4\r\n\r\nfine", b"\r\nfine"])
async def test_a_whole_answer_is_taken_as_it_ends(said: bytes) -> None:
    answer = await served(
        b"HTTP/1.1 200 OK\r\n" + said,
        lambda port: HttpClient(private=PRIVATE).post(
            f"http://127.0.0.1:{port}/", {}, b"", most=4, whole=True
        ),
    )
    assert answer.body == b"fine"


async def test_names_that_do_not_resolve_take_nobodys_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    over, asked = threading.Event(), []

    def hang(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        over.wait(30)
        raise socket.gaierror

    monkeypatch.setattr(http_client.socket, "getaddrinfo", hang)
    client = HttpClient()
    names = [f"https://{number % 3}.example.com/" for number in range(100)]
    tries = [asyncio.create_task(client.post(each, {}, b"")) for each in names]
    try:
        async with asyncio.timeout(20):
            assert await asyncio.to_thread(lambda: "free") == "free"
    finally:
        over.set()
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert all(isinstance(each, NoAnswer) for each in results)
    assert sorted(asked) == ["0.example.com", "1.example.com", "2.example.com"]


async def test_the_next_address_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    def both(*_: Any, **__: Any) -> list[Any]:
        return [(0, 0, 0, "", (each, 0)) for each in ("127.0.0.9", "127.0.0.1")]

    monkeypatch.setattr(http_client.socket, "getaddrinfo", both)
    answer = await served(
        b"HTTP/1.1 204 No\r\n\r\n",
        lambda port: HttpClient(private=PRIVATE).post(f"http://hooks.test:{port}/", {}, b""),
    )
    assert answer.status == 204
