"""The one writer: what waits is committed together, and acknowledged after the commit."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from engage.errors import Unavailable
from engage.storage.outage import is_contention, is_outage
from engage.storage.script import Do, Script

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.driver import Driver

log = logging.getLogger(__name__)

Item = TypeVar("Item")
Item_contra = TypeVar("Item_contra", contravariant=True)
Result = TypeVar("Result")

BATCH_ITEMS = 128
BATCH_S = 0.01
"""No further work joins a transaction that has been open this long (seconds)."""
WORK_S = 10.0
"""Work that takes longer than this is stuck: the writer belongs to everybody (seconds)."""
WAITING_LIMIT = 20_000
"""So much may wait; beyond it people are told to try again rather than kept waiting."""
TRIES = 3
"""How often work is done when another node's transaction stands in its way."""

_SAVE, _KEEP, _UNDO = Do("SAVEPOINT item"), Do("RELEASE item"), Do("ROLLBACK TO item")
_COMMIT, _ROLLBACK = Do("COMMIT"), Do("ROLLBACK")


class Batch(Protocol[Item_contra, Result]):
    """Items of one kind that are written by a constant number of statements per batch."""

    order: int
    """Kinds with a lower order are written first within a transaction."""

    def script(self, items: Sequence[Item_contra]) -> Script[list[Result | Exception]]:
        """Write all items; an exception in an item's place refuses that item alone."""

    def committed(self, item: Item_contra, result: Result) -> None:
        """Hear that an item is on disk, in the order of the commits."""


class _Item:
    """One row of a batch; a class of its own and not a tuple, since one is made per message."""

    __slots__ = ("batch", "done", "item")

    def __init__(self, batch: Batch[Any, Any], item: Any, done: asyncio.Future[Any]) -> None:
        self.batch, self.item, self.done = batch, item, done

    def committed(self, result: Any) -> None:
        self.batch.committed(self.item, result)


class _Work:
    __slots__ = ("done", "tell", "tries", "work")

    def __init__(
        self,
        work: Callable[[AsyncConnection], Awaitable[Any]],
        tell: Callable[[Any], Any] | None,
        done: asyncio.Future[Any],
    ) -> None:
        self.work, self.tell, self.done = work, tell, done
        self.tries = 0

    def committed(self, result: Any) -> None:
        if self.tell is not None:
            self.tell(result)


_Job = _Item | _Work
_Outcomes = list[tuple[_Job, Any]]
"""What became of each job of a transaction: its result, or the exception that refuses it."""


class Writer:
    """Takes work from everyone and brings it to disk, transaction by transaction.

    When the database is gone, whoever waits is told `Unavailable`, and the next work connects
    again: no restart is needed.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[Driver]],
        *,
        lost: Callable[[], None],
        waiting_limit: int = WAITING_LIMIT,
    ) -> None:
        self._connect, self._lost, self._waiting_limit = connect, lost, waiting_limit
        self._driver: Driver | None = None
        self._waiting: deque[_Job] = deque()
        self._wake: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        self._out = False

    async def start(self) -> None:
        """Connect and begin to write.

        Raises:
            Unavailable: the database does not answer.
        """
        try:
            self._driver = await self._connect()
        except Exception as error:
            if is_outage(error):
                raise _unavailable(error) from error
            raise
        self._task = asyncio.create_task(self._run(), name="writer")

    async def stop(self) -> None:
        """Finish what waits, then disconnect."""
        self._closing = True
        self._rouse()
        if self._task is not None:
            await self._task
        await self._drop()

    def submit(self, batch: Batch[Item, Result], item: Item) -> asyncio.Future[Result]:
        """Queue an item; the future is done when it is on disk.

        Raises:
            Unavailable: too much waits already.
        """
        return self._enqueue(_Item(batch, item, self._future()))

    def call(
        self,
        work: Callable[[AsyncConnection], Awaitable[Result]],
        committed: Callable[[Result], Any] | None,
    ) -> asyncio.Future[Result]:
        """Queue work; the future is done when it is on disk.

        Raises:
            Unavailable: too much waits already.
        """
        return self._enqueue(_Work(work, committed, self._future()))

    async def run(self, script: Script[Result]) -> Result:
        """Run a script as part of the work that is being done now."""
        if self._driver is None:
            raise Unavailable
        return await self._driver.run(script)

    def _future(self) -> asyncio.Future[Any]:
        return asyncio.get_running_loop().create_future()

    def _enqueue(self, job: _Job) -> asyncio.Future[Any]:
        if self._closing or len(self._waiting) >= self._waiting_limit:
            raise Unavailable
        self._waiting.append(job)
        self._rouse()
        return job.done

    def _rouse(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    async def _run(self) -> None:
        while self._waiting or not self._closing:
            if not self._waiting:
                self._wake = self._future()
                await self._wake
                continue
            # One turn of the loop: those whom the last commit has woken join this batch.
            await asyncio.sleep(0)
            await self._write([job for job in self._next() if not job.done.done()])

    def _next(self) -> list[_Job]:
        """What goes into the next transaction; work that met another node's goes alone."""
        first = self._waiting[0]
        if isinstance(first, _Work) and first.tries:
            return [self._waiting.popleft()]
        return [self._waiting.popleft() for _ in range(min(len(self._waiting), BATCH_ITEMS))]

    async def _write(self, jobs: list[_Job]) -> None:
        if not jobs:
            return
        driver = None
        try:
            if self._driver is None:
                self._driver = await self._connect()
            driver = self._driver
            outcomes = await self._transaction(driver, jobs)
        except Exception as error:
            await self._drop()
            if driver is not None:
                self._lost()
            if is_outage(error):
                if not self._out:
                    log.error("database unavailable", extra={"error": str(error)})
                self._out = True
            else:
                log.exception("transaction failed")
            self._refuse(jobs, error)
            return
        if self._out:
            log.warning("database available again")
            self._out = False
        self._acknowledge(outcomes)

    def _refuse(self, jobs: list[_Job], error: Exception) -> None:
        for job in jobs:
            if not job.done.done():
                job.done.set_exception(_unavailable(error))

    def _acknowledge(self, outcomes: _Outcomes) -> None:
        for job, outcome in outcomes:
            if isinstance(outcome, Exception):
                if not job.done.done():
                    job.done.set_exception(outcome)
                continue
            try:
                job.committed(outcome)
            except Exception:
                log.exception("telling of a commit failed")
            if not job.done.done():
                job.done.set_result(outcome)

    async def _transaction(self, driver: Driver, jobs: list[_Job]) -> _Outcomes:
        """One transaction: the batched items first, then each piece of work in a savepoint."""
        items = [job for job in jobs if isinstance(job, _Item)]
        items.sort(key=lambda job: job.batch.order)
        works = [job for job in jobs if isinstance(job, _Work)]
        outcomes = await self._items(driver, items, commit=not works)
        if not works:
            return outcomes
        began = asyncio.get_running_loop().time()
        for place, job in enumerate(works):
            if place and asyncio.get_running_loop().time() - began > BATCH_S:
                self._waiting.extendleft(reversed(works[place:]))
                break
            outcome = await self._attempt(driver, job)
            if isinstance(outcome, Exception) and is_contention(outcome):
                job.tries += 1
                if job.tries < TRIES:  # once what this transaction has locked is free
                    self._waiting.extendleft(reversed(works[place:]))
                    break
                outcome = _unavailable(outcome)
            outcomes.append((job, outcome))
        await driver.do(_COMMIT)
        return outcomes

    async def _items(self, driver: Driver, items: list[_Item], *, commit: bool) -> _Outcomes:
        """All items at once; if that cannot be, each alone, so that a bad one harms no other."""
        for again in range(TRIES - 1):
            try:
                return await driver.run(
                    _together(driver.begin, items, commit=commit, again=again > 0)
                )
            except Exception as error:
                if is_outage(error):
                    raise
                if not is_contention(error):
                    break
        return await driver.run(_singly(driver.begin, items, commit=commit))

    async def _attempt(self, driver: Driver, job: _Work) -> Any:
        """What the work returned, or the error for which its changes were undone."""
        await driver.do(_SAVE)
        try:
            async with asyncio.timeout(WORK_S):
                result = await job.work(driver.connection)
            await driver.do(_KEEP)
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            # Something the work waited for was cancelled, not the writer.
            await driver.do(_UNDO, _KEEP)
            return _unavailable(error)
        except Exception as error:
            if is_outage(error):
                raise
            await driver.do(_UNDO, _KEEP)
            return error
        return result

    async def _drop(self) -> None:
        driver, self._driver = self._driver, None
        if driver is None:
            return
        try:
            async with asyncio.timeout(WORK_S):
                await driver.close()
        except Exception as error:
            log.info("connection closed badly", extra={"error": str(error)})


def _unavailable(error: BaseException) -> Unavailable:
    refusal = Unavailable()
    refusal.__cause__ = error
    return refusal


def _groups(jobs: Sequence[_Item]) -> dict[Batch[Any, Any], list[_Item]]:
    groups: dict[Batch[Any, Any], list[_Item]] = {}
    for job in jobs:
        groups.setdefault(job.batch, []).append(job)
    return groups


def _together(begin: str, jobs: Sequence[_Item], *, commit: bool, again: bool) -> Script[_Outcomes]:
    if again:
        yield _ROLLBACK
    yield Do(begin)
    outcomes: _Outcomes = []
    for batch, members in _groups(jobs).items():
        results = yield from batch.script([job.item for job in members])
        outcomes += zip(members, results, strict=True)
    if commit:
        yield _COMMIT
    return outcomes


def _singly(begin: str, jobs: Sequence[_Item], *, commit: bool) -> Script[_Outcomes]:
    yield _ROLLBACK
    yield Do(begin)
    outcomes: _Outcomes = []
    for job in jobs:
        yield _SAVE
        try:
            [result] = yield from job.batch.script([job.item])
            yield _KEEP
        except Exception as error:
            if is_outage(error):
                raise
            yield _UNDO
            yield _KEEP
            result = _unavailable(error) if is_contention(error) else error
        outcomes.append((job, result))
    if commit:
        yield _COMMIT
    return outcomes
