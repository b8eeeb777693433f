"""A phone that sleeps is woken through the site's push gateway, and called then (RFC 8599)."""

from __future__ import annotations

import asyncio
import json
import ssl
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from pbxcore.commands import MessageResult, SendMessage
from pbxcore.net.user_agent import Refused
from tests.support.authority import Authority
from tests.support.messaging import eventually
from tests.support.near import SESSION, registered
from tests.support.phone import Phone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.integration.sip.conftest import House

    Asleep = tuple[list[dict[str, str]], "Sleeper"]

PUSH = "pn-provider=webpush;pn-prid=https%3A%2F%2Fpush.test%2F1"


class Sleeper(Phone):
    """A phone whose contact says by whom it is woken."""

    service = PUSH

    @property
    def contact(self) -> str:
        return f"{super().contact};{self.service}"

    def invited(self) -> bool:
        return any(each.startswith("INVITE ") for each in self.heads)


@asynccontextmanager
async def gateway(house: House, folder: Path) -> AsyncIterator[list[dict[str, str]]]:
    """Where the PBX hands its pushes to; what it was told."""
    authority, told = Authority(folder), []
    files = authority.issue("localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        (length,) = (line for line in head.split("\r\n") if line.startswith("Content-Length"))
        told.append(json.loads(await reader.readexactly(int(length.split(": ")[1]))))
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    url = f"https://localhost:{server.sockets[0].getsockname()[1]}/wake"
    await house.change(push_gateway=url, push_services=("webpush",), tls_trusted=authority.pem)
    yield told
    server.close()


@pytest.fixture
async def asleep(house: House, tmp_path: Path) -> AsyncIterator[Asleep]:
    """A gateway, and a phone that it wakes."""
    async with (
        gateway(house, tmp_path) as told,
        Sleeper("1001", "Sip-1001!", ("127.0.0.1", house.port)) as phone,
    ):
        assert await phone.register() == 200
        yield told, phone


async def test_a_phone_is_woken_and_called(house: House, asleep: Asleep) -> None:
    told, phone = asleep
    async with registered(house.port) as caller:
        call = caller.call(f"sip:1001@127.0.0.1:{house.port}", SESSION)
        await eventually(lambda: bool(told))
        assert told == [
            {
                "provider": "webpush",
                "param": "",
                "prid": "https://push.test/1",
                "extension": "1001",
            }
        ]
        assert not phone.invited()
        assert await phone.register() == 200
        await eventually(phone.invited)
        await call.hang_up()


async def test_a_service_that_the_gateway_does_not_know_is_refused(
    house: House, tmp_path: Path
) -> None:
    address = ("127.0.0.1", house.port)
    async with Sleeper("1001", "Sip-1001!", address) as phone:
        phone.service = "pn-provider=acme;pn-prid=1"
        assert await phone.register() == 200  # without a gateway push is nothing we know of
        async with gateway(house, tmp_path) as told:
            assert await phone.register() == 555
            phone.service = PUSH
            assert await phone.register() == 200
            assert told == []


async def test_a_call_does_not_wait_for_ever(
    house: House, asleep: Asleep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pbxcore.calls.rousing.WAIT_S", 0.3)
    told, phone = asleep
    async with registered(house.port) as caller:
        with pytest.raises(Refused) as refused:
            await caller.invite(f"sip:1001@127.0.0.1:{house.port}", SESSION)
        assert refused.value.status == 480
        await eventually(lambda: len(told) == 1)
        assert not phone.invited()


async def test_a_phone_is_woken_and_gets_its_text(house: House, asleep: Asleep) -> None:
    told, phone = asleep
    async with house.phone("1000") as sender:
        sent = asyncio.create_task(sender.send("1001", "Good morning"))
        await eventually(lambda: bool(told))
        assert phone.texts == []
        assert await phone.register() == 200
        assert await sent == 200
        assert await phone.receive(1) == ["Good morning"]
        assert house.arrived == []


async def test_a_text_to_a_phone_that_sleeps_on_is_stored(
    house: House, asleep: Asleep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pbxcore.calls.rousing.WAIT_S", 0.3)
    told, phone = asleep
    async with house.phone("1000") as sender:
        assert await sender.send("1001", "Good morning") == 202
        assert [each.text for each in house.arrived] == ["Good morning"]
        await eventually(lambda: len(told) == 1)
        assert phone.texts == []


async def test_a_phone_is_woken_and_gets_a_text_of_the_product(
    house: House, asleep: Asleep
) -> None:
    told, phone = asleep
    command = SendMessage("m1", "1001", phone.contact, "broadcast", "News", "We close at noon")
    sent = asyncio.create_task(house.pbx.handle(command))
    await eventually(lambda: bool(told))
    assert phone.texts == []
    assert await phone.register() == 200
    result = await sent
    assert isinstance(result, MessageResult)
    assert result.status == 200
    assert await phone.receive(1) == ["We close at noon"]


async def test_a_text_of_the_product_is_not_sent_to_a_phone_that_sleeps_on(
    house: House, asleep: Asleep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pbxcore.calls.rousing.WAIT_S", 0.3)
    told, phone = asleep
    command = SendMessage("m1", "1001", phone.contact, "broadcast", "News", "We close at noon")
    result = await house.pbx.handle(command)
    assert isinstance(result, MessageResult)
    assert result.status == 480
    await eventually(lambda: len(told) == 1)
    assert phone.texts == []
