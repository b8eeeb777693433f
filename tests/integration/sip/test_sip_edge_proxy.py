"""Phones behind Kamailio at the edge: Path both ways, restrictions that look through it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from pbxcore import commands
from tests.integration.sip.test_sip_flows import changed, flow, send_text, views
from tests.support.device import Device
from tests.support.kamailio import edge

if TYPE_CHECKING:
    from tests.integration.sip.conftest import House
    from tests.support.kamailio import Kamailio


def behind(proxy: Kamailio, transport: str, number: str = "1000", local: str = "") -> Device:
    server = ("127.0.0.1", proxy.port)
    return Device(number, f"Sip-{number}!", server, transport, local=local or "127.0.0.1")


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_texts_pass_the_proxy_both_ways(house: House, transport: str) -> None:
    async with edge(house.port) as proxy, behind(proxy, transport, local="127.0.0.2") as phone:
        answer = await phone.register()
        assert (answer.status, answer.lines("Path")) == (200, [])
        (view,) = await views(house)
        assert (view.address, view.source) == ("127.0.0.2", f"127.0.0.1:{proxy.port}")
        text = commands.SendMessage("m", "1000", phone.contact, "1001", "", "to the phone")
        waiting = asyncio.ensure_future(house.pbx.handle(text))
        request = await phone.request()
        assert request.startswith(f"MESSAGE {phone.contact} SIP/2.0\r\n")
        assert request.endswith("to the phone")
        phone.respond(request)
        assert await waiting == commands.MessageResult("m", 200, "Answer")
        async with house.phone("1001") as other:
            assert await other.register() == 200
            assert (await send_text(phone, "sip:1001@pbx.test")).status == 200
            assert other.texts == ["x"]
        assert (await phone.register("Contact: *", "Expires: 0")).status == 200


async def test_phone_that_knows_path_gets_it_back(house: House) -> None:
    async with edge(house.port) as proxy, behind(proxy, "udp") as phone:
        answer = await phone.register(f"Contact: <{phone.contact}>", "Supported: path")
        assert answer.lines("Path") == [f"<sip:127.0.0.1:{proxy.port};lr>"]


async def test_proxy_without_outbound_is_told_of(house: House) -> None:
    async with edge(house.port) as proxy, behind(proxy, "tcp") as phone:
        refused = await phone.register(flow(phone), "Supported: path, outbound")
        assert refused.status == 439
        assert (await phone.register(flow(phone), "Supported: path")).status == 200


async def test_restriction_holds_behind_the_proxy_too(house: House) -> None:
    await changed(house, networks=("127.0.0.2",))
    async with (
        edge(house.port) as proxy,
        behind(proxy, "udp", local="127.0.0.2") as inside,
        behind(proxy, "udp", local="127.0.0.3") as outside,
        behind(proxy, "tcp", local="127.0.0.3") as by_stream,
    ):
        assert (await inside.register()).status == 200
        assert (await outside.register()).status == 403
        assert (await by_stream.register()).status == 403
        outside.sent_by = "127.0.0.2:5060"  # the proxy notes where it really came from
        assert (await outside.register()).status == 403
    (view,) = await views(house)
    assert view.address == "127.0.0.2"
