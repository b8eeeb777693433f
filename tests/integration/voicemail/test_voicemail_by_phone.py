"""Messages left and heard by real phones: the tone that was said is the tone that is heard."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from tests.integration.calls.test_two_phones import phone, port_of, session
from tests.support.baresip import Baresip
from tests.support.program import Program
from tests.support.tone import Voice, hears, says
from tests.support.watcher import Watcher

if TYPE_CHECKING:
    from pathlib import Path

    from pbxcore.net.user_agent import AsyncUserAgent
    from tests.support.server import Server


async def lamp_of(stack: AsyncExitStack, server: Server, number: str) -> Watcher:
    """A phone that watches its mailbox."""
    lamp = await stack.enter_async_context(
        Watcher(number, f"Sip-{number}!", ("127.0.0.1", server.sip_port))
    )
    answer, _ = await lamp.subscribe("message-summary", number)
    assert answer.status == 200
    return lamp


async def shows(lamp: Watcher, counts: str, within_s: float = 10) -> None:
    """Wait until the lamp was told so many messages."""
    async with asyncio.timeout(within_s):
        await lamp.until(lambda: f"Voice-Message: {counts}" in lamp.notices[-1].body)
    waits = "no" if counts.startswith("0") else "yes"
    assert f"Messages-Waiting: {waits}" in lamp.notices[-1].body


async def leave(
    server: Server, caller: AsyncUserAgent, voice: Voice, number: str, seconds: float = 4
) -> None:
    """Call somebody who is not there, skip the greeting, say something, hang up."""
    call = await caller.invite(f"sip:{number}@127.0.0.1:{server.sip_port}", session(voice))
    voice.talk(port_of(call.remote_description))
    await asyncio.sleep(0.5)
    await call.press("#")
    await asyncio.sleep(0.5 + seconds)  # what is recorded is time
    await call.hang_up()


def mine(server: Server, number: str) -> Program:
    """A user of Wave."""
    return Program(server.url, number, f"Demo-{number}!")


async def test_baresip_leaves_a_message_and_its_owner_hears_it(
    server: Server, tmp_path: Path
) -> None:
    folders = tmp_path / "1000", tmp_path / "1001"
    async with AsyncExitStack() as stack:
        lamp = await lamp_of(stack, server, "1001")
        with Baresip(folders[0], server, "1000", "udp", config=says(folders[0], 600)) as caller:
            await asyncio.to_thread(caller.shows, "registered successfully")
            caller.enters(f"/dial sip:1001@127.0.0.1:{server.sip_port}")
            await asyncio.to_thread(caller.shows, "Call established")
            await asyncio.sleep(1)
            caller.enters("#")
            await asyncio.sleep(6)  # what is recorded is time
            caller.enters("/hangup")
        await shows(lamp, "1/0 (0/0)")
        with Baresip(folders[1], server, "1001", "udp", config=says(folders[1], 440)) as owner:
            await asyncio.to_thread(owner.shows, "registered successfully")
            owner.enters(f"/dial sip:*97@127.0.0.1:{server.sip_port}")
            await asyncio.to_thread(owner.shows, "Call established")
            await asyncio.sleep(1)
            owner.enters("1")
            await asyncio.to_thread(hears, folders[1], 600, within_s=30)
            await shows(lamp, "0/1 (0/0)", 20)
            began = time.monotonic()
            owner.enters("7")
            await shows(lamp, "0/0 (0/0)", 5)
            assert time.monotonic() - began < 2
            owner.enters("/hangup")


@pytest.mark.parametrize("by", ["portal", "api"])
async def test_lamp_goes_out_when_the_last_message_is_deleted(
    server: Server, admin: Program, by: str
) -> None:
    async with AsyncExitStack() as stack:
        lamp = await lamp_of(stack, server, "1002")
        caller, voice = await phone(stack, server, "1000"), stack.enter_context(Voice(600))
        await leave(server, caller, voice, "1002")
        await shows(lamp, "1/0 (0/0)")
        user = mine(server, "1002")
        mailbox = user.get("/v1/me/voicemail").json()
        assert mailbox["new"] == 1
        (message,) = mailbox["items"]
        assert (message["caller"], message["folder"]) == ("1000", "new")
        assert 3 < message["seconds"] < 7
        began = time.monotonic()
        if by == "portal":
            deleted = user.delete(f"/v1/me/voicemail/{message['id']}")
        else:
            deleted = admin.delete(f"/v1/voicemail/1002/messages/{message['id']}")
        assert deleted.status == 204
        await shows(lamp, "0/0 (0/0)", 5)
        assert time.monotonic() - began < 2
