"""MESSAGE between phones, to those who have none, and from the product."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from pbxcore import commands
from pbxcore.directory import Delta, SettingsChanged
from pbxcore.domain_settings import DomainSettings
from pbxcore.health import Health, Probe
from pbxcore.journal import MessageRelayed
from pbxcore.net.user_agent import AsyncUserAgent, Refused
from tests.support.device import Device
from tests.support.near import SESSION, registered

if TYPE_CHECKING:
    from tests.integration.sip.conftest import House, Peer


def relayed(house: House) -> list[MessageRelayed]:
    return [each for each in house.facts if isinstance(each, MessageRelayed)]


def message(
    to: str = "1000", *, sender: str = "1001", branch: str = "m", text: str = "hi"
) -> bytes:
    lines = (
        f"MESSAGE sip:{to}@pbx.test SIP/2.0",
        f"Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{branch};rport",
        f"From: <sip:{sender}@elsewhere.test>;tag=f",
        f"To: <sip:{to}@pbx.test>",
        "Call-ID: m",
        "CSeq: 1 MESSAGE",
        "Content-Type: text/plain",
        f"Content-Length: {len(text.encode())}",
        "",
        text,
    )
    return "\r\n".join(lines).encode()


async def trust_loopback(house: House) -> None:
    settings = DomainSettings(domains=("pbx.test",), trusted_peers=("127.0.0.0/8",))
    await house.pbx.handle(commands.ApplyDelta(Delta(2, (SettingsChanged(settings),))))


async def test_text_within_a_call_goes_to_whom_one_talks_to(house: House) -> None:
    plain, secret = (b"Content-Type: text/plain;charset=utf-8",), "Sip-1001!"
    async with (
        registered(house.port) as phone,
        AsyncUserAgent("sip:1001@pbx.test", password=secret) as other,
    ):
        call = other.call(f"sip:1000@127.0.0.1:{house.port}", SESSION)
        came = await phone.next_call()
        await came.accept(SESSION)
        await call.answered()
        told = await call.request(b"OPTIONS")
        assert b"MESSAGE" in (told.get(b"allow") or b"")
        assert b"text/plain" in (told.get(b"accept") or b"")
        assert (told.get(b"allow-events") or b"").startswith(b"message-summary")
        assert (await call.request(b"MESSAGE", plain, "Grüße".encode())).status == 200
        text = await phone.next_text()
        assert "sip:1001@" in text.sender
        assert text.body == "Grüße".encode()
        with pytest.raises(Refused) as empty:
            await call.request(b"MESSAGE", plain)
        assert empty.value.status == 400
        await call.hang_up()
    (fact,) = relayed(house)
    assert (fact.sender, fact.recipient, fact.text) == ("1001", "1000", "Grüße")


async def test_text_goes_from_phone_to_phone(house: House) -> None:
    async with house.phone("1000") as phone, house.phone("1001") as other:
        await phone.register()
        assert await other.send("1000", "Grüße 👋\r\nzweite Zeile") == 200
        assert phone.texts == ["Grüße 👋\r\nzweite Zeile"]
        assert phone.taken[0].sender.startswith(
            '"The \\"1001\\"" <sip:1001@pbx.test>;tag=',
        )
    (fact,) = relayed(house)
    assert (fact.sender, fact.recipient, fact.status) == ("1001", "1000", 200)
    assert fact.text == "Grüße 👋\nzweite Zeile"
    assert house.arrived == []


@pytest.mark.parametrize(
    ("phone_says", "caller_hears"), [(486, 486), (415, 415), (603, 603), (401, 502), (503, 480)]
)
async def test_caller_hears_what_the_phone_says(
    house: House, phone_says: int, caller_hears: int
) -> None:
    async with house.phone("1000") as phone, house.phone("1001") as other:
        await phone.register()
        phone.usual = phone_says
        assert await other.send("1000", "x") == caller_hears
    assert relayed(house)[0].status == phone_says


async def test_all_phones_get_it_and_one_success_is_enough(house: House) -> None:
    desk, mobile, other = (house.phone(number) for number in ("1000", "1000", "1001"))
    async with desk, mobile, other:
        await desk.register()
        await mobile.register()
        desk.usual = 486
        assert await other.send("1000", "to all") == 200
        await desk.asked(1)
        assert mobile.texts == ["to all"]


async def test_text_for_someone_without_phone_is_stored_before_it_is_accepted(house: House) -> None:
    house.gate = asyncio.Event()
    async with house.phone("1001") as phone:
        waiting = asyncio.ensure_future(phone.send("1000", "are you there?", "call-1"))
        async with asyncio.timeout(5):
            await house.reached.wait()
        assert not waiting.done()
        house.gate.set()
        assert await waiting == 202
        assert await phone.send("1000", "are you there?", "call-1") == 202  # a repetition
    first, second = house.arrived
    assert (first.sender, first.recipient, first.text) == ("1001", "1000", "are you there?")
    assert first.id == second.id


@pytest.mark.parametrize("answer", [None, RuntimeError("the hub is away")])
async def test_text_that_could_not_be_stored_is_refused_for_now(
    house: House, peer: Peer, answer: Exception | None
) -> None:
    await trust_loopback(house)
    house.answer = answer
    peer.send(message(sender="carrier"))
    refusal = await peer.next()
    assert refusal.startswith(b"SIP/2.0 503 ")
    assert b"\r\nRetry-After: 10\r\n" in refusal


async def test_slow_store_gets_a_hundred_after_three_and_a_half_seconds(
    house: House, peer: Peer
) -> None:
    await trust_loopback(house)
    house.gate = asyncio.Event()
    loop = asyncio.get_running_loop()
    start = loop.time()
    peer.send(message(sender="carrier"))
    peer.send(message(sender="carrier"))  # a repetition is absorbed meanwhile
    assert (await peer.next(6)).startswith(b"SIP/2.0 100 Trying\r\n")
    assert loop.time() - start > 3.4
    house.gate.set()
    assert (await peer.next()).startswith(b"SIP/2.0 202 ")
    assert len(house.arrived) == 1


async def test_nobody_writes_in_another_name_or_without_password(house: House, peer: Peer) -> None:
    peer.send(message())
    assert (await peer.next()).startswith(b"SIP/2.0 401 ")
    async with house.phone("1001") as phone:
        for branch, sender in (("a", "1000"), ("b", "1999")):
            peer.send(message(branch=branch, sender=sender))
            challenge = (await peer.next()).decode()
            credentials = phone.credentials("MESSAGE", "sip:x", challenge)
            signed = f"\r\nAuthorization: {credentials}\r\n\r\n".encode()
            own = message(branch=f"{branch}2", sender=sender).replace(b"elsewhere", b"pbx")
            for _ in range(2):  # the repetition's nonce count is used up, its answer the same
                peer.send(own.replace(b"\r\n\r\n", signed))
                assert (await peer.next()).startswith(b"SIP/2.0 403 Not Your Address\r\n")
    await trust_loopback(house)
    own = message(branch="own").replace(b"elsewhere.test", b"pbx.test")
    peer.send(own)  # a trusted peer may not speak for an extension of ours
    assert (await peer.next()).startswith(b"SIP/2.0 401 ")
    peer.send(message(branch="their", sender="1001"))
    assert (await peer.next()).startswith(b"SIP/2.0 202 ")


@pytest.mark.parametrize(
    ("uri", "fields", "body", "status"),
    [
        ("sip:1999@pbx.test", "Content-Type: text/plain\r\n", "x", 404),
        ("sip:1000@elsewhere.test", "Content-Type: text/plain\r\n", "x", 404),
        ("sip:pbx.test", "Content-Type: text/plain\r\n", "x", 404),
        ("http://pbx.test", "Content-Type: text/plain\r\n", "x", 416),
        ("sip:1000@pbx.test", "Content-Type: message/cpim\r\n", "x", 415),
        ("sip:1000@pbx.test", "", "x", 400),
        ("sip:1000@pbx.test", "Content-Type: text/plain\r\n", "a" * 8001, 413),
        ("sip:1000@pbx.test", "Content-Type: text/plain\r\n", "a\0b", 400),
        ("sip:1000@pbx.test", "Content-Type: text/plain\r\nRequire: x\r\n", "x", 420),
        ("tel:+1000", "Content-Type: text/plain\r\n", "x", 404),
        ("tel:10-00", "Content-Type: text/plain\r\n", "a" * 8000, 202),
        ("tel:10-00;phone-context=pbx.test", "Content-Type: text/plain\r\n", "x", 202),
        ("tel:1000;phone-context=elsewhere.test", "Content-Type: text/plain\r\n", "x", 404),
        (
            "sip:10-00;phone-context=pbx.test@pbx.test;user=phone",
            "Content-Type: text/plain\r\n",
            "x",
            202,
        ),
    ],
)
async def test_odd_messages_get_the_fitting_answer(
    house: House, uri: str, fields: str, body: str, status: int
) -> None:
    async with house.phone("1001") as phone:
        assert await phone.authorised("MESSAGE", uri, "1000", fields, body) == status


async def test_sending_to_a_phone_that_is_not_registered_says_so(house: House) -> None:
    command = commands.SendMessage("d", "1000", "sip:1000@127.0.0.1:9", "broadcast", "", "x")
    assert await house.pbx.handle(command) == commands.MessageResult("d", 480, "Not Registered")


async def test_text_too_large_for_udp_is_not_sent(house: House) -> None:
    async with house.phone("1000") as phone:
        await phone.register()
        command = commands.SendMessage("d", "1000", phone.contact, "broadcast", "", "x" * 1300)
        reply = await house.pbx.handle(command)
        assert isinstance(reply, commands.MessageResult)
        assert reply.status == 513
        assert phone.seen == []


async def test_longest_text_passes_from_phone_to_phone_over_tcp(house: House) -> None:
    where = ("127.0.0.1", house.port)
    longest = "👋" * 8000  # 32 kB
    async with (
        Device("1000", "Sip-1000!", where, "tcp") as phone,
        Device("1001", "Sip-1001!", where, "tcp") as other,
    ):
        assert (await phone.register()).status == 200
        kind = "Content-Type: text/plain"
        to = "sip:1000@pbx.test"
        sent = asyncio.ensure_future(other.signed("MESSAGE", to, "1000", kind, body=longest))
        came = await phone.request()
        assert came.endswith(f"\r\n\r\n{longest}")
        phone.respond(came)
        assert (await sent).status == 200
        assert (await other.signed("MESSAGE", to, "1000", kind, body=longest + "x")).status == 413


async def test_same_delivery_asked_twice_at_once_is_sent_once(house: House) -> None:
    async with house.phone("1000") as phone:
        await phone.register()
        command = commands.SendMessage("d", "1000", phone.contact, "broadcast", "", "once")
        replies = await asyncio.gather(*(house.pbx.handle(command) for _ in range(2)))
        assert replies == [commands.MessageResult("d", 200, "Answer")] * 2
        assert len(phone.seen) == 1


async def test_message_survives_the_loss_of_first_datagrams(house: House) -> None:
    async with house.phone("1000") as phone:
        await phone.register()
        phone.answers.extend((0, 0))
        command = commands.SendMessage("d", "1000", phone.contact, "broadcast", "", "again")
        assert await house.pbx.handle(command) == commands.MessageResult("d", 200, "Answer")
        assert len({each.branch for each in phone.seen}) == 1
        assert [each.text for each in phone.seen] == ["again"] * 3


async def test_text_nobody_can_write_out_is_told_not_sent(house: House) -> None:
    async with house.phone("1000") as phone:
        await phone.register()
        for text, kind in (("\ud800", "text/plain"), ("x", "text/plain\r\nX: y")):
            command = commands.SendMessage("d", "1000", phone.contact, "b", "", text, kind)
            reply = await house.pbx.handle(command)
            assert isinstance(reply, commands.MessageResult)
            assert reply.status == 500
        assert phone.seen == []


async def test_stop_waits_for_what_is_open(house: House) -> None:
    async with house.phone("1000") as phone:
        await phone.register()
        phone.answers.append(0)  # the answer comes with the first repetition, half a second later
        command = commands.SendMessage("d", "1000", phone.contact, "broadcast", "", "x")
        waiting = asyncio.ensure_future(house.pbx.handle(command))
        await phone.asked(1)
        await house.pbx.stop(5.0)
        assert await waiting == commands.MessageResult("d", 200, "Answer")
    health = await house.pbx.handle(Probe())
    assert isinstance(health, Health)
    assert not health.ready
