"""The connected line at a running server: whom phones are told that they talk to."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from pbxcore.sip.headers.privacy import ASSERTED, read_identities
from tests.support.baresip import Baresip
from tests.support.messaging import eventually
from tests.support.tone import Voice, hears, says
from tests.support.voice_phone import hear, phone, port_of, session, talk

if TYPE_CHECKING:
    from pathlib import Path

    from pbxcore.net.call import AsyncCall
    from pbxcore.sip.agent.call import Call
    from pbxcore.sip.message import Message
    from tests.support.server import Server


def told_in(call: AsyncCall) -> list[str]:
    """Who is there, by each message from now on that says so; grows."""
    found: list[str] = []

    def identified(_: Call, message: Message) -> None:
        found.extend(each.uri.decode() for each in read_identities(message, ASSERTED))

    assert call.call is not None
    call.call.listener.identified = identified  # type: ignore[method-assign]
    return found


async def test_a_transferred_caller_is_told_who_is_there_now(server: Server) -> None:
    async with AsyncExitStack() as stack:
        caller, first, second = [
            await phone(stack, server, each) for each in ("1000", "1001", "1002")
        ]
        ours, theirs = stack.enter_context(Voice(440)), stack.enter_context(Voice(1000))
        other = stack.enter_context(Voice(1500))
        call, came = await talk(server, (caller, ours), (first, theirs), "1001")
        told = told_in(call)
        handed_on = asyncio.ensure_future(came.refer(f"sip:1002@127.0.0.1:{server.sip_port}"))
        last = await second.next_call()
        await last.accept(session(other))
        await handed_on
        await eventually(lambda: bool(told))
        [who] = told
        assert "sip:1002@127.0.0.1" in who
        back = told_in(last)
        consulted, asked = await talk(server, (second, other), (first, theirs), "1001")
        met = told_in(asked)
        await last.refer(f"sip:1001@127.0.0.1:{server.sip_port}", consulted)
        await eventually(lambda: len(told) > 1 and bool(met))
        assert "sip:1001@127.0.0.1" in told[-1]
        assert "sip:1000@127.0.0.1" in met[-1]
        assert not back
        await call.hang_up()
        await asked.ended()


async def test_a_real_phone_talks_on_after_it_was_told(server: Server, tmp_path: Path) -> None:
    folder = tmp_path / "1000"
    async with AsyncExitStack() as stack:
        first, second = [await phone(stack, server, each) for each in ("1001", "1002")]
        theirs, other = stack.enter_context(Voice(1000)), stack.enter_context(Voice(1500))
        real = stack.enter_context(Baresip(folder, server, "1000", "udp", config=says(folder, 440)))
        await asyncio.to_thread(real.shows, "registered successfully")
        real.enters(f"/dial sip:1001@127.0.0.1:{server.sip_port}")
        came = await first.next_call()
        await came.accept(session(theirs, 0))
        await asyncio.to_thread(real.shows, "Call established")
        handed_on = asyncio.ensure_future(came.refer(f"sip:1002@127.0.0.1:{server.sip_port}"))
        last = await second.next_call()
        await last.accept(session(other, 0))
        await handed_on
        other.talk(port_of(last.remote_description))
        await hear((other, 440))
        await asyncio.to_thread(hears, folder, 1500)
        await last.hang_up()
        await asyncio.to_thread(real.shows, "session closed")
