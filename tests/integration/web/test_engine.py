"""What our adapter takes for granted of python-socketio: a new release that differs fails here."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
from engineio.packet import MESSAGE, Packet

from engage.web.engine import Engine, event_packet
from engage.web.outgoing import Outgoing
from tests.support.raw_socket import raw_socket
from tests.support.site import free_socket, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Heard:
    def __init__(self) -> None:
        self.connected: list[str] = []
        self.events: list[object] = []
        self.began = asyncio.Event()
        self.engine = Engine(self.connect, self.event)
        self.engine.on("/wave", "connect", self.admit)
        self.engine.on("/wave", "disconnect", self.leave)

    async def connect(self, sid: str) -> None:
        self.connected.append(sid)

    async def event(self, _: str, name: str, arguments: list[Any]) -> dict[str, Any]:
        self.began.set()
        await asyncio.sleep(0.05 if not self.events else 0)
        self.events.append(arguments[0])
        return {"name": name}

    async def admit(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        assert environ["asgi.scope"]["type"] in ("http", "websocket")

    async def leave(self, sid: str, reason: str) -> None:
        assert reason


@asynccontextmanager
async def served() -> AsyncIterator[tuple[Heard, int]]:
    heard = Heard()
    sock, port = free_socket()
    async with serving(heard.engine, sock):
        yield heard, port
        await heard.engine.stop()


async def test_every_socket_has_our_queue_and_a_wire_to_write_to_at_once() -> None:
    async with served() as (heard, port), raw_socket(port) as raw:
        await raw.join("/wave", "x")
        found = heard.engine.outgoing(heard.connected[0], "/wave")
        assert found is not None
        assert isinstance(found[1], Outgoing)


async def test_a_packet_is_encoded_once_and_says_what_socket_io_says() -> None:
    packet = event_packet("/wave", "event", {"text": "ä"})
    assert packet.encode() == '42/wave,["event",{"text":"ä"}]'
    assert packet.encode() is packet.encode()
    assert event_packet("/", "event", {}).encode() == '42["event",{}]'
    assert Packet(MESSAGE, '3/wave,7["x"]').encode() == '43/wave,7["x"]'


async def test_two_polling_requests_at_once_keep_their_order_of_arrival() -> None:
    async with served() as (heard, port):
        base = f"http://127.0.0.1:{port}/socket.io/?EIO=4&transport=polling"
        async with aiohttp.ClientSession() as http:
            async with http.get(base) as response:
                sid = (await response.text()).partition('"sid":"')[2].partition('"')[0]
            url = f"{base}&sid={sid}"
            async with http.post(url, data="40/wave,") as response:
                assert response.status == 200
            first = asyncio.create_task(post(http, url, '42/wave,["a",1]\x1e42/wave,["a",2]'))
            await heard.began.wait()
            await asyncio.gather(first, post(http, url, '42/wave,["a",3]'))
        assert heard.events == [1, 2, 3]


async def post(http: aiohttp.ClientSession, url: str, body: str) -> None:
    async with http.post(url, data=body) as response:
        assert response.status == 200


async def test_polling_requests_that_are_no_engine_io_are_refused() -> None:
    async with served() as (_, port):
        base = f"http://127.0.0.1:{port}/socket.io/?EIO=4&transport=polling"
        async with aiohttp.ClientSession() as http:
            async with http.get(base) as response:
                sid = (await response.text()).partition('"sid":"')[2].partition('"')[0]
            for body, status in (
                (b"x", 400), (b"", 400), (b"\xff", 400), (b"4\xff", 400), (b"bAAAA", 400),
                (b"\x1e".join([b"3"] * 17), 400), (b"4" + b"x" * 70_000, 413),
            ):  # fmt: skip
                async with http.post(f"{base}&sid={sid}", data=body) as response:
                    assert response.status == status, body[:9]
