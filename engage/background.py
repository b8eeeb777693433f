"""Work that goes on by itself: step after step, for as long as the server runs."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from engage.errors import EngageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Step = Callable[[], Awaitable[float | None]]

log = logging.getLogger(__name__)

GRACE_S = 5.0
"""How long the end of a server waits for a step that had better not be cut off."""

AGAIN_S = 60.0
GATHER_S = 0.02


class Worker:
    """Does one step after the other, at moments that the steps name and when it is woken.

    A step that fails does not end it. The failure is logged, with its traceback unless it is one of
    those that people meet (a database that is away), and the step is tried again.

    Args:
        name: of the work, for the log.
        step: does what is due; returns after how many seconds to do the next one, or None.
        every_s: when the next step is due after one that returned None; None: when it is woken.
        away_s: when the next step is due after one that failed.
    """

    def __init__(
        self, name: str, step: Step, *, every_s: float | None, away_s: float = 2.0
    ) -> None:
        self._name, self._step = name, step
        self._every_s, self._away_s = every_s, away_s
        self._woken = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether it was started, and not stopped."""
        return self._task is not None

    def start(self, after_s: float = 0.0) -> None:
        """Begin, or begin again; with the first step after `after_s`, or when woken."""
        if self._stopping:
            self._stopping = False
            self._woken.clear()
        self._task = asyncio.create_task(self._run(after_s), name=self._name)

    def wake(self) -> None:
        """Do the next step now; if one is under way, another one after it."""
        self._woken.set()

    async def stop(self, grace_s: float = 0.0) -> None:
        """Do no further step; the one under way may take `grace_s` to end, and is cut off then."""
        task, self._task = self._task, None
        if task is None:
            return
        self._stopping = True
        self._woken.set()
        try:
            await asyncio.wait([task], timeout=grace_s)
        finally:
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _run(self, after_s: float) -> None:
        wait_s: float | None = after_s
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._woken.wait()
            if self._stopping:
                return
            self._woken.clear()
            wait_s = await self._wait_after_step()

    async def _wait_after_step(self) -> float | None:
        try:
            wait_s = await self._step()
        except EngageError as problem:
            log.warning("%s held up", self._name, extra={"problem": problem.code})
            return self._away_s
        except Exception:
            log.exception("%s failed", self._name)
            return self._away_s
        return self._every_s if wait_s is None else wait_s


def regularly(name: str, work: Callable[[], Awaitable[object]], *, every_s: float | None) -> Worker:
    """A worker whose work does not say when it is due again; what it returns is for others.

    After a failure it is tried again when it is due, and within a minute.
    """

    async def step() -> None:
        await work()

    away_s = AGAIN_S if every_s is None else min(every_s, AGAIN_S)
    return Worker(name, step, every_s=every_s, away_s=away_s)


class Gathered:
    """Does a piece of work once for all who ask within a moment, and again for who asks after it.

    Args:
        work: looks at what is, not at what was asked.
        within_s: how long others are waited for.
    """

    def __init__(self, work: Callable[[], Awaitable[object]], within_s: float = GATHER_S) -> None:
        self._work, self._within_s = work, within_s
        self._asked = False

    async def ask(self) -> None:
        """Have it done; who is not the first to ask does not wait for it."""
        if self._asked:
            return
        self._asked = True
        await asyncio.sleep(self._within_s)
        self._asked = False
        await self._work()
