"""SIP over WebSocket on the web listeners: the handshake, frames, `.invalid` contacts, endings."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.support.phone import Phone
from tests.support.program import Program
from tests.support.server import Server, wait_until
from tests.support.web_phone import SIP, WebPhone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OPTIONS = (
    "OPTIONS sip:127.0.0.1 SIP/2.0\r\n"
    "Via: SIP/2.0/WS abc.invalid;branch=z9hG4bK1;rport\r\n"
    "From: <sip:a@b>;tag=1\r\nTo: <sip:127.0.0.1>\r\nCall-ID: c1\r\nCSeq: 1 OPTIONS\r\n"
)
REGISTER = OPTIONS.replace("OPTIONS", "REGISTER")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def web_phone(server: Server, number: str, *, secure: bool = False, **more: Any) -> WebPhone:
    port = server.https_port if secure else server.http_port
    return WebPhone(
        number,
        f"Sip-{number}!",
        ("127.0.0.1", server.sip_port),
        url=f"{'wss' if secure else 'ws'}://127.0.0.1:{port}/sip",
        transport="WSS" if secure else "WS",
        trusted=str(server.data / "keys" / "certificate.pem") if secure else "",
        **more,
    )


def phone(server: Server, number: str) -> Phone:
    return Phone(number, f"Sip-{number}!", ("127.0.0.1", server.sip_port))


@pytest.mark.parametrize(("secure", "binary"), [(False, False), (False, True), (True, False)])
async def test_browser_and_udp_phone_write_to_each_other(
    server: Server, secure: bool, binary: bool
) -> None:
    async with (
        web_phone(server, "1000", secure=secure, binary=binary) as browser,
        phone(server, "1001") as desk,
    ):
        assert await browser.register() == 200
        assert await desk.register() == 200
        assert await browser.send("1001", "Grüße vom Browser") == 200
        assert await desk.receive(1) == ["Grüße vom Browser"]
        assert await desk.send("1000", "Hallo zurück") == 200
        assert await browser.receive(1) == ["Hallo zurück"]
        assert {type(each) for each in browser.frames} == {bytes if binary else str}
        assert f"Via: SIP/2.0/{browser.transport} 127.0.0.1:" in str(browser.frames)
        await browser.register(0)
        await desk.register(0)


async def test_two_browsers_write_to_each_other_and_show_as_devices(server: Server) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    async with web_phone(server, "1002") as one, web_phone(server, "1003", secure=True) as other:
        assert await one.register() == 200
        assert await other.register() == 200
        assert await one.send("1003", "to WSS") == 200
        assert await other.receive(1) == ["to WSS"]
        assert await other.send("1002", "to WS") == 200
        assert await one.receive(1) == ["to WS"]
        await eventually(lambda: phones(admin, "1003") == 1)
        await other.register(0)
        await eventually(lambda: phones(admin, "1003") == 0)


async def test_challenge_is_one_that_browsers_understand(server: Server) -> None:
    async with connect(url(server), subprotocols=SIP) as socket:
        await socket.send(REGISTER + "Contact: <sip:1000@abc.invalid>\r\n\r\n")
        answer = str(await socket.recv())
    assert answer.startswith("SIP/2.0 401 ")
    assert answer.count("WWW-Authenticate:") == 1
    assert "algorithm=MD5," in answer


@pytest.mark.parametrize(
    ("subprotocols", "origin", "status"),
    [
        (None, None, 400),
        (["xmpp"], None, 400),
        (["sip"], "https://evil.example", 403),
        (["sip"], "null", 403),
    ],
)
async def test_who_is_not_let_in(
    server: Server, subprotocols: Any, origin: Any, status: int
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(url(server), subprotocols=subprotocols, origin=origin)
    assert refused.value.response.status_code == status


async def test_own_page_and_whoever_offers_several_protocols_are_let_in(server: Server) -> None:
    offered: Any = ["xmpp", "sip"]
    own: Any = server.url
    async with connect(url(server), subprotocols=offered, origin=own) as socket:
        assert socket.subprotocol == "sip"


async def test_plain_request_is_told_to_upgrade(server: Server) -> None:
    reply = await asyncio.to_thread(server.get, "/sip")
    assert reply.status == 426


async def test_frames_are_messages_of_their_own(server: Server) -> None:
    async with connect(url(server), subprotocols=SIP) as socket:
        await socket.send(OPTIONS + "\r\n")  # no Content-Length is needed
        assert str(await socket.recv()).startswith("SIP/2.0 200 ")
        await socket.send(OPTIONS.encode() + b"Content-Length: 0\r\n\r\n")
        assert bytes(await socket.recv(decode=False)).startswith(b"SIP/2.0 200 ")
        await socket.send(OPTIONS + "Content-Length: 5\r\n\r\nabc")
        assert str(await socket.recv()).startswith("SIP/2.0 400 ")
        await socket.send("\r\n\r\n")
        assert await socket.recv() == "\r\n"
        for noise in ("", "hello", "\0" * 5000, b"\xff" * 300, "SIP/2.0 200 OK\r\n\r\n"):
            await socket.send(noise)
        await socket.send(OPTIONS + "\r\n")
        assert str(await socket.recv()).startswith("SIP/2.0 200 ")
        assert await (await socket.ping()) >= 0
        await socket.send("x" * 1_100_000)
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 1009


async def test_largest_message_is_what_is_set(server: Server) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    async with connect(url(server), subprotocols=SIP) as socket:
        long = f"{OPTIONS}Content-Length: 70000\r\n\r\n{'x' * 70_000}"
        await socket.send(long)
        assert str(await socket.recv()).startswith("SIP/2.0 413 ")
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 1009
    assert admin.patch("/v1/settings/sip_limits", {"values": {"message_size": 128}}).status == 200
    async with asyncio.timeout(5):  # until the PBX has been told
        while (await answer_to(server, long))[:12] != "SIP/2.0 200 ":
            pass


async def test_message_to_a_browser_that_has_gone_is_kept_for_it(server: Server) -> None:
    """Nobody but that browser is reached by its contact, least of all by its name."""
    async with web_phone(server, "1002") as browser, phone(server, "1001") as desk:
        assert await browser.register() == 200
        await browser.socket.close()
        status = await desk.send("1002", "Are you there?")
        assert status in (202, 480)
        assert browser.texts == []


@pytest.mark.parametrize(("part", "code"), [("pbx", 1012), ("web", 1006)])
async def test_sockets_end_when_a_part_restarts_and_clients_come_back(
    server: Server, part: str, code: int
) -> None:
    async with web_phone(server, "1002") as browser, phone(server, "1001") as desk:
        assert await browser.register() == 200
        await asyncio.to_thread(server.kill9, part)
        await browser.socket.wait_closed()
        assert browser.socket.close_code == code
        async with await returned(server, "1002") as again:
            assert await again.register() == 200
            assert await desk.send("1002", "Welcome back") == 200
            assert await again.receive(1) == ["Welcome back"]


async def test_clients_behind_a_trusted_proxy_are_told_apart_and_known_by_their_own_address() -> (
    None
):
    with Server("--trusted-proxies", "127.0.0.1/32") as server:
        admin = Program(server.url, "admin", "Demo-admin!")
        same = {"X-Forwarded-For": "203.0.113.7"}
        async with (
            web_phone(server, "1002", headers=same) as one,
            web_phone(server, "1003", headers=same) as other,
        ):
            assert await one.register() == 200
            assert await other.register() == 200
            assert await one.send("1003", "next door") == 200
            assert await other.receive(1) == ["next door"]
            assert await other.send("1002", "and back") == 200
            assert await one.receive(1) == ["and back"]
            [shown] = admin.get("/v1/extensions/1002/phones").json()["items"]
            assert shown["address"] == "203.0.113.7"


async def returned(server: Server, number: str) -> WebPhone:
    """A browser's socket that is opened until it stands, as browsers do."""
    async with asyncio.timeout(15):
        while True:
            try:
                async with connect(url(server), subprotocols=SIP):
                    return web_phone(server, number)
            except (InvalidStatus, OSError):  # 503 until it is back
                await asyncio.sleep(0.1)


async def answer_to(server: Server, message: str) -> str:
    async with connect(url(server), subprotocols=SIP) as socket:
        await socket.send(message)
        return str(await socket.recv())


def url(server: Server) -> str:
    return f"ws://127.0.0.1:{server.http_port}/sip"


def phones(admin: Program, number: str) -> int:
    items = admin.get("/v1/contacts").json()["items"]
    return int({each["number"]: each["phones"] for each in items}[number])


async def eventually(true: Callable[[], bool]) -> None:
    await asyncio.to_thread(wait_until, true, 10, "it")
