"""Real phones park calls, take them from slots, get them back, and pick up what rings elsewhere."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, ExitStack
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pbxcore.net.user_agent import Refused
from pbxcore.presence.packages.dialog_info import read_dialogs
from tests.support.baresip import Baresip
from tests.support.pair import Pair
from tests.support.program import Program
from tests.support.server import wait_until
from tests.support.sipp_script import calls, is_answered, is_hung_up, script, sipp
from tests.support.tone import Voice, heard, hears, read_sound, says
from tests.support.ucm import settled
from tests.support.voice_phone import phone, port_of, session
from tests.support.watcher import Watcher

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server

TONES = {"1000": 440.0, "1001": 1000.0, "1002": 1500.0}


def hears_words(folder: Path, tone_hz: float) -> bool:
    """Whether what a phone heard last is loud, and not the other's tone."""
    samples, rate = read_sound(max(folder.glob("dump-*-dec.wav")))
    tail = samples[-rate // 2 :]
    return int(np.abs(tail.astype(int)).max()) > 1000 and heard(tail, tone_hz, rate) < 0.5


@pytest.fixture(scope="module")
def arranged(server: Server) -> Server:
    """A lot, another one with a short time, and a pickup group."""
    admin = Program(server.url, "admin", "Demo-admin!")
    lot: dict[str, Any] = {
        "name": "Lot", "number": "700", "first_slot": "701", "last_slot": "702", "timeout_s": 60,
    }  # fmt: skip
    assert admin.post("/v1/parking-lots", lot).status == 201
    short = {"name": "Short", "number": "710", "first_slot": "711", "last_slot": "712"}
    assert admin.post("/v1/parking-lots", lot | short | {"timeout_s": 3}).status == 201
    group = {"name": "Office", "members": ["1001", "1002"]}
    assert admin.post("/v1/pickup-groups", group).status == 201
    settled(server, admin)
    return server


async def test_three_baresips_park_and_retrieve(arranged: Server, tmp_path: Path) -> None:
    with ExitStack() as stack:
        phones = {}
        for number, hz in TONES.items():
            folder = tmp_path / number
            account = ";answermode=auto" if number == "1001" else ""
            phones[number] = stack.enter_context(
                Baresip(folder, arranged, number, "udp", account=account, config=says(folder, hz))
            )
        for each in phones.values():
            await asyncio.to_thread(each.shows, "registered successfully")
        parker, taker = phones["1000"], phones["1002"]
        parker.enters(f"/dial sip:1001@127.0.0.1:{arranged.sip_port}")
        await asyncio.to_thread(parker.shows, "Call established")
        await asyncio.to_thread(hears, tmp_path / "1001", TONES["1000"])
        parker.enters(f"/transfer sip:700@127.0.0.1:{arranged.sip_port}")
        await asyncio.to_thread(parker.shows, "BYE sip:")  # whose, is a race
        taker.enters(f"/dial sip:701@127.0.0.1:{arranged.sip_port}")
        await asyncio.to_thread(taker.shows, "Call established")
        await asyncio.to_thread(hears, tmp_path / "1001", TONES["1002"])
        await asyncio.to_thread(hears, tmp_path / "1002", TONES["1001"])
        taker.enters("/hangup")


async def test_a_baresip_parks_by_the_code_and_hears_the_slot(
    arranged: Server, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        phones = {}
        for number in ("1000", "1001"):
            folder = tmp_path / number
            account = ";answermode=auto" if number == "1001" else ""
            phones[number] = stack.enter_context(
                Baresip(
                    folder,
                    arranged,
                    number,
                    "udp",
                    account=account,
                    config=says(folder, TONES[number]),
                )
            )
        for each in phones.values():
            await asyncio.to_thread(each.shows, "registered successfully")
        parker = phones["1000"]
        parker.enters(f"/dial sip:1001@127.0.0.1:{arranged.sip_port}")
        await asyncio.to_thread(parker.shows, "Call established")
        await asyncio.to_thread(hears, tmp_path / "1000", TONES["1001"])
        for key in "#72":  # telephone events (RFC 4733), which go on to the other phone too
            parker.enters(key)
            await asyncio.sleep(0.3)
        await asyncio.to_thread(
            wait_until, lambda: hears_words(tmp_path / "1000", TONES["1001"]), 10, "the slot"
        )
        await asyncio.to_thread(parker.shows, "terminated (duration")
        parker.enters(f"/dial sip:701@127.0.0.1:{arranged.sip_port}")
        await asyncio.to_thread(hears, tmp_path / "1001", TONES["1000"])
        parker.enters("/hangup")


async def test_a_baresip_picks_up_what_rings_elsewhere(arranged: Server, tmp_path: Path) -> None:
    with ExitStack() as stack:
        phones = {}
        for number, hz in TONES.items():
            folder = tmp_path / number
            phones[number] = stack.enter_context(
                Baresip(folder, arranged, number, "udp", config=says(folder, hz))
            )
        for each in phones.values():
            await asyncio.to_thread(each.shows, "registered successfully")
        phones["1000"].enters(f"/dial sip:1001@127.0.0.1:{arranged.sip_port}")
        await asyncio.to_thread(phones["1001"].shows, "Incoming call from")
        phones["1002"].enters(f"/dial sip:**1001@127.0.0.1:{arranged.sip_port}")
        await asyncio.to_thread(phones["1000"].shows, "Call established")
        await asyncio.to_thread(hears, tmp_path / "1000", TONES["1002"])
        await asyncio.to_thread(hears, tmp_path / "1002", TONES["1000"])
        phones["1002"].enters("/hangup")


async def test_a_call_nobody_takes_returns_to_who_parked_it(
    arranged: Server, tmp_path: Path
) -> None:
    """B45: the parked caller is not hung up, and the lamp of the slot shows it meanwhile."""
    async with AsyncExitStack() as stack:
        agents = [await phone(stack, arranged, each) for each in ("1000", "1001")]
        pair = Pair(arranged, *agents)
        lamp = Watcher("1002", "Sip-1002!", ("127.0.0.1", arranged.sip_port))
        await stack.enter_async_context(lamp)
        assert await lamp.register() == 200
        answer, _ = await lamp.subscribe("dialog", "711")
        assert answer.status == 200

        def states() -> list[list[str]]:
            bodies = [each.body for each in lamp.notices if each.get("Event") == "dialog"]
            return [[each.state for each in read_dialogs(body.encode()).dialogs] for body in bodies]

        await lamp.until(lambda: bool(lamp.notices))
        assert states()[-1] == []
        ours, theirs = stack.enter_context(Voice(440)), stack.enter_context(Voice(1000))
        asked = calls("1001", "1000", port=ours.port), is_answered("1001", "1000")
        parked = sipp(tmp_path, arranged, script(*asked, is_hung_up()))
        caller = await stack.enter_async_context(parked)
        came = await pair.callee.next_call()
        await came.accept(session(theirs, 0))
        ours.talk(int(await caller.took("SIP/2.0 200", "m=audio ([0-9]+)")))
        await came.refer(pair.uri("710"))
        await came.ended()
        await lamp.until(lambda: ["confirmed"] in states())
        back = await asyncio.wait_for(pair.callee.next_call(), 25)
        assert back.peer.startswith("sip:1000@")
        back.ring()
        await back.accept(session(theirs, 0))
        theirs.talk(port_of(back.remote_description))
        await asyncio.gather(
            asyncio.to_thread(ours.hears, 1000), asyncio.to_thread(theirs.hears, 440)
        )
        await lamp.until(lambda: states()[-1] == ["terminated"])
        await back.hang_up()
        record = await pair.record()
        assert record["disposition"] == "answered"
        parking = [each for each in record["legs"] if each["action"] == "parking"]
        assert [each["party"] for each in parking] == ["711", "1001"]


async def test_the_code_of_the_own_group_and_a_slot_that_is_empty(arranged: Server) -> None:
    async with AsyncExitStack() as stack:
        agents = [await phone(stack, arranged, each) for each in ("1000", "1001", "1002")]
        uri = f"sip:%s@127.0.0.1:{arranged.sip_port}"
        ours, theirs = stack.enter_context(Voice(440)), stack.enter_context(Voice(1000))
        call = agents[0].call(uri % "1001", session(ours))
        came = await agents[1].next_call()
        came.ring()
        taken = await agents[2].invite(uri % "*8", session(theirs))
        await call.answered()
        ours.talk(port_of(call.remote_description))
        theirs.talk(port_of(taken.remote_description))
        await asyncio.gather(
            asyncio.to_thread(ours.hears, 1000), asyncio.to_thread(theirs.hears, 440)
        )
        await came.ended()
        await taken.hang_up()
        for nothing in "702", "*8", "**1000":
            with pytest.raises(Refused) as refused:
                await agents[2].invite(uri % nothing, session(theirs))
            assert refused.value.status == 480
