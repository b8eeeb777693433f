"""Outbound, Path, GRUU, restrictions and qualify over real sockets."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from pbxcore import commands
from pbxcore.directory import Delta, Extension, ExtensionPut, SettingsChanged
from pbxcore.journal import BindingAdded, BindingQualified, BindingRemoved
from pbxcore.presence import outbound, qualification, registrar
from tests.support.device import Answer, Device
from tests.support.near import SESSION, registered

if TYPE_CHECKING:
    from tests.integration.sip.conftest import House

URN = "urn:uuid:00000000-0000-1000-8000-000a95a0e128"
OPTIONS = "Supported: path, outbound, gruu"
EDGE = "SIP/2.0/UDP 127.0.0.1:5999"


def device(
    house: House,
    transport: str = "udp",
    number: str = "1000",
    *,
    auth_id: str = "",
    local: str = "",
) -> Device:
    server = ("127.0.0.1", house.port)
    return Device(
        number, f"Sip-{number}!", server, transport, auth_id=auth_id, local=local or "127.0.0.1"
    )


async def changed(house: House, **fields: object) -> None:
    """Change extension 1000."""
    known = house.directory.extension("1000")
    assert known is not None
    values = {name: getattr(known, name) for name in known.__struct_fields__} | fields
    delta = Delta(house.directory.version + 1, (ExtensionPut(Extension(**values)),))
    await house.pbx.handle(commands.ApplyDelta(delta))


async def views(house: House) -> list[commands.BindingView]:
    reply = await house.pbx.handle(commands.ListBindings("1000"))
    assert isinstance(reply, commands.Bindings)
    return list(reply.bindings)


async def removed(house: House) -> BindingRemoved:
    """Wait until the newest fact is that a binding is gone."""
    await house.until(lambda: isinstance(house.facts[-1], BindingRemoved))
    newest = house.facts[-1]
    assert isinstance(newest, BindingRemoved)
    return newest


def flow(phone: Device, reg_id: int = 1) -> str:
    return f'Contact: <{phone.contact}>;reg-id={reg_id};+sip.instance="<{URN}>"'


async def test_second_connection_of_the_same_flow_replaces_the_first(house: House) -> None:
    async with device(house, "tcp") as phone, device(house, "tcp") as again:
        answer = await phone.register(flow(phone), OPTIONS)
        assert answer.status == 200
        assert answer.lines("Require") == ["outbound"]
        assert answer.lines("Flow-Timer") == ["120"]
        (contact,) = answer.lines("Contact")
        assert f';reg-id=1;+sip.instance="<{URN}>"' in contact
        assert f'pub-gruu="sip:1000@pbx.test;gr={URN}"' in contact
        again.call_id = phone.call_id
        again.cseq = phone.cseq
        assert (await again.register(flow(again), OPTIONS)).status == 200
        (view,) = await views(house)
        assert (view.contact, view.source) == (again.contact, again.carrier.local)
        assert (view.instance, view.reg_id, view.lost) == (URN, 1, False)


async def test_phone_with_two_flows_gets_a_text_once_and_by_the_other_when_one_breaks(
    house: House,
) -> None:
    async with device(house, "tcp") as first, device(house, "tcp") as second:
        contact = f'Contact: <sip:1000@device.invalid>;+sip.instance="<{URN}>"'
        assert (await first.register(f"{contact};reg-id=1", OPTIONS)).status == 200
        assert (await second.register(f"{contact};reg-id=2", OPTIONS)).status == 200
        assert len(await views(house)) == 2
        text = commands.SendMessage("m", "1000", "sip:1000@device.invalid", "1001", "", "hello")
        waiting = asyncio.ensure_future(house.pbx.handle(text))
        newest = await second.request()
        assert "MESSAGE sip:1000@device.invalid SIP/2.0" in newest
        await second.carrier.close()  # before it has answered
        first.respond(await first.request())
        assert await waiting == commands.MessageResult("m", 200, "Answer")
        await second.open()


@pytest.mark.parametrize("transport", ["tcp"])
async def test_broken_connection_ends_its_registration_after_a_grace(
    house: House, transport: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registrar, "GRACE_S", 1)
    phone = device(house, transport)
    await phone.open()
    assert (await phone.register(flow(phone), OPTIONS)).status == 200
    await phone.carrier.close()
    await house.until(lambda: bool(house.memory.held["1000"][0].lost_at_ms))
    command = commands.SendMessage("m", "1000", phone.contact, "1001", "", "x")
    assert await house.pbx.handle(command) == commands.MessageResult("m", 480, "Not Registered")
    gone = await removed(house)
    assert (gone.number, gone.cause, gone.address) == ("1000", "lost", "127.0.0.1")


async def test_phone_that_comes_back_in_time_was_never_gone(house: House) -> None:
    phone = device(house, "tcp")
    await phone.open()
    assert (await phone.register(flow(phone), OPTIONS)).status == 200
    await phone.carrier.close()
    await phone.open()
    assert (await phone.register(flow(phone), OPTIONS)).status == 200
    (view,) = await views(house)
    assert not view.lost
    assert not any(
        isinstance(each, BindingRemoved) and each.cause == "lost" for each in house.facts
    )
    await phone.carrier.close()


async def test_expiry_without_unregistering_tells_the_address(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    settings = house.directory.settings
    short = type(settings)(domains=settings.domains, shortest_expiry_s=1, longest_expiry_s=1)
    delta = Delta(2, (SettingsChanged(short),))
    await house.pbx.handle(commands.ApplyDelta(delta))
    async with device(house, local="127.0.0.5") as phone:
        assert (await phone.register()).status == 200
        gone = await removed(house)
    assert (gone.cause, gone.address, gone.user_agent) == ("expired", "127.0.0.5", "Device/1.0")
    lost = [each for each in caplog.records if each.getMessage() == "SIP registration lost"]
    assert [vars(each)["address"] for each in lost] == ["127.0.0.5"]


async def test_outbound_needs_a_first_hop_that_knows_it(house: House) -> None:
    async with device(house) as phone:
        refused = await phone.register(flow(phone), OPTIONS, vias=(EDGE,))
        assert refused.status == 439
        path = "Path: <sip:edge@127.0.0.1:5999;lr;ob>"
        accepted = await phone.register(flow(phone), OPTIONS, path, vias=(EDGE,))
        assert accepted.status == 200
        assert accepted.lines("Path") == ["<sip:edge@127.0.0.1:5999;lr;ob>"]
        assert accepted.lines("Flow-Timer") == []
        both = f"{flow(phone)}, <sip:other@h>"
        assert (await phone.register(both, OPTIONS)).status == 400


async def test_options_are_understood_where_they_mean_something(house: House) -> None:
    async with device(house) as phone:
        required = await phone.register(f"Contact: <{phone.contact}>", "Require: path, gruu")
        assert required.status == 200
        unknown = await phone.register(f"Contact: <{phone.contact}>", "Require: path, x")
        assert (unknown.status, unknown.lines("Unsupported")) == (420, ["x"])
        answer = await phone.ask("OPTIONS", "sip:pbx.test", "pbx")
        assert {"gruu", "outbound", "path"} <= set(answer.lines("Supported")[0].split(", "))


async def test_text_takes_the_path_that_the_registration_came(house: House) -> None:
    async with device(house) as edge:
        path = f"Path: <sip:{edge.carrier.local};lr>"
        contact = "Contact: <sip:1000@192.168.77.5:5062>"
        answer = await edge.register(contact, path, vias=(EDGE,))  # a proxy on this machine
        assert (answer.status, answer.lines("Path")) == (200, [])
        text = commands.SendMessage("m", "1000", contact[10:-1], "1001", "", "hello")
        waiting = asyncio.ensure_future(house.pbx.handle(text))
        request = await edge.request()
        assert request.startswith("MESSAGE sip:1000@192.168.77.5:5062 SIP/2.0\r\n")
        assert f"\r\nRoute: <sip:{edge.carrier.local};lr>\r\n" in request
        edge.respond(request)
        assert await waiting == commands.MessageResult("m", 200, "Answer")


async def test_gruu_reaches_the_one_device(house: House) -> None:
    async with device(house) as one, device(house) as two, device(house, number="1001") as sender:
        named = f'Contact: <{one.contact}>;+sip.instance="<{URN}>"'
        answer = await one.register(named, "Supported: gruu")
        gruu = re.search(r'pub-gruu="([^"]+)"', answer.lines("Contact")[0])
        assert gruu is not None
        assert (await two.register()).status == 200
        body = "Content-Type: text/plain"
        waiting = asyncio.ensure_future(sender.signed("MESSAGE", gruu[1], "1000", body))
        assert (await waiting).status == 400  # no body; what matters is below
        sent = asyncio.ensure_future(send_text(sender, gruu[1]))
        one.respond(await one.request())
        assert (await sent).status == 200
        elsewhere = gruu[1].replace("a95a0e128", "a95a0e129")
        assert (await send_text(sender, elsewhere)).status == 480


@pytest.mark.parametrize("kind", ["pub-gruu", "temp-gruu"])
async def test_a_phone_that_connected_anew_is_hung_up_on_by_its_gruu(
    house: House, kind: str
) -> None:
    async with device(house, "tcp", "1001") as phone, registered(house.port) as caller:
        answer = await phone.register(flow(phone), OPTIONS)
        gruu = re.search(rf'{kind}="([^"]+)"', answer.lines("Contact")[0])
        assert gruu is not None
        call = caller.call(f"sip:1001@127.0.0.1:{house.port}", SESSION)
        invite = await phone.request()
        session = ("Content-Type: application/sdp", f"Contact: <{gruu[1]}>")
        phone.respond(invite, 200, *session, body=SESSION.decode())
        await call.answered()
        ack = await phone.request()
        assert ack.startswith(f"ACK {phone.contact} SIP/2.0\r\n")
        await phone.carrier.close()
        await house.until(lambda: bool(house.memory.held["1001"][0].lost_at_ms))
        await phone.open()
        assert (await phone.register(flow(phone), OPTIONS)).status == 200
        hung_up = asyncio.ensure_future(call.hang_up())
        bye = await phone.request()
        assert bye.startswith(f"BYE {phone.contact} SIP/2.0\r\n")
        phone.respond(bye)
        await hung_up


async def test_temporary_gruu_reaches_the_device_until_it_registers_anew(house: House) -> None:
    async with device(house) as one, device(house) as two, device(house, number="1001") as sender:
        named = f'Contact: <{one.contact}>;+sip.instance="<{URN}>"'
        answer = await one.register(named, "Supported: gruu")
        gruu = re.search(r'temp-gruu="([^"]+)"', answer.lines("Contact")[0])
        assert gruu is not None
        assert "1000" not in gruu[1].partition("@")[0]
        assert (await two.register()).status == 200
        sent = asyncio.ensure_future(send_text(sender, gruu[1]))
        one.respond(await one.request())
        assert (await sent).status == 200
        assert (await send_text(sender, gruu[1].replace("tgruu.", "tgruu.x"))).status == 404


async def send_text(sender: Device, uri: str) -> Answer:
    """MESSAGE `x` to a URI."""
    return await sender.signed("MESSAGE", uri, "1000", "Content-Type: text/plain", body="x")


async def test_only_allowed_addresses_may_use_an_extension(house: House) -> None:
    await changed(house, networks=("127.0.0.2",))
    async with device(house, local="127.0.0.2") as inside, device(house) as outside:
        assert (await inside.register()).status == 200
        unsigned = await outside.ask("REGISTER", "sip:pbx.test", "1000")
        stranger = await outside.ask("REGISTER", "sip:pbx.test", "1999")
        assert (unsigned.status, stranger.status) == (401, 401)
        assert (await outside.register()).status == 403
        outside.secret = "guess"  # noqa: S105 (of a phone that does not know it)
        assert (await outside.register()).status == 401
        sent = await device_message(house)
        assert sent == 403
    assert [each.source for each in house.facts if isinstance(each, BindingAdded)] == [
        inside.carrier.local
    ]


async def device_message(house: House) -> int:
    async with house.phone("1000") as phone:
        return await phone.send("1001", "from elsewhere")


async def test_restriction_looks_through_a_proxy(house: House) -> None:
    await changed(house, networks=("192.0.2.0/24",))
    path = f"Path: <sip:{EDGE[12:]};lr>"
    async with device(house) as proxy:
        assert (await proxy.register()).status == 403
        for sender, status in (("192.0.2.10", 200), ("198.51.100.9", 403)):
            proxy.sent_by = f"10.1.1.1:5060;received={sender}"
            proxy.call_id = sender
            answer = await proxy.register(
                "Contact: <sip:1000@10.1.1.1>", path, "Supported: path", vias=(EDGE,)
            )
            assert answer.status == status
    (view,) = await views(house)
    assert view.address == "192.0.2.10"


async def test_name_to_sign_in_with_may_differ_from_the_number(house: House) -> None:
    await changed(house, auth_id='Büro "7"\\x@y')
    async with device(house, auth_id='Büro "7"\\x@y') as phone, device(house) as plain:
        assert (await phone.register()).status == 200
        assert (await plain.register()).status == 401


async def test_phones_are_asked_whether_they_are_there(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qualification, "ROUND_MS", 10)
    await changed(house, qualify_s=1)
    async with device(house) as phone:
        assert (await phone.register()).status == 200
        (view,) = await views(house)
        assert view.reachable is None
        asked = await phone.request()
        assert asked.startswith(f"OPTIONS {phone.contact} SIP/2.0\r\n")
        phone.respond(asked, 404)  # any answer will do
        assert await phone.request() != asked
        (view,) = await views(house)
        assert view.reachable is True
        assert view.round_trip_ms is not None
        assert view.round_trip_ms < 1000
    assert not any(isinstance(each, BindingQualified) for each in house.facts)
    assert outbound.GRACE_S == 30
