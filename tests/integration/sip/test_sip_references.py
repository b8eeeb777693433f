"""REFER outside of calls: a phone asks the PBX to call it, and then somebody for it (RFC 3515)."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from pbxcore.net.user_agent import AsyncUserAgent
from tests.support.near import SESSION

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.integration.sip.conftest import House


@asynccontextmanager
async def phone(house: House, number: str) -> AsyncIterator[AsyncUserAgent]:
    async with AsyncUserAgent(f"sip:{number}@pbx.test", password=f"Sip-{number}!") as agent:
        await agent.register(f"sip:127.0.0.1:{house.port}", 120)
        yield agent


async def asked(
    agent: AsyncUserAgent, house: House, target: str, tail: str = "", *, whose: str = "1000"
) -> list[int]:
    """Ask the PBX; all statuses that are told, to the last one."""
    server = f"127.0.0.1:{house.port}"
    told = agent.refer(f"sip:{whose}@{server}", f"sip:{target}@{server}{tail}")
    return [each.status async for each in told]


async def test_phone_asks_to_be_called_and_hears_how_it_goes(house: House) -> None:
    async with phone(house, "1000") as alice, phone(house, "1001") as bob:
        told = asyncio.create_task(asked(alice, house, "1001"))
        first = await alice.next_call()
        assert first.peer.startswith("sip:1001@")  # she sees whom she is going to talk to
        await first.accept(SESSION)
        second = await bob.next_call()
        assert second.peer.startswith("sip:1000@")
        await second.accept(SESSION)
        statuses = await told
        assert (statuses[0], statuses[-1]) == (100, 200)
        await second.hang_up()
        await first.ended()


async def test_reference_that_fails_is_told_so(house: House) -> None:
    async with phone(house, "1000") as alice:
        told = asyncio.create_task(asked(alice, house, "5555"))
        await (await alice.next_call()).accept(SESSION)
        assert (await told)[-1] == 404


async def test_nobody_asks_for_another(house: House) -> None:
    async with phone(house, "1000") as alice:
        assert await asked(alice, house, "1001", whose="1001") == [403]
        assert await asked(alice, house, "1001", ";method=BYE") == [403]
