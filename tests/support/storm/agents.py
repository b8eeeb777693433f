"""Who answers: phones that hand on and die, desks that ask before, a colleague who takes all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from pbxcore.net.user_agent import Refused
from tests.support.baresip import Baresip
from tests.support.storm.hall import COLLEAGUE, DESKS, FIRST, NOBODY, RETRIES_S, SECOND, uri
from tests.support.tone import says
from tests.support.voice_phone import session

if TYPE_CHECKING:
    import random
    from collections import Counter
    from pathlib import Path

    from pbxcore.net.call import AsyncCall
    from pbxcore.net.user_agent import AsyncUserAgent
    from tests.support.program import Program
    from tests.support.server import Server
    from tests.support.tone import Voice


class Phone:
    """A baresip that answers by itself; after it died there is another one."""

    def __init__(self, server: Server, folder: Path, number: str, hz: float, lasts_s: int) -> None:
        self._server, self._folder, self.number, self._hz = server, folder, number, hz
        self._lasts_s, self._lives, self._there = lasts_s, 0, False
        self._baresip = self._another()

    def _another(self) -> Baresip:
        self._lives += 1
        folder = self._folder / f"{self.number}-{self._lives}"
        config = says(folder, self._hz)
        auto = ";answermode=auto;audio_codecs=pcmu"  # its voice is of 8 kHz
        return Baresip(
            folder, self._server, self.number, "udp",
            account=auto, config=config, lasts_s=self._lasts_s,
        )  # fmt: skip

    def __enter__(self) -> Self:
        self._baresip.__enter__()
        self._there = True
        self._baresip.shows("registered successfully")
        return self

    def __exit__(self, *_: object) -> None:
        if self._there:
            self._there = False
            self._baresip.__exit__()

    def hand_on(self, number: str) -> None:
        """Whoever it talks to, if anybody, is to go to this number."""
        if self._there:
            self._baresip.enters(f"/transfer {uri(self._server, number)}")

    def vanish(self) -> None:
        """Die without a word, whatever it does at the moment."""
        self._there = False  # its terminal is gone with it
        self._baresip.kill()
        self._baresip.__exit__()

    def return_(self) -> None:
        """Be there again, at another address."""
        self._baresip = self._another()
        self.__enter__()


async def hand_on(phones: list[Phone], until: float, chance: random.Random) -> None:
    """Now and then an agent hands a caller on: to somebody, to agents, to a queue, to nobody."""
    loop = asyncio.get_running_loop()
    while loop.time() < until:
        await asyncio.sleep(chance.uniform(1, 4))
        to = chance.choice((COLLEAGUE, SECOND, DESKS[0], NOBODY))
        chance.choice(phones).hand_on(to)


async def vanish(
    phones: list[Phone], until: float, chance: random.Random, done: Counter[str]
) -> None:
    """Now and then an agent's phone dies, and is back some seconds later."""
    loop = asyncio.get_running_loop()
    while loop.time() < until - 30:
        await asyncio.sleep(chance.uniform(20, 40))
        phone = chance.choice(phones)
        await asyncio.to_thread(phone.vanish)
        await asyncio.sleep(chance.uniform(1, 8))
        await asyncio.to_thread(phone.return_)
        done["vanished"] += 1


class Desk:
    """Answers one call at a time; hangs up, or hands on, perhaps having asked before."""

    def __init__(
        self, server: Server, phone: AsyncUserAgent, voice: Voice, chance: random.Random
    ) -> None:
        self._server, self._phone, self._chance = server, phone, chance
        self._answer, self._offer = session(voice, 0), session(voice)
        self._serving: set[asyncio.Task[None]] = set()

    async def serve(self, done: Counter[str]) -> None:
        """Whoever comes, for as long as anybody listens."""
        while True:
            came = await self._phone.next_call()
            if self._serving:
                came.refuse()
                continue
            task = asyncio.create_task(self._take(came, done))
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)

    async def _take(self, came: AsyncCall, done: Counter[str]) -> None:
        came.ring()
        await asyncio.sleep(self._chance.uniform(0, 0.5))
        try:
            await came.accept(self._answer)
        except Refused:
            done["rung in vain"] += 1
            return
        kind = self._chance.choice((self._talk, self._talk, self._hand_on, self._ask_before))
        try:
            async with asyncio.timeout(15):
                await kind(came)
            done[kind.__name__.strip("_")] += 1
        except (Refused, TimeoutError):  # the caller has left, or nobody took him
            done[f"{kind.__name__.strip('_')} in vain"] += 1
        await came.hang_up()

    async def _talk(self, came: AsyncCall) -> None:
        await asyncio.sleep(self._chance.uniform(0.2, 2))

    async def _hand_on(self, came: AsyncCall) -> None:
        await came.refer(uri(self._server, self._somebody()))

    async def _ask_before(self, came: AsyncCall) -> None:
        await came.modify(self._offer + b"a=sendonly\r\n")
        asking = await self._phone.invite(uri(self._server, self._somebody()), self._offer)
        try:
            await asyncio.sleep(self._chance.uniform(0, 1))
            await came.refer(asking.peer, replacing=asking)
        finally:
            await asking.hang_up()

    def _somebody(self) -> str:
        return self._chance.choice((COLLEAGUE, COLLEAGUE, FIRST))


class Colleague:
    """Talks to whoever is handed to him, as many as there are, until they hang up."""

    def __init__(self, phone: AsyncUserAgent, voice: Voice) -> None:
        self._phone, self._answer = phone, session(voice, 0)
        self._talks: set[asyncio.Task[None]] = set()

    async def serve(self, done: Counter[str]) -> None:
        """For as long as anybody listens."""
        while True:
            task = asyncio.create_task(self._talk(await self._phone.next_call(), done))
            self._talks.add(task)
            task.add_done_callback(self._talks.discard)

    async def _talk(self, came: AsyncCall, done: Counter[str]) -> None:
        try:
            await came.accept(self._answer)
        except Refused:
            return
        done["taken by the colleague"] += 1
        try:
            async with asyncio.timeout(10):
                await came.ended()
        except TimeoutError:
            await came.hang_up()


async def administer(
    admin: Program, agents: tuple[str, ...], until: float, chance: random.Random
) -> None:
    """Pauses and unpauses agents, and sets the first queue in other ways."""
    loop = asyncio.get_running_loop()
    strategies = ("ring_all", "linear", "least_recent", "round_robin", "random", "longest_idle")
    while loop.time() < until:
        await asyncio.sleep(chance.uniform(1, 3))
        agent = chance.choice(agents)
        change = chance.choice(("take_break", "end_break", "end_break", "ready"))
        queues = [] if change == "ready" else [FIRST]
        duty = {"change": change, "queues": queues}
        reply = await asyncio.to_thread(admin.post, f"/v1/queue-board/agents/{agent}/duty", duty)
        assert reply.status == 204, reply.body
        rules = {"strategy": chance.choice(strategies), "retry_s": chance.choice(RETRIES_S)}
        reply = await asyncio.to_thread(admin.patch, f"/v1/queues/{FIRST}", rules)
        assert reply.status == 200, reply.body
