"""Many windows that ask at once are shown one view, and none from before something moved."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from engage.errors import Unavailable
from engage.queues.events import QueuesMoved
from engage.queues.live import LiveQueues
from pbxcore.queues.commands import QueueDone, QueuesShown, ShowQueues


class Pbx:
    """Shows one view after the other, when it is let."""

    def __init__(self) -> None:
        self.asked = 0
        self.answers = asyncio.Event()
        self.answers.set()
        self.away = False

    async def request(self, command: object, _: float = 0) -> Any:
        if not isinstance(command, ShowQueues):
            return QueueDone(200)
        self.asked += 1
        number = self.asked
        await self.answers.wait()
        if self.away:
            raise Unavailable
        return QueuesShown(number, ())


def live(pbx: Pbx) -> LiveQueues:
    database: Any = None
    return LiveQueues(pbx, database)


async def test_windows_that_ask_at_once_share_one_view() -> None:
    pbx = Pbx()
    queues = live(pbx)
    views = await asyncio.gather(*(queues.shown() for _ in range(100)))
    assert {each.at_ms for each in views} == {1}
    assert pbx.asked == 1


async def test_who_asks_after_a_move_is_not_shown_what_was_before() -> None:
    pbx = Pbx()
    queues = live(pbx)
    pbx.answers.clear()
    before = asyncio.create_task(queues.shown())
    await asyncio.sleep(0)
    await queues.moved(QueuesMoved(frozenset({"6500"})))
    after = asyncio.create_task(queues.shown())
    pbx.answers.set()
    assert [(await before).at_ms, (await after).at_ms] == [1, 2]


async def test_an_own_command_is_seen_at_once() -> None:
    pbx = Pbx()
    queues = live(pbx)
    await queues.shown()
    await queues.tell_loads({})
    assert (await queues.shown()).at_ms == 2


async def test_a_failure_is_nobody_elses_and_who_leaves_ends_nothing() -> None:
    pbx = Pbx()
    queues = live(pbx)
    pbx.away = True
    with pytest.raises(Unavailable):
        await queues.shown()
    pbx.away = False
    pbx.answers.clear()
    impatient, patient = (asyncio.create_task(queues.shown()) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    pbx.answers.set()
    assert (await patient).at_ms == 2
