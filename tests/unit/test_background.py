"""Work in the background, on a loop whose time is ours."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from engage.background import AGAIN_S, Gathered, Worker, regularly
from engage.errors import Unavailable
from tests.support.virtual_time import VirtualLoop, passes

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    import pytest


class Job:
    """Notes when it was done; each time it comes to what the test wants."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.loop = loop
        self.done_at: list[float] = []
        self.outcome: float | Exception | None = None
        self.held: asyncio.Event | None = None

    async def step(self) -> float | None:
        self.done_at.append(self.loop.now)
        if self.held is not None:
            await self.held.wait()
            self.done_at.append(-self.loop.now)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def play(scene: Callable[[Job, VirtualLoop], Coroutine[Any, Any, None]]) -> None:
    loop = VirtualLoop()
    try:
        loop.run_until_complete(scene(Job(loop), loop))
    finally:
        loop.close()


def test_steps_follow_each_other_by_what_they_return() -> None:
    async def scene(job: Job, loop: VirtualLoop) -> None:
        worker = Worker("work", job.step, every_s=60)
        worker.start()
        await passes(loop, 0)
        await passes(loop, 59)
        assert job.done_at == [0]
        job.outcome = 5
        await passes(loop, 1)
        await passes(loop, 5)
        assert job.done_at == [0, 60, 65]
        job.outcome = 0  # there is more to do
        await passes(loop, 5)
        assert job.done_at[:5] == [0, 60, 65, 70, 70]
        await worker.stop()

    play(scene)


def test_first_step_may_be_later() -> None:
    async def scene(job: Job, loop: VirtualLoop) -> None:
        worker = Worker("work", job.step, every_s=2)
        worker.start(after_s=2)
        await passes(loop, 0)
        await passes(loop, 1)
        assert job.done_at == []
        await passes(loop, 1)
        assert job.done_at == [2]
        await worker.stop()

    play(scene)


def test_a_wake_is_never_lost() -> None:
    async def scene(job: Job, loop: VirtualLoop) -> None:
        worker = Worker("work", job.step, every_s=None)
        worker.wake()  # before it was started
        job.held = asyncio.Event()
        worker.start()
        await passes(loop, 0)
        worker.wake()  # while a step is under way
        await passes(loop, 1)
        assert job.done_at == [0]
        job.held.set()
        await passes(loop, 1)
        assert job.done_at == [0, -2, 2, -2]
        await passes(loop, 1e6)
        assert len(job.done_at) == 4  # it waits until it is woken
        worker.wake()
        await passes(loop, 0)
        assert len(job.done_at) == 6
        await worker.stop()

    play(scene)


def test_a_failure_is_logged_and_tried_again_after_a_while_or_a_wake(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scene(job: Job, loop: VirtualLoop) -> None:
        worker = Worker("letters", job.step, every_s=60, away_s=3)
        job.outcome = Unavailable()
        worker.start()
        await passes(loop, 0)
        await passes(loop, 2)
        assert job.done_at == [0]
        job.outcome = ValueError("nobody knows")
        await passes(loop, 1)
        assert job.done_at == [0, 3]
        job.outcome = None
        worker.wake()
        await passes(loop, 1)
        assert job.done_at == [0, 3, 4]
        await worker.stop()

    with caplog.at_level(logging.WARNING):
        play(scene)
    first, second = caplog.records
    assert (first.getMessage(), first.exc_info) == ("letters held up", None)
    assert vars(first)["problem"] == "unavailable"
    assert second.getMessage() == "letters failed"
    assert second.exc_info is not None


def test_stop_lets_a_step_end_for_as_long_as_it_may_take() -> None:
    async def scene(job: Job, loop: VirtualLoop) -> None:
        worker = Worker("work", job.step, every_s=0)
        job.held = asyncio.Event()
        worker.start()
        await passes(loop, 1)
        stopping = asyncio.ensure_future(worker.stop(grace_s=5))
        await passes(loop, 4)
        assert not stopping.done()
        job.held.set()
        await stopping
        assert job.done_at == [1, -5]  # and no other one began

    play(scene)


def test_stop_cuts_off_what_takes_longer() -> None:
    async def scene(job: Job, loop: VirtualLoop) -> None:
        worker = Worker("work", job.step, every_s=0)
        job.held = asyncio.Event()
        worker.start()
        await passes(loop, 1)
        stopping = asyncio.ensure_future(worker.stop(grace_s=5))
        await passes(loop, 0)
        await passes(loop, 5)
        await stopping
        assert job.done_at == [1]
        assert not worker.running
        await worker.stop()  # there is nothing to stop any more

    play(scene)


def test_who_stops_it_can_be_stopped_too() -> None:
    async def scene(job: Job, loop: VirtualLoop) -> None:
        worker = Worker("work", job.step, every_s=0)
        job.held = asyncio.Event()
        worker.start()
        await passes(loop, 1)
        stopping = asyncio.ensure_future(worker.stop(grace_s=5))
        await passes(loop, 0)
        stopping.cancel()
        await passes(loop, 0)
        assert stopping.cancelled()
        assert asyncio.all_tasks() == {asyncio.current_task()}  # the step was cut off all the same

    play(scene)


def test_what_is_slow_to_come_again_is_tried_within_a_minute() -> None:
    async def scene(job: Job, loop: VirtualLoop) -> None:
        worker = regularly("work", job.step, every_s=3600)
        job.outcome = Unavailable()
        worker.start()
        await passes(loop, 0)
        job.outcome = 7  # nothing to the worker
        await passes(loop, AGAIN_S)
        assert job.done_at == [0, 60]
        await passes(loop, 3599)
        assert job.done_at == [0, 60]
        await passes(loop, 1)
        assert job.done_at == [0, 60, 3660]
        await worker.stop()

    play(scene)


async def test_work_is_done_once_for_all_who_ask_within_a_moment_and_again_for_later_ones() -> None:
    asked, seen = 0, []

    async def work() -> None:
        seen.append(asked)
        await asyncio.sleep(0)

    gathered = Gathered(work, within_s=0)

    async def ask() -> None:
        nonlocal asked
        asked += 1
        await gathered.ask()

    await asyncio.gather(ask(), ask(), ask())
    assert seen == [3]
    await ask()
    assert seen == [3, 4]
