"""Groups, PINs chosen by phone, and messages that outlast the process they are left with."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from tests.integration.voicemail.test_voicemail_by_phone import counted, leave, mine
from tests.support.messaging import eventually
from tests.support.server import wait_until
from tests.support.tone import Voice
from tests.support.ucm import settled
from tests.support.voice_phone import phone, port_of, session

if TYPE_CHECKING:
    from pbxcore.net.call import AsyncCall
    from tests.support.program import Program
    from tests.support.server import Server


async def press(call: AsyncCall, keys: str) -> None:
    for key in keys:
        await call.press(key)


async def test_nobody_of_a_ring_group_answers_and_a_group_gets_the_message(
    server: Server, admin: Program
) -> None:
    box = {"name": "Sales", "number": "6600", "members": ["1002", "1003"], "pin": "2468"}
    ring = {
        "name": "Sales ringing", "number": "6477", "members": ["1003"],
        "destination": {"kind": "voicemail_group", "value": "6600"},
    }  # fmt: skip
    added = [
        admin.post(path, body)
        for path, body in (("/v1/voicemail-groups", box), ("/v1/ring-groups", ring))
    ]
    assert [each.status for each in added] == [201, 201]
    async with AsyncExitStack() as stack:
        caller, voice = await phone(stack, server, "1000"), stack.enter_context(Voice(600))
        await leave(server, caller, voice, "6477")
        await counted(mine(server, "1002"), 1)
        await counted(mine(server, "1003"), 1)
        assert admin.get("/v1/voicemail/6600/messages").json()["new"] == 1
        owner, ear = await phone(stack, server, "1001"), stack.enter_context(Voice(0))
        call = await owner.invite(f"sip:*98@127.0.0.1:{server.sip_port}", session(ear))
        ear.talk(port_of(call.remote_description))
        await press(call, "6600#2468#1")
        await asyncio.to_thread(ear.hears, 600, within_s=30)
        await press(call, "7")
        await eventually(lambda: admin.get("/v1/voicemail/6600/messages").json()["items"] == [])
        await call.hang_up()
    assert mine(server, "1002").get("/v1/me/voicemail").json()["new"] == 1
    taken = admin.post("/v1/ring-groups", {**ring, "name": "Other", "number": "6600"})
    assert taken.status == 409


async def test_pin_chosen_by_phone_opens_the_mailbox_elsewhere(
    server: Server, admin: Program
) -> None:
    def version() -> int:
        return int(admin.get("/v1/extensions/1001").json()["version"])

    async with AsyncExitStack() as stack:
        owner, other = [await phone(stack, server, each) for each in ("1001", "1000")]
        voice, ear = stack.enter_context(Voice(600)), stack.enter_context(Voice(0))
        call = await owner.invite(f"sip:*97@127.0.0.1:{server.sip_port}", session(voice))
        before = version()
        await press(call, "057531#7531#")
        await eventually(lambda: asyncio.to_thread(lambda: version() > before))
        await asyncio.to_thread(settled, server, admin)
        await call.hang_up()
        await leave(server, other, voice, "*1001")
        call = await other.invite(f"sip:*98@127.0.0.1:{server.sip_port}", session(ear))
        ear.talk(port_of(call.remote_description))
        await press(call, "1001#7531#1")
        await asyncio.to_thread(ear.hears, 600, within_s=30)
        await call.hang_up()


async def test_message_that_a_killed_pbx_was_taking_is_delivered(server: Server) -> None:
    user = mine(server, "1000")
    async with AsyncExitStack() as stack:
        caller, voice = await phone(stack, server, "1001"), stack.enter_context(Voice(600))
        call = await caller.invite(f"sip:*1000@127.0.0.1:{server.sip_port}", session(voice))
        voice.talk(port_of(call.remote_description))
        await press(call, "#")
        await asyncio.sleep(4)  # what is recorded is time
        server.kill9("pbx")
        wait_until(lambda: server.status()["parts"]["pbx"]["state"] == "ready", 20, "pbx")
        (message,) = await counted(user, 1)
    assert message["seconds"] > 2
