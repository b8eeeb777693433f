"""Projects the PBX's journal: brings each entry, once, to the slices that keep something of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from engage.background import GRACE_S, Worker
from engage.telephony.journal_file import JournalReader, forget
from engage.telephony.repository import OffsetRepository

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from engage.hub.service import Hub, HubTransaction
    from engage.storage.database import Database
    from pbxcore.journal import Entry

    Told = Callable[[], None]

JOURNAL = "pbx"
BATCH = 500
SAFETY_POLL_S = 5.0  # a hint that the journal grew may get lost


class Follower(Protocol):
    """A slice that keeps something of the journal."""

    async def start(self) -> None:
        """Read what is known, before the first entry comes."""
        ...

    async def project(self, transaction: HubTransaction, entries: Sequence[Entry]) -> Told:
        """Write what these entries change; what is returned is called once that is on disk.

        It may be asked again with the same entries when the transaction came to nothing, so that
        memory changes in what is returned alone.
        """
        ...


class Projection:
    """Follows the journal from where the database says it has come to.

    The offset moves in the same transaction as what an entry changes, so that an entry counts
    exactly once however often either process ends.

    Args:
        database: read for the offset.
        hub: its transaction holds the projection.
        folder: the journal's.
        followers: who keeps something of it.
    """

    def __init__(
        self, database: Database, hub: Hub, folder: Path, followers: Sequence[Follower]
    ) -> None:
        self._database, self._hub, self._folder = database, hub, folder
        self._followers = followers
        self._worker = Worker(
            "projection of the journal", self._next, every_s=SAFETY_POLL_S, away_s=SAFETY_POLL_S
        )
        self._reader: JournalReader | None = None
        self._after = 0

    def wake(self) -> None:
        """The journal may have grown."""
        self._worker.wake()

    async def caught_up(self) -> None:
        """The PBX is there again; hints may have been lost."""
        self.wake()

    async def start(self) -> None:
        """Let everybody read what is known, and begin to follow."""
        for each in self._followers:
            await each.start()
        self._worker.start()

    async def stop(self) -> None:
        """End after the batch that is under way."""
        await self._worker.stop(GRACE_S)

    async def step(self) -> int:
        """Project one batch; tells how many entries it held."""
        try:
            return await self._follow()
        except BaseException:
            self._reader = None  # what was read may not be projected: begin from the offset
            raise

    async def _follow(self) -> int:
        if self._reader is None:
            async with self._database.read() as connection:
                self._after = await OffsetRepository(connection, JOURNAL).get()
            self._reader = JournalReader(self._folder, self._after)
        after, entries = self._after, await asyncio.to_thread(self._reader.read, BATCH)
        if not entries:
            return 0
        told = await self._hub.transact(lambda tx: self._apply(tx, after, entries))
        if told is None:  # another projector was faster
            self._reader = None
            return len(entries)
        self._after = entries[-1].seq
        for tell in told:
            tell()
        await asyncio.to_thread(forget, self._folder, self._after)
        return len(entries)

    async def _next(self) -> float | None:
        return 0.0 if await self.step() else None

    async def _apply(
        self, transaction: HubTransaction, after: int, entries: list[Entry]
    ) -> list[Told] | None:
        offset = OffsetRepository(transaction.connection, JOURNAL)
        if not await offset.advance(after, entries[-1].seq):
            return None
        return [await each.project(transaction, entries) for each in self._followers]
