"""Registering over real sockets: who may, what is told, what lasts."""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING

import pytest

from pbxcore import commands
from pbxcore.directory import Delta, ExtensionPut, ExtensionRemoved
from pbxcore.health import Health, Probe
from pbxcore.journal import BindingAdded, BindingRemoved
from pbxcore.pbx import StoredBinding
from tests.integration.sip.conftest import extension

if TYPE_CHECKING:
    from tests.integration.sip.conftest import House, Peer


def register(user: str = "1000", *, domain: str = "127.0.0.1", more: str = "") -> bytes:
    lines = (
        f"REGISTER sip:{domain} SIP/2.0",
        "Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKr;rport",
        f"From: <sip:{user}@{domain}>;tag=f",
        f"To: <sip:{user}@{domain}>",
        "Call-ID: r",
        "CSeq: 1 REGISTER",
        *more.splitlines(),
        "",
        "",
    )
    return "\r\n".join(lines).encode()


async def views(house: House, number: str = "") -> list[commands.BindingView]:
    reply = await house.pbx.handle(commands.ListBindings(number))
    assert isinstance(reply, commands.Bindings)
    return list(reply.bindings)


async def test_phone_registers_and_goes_again(house: House) -> None:
    async with house.phone("1000") as phone:
        assert await phone.register() == 200
        (view,) = await views(house, "1000")
        assert (view.contact, view.source) == (phone.contact, phone.address)
        assert (view.user_agent, view.transport) == ("TestPhone/1.0", "udp")
        assert view.expires_at_ms - view.registered_at_ms == 300_000
        assert await phone.register() == 200  # a refresh is no news
        assert await phone.register(expires=0) == 200
    assert [type(each) for each in house.facts] == [BindingAdded, BindingRemoved]
    assert isinstance(house.facts[1], BindingRemoved)
    assert house.facts[1].cause == "unregistered"
    assert await views(house) == []


async def test_wrong_password_unknown_user_and_no_password_get_the_same_answer(
    house: House, peer: Peer
) -> None:
    async with house.phone("1000", "guess") as wrong, house.phone("1999") as unknown:
        assert await wrong.register() == 401
        assert await unknown.register() == 401
    answers = []
    for user in ("1000", "1999"):
        peer.send(register(user))
        answer = re.sub(rb'nonce="[^"]+"|tag=[^\r]+', b"", await peer.next())
        answers.append(answer.replace(user.encode(), b"USER"))
    assert answers[0] == answers[1]
    assert answers[0].index(b"algorithm=MD5") < answers[0].index(b"algorithm=SHA-256")
    assert house.facts == []


async def test_nobody_registers_another_address(house: House) -> None:
    async with house.phone("1000") as phone:
        fields = f"Contact: <{phone.contact}>\r\nExpires: 300\r\n"
        uri = f"sip:127.0.0.1:{house.port}"
        assert await phone.authorised("REGISTER", uri, "1001", fields) == 403
        assert await phone.authorised("REGISTER", "sip:elsewhere.test", "1000", fields) == 404
        assert await phone.authorised("REGISTER", "sip:pbx.test", "1000", fields) == 200


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ("Contact: <sip:a@127.0.0.1>\r\nExpires: 59\r\n", 423),
        ("Contact: *\r\nExpires: 5\r\n", 400),
        ("Contact: *, <sip:a@127.0.0.1>\r\nExpires: 0\r\n", 400),
        ("Contact: sip:a@127.0.0.1?Route=%3Csip:x%3E\r\n", 400),
        ("Contact: <tel:1000>\r\n", 400),
        ('Contact: "open <sip:a@127.0.0.1>\r\n', 400),
        ("Contact: <sip:a@h>, <sip:b@h>, <sip:c@h>\r\n", 403),
        ("Contact: *\r\nExpires: 0\r\n", 200),
        ("Contact: <sip:a@h>;q=0.5;expires=60, <sip:b@h>;expires=99999999999\r\n", 200),
        ("", 200),
    ],
)
async def test_odd_registrations_get_the_fitting_answer(
    house: House, fields: str, status: int
) -> None:
    async with house.phone("1000") as phone:
        assert await phone.authorised("REGISTER", "sip:pbx.test", "1000", fields) == status


async def test_one_request_without_memory_of_it_can_not_be_replayed(
    house: House, peer: Peer
) -> None:
    async with house.phone("1000") as phone:
        peer.send(register())
        challenge = (await peer.next()).decode()
        uri = "sip:127.0.0.1"
        credentials = phone.credentials("REGISTER", uri, challenge)
        more = f"Authorization: {credentials}\nContact: <sip:1000@127.0.0.1:5099>"
        once = register(more=more).replace(b"z9hG4bKr", b"z9hG4bKone")
        peer.send(once)
        first = await peer.next()
        assert first.startswith(b"SIP/2.0 200 ")
        peer.send(once)  # a retransmission
        assert await peer.next() == first
        peer.send(once.replace(b"z9hG4bKone", b"z9hG4bKtwo").replace(b"CSeq: 1", b"CSeq: 2"))
        assert b"stale=true" in await peer.next()


async def test_merged_request_is_refused(house: House, peer: Peer) -> None:
    async with house.phone("1000") as phone:
        peer.send(register())
        credentials = phone.credentials("REGISTER", "sip:x", (await peer.next()).decode())
        once = register(more=f"Authorization: {credentials}")
        peer.send(once.replace(b"z9hG4bKr", b"z9hG4bKone"))
        assert (await peer.next()).startswith(b"SIP/2.0 200 ")
        peer.send(once.replace(b"z9hG4bKr", b"z9hG4bKtwo"))
        assert (await peer.next()).startswith(b"SIP/2.0 482 ")


async def test_bindings_survive_a_restart(house: House) -> None:
    async with house.phone("1000") as phone:
        assert await phone.register() == 200
        before = await views(house)
        await house.stop()
        await house.start()
        assert await views(house) == before
        sent = commands.SendMessage("d1", "1000", phone.contact, "broadcast", "News", "after all")
        reply = await house.pbx.handle(sent)
        assert reply == commands.MessageResult("d1", 200, "Answer")
        assert phone.texts == ["after all"]
    assert [type(each) for each in house.facts] == [BindingAdded]


async def test_extension_that_is_removed_or_disabled_takes_its_bindings_along(house: House) -> None:
    async with house.phone("1000") as phone, house.phone("1001") as other:
        assert (await phone.register(), await other.register()) == (200, 200)
        disabled = ExtensionPut(
            type(extension("1001"))("1001", "Ben", "Sip-1001!", 2, enabled=False)
        )
        reply = await house.pbx.handle(
            commands.ApplyDelta(Delta(2, (ExtensionRemoved("1000"), disabled)))
        )
        assert reply == commands.DirectoryHeld(2)
        assert await phone.register() == 401
    causes = [each.cause for each in house.facts if isinstance(each, BindingRemoved)]
    assert causes == ["removed", "removed"]
    assert house.memory.held["1000"] == ()


async def test_delta_with_a_gap_changes_nothing_and_says_so(house: House) -> None:
    delta = Delta(7, (ExtensionRemoved("1000"),))
    assert await house.pbx.handle(commands.ApplyDelta(delta)) == commands.DirectoryHeld(1)
    snapshot = house.directory.snapshot()
    assert await house.pbx.handle(commands.PutSnapshot(snapshot)) == commands.DirectoryHeld(1)


async def test_probe_tells_figures(house: House, peer: Peer) -> None:
    peer.send(b"no SIP\r\n\r\n")
    async with house.phone("1000") as phone:
        await phone.register()
    health = await house.pbx.handle(Probe())
    assert isinstance(health, Health)
    assert health.ready
    assert health.figures["sip_bindings"] == 1
    assert health.figures["sip_malformed_total"] == 1
    assert health.figures["sip_received_total"] == 3


async def test_phone_on_tcp_is_reached_over_its_own_connection(house: House) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    async with house.phone("1000") as phone:

        async def ask(data: bytes) -> bytes:
            writer.write(data.replace(b"SIP/2.0/UDP", b"SIP/2.0/TCP"))
            return await reader.readuntil(b"\r\n\r\n")

        challenge = (await ask(register(more="Content-Length: 0"))).decode()
        credentials = phone.credentials("REGISTER", "sip:x", challenge)
        contact = "<sip:1000@10.9.9.9:5060;transport=tcp>"
        more = f"Authorization: {credentials}\nContact: {contact}\nContent-Length: 0"
        answer = await ask(register(more=more).replace(b"z9hG4bKr", b"z9hG4bKs"))
        assert answer.startswith(b"SIP/2.0 200 ")
    writer.write(b"\r\n\r\n")
    assert await reader.readexactly(2) == b"\r\n"
    text = "long " * 1000  # beyond what UDP may carry
    command = commands.SendMessage(
        "d2", "1000", contact.strip("<>"), "1001", 'Ben "B"\r\nX: y', text
    )
    waiting = asyncio.ensure_future(house.pbx.handle(command))
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    assert head.startswith("MESSAGE sip:1000@10.9.9.9:5060;transport=tcp SIP/2.0\r\n")
    assert '\r\nFrom: "Ben \\"B\\"  X: y" <sip:1001@pbx.test>;tag=' in head
    assert (await reader.readexactly(5000)).decode() == text
    kept = [each for each in head.split("\r\n") if each[:2] in {"Vi", "Fr", "To", "Ca", "CS"}]
    writer.write("\r\n".join(("SIP/2.0 202 Taken", *kept, "Content-Length: 0\r\n\r\n")).encode())
    assert await waiting == commands.MessageResult("d2", 202, "Taken")
    lost = commands.SendMessage("d3", "1000", contact.strip("<>"), "1001", "", "x")
    waiting = asyncio.ensure_future(house.pbx.handle(lost))
    await reader.readuntil(b"\r\n\r\nx")
    writer.close()
    await writer.wait_closed()
    reply = await waiting
    assert isinstance(reply, commands.MessageResult)
    assert reply.status == 503


async def test_phone_on_tcp_is_connected_to_when_its_connection_is_gone(house: House) -> None:
    heads: asyncio.Queue[str] = asyncio.Queue()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\nx"))[:-5].decode()
        heads.put_nowait(head)
        kept = [each for each in head.split("\r\n") if each[:2] in {"Vi", "Fr", "To", "Ca", "CS"}]
        writer.write("\r\n".join(("SIP/2.0 200 OK", *kept, "l: 0\r\n\r\n")).encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    phone = await asyncio.start_server(take, "127.0.0.1", 0)
    port = phone.sockets[0].getsockname()[1]
    contact = f"sip:1000@127.0.0.1:{port};transport=tcp"
    now_ms = int(time.time() * 1000)
    house.memory.held["1000"] = (
        StoredBinding(
            "1000", contact, "c", 1, 1000, "", "127.0.0.1:1", "", "tcp", now_ms, now_ms + 60_000
        ),
    )
    await house.stop()
    await house.start()
    command = commands.SendMessage("d", "1000", contact, "1001", "", "x")
    assert await house.pbx.handle(command) == commands.MessageResult("d", 200, "OK")
    via = f"Via: SIP/2.0/TCP 127.0.0.1:{house.port};branch="
    assert via in await heads.get()
    phone.close()
    await phone.wait_closed()
    again = commands.SendMessage("e", "1000", contact, "1001", "", "x")
    reply = await house.pbx.handle(again)
    assert isinstance(reply, commands.MessageResult)
    assert reply.status == 503
