"""Who calls: SIPp's callers, and customers who press keys and are called back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pbxcore.net.user_agent import AsyncUserAgent, Refused
from tests.support.server import free_port
from tests.support.storm.hall import CALLBACK_KEY, EXIT_KEY, FIRST, secret_of, uri
from tests.support.voice_phone import session

if TYPE_CHECKING:
    import random
    from collections import Counter
    from contextlib import AsyncExitStack

    from pbxcore.net.call import AsyncCall
    from tests.support.server import Server
    from tests.support.tone import Voice

RATE: Final = 1.0
"""Calls per second: more than the agents can take, so that there is always a line."""
SCENARIO: Final = Path(__file__).parents[1] / "sipp" / "queue_caller.xml"
MENU_S: Final = 1.0
"""A key during the music would be the queue's."""


async def sipp(server: Server, folder: Path, count: int) -> int:
    """So many callers, one after the other or together; 0 means that no call failed."""
    process = await asyncio.create_subprocess_exec(
        *("setpriv", "--pdeathsig", "KILL"),
        *("sipp", "-sf", str(SCENARIO), "-nostdin"),
        *("-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", str(free_port(udp=True))),
        *("-s", "1003", "-key", "callee", FIRST, "-au", "1003", "-ap", secret_of("1003")),
        *("-r", str(int(RATE * 10)), "-rp", "10000", "-m", str(count), "-l", "60"),
        *("-t", "u1", "-trace_err", f"127.0.0.1:{server.sip_port}"),
        cwd=folder,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    return await process.wait()


def sipp_errors(folder: Path) -> str:
    """What its callers did not expect."""
    return "\n".join(each.read_text()[:4000] for each in folder.glob("queue_caller*errors.log"))


async def registered(stack: AsyncExitStack, server: Server, number: str) -> AsyncUserAgent:
    """A phone."""
    made = AsyncUserAgent(f"sip:{number}@127.0.0.1", password=secret_of(number))
    phone = await stack.enter_async_context(made)
    await phone.register(f"sip:127.0.0.1:{server.sip_port}", 3600)
    return phone


class Customer:
    """Waits and gives up, or leaves by a key, or hangs up to be called back."""

    def __init__(
        self, server: Server, phone: AsyncUserAgent, voice: Voice, chance: random.Random
    ) -> None:
        self._server, self._phone, self._chance = server, phone, chance
        self._offer = session(voice)

    async def call(self, until: float, done: Counter[str]) -> None:
        """Again and again."""
        loop = asyncio.get_running_loop()
        kinds = (self._gives_up, self._leaves_by_key, self._asks_to_be_called)
        while loop.time() < until:
            call = self._phone.call(uri(self._server, FIRST), self._offer)
            try:
                async with asyncio.timeout(30):
                    await call.answered()
                    kind = self._chance.choice(kinds)
                    await kind(call)
                done[kind.__name__.strip("_")] += 1
            except Refused:  # an agent, who hears no keys, has answered before them
                done["keys too late"] += 1
            await call.hang_up()
            await asyncio.sleep(self._chance.uniform(0.5, 3))

    async def answer(self, done: Counter[str]) -> None:
        """Take the calls of agents who call back, for as long as anybody listens."""
        while True:
            came = await self._phone.next_call()
            try:
                await came.accept(self._offer)
                done["called back"] += 1
                await asyncio.sleep(self._chance.uniform(0.2, 1))
                await came.hang_up()
            except Refused:
                done["called back in vain"] += 1

    async def _gives_up(self, call: AsyncCall) -> None:
        await asyncio.sleep(self._chance.uniform(0, 8))

    async def _leaves_by_key(self, call: AsyncCall) -> None:
        await asyncio.sleep(self._chance.uniform(0.2, 2))
        await call.press(EXIT_KEY)
        await asyncio.sleep(self._chance.uniform(1, 6))

    async def _asks_to_be_called(self, call: AsyncCall) -> None:
        await asyncio.sleep(self._chance.uniform(0.2, 1))
        await call.press(CALLBACK_KEY)
        await asyncio.sleep(MENU_S)
        await call.press("1")
        try:
            async with asyncio.timeout(6):
                await call.ended()
        except TimeoutError:
            return  # talks already
