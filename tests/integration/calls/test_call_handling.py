"""What extensions want of their calls, set over REST or by a phone, and what calls make of it."""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.support.pair import Desk
from tests.support.server import wait_until
from tests.support.sipp_script import (
    calls,
    confirms,
    is_answered,
    is_hung_up,
    script,
    sipp,
    takes,
    watches,
)
from tests.support.tone import Voice, write_tone
from tests.support.voice_phone import phone, session
from tests.support.watcher import Watcher

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server

KEY = "Content-Type: application/x-as-feature-event+xml\r\n"
FORWARD = (
    '<SetForwarding xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed3">'
    "<forwardingType>forwardImmediate</forwardingType><forwardDN>1003</forwardDN>"
    "<activateForward>true</activateForward></SetForwarding>"
)


async def test_forwarding_of_the_present_state_and_the_whitelist(server: Server) -> None:
    desk = Desk(server)
    forward = {"presence": "away", "case": "always", "kind": "extension", "value": "1003",
               "condition": 0}  # fmt: skip
    async with AsyncExitStack() as stack:
        caller, own, third = [await phone(stack, server, each) for each in ("1001", "1002", "1003")]
        ours, theirs = stack.enter_context(Voice(440)), stack.enter_context(Voice(1000))

        async def rings(agent: Any) -> None:
            call = caller.call(f"sip:1002@127.0.0.1:{server.sip_port}", session(ours))
            came = await agent.next_call()
            await came.accept(session(theirs, 0))
            await call.answered()
            await call.hang_up()
            await came.ended()

        desk.change(forwards=[forward])
        await rings(own)
        desk.change(presence="away")
        await rings(third)
        desk.change(forward_except=["_100X"])
        await rings(own)
        desk.change(presence="available", forward_except=[], forwards=[])


async def test_what_a_phone_sets_is_shown_and_holds(server: Server) -> None:
    desk, address = Desk(server), ("127.0.0.1", server.sip_port)
    async with Watcher("1002", "Sip-1002!", address) as keys:
        assert await keys.register() == 200
        _, dialog = await keys.subscribe("as-feature-event", "1002")
        assert (await keys.refresh(dialog, more=KEY, body=FORWARD)).status == 200
        shown: dict[str, Any] = {}

        def forwards() -> bool:
            shown.update(desk.admin.get(Desk.path).json())
            return bool(shown["forwards"])

        await asyncio.to_thread(wait_until, forwards, 10, "forwarding shown")
        (row,) = shown["forwards"]
        assert (row["presence"], row["case"], row["value"]) == ("available", "always", "1003")
        seen = len(keys.notices)
        desk.change(forwards=[], version=shown["version"])
        await keys.until(
            lambda: any("<forwardStatus>false" in each.body for each in keys.notices[seen:])
        )


async def test_lamps_show_no_disturbance_at_its_hours_alone(server: Server, tmp_path: Path) -> None:
    desk = Desk(server)
    now = datetime.now(UTC)
    later = {
        "start": f"{now + timedelta(hours=2):%H:%M}",
        "end": f"{now + timedelta(hours=3):%H:%M}",
    }
    present = {"start": f"{now - timedelta(hours=1):%H:%M}", "end": later["start"]}
    lit = '<dialog id="dnd"[^>]*>\\s*<state>confirmed'
    told = takes("NOTIFY", Subscription_State="active") + confirms()
    watch = (*watches("1002", "1001", "Event: dialog"), told, told, told)
    desk.change(specific_time=[later], do_not_disturb=True, do_not_disturb_condition=6)
    async with sipp(tmp_path, server, script(*watch)) as lamp:
        first = await lamp.took("NOTIFY", "(<dialog-info .*?>)")
        assert re.search(lit, first) is None
        desk.change(specific_time=[present])
        await lamp.took("NOTIFY", f"({lit})")
        desk.change(do_not_disturb=False, do_not_disturb_condition=0, specific_time=[])
    states = [each for each in lamp.written().split("\n-----") if "received" in each]
    states = [each for each in states if "\n\nNOTIFY " in each]
    assert [bool(re.search(lit, each)) for each in states] == [False, True, False]


async def test_a_custom_prompt_is_where_calls_are_forwarded(server: Server, tmp_path: Path) -> None:
    desk = Desk(server)
    sound = write_tone(tmp_path / "away.wav", 700, seconds=2).read_bytes()
    added = desk.admin.send("POST", "/v1/custom-prompts?name=Away", sound, "audio/wav")
    assert added.status == 201, added.body
    prompt = added.json()["id"]
    desk.change(
        forwards=[{"presence": "available", "case": "always", "kind": "prompt", "value": prompt,
                   "condition": 0}]
    )  # fmt: skip
    with Voice(440) as voice:
        call = calls("1002", "1001", port=voice.port), is_answered("1002", "1001"), is_hung_up()
        async with sipp(tmp_path, server, script(*call)):
            await asyncio.to_thread(voice.hears, 700, seconds=1.8)
    desk.change(forwards=[])
