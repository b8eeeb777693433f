"""Feature codes dialled by real phones at a running server: what they do, how soon they speak."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pbxcore.net.user_agent import Refused
from tests.support.baresip import Baresip
from tests.support.messaging import eventually
from tests.support.pair import Desk
from tests.support.provider import PROVIDER, Provider, provider
from tests.support.server import wait_until
from tests.support.sipp_script import (
    calls,
    is_answered,
    is_hung_up,
    is_refused,
    presses,
    script,
    sipp,
)
from tests.support.tone import Voice, read_sound, says
from tests.support.voice_phone import phone, port_of, session
from tests.support.watcher import Watcher

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server

__all__ = ["provider"]
LOUD = 1000


async def dial(folder: Path, server: Server, number: str, code: str, *, keys: str = "") -> None:
    """Let SIPp dial a code as an extension, press keys, hear it out, and be hung up."""
    answered = is_answered(code, number) + presses(keys, code, number)
    async with sipp(folder, server, script(calls(code, number), answered, is_hung_up())):
        pass


def shown(desk: Desk, number: str) -> dict[str, Any]:
    found: dict[str, Any] = desk.admin.get(f"/v1/extensions/{number}").json()
    return found


async def test_a_code_forwards_calls_and_other_phones_of_the_extension_are_told(
    server: Server, tmp_path: Path
) -> None:
    desk = Desk(server)
    async with AsyncExitStack() as stack:
        address = ("127.0.0.1", server.sip_port)
        keys = await stack.enter_async_context(Watcher("1002", "Sip-1002!", address))
        assert await keys.register() == 200
        await keys.subscribe("as-feature-event", "1002")
        caller, third = [await phone(stack, server, each) for each in ("1001", "1003")]
        voice, other = stack.enter_context(Voice(440)), stack.enter_context(Voice(1000))
        await dial(tmp_path, server, "1002", "*721003")
        await keys.until(
            lambda: any(
                "forwardImmediate" in each.body and "<forwardTo>1003</forwardTo>" in each.body
                for each in keys.notices
            )
        )
        call = caller.call(f"sip:1002@127.0.0.1:{server.sip_port}", session(voice))
        came = await third.next_call()
        await came.accept(session(other, 0))
        await call.answered()
        await call.hang_up()
        await asyncio.to_thread(
            wait_until, lambda: bool(shown(desk, "1002")["forwards"]), 10, "forwarding shown"
        )
        (row,) = shown(desk, "1002")["forwards"]
        assert (row["case"], row["kind"], row["value"]) == ("always", "extension", "1003")
        await dial(tmp_path, server, "1002", "*73")
        await asyncio.to_thread(
            wait_until, lambda: not shown(desk, "1002")["forwards"], 10, "forwarding off"
        )


async def test_who_may_sets_the_features_of_others(server: Server, tmp_path: Path) -> None:
    desk = Desk(server)
    async with AsyncExitStack() as stack:
        first, third = [await phone(stack, server, each) for each in ("1001", "1003")]
        voice, other = stack.enter_context(Voice(440)), stack.enter_context(Voice(1000))
        await dial(tmp_path, server, "1001", "*1671002")
        assert not shown(desk, "1002")["do_not_disturb"]
        values = {"remote_callers": ["1001"]}
        assert desk.admin.patch("/v1/settings/feature_codes", {"values": values}).status == 200
        desk.settled()
        await dial(tmp_path, server, "1001", "*1611002", keys="1003#")
        call = first.call(f"sip:1002@127.0.0.1:{server.sip_port}", session(voice))
        came = await third.next_call()
        await came.accept(session(other, 0))
        await call.answered()
        await call.hang_up()
        await asyncio.to_thread(
            wait_until, lambda: bool(shown(desk, "1002")["forwards"]), 10, "forwarding shown"
        )
        await dial(tmp_path, server, "1001", "*1621002")
        await asyncio.to_thread(
            wait_until, lambda: not shown(desk, "1002")["forwards"], 10, "forwarding off"
        )


async def test_the_confirmation_is_heard_within_half_a_second(
    server: Server, tmp_path: Path
) -> None:
    folder = tmp_path / "1001"
    with Baresip(folder, server, "1001", "udp", config=says(folder, 440)) as caller:
        await asyncio.to_thread(caller.shows, "registered successfully")
        for code in "*77", "*78":
            caller.printed = ""
            caller.enters(f"/dial sip:{code}@127.0.0.1:{server.sip_port}")
            await asyncio.to_thread(caller.shows, "Call established")
            await asyncio.to_thread(caller.shows, "session closed")
            dump = max(folder.glob("dump-*-dec.wav"))
            samples, rate = read_sound(dump)
            first = int(np.argmax(np.abs(samples.astype(int)) > LOUD))
            assert 0 < first < rate / 2
            assert samples.size > rate


async def test_the_last_caller_is_blacklisted(provider: Provider, tmp_path: Path) -> None:
    pair, server = provider.pair, provider.pair.server
    route = provider.route(
        "inbound", name="In", trunks=[provider.trunk],
        destination={"kind": "extension", "value": "1001"},
    )  # fmt: skip
    call = calls("5559999", "5551234", known=False)
    busy = script(call, is_refused("5559999", "5551234", 486, cseq=1))
    async with sipp(tmp_path, server, busy, host=PROVIDER):
        (await pair.callee.next_call()).refuse(486)
    await dial(tmp_path, server, "1001", "*401")

    def blocked() -> str:
        return str(pair.admin.get("/v1/settings/blacklist").json()["values"]["blocked"])

    await asyncio.to_thread(wait_until, lambda: "5551234" in blocked(), 10, "on the blacklist")
    assert "1001" in blocked()
    pair.settled()
    async with sipp(tmp_path, server, busy, host=PROVIDER):
        pass  # though nobody refuses it
    provider.set("blacklist", blocked="", enabled=False)
    provider.remove(route)


async def test_the_last_caller_outlasts_a_killed_pbx(provider: Provider, tmp_path: Path) -> None:
    pair, server = provider.pair, provider.pair.server
    route = provider.route(
        "inbound", name="In", trunks=[provider.trunk],
        destination={"kind": "extension", "value": "1001"},
    )  # fmt: skip
    call = calls("5559999", "5551234", known=False)
    busy = script(call, is_refused("5559999", "5551234", 486, cseq=1))
    async with sipp(tmp_path, server, busy, host=PROVIDER):
        (await pair.callee.next_call()).refuse(486)
    await asyncio.to_thread(server.keeps, "recent-callers", b"5551234")
    server.kill9("pbx")
    await asyncio.to_thread(server.wait_ready)
    await dial(tmp_path, server, "1001", "*401")

    def blocked() -> str:
        return str(pair.admin.get("/v1/settings/blacklist").json()["values"]["blocked"])

    await asyncio.to_thread(wait_until, lambda: "5551234" in blocked(), 10, "on the blacklist")
    server.kill9("pbx")
    await asyncio.to_thread(server.wait_ready)
    pair.settled()
    async with sipp(tmp_path, server, busy, host=PROVIDER):
        pass  # though nobody refuses it
    provider.set("blacklist", blocked="", enabled=False)
    provider.remove(route)


async def test_who_is_to_be_called_back_is_so_by_the_next_pbx_too(
    server: Server, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        first, second = [await phone(stack, server, each) for each in ("1001", "1002")]
        voices = [stack.enter_context(Voice(hz)) for hz in (440, 700)]
        call = first.call(f"sip:1002@127.0.0.1:{server.sip_port}", session(voices[0]))
        (await second.next_call()).ring()
        call.give_up()
        with pytest.raises(Refused):
            await call.answered()
        await dial(tmp_path, server, "1001", "*11")
        await asyncio.to_thread(server.keeps, "completions", b"1002")
        server.kill9("pbx")
        await asyncio.to_thread(server.wait_ready)
        used = await second.invite(f"sip:*43@127.0.0.1:{server.sip_port}", session(voices[1]))
        await used.hang_up()
        recall = await asyncio.wait_for(first.next_call(), 5)
        recall.refuse(486)


async def test_a_priority_call_ends_another_for_those_alone_who_may(
    server: Server, tmp_path: Path
) -> None:
    desk = Desk(server)
    values = {"priority_callers": ["1001"]}
    assert desk.admin.patch("/v1/settings/feature_codes", {"values": values}).status == 200
    desk.settled()
    async with AsyncExitStack() as stack:
        second, third = [await phone(stack, server, each) for each in ("1002", "1003")]
        voices = [stack.enter_context(Voice(hz)) for hz in (440, 700, 1000)]
        call = second.call(f"sip:1003@127.0.0.1:{server.sip_port}", session(voices[1]))
        came = await third.next_call()
        await came.accept(session(voices[2], 0))
        await call.answered()
        refused = is_refused("*001002", "1003", 403)
        async with sipp(tmp_path, server, script(calls("*001002", "1003"), refused)):
            pass
        asked = calls("*001002", "1001", port=voices[0].port)
        urgent = script(asked, is_answered("*001002", "1001"), is_hung_up())
        async with sipp(tmp_path, server, urgent):
            rung = await second.next_call()
            assert (await call.ended()).by_peer
            await rung.accept(session(voices[1], 0))
            await came.ended()
            voices[1].talk(port_of(rung.remote_description))
            await asyncio.to_thread(voices[0].hears, 700)
            await rung.hang_up()


async def test_who_was_not_reached_is_called_back_though_calls_wait(
    server: Server, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        first, second, third = [
            await phone(stack, server, each) for each in ("1001", "1002", "1003")
        ]
        voices = [stack.enter_context(Voice(hz)) for hz in (440, 700, 1000)]
        talk = third.call(f"sip:1002@127.0.0.1:{server.sip_port}", session(voices[2]))
        came = await second.next_call()
        await came.accept(session(voices[1], 0))
        await talk.answered()
        call = first.call(f"sip:1002@127.0.0.1:{server.sip_port}", session(voices[0]))
        (await second.next_call()).ring()
        await eventually(lambda: 180 in call.statuses)
        call.give_up()
        with pytest.raises(Refused):
            await call.answered()
        await dial(tmp_path, server, "1001", "*11")
        await talk.hang_up()
        recall = await asyncio.wait_for(first.next_call(), 5)
        await recall.accept(session(voices[0], 0))
        again = await asyncio.wait_for(second.next_call(), 5)
        await again.accept(session(voices[1], 0))
        voices[0].talk(port_of(recall.remote_description))
        await asyncio.to_thread(voices[1].hears, 440)
        await recall.hang_up()
        await again.ended()


async def test_a_hot_desk_is_its_users_until_he_signs_out_even_after_a_kill(
    server: Server, tmp_path: Path
) -> None:
    desk = Desk(server)
    codes = "/v1/settings/feature_codes"
    wanted = {"values": {"desk_login": "*34", "desk_logout": "*37"}}
    assert desk.admin.patch(codes, wanted).status == 200
    desk.change(hot_desk=True)
    owner = desk.admin.patch("/v1/extensions/1003", {"voicemail": True, "voicemail_pin": "4711"})
    assert owner.status == 200, owner.body
    desk.settled()
    async with AsyncExitStack() as stack:
        at_desk, caller = [await phone(stack, server, each) for each in ("1002", "1001")]
        voice, other = stack.enter_context(Voice(440)), stack.enter_context(Voice(1000))
        call = await at_desk.invite(f"sip:*341003@127.0.0.1:{server.sip_port}", session(voice))
        voice.talk(port_of(call.remote_description))
        await asyncio.to_thread(voice.hears_something)  # it asks for the PIN
        for key in "4711#":
            await call.press(key)
        await call.ended()
        server.kill9("pbx")
        await asyncio.to_thread(server.wait_ready)
        ringing = caller.call(f"sip:1003@127.0.0.1:{server.sip_port}", session(other))
        came = await asyncio.wait_for(at_desk.next_call(), 5)
        await came.accept(session(voice, 0))
        await ringing.answered()
        await ringing.hang_up()
        await came.ended()
        outward = at_desk.call(f"sip:1001@127.0.0.1:{server.sip_port}", session(voice))
        shown = await caller.next_call()
        assert "sip:1003@" in shown.peer
        outward.give_up()
        await shown.ended()
        await dial(tmp_path, server, "1002", "*37")
        taken = await caller.invite(f"sip:1003@127.0.0.1:{server.sip_port}", session(other))
        with pytest.raises(TimeoutError):  # the mailbox has answered
            await asyncio.wait_for(at_desk.next_call(), 0.5)
        await taken.hang_up()
    desk.change(hot_desk=False)
    desk.admin.patch("/v1/extensions/1003", {"voicemail": False})
    desk.admin.patch(codes, {"values": {"desk_login": "", "desk_logout": ""}})
