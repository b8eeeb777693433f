"""What phones set of their extensions' features, taken over from the PBX's journal."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from engage.people.call_handling import REVISION, options_after
from engage.people.directory_repository import DirectoryRepository
from engage.people.repository import DIRECTORY_VERSION, PEOPLE_VERSION, PeopleRepository
from pbxcore.journal import FeaturesChanged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engage.hub.service import HubTransaction
    from engage.people.ledger import Ledger
    from pbxcore.journal import Entry

log = logging.getLogger(__name__)


class PhoneFeatures:
    """A follower of the journal: keys and codes of phones change extensions as a form does."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._told: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Everything is in the database."""

    async def project(
        self, transaction: HubTransaction, entries: Sequence[Entry]
    ) -> Callable[[], None]:
        """Keep what these entries change; an older change than the one that is kept is left out."""
        facts = [each.fact for each in entries if isinstance(each.fact, FeaturesChanged)]
        if not facts:
            return _nothing
        people = PeopleRepository(transaction.connection)
        await people.bump(PEOPLE_VERSION)  # others who change people wait from here on
        directory = DirectoryRepository(transaction.connection)
        found = await directory.extensions({each.number for each in facts})
        held = {each.number: each for each in found}
        changed: dict[str, None] = {}
        for fact in facts:
            entry = held.get(fact.number)
            if entry is None or (entry.options.get(REVISION) or 0) >= fact.features.revision:
                continue
            after = options_after(entry.options, fact.features, fact.changed)
            options = {**entry.options, **after}
            held[fact.number] = replace(entry, options=options, version=entry.version + 1)
            changed[fact.number] = None
        if not changed:
            return _nothing
        await directory.change_extensions([held[number] for number in changed])
        await people.bump(DIRECTORY_VERSION)
        return partial(self._tell, tuple(changed))

    def _tell(self, numbers: Sequence[str]) -> None:
        task = asyncio.get_running_loop().create_task(self._reload(numbers))
        self._told.add(task)
        task.add_done_callback(self._told.discard)

    async def _reload(self, numbers: Sequence[str]) -> None:
        try:
            await self._ledger.reload()
        except Exception:
            log.exception("features of phones not read back")  # the ledger's watch reads them soon
        else:
            self._ledger.tell_saved(numbers)


def _nothing() -> None:
    """No entry was of interest."""
