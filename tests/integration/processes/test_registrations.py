"""Registering in every legal case: transport, name to sign in with, ten phones, moves, kill -9."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.device import Device
from tests.support.program import Program
from tests.support.server import Server, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBERS = {"udp": "1000", "tcp": "1001", "tls": "1002", "ws": "1003", "wss": "1004"}
"""Whose phones come over which transport: one kill serves all, for a part that dies often
is started again after growing pauses."""
PHONES = 10
AUTH_ID = "büro+7!'%x"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        admin = Program(running.url, "admin", "Demo-admin!")
        fifth = {"number": "1004", "first_name": "Eve", "last_name": "Ray"}
        assert admin.post("/v1/extensions", fifth | {"sip_secret": "Sip-1004!"}).status == 201
        yield running


def device(server: Server, transport: str, auth_id: str, number: str = "1001") -> Device:
    ports = {"tls": server.sips_port, "ws": server.http_port, "wss": server.https_port}
    trust = None
    if transport in ("tls", "wss"):
        trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    return Device(
        number,
        f"Sip-{number}!",
        ("127.0.0.1", ports.get(transport, server.sip_port)),
        transport,
        auth_id=auth_id,
        trust=trust,
        domain="127.0.0.1",
    )


def registered(admin: Program, number: str = "1001") -> list[dict[str, Any]]:
    reply = admin.get(f"/v1/extensions/{number}/phones")
    assert reply.status == 200
    items: list[dict[str, Any]] = reply.json()["items"]
    return items


async def change(server: Server, admin: Program, auth_id: str, number: str = "1001") -> None:
    """Change the extension; over when the PBX goes by it, which no program is told."""
    fields = {"auth_id": auth_id, "max_contacts": PHONES}
    assert admin.patch(f"/v1/extensions/{number}", fields).status == 200
    async with asyncio.timeout(10), device(server, "udp", auth_id, number) as asking:
        while (await asking.register("Expires: 60")).status != 200:  # noqa: ASYNC110 (see above)
            await asyncio.sleep(0.05)


@dataclass
class Ten:
    """Ten phones of one extension, over one transport."""

    number: str
    transport: str
    phones: list[Device]
    contacts: set[str] = field(default_factory=set)

    async def register_and_move_one(self, admin: Program) -> None:
        phones = self.phones
        assert [(await each.register()).status for each in phones] == [200] * PHONES
        self.contacts = {each.contact for each in phones}
        fetched = await phones[0].register("Expires: 3600")  # no Contact: only asks
        assert {each.partition(">")[0][1:] for each in fetched.lines("Contact")} == self.contacts
        assert [(await each.register()).status for each in phones] == [200] * PHONES
        moved = phones[-1]
        contact = f"Contact: <{moved.contact}>"
        await moved.carrier.close()
        moved.local = "127.0.0.3"
        await moved.open()
        assert (await moved.register(contact)).status == 200
        found = registered(admin, self.number)
        assert len(found) == PHONES
        assert {each["transport"] for each in found} == {self.transport}
        assert found[-1]["address"] == "127.0.0.3"

    async def come_back_and_go(self, admin: Program) -> None:
        assert len(registered(admin, self.number)) == PHONES
        for each in self.phones:
            await each.carrier.close()
            await each.open()
        lines = [f"Contact: <{each}>" for each in sorted(self.contacts)]
        again = [
            await each.register(line, "Expires: 600")
            for each, line in zip(self.phones, lines, strict=True)
        ]
        assert [each.status for each in again] == [200] * PHONES
        assert len(again[-1].lines("Contact")) == PHONES
        gone = await self.phones[0].register("Contact: *", "Expires: 0")
        assert (gone.status, gone.lines("Contact")) == (200, [])
        assert registered(admin, self.number) == []


@pytest.mark.parametrize("auth_id", ["", AUTH_ID], ids=["number", "auth-id"])
async def test_ten_phones_register_move_and_survive_a_kill(server: Server, auth_id: str) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    async with AsyncExitStack() as stack:
        tens = []
        for transport, number in NUMBERS.items():
            own = auth_id and f"{auth_id}{number}"
            await change(server, admin, own, number)
            each = [device(server, transport, own, number) for _ in range(PHONES)]
            phones = [await stack.enter_async_context(phone) for phone in each]
            tens.append(Ten(number, transport, phones))
        for ten in tens:
            await ten.register_and_move_one(admin)
        server.kill9("pbx")
        await asyncio.to_thread(server.wait_ready)
        path = f"/v1/extensions/{tens[0].number}/phones"
        await asyncio.to_thread(
            wait_until, lambda: admin.get(path).status == 200, 10, "web's link to the PBX"
        )
        for ten in tens:
            await ten.come_back_and_go(admin)


async def test_one_request_may_hold_ten_contacts_with_preferences(server: Server) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    await change(server, admin, "")
    async with device(server, "tcp", "") as phone:
        ten = ", ".join(f"<sip:1001@10.0.0.{at}>;q=0.{at}" for at in range(PHONES))
        answer = await phone.register(f"Contact: {ten}", "Expires: 300")
        assert answer.status == 200
        assert [each.partition(";q=")[2] for each in answer.lines("Contact")] == [
            f"0.{at}00" for at in range(PHONES)
        ]
        eleven = f"Contact: {ten}, <sip:1001@10.0.0.99>"
        assert (await phone.register(eleven)).status == 403
        brief = await phone.register("Contact: <sip:1001@10.0.0.1>;expires=30")
        assert (brief.status, brief.lines("Min-Expires")) == (423, ["60"])
        older = phone.cseq
        phone.cseq = 0
        assert (await phone.register("Contact: <sip:1001@10.0.0.1>")).status == 500
        phone.cseq = older
        assert (await phone.register("Contact: *", "Expires: 0")).status == 200


async def test_phone_behind_nat_keeps_its_contact_when_its_port_changes(server: Server) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    async with device(server, "udp", "") as phone:
        behind_nat = "Contact: <sip:10%30%31@192.168.1.77:5060;ob>"
        assert (await phone.register(behind_nat)).status == 200
        before = registered(admin)
        await phone.carrier.close()
        await phone.open()
        answer = await phone.register(behind_nat.replace("%30%31", "01"))
        assert (answer.status, len(answer.lines("Contact"))) == (200, 1)
        (after,) = registered(admin)
        assert after["source"] != before[0]["source"]
        assert (await phone.register("Contact: *", "Expires: 0")).status == 200
