"""A phone that sleeps is woken through the site's push gateway, and called then (RFC 8599)."""

from __future__ import annotations

import asyncio
import json
import ssl
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from pbxcore.commands import CheckSync, DeviceTold, MessageResult, SendMessage
from pbxcore.net.user_agent import Refused
from tests.support.authority import Authority
from tests.support.messaging import eventually
from tests.support.near import SESSION, registered
from tests.support.phone import Phone
from tests.support.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.integration.sip.conftest import House

    Asleep = tuple[list[dict[str, str]], "Sleeper"]
    Watching = tuple[list[dict[str, str]], "SleepingWatcher"]

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


@dataclass
class SleepingWatcher(Watcher):
    """One that watches, too."""

    @property
    def contact(self) -> str:
        return f"{super().contact};{PUSH}"


@pytest.fixture
async def watching(house: House, tmp_path: Path) -> AsyncIterator[Watching]:
    """A gateway, and a phone that it wakes."""
    async with (
        gateway(house, tmp_path) as told,
        SleepingWatcher("1001", "Sip-1001!", ("127.0.0.1", house.port)) as phone,
    ):
        assert await phone.register() == 200
        yield told, phone


def leave_message(house: House) -> None:
    boxes = house.pbx.voicemail.mailboxes
    boxes.keep(boxes.receive(["1001"], "1000", "Alice"), 4.0)


async def test_a_phone_is_woken_and_told_of_its_mailbox(house: House, watching: Watching) -> None:
    told, phone = watching
    await phone.subscribe("message-summary", "1001")
    await phone.notified(1)  # it is awake: it has just asked
    leave_message(house)
    await eventually(lambda: len(told) == 1)
    leave_message(house)
    assert len(phone.notices) == 1
    assert await phone.register() == 200
    await phone.notified(2)
    assert "Voice-Message: 2/0 (0/0)" in phone.notices[-1].body
    assert len(told) == 1


async def test_a_phone_that_never_subscribes_is_woken_and_told_of_its_mailbox(
    house: House, watching: Watching
) -> None:
    told, phone = watching
    await house.change(unsolicited_mwi=True)
    leave_message(house)
    await eventually(lambda: len(told) == 1)
    assert not phone.notices
    assert await phone.register() == 200
    (notice,) = await phone.notified(1)
    assert notice.body.startswith("Messages-Waiting: yes")


async def test_a_phone_is_woken_and_fetches_its_configuration(
    house: House, watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, phone = watching
    asked = asyncio.create_task(house.pbx.handle(CheckSync("1001", phone.contact, reboot=True)))
    await eventually(lambda: len(told) == 1)
    assert not phone.notices
    assert await phone.register() == 200
    assert await asked == DeviceTold(200)
    assert phone.notices[0].get("Event") == "check-sync;reboot=true"
    monkeypatch.setattr("pbxcore.calls.rousing.WAIT_S", 0.3)
    assert await house.pbx.handle(CheckSync("1001", phone.contact)) == DeviceTold(480)


async def test_a_lamp_wakes_nobody_and_is_right_when_the_phone_is_awake(
    house: House, watching: Watching
) -> None:
    told, phone = watching
    await phone.subscribe("presence", "1000")
    await phone.notified(1)
    phone.statuses.append(408)  # as silence is: it sleeps
    async with house.phone("1000") as seen:
        assert await seen.register() == 200
        await phone.notified(2)
        assert await phone.register() == 200
        await phone.notified(3)
    assert "open" in phone.notices[-1].body
    assert phone.notices[-1].get("Subscription-State").startswith("active")
    assert told == []
