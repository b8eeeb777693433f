"""One extension at several places: real phones register by private numbers, and share its calls."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from pbxcore.net.user_agent import AsyncUserAgent, Refused
from pbxcore.presence.packages.call_info import asked_index
from pbxcore.sip.agent.incoming_call import IncomingCall
from tests.support.baresip import Baresip
from tests.support.pair import Desk
from tests.support.tone import Voice, hears, says
from tests.support.voice_phone import phone, port_of, session
from tests.support.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.server import Server

LINE_OF, SHOP, YARD = "1002", "1911", "1912"
SECRET = f"Sip-{LINE_OF}!"
LINE = {
    "enabled": True,
    "locations": [
        {"number": SHOP, "originates": True, "terminates": True},
        {"number": YARD, "originates": True, "terminates": True},
    ],
    "retrieves": True,
    "bridges": False,
    "warns": False,
    "many_calls": True,
    "pages_all": False,
}


@pytest.fixture(scope="module")
def desk(server: Server) -> Iterator[Desk]:
    desk = Desk(server)
    desk.change(shared_line=LINE)
    yield desk
    desk.change(shared_line={**LINE, "enabled": False, "locations": []})


async def place(stack: AsyncExitStack, server: Server, number: str) -> AsyncUserAgent:
    """A phone at a place of the line of 1002."""
    made = AsyncUserAgent(f"sip:{number}@127.0.0.1", username=LINE_OF, password=SECRET)
    agent = await stack.enter_async_context(made)
    await agent.register(f"sip:127.0.0.1:{server.sip_port}", 120)
    return agent


def held(voice: Voice) -> bytes:
    return session(voice, 0) + b"a=sendonly\r\n"


def index_line(index: int) -> bytes:
    return b"Call-Info: <sip:127.0.0.1>;appearance-index=%d" % index


async def test_a_held_call_is_seen_and_taken_at_another_place(server: Server, desk: Desk) -> None:
    address = ("127.0.0.1", server.sip_port)
    async with AsyncExitStack() as stack:
        outside = await phone(stack, server, "1001")
        shop, yard = [await place(stack, server, each) for each in (SHOP, YARD)]
        eyes = Watcher(YARD, SECRET, address, user_name=LINE_OF)
        await stack.enter_async_context(eyes)
        answer, _ = await eyes.subscribe("call-info", YARD)
        assert answer.status == 200

        def seen(state: str) -> bool:
            return f"appearance-index=1;appearance-state={state}" in eyes.notices[-1].text

        theirs, ours, there = [stack.enter_context(Voice(each)) for each in (440, 1000, 1500)]
        call = outside.call(f"sip:1002@127.0.0.1:{server.sip_port}", session(theirs))
        at_shop, at_yard = await shop.next_call(), await yard.next_call()
        assert isinstance(at_shop.call, IncomingCall)
        assert asked_index(at_shop.call.request) == 1
        await eyes.until(lambda: seen("alerting"))
        await at_shop.accept(session(ours, 0))
        await call.answered()
        await at_yard.ended()
        await eyes.until(lambda: seen("active"))
        await at_shop.modify(held(ours))
        await eyes.until(lambda: seen("held"))
        assert "appearance-uri=" in eyes.notices[-1].text
        taken = await yard.invite(
            f"sip:{YARD}@127.0.0.1:{server.sip_port}", session(there), index_line(1)
        )
        await at_shop.ended()
        await eyes.until(lambda: seen("active"))
        there.talk(port_of(taken.remote_description))
        theirs.talk(port_of(call.remote_description))
        await asyncio.gather(
            asyncio.to_thread(there.hears, 440), asyncio.to_thread(theirs.hears, 1500)
        )
        await call.hang_up()
        await taken.ended()
        await eyes.until(lambda: "appearance-index=1" not in eyes.notices[-1].text)


async def test_nobody_joins_a_talk_unless_the_line_lets_him(server: Server, desk: Desk) -> None:
    async with AsyncExitStack() as stack:
        outside = await phone(stack, server, "1001")
        shop, yard = [await place(stack, server, each) for each in (SHOP, YARD)]
        theirs, ours, there = [stack.enter_context(Voice(each)) for each in (440, 1000, 1500)]
        uri = f"sip:{YARD}@127.0.0.1:{server.sip_port}"
        call = shop.call(f"sip:1001@127.0.0.1:{server.sip_port}", session(ours))
        came = await outside.next_call()
        assert isinstance(came.call, IncomingCall)
        assert b"sip:1002@" in (came.call.request.get(b"from") or b"")
        await came.accept(session(theirs, 0))
        await call.answered()
        with pytest.raises(Refused) as refused:
            await yard.invite(uri, session(there), index_line(1))
        assert refused.value.status == 403
        desk.change(shared_line={**LINE, "bridges": True})
        joined = await yard.invite(uri, session(there), index_line(1))
        ours.talk(port_of(call.remote_description))
        there.talk(port_of(joined.remote_description))
        await asyncio.to_thread(theirs.hears_all, 1000, 1500)
        await call.hang_up()
        theirs.talk(port_of(came.remote_description))
        await asyncio.to_thread(there.hears, 440)
        await came.hang_up()
        await joined.ended()
        desk.change(shared_line=LINE)


async def test_a_place_seizes_an_appearance_while_it_dials(server: Server, desk: Desk) -> None:
    address = ("127.0.0.1", server.sip_port)
    async with (
        Watcher(YARD, SECRET, address, user_name=LINE_OF) as yard,
        Watcher(SHOP, SECRET, address, user_name=LINE_OF) as shop,
    ):
        await yard.subscribe("call-info", YARD)
        more = index_line(2).decode() + "\r\n"
        answer, _ = await shop.subscribe("line-seize", SHOP, expires=15, more=more)
        assert (answer.status, answer.get("Expires")) == (200, "15")
        await yard.until(
            lambda: "appearance-index=2;appearance-state=seized" in yard.notices[-1].text
        )
        answer, _ = await yard.subscribe("line-seize", YARD, expires=15, more=more)
        assert answer.status == 480


async def test_baresip_flips_a_held_call_of_another_baresip(
    server: Server, desk: Desk, tmp_path: Path
) -> None:
    folders = [tmp_path / each for each in ("1001", SHOP, YARD)]
    address = ("127.0.0.1", server.sip_port)
    async with AsyncExitStack() as stack:
        eyes = Watcher(YARD, SECRET, address, user_name=LINE_OF)
        await stack.enter_async_context(eyes)
        answer, _ = await eyes.subscribe("call-info", YARD)
        assert answer.status == 200
        outside, shop, yard = [
            stack.enter_context(
                Baresip(
                    folder,
                    server,
                    number,
                    "udp",
                    user=user,
                    account=account,
                    config=says(folder, hz),
                )
            )
            for folder, number, user, account, hz in (
                (folders[0], "1001", "", ";answermode=auto", 440),
                (folders[1], SHOP, LINE_OF, "", 1000),
                (folders[2], YARD, LINE_OF, "", 1500),
            )
        ]
        for each in outside, shop, yard:
            await asyncio.to_thread(each.shows, "registered successfully")
        shop.enters(f"/dial sip:1001@127.0.0.1:{server.sip_port}")
        await asyncio.to_thread(shop.shows, "Call established")
        shop.enters("/hold")
        await eyes.until(lambda: "appearance-state=held" in eyes.notices[-1].text)
        yard.enters(f"/dial sip:*46@127.0.0.1:{server.sip_port}")
        await asyncio.to_thread(yard.shows, "Call established")
        await asyncio.to_thread(shop.shows, "session closed")
        await asyncio.gather(
            asyncio.to_thread(hears, folders[2], 440, within_s=2),
            asyncio.to_thread(hears, folders[0], 1500, within_s=2),
        )
        yard.enters("/hangup")
        await asyncio.to_thread(outside.shows, "session closed")


def test_private_numbers_are_nobody_elses(desk: Desk) -> None:
    taken = {**LINE, "locations": [{"number": "1001", "originates": True, "terminates": True}]}
    refused = desk.admin.patch(desk.path, {"shared_line": taken})
    assert refused.status == 422
    assert "shared_line" in refused.json()["error"]["fields"]
    refused = desk.admin.post("/v1/extensions", {"number": SHOP, "first_name": "Nobody"})
    assert refused.status == 409
