"""Projects the PBX's journal: registered phones, and texts that phones exchanged."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from engage.errors import EngageError, Unavailable
from engage.telephony.events import DevicesChanged
from engage.telephony.journal_file import JournalReader, forget
from engage.telephony.repository import DeviceRepository, OffsetRepository
from pbxcore.journal import (
    AddressBanned,
    AddressUnbanned,
    BindingAdded,
    BindingQualified,
    BindingRemoved,
    MessageRelayed,
    TrunkChanged,
)

if TYPE_CHECKING:
    from pathlib import Path

    from engage.events import Events
    from engage.hub.service import Hub, HubTransaction
    from engage.storage.database import Database
    from engage.telephony.alerts import PhoneAlerts
    from engage.telephony.deliveries import Deliveries
    from engage.telephony.model import DirectChats, PhoneCounts
    from pbxcore.journal import Entry

log = logging.getLogger(__name__)

JOURNAL = "pbx"
BATCH = 500
SAFETY_POLL_S = 5.0  # a hint that the journal grew may get lost


class Projection:
    """Follows the journal from where the database says it has come to.

    The offset moves in the same transaction as what an entry changes, so that an entry counts
    exactly once however often either process ends.

    Args:
        database: read for the phones' counts and the offset.
        hub: its transaction holds the projection.
        folder: the journal's.
        chats: takes the texts that phones exchanged.
        deliveries: hears of phones that registered.
        presence: hears how many phones an extension has.
        events: hears `DevicesChanged`.
        alerts: tells administrators of phones that vanished.
    """

    def __init__(
        self,
        database: Database,
        hub: Hub,
        folder: Path,
        *,
        chats: DirectChats,
        deliveries: Deliveries,
        presence: PhoneCounts,
        events: Events,
        alerts: PhoneAlerts | None = None,
    ) -> None:
        self._database, self._hub, self._folder = database, hub, folder
        self._chats, self._deliveries = chats, deliveries
        self._presence, self._events = presence, events
        self._alerts = alerts
        self._woken = asyncio.Event()
        self._stopping = False
        self._loop: asyncio.Task[None] | None = None
        self._counts: dict[str, int] = {}
        self._reader: JournalReader | None = None
        self._after = 0

    def wake(self) -> None:
        """The journal may have grown."""
        self._woken.set()

    async def caught_up(self) -> None:
        """The PBX is there again; hints may have been lost."""
        self.wake()

    async def start(self) -> None:
        """Tell presence what is known, and begin to follow."""
        async with self._database.read() as connection:
            counts = await DeviceRepository(connection).counts()
        self._tell(counts)
        self._loop = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End after the batch that is under way."""
        self._stopping = True
        self.wake()
        if self._loop is not None:
            await self._loop

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
        counts = await self._hub.transact(lambda tx: self._apply(tx, after, entries))
        if counts is None:  # another projector was faster
            self._reader = None
            return len(entries)
        self._after = entries[-1].seq
        self._tell(counts)
        self._deliveries.wake()
        await asyncio.to_thread(forget, self._folder, self._after)
        return len(entries)

    async def _run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            more = 0
            try:
                more = await self.step()
            except Unavailable:
                log.warning("journal waits for the database")
            except Exception:
                log.exception("journal projection failed")
            if more:
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(SAFETY_POLL_S):
                    await self._woken.wait()

    async def _apply(
        self, transaction: HubTransaction, after: int, entries: list[Entry]
    ) -> dict[str, int] | None:
        offset = OffsetRepository(transaction.connection, JOURNAL)
        if not await offset.advance(after, entries[-1].seq):
            return None
        touched: set[str] = set()
        for entry in entries:
            touched |= await self._project(transaction, entry)
        counts = dict.fromkeys(touched, 0)
        for device in await DeviceRepository(transaction.connection).of(touched):
            counts[device.number] += 1
        return counts

    async def _project(self, transaction: HubTransaction, entry: Entry) -> set[str]:
        devices = DeviceRepository(transaction.connection)
        match entry.fact:
            case BindingAdded() as added:
                device = await devices.put(added)
                await self._deliveries.registered(transaction.connection, device)
                return {added.number}
            case BindingRemoved() as removed:
                await devices.remove(removed.number, removed.contact)
                if self._alerts is not None:
                    await self._alerts.gone(transaction.connection, removed, entry.at_ms)
                return {removed.number}
            case BindingQualified():
                return set()  # the PBX tells it of each device when asked
            case MessageRelayed() as relayed:
                if 200 <= relayed.status < 300:
                    await self._keep(transaction, relayed)
                return set()
            case AddressBanned() | AddressUnbanned() | TrunkChanged():
                return set()
            case _:
                return set()  # calls

    async def _keep(self, transaction: HubTransaction, relayed: MessageRelayed) -> None:
        try:
            await self._chats.relayed(transaction, relayed)
        except Unavailable:
            raise
        except EngageError as refused:  # a text we do not take must not stop the journal
            log.warning("relayed text not kept", extra={"id": relayed.id, "code": refused.code})

    def _tell(self, counts: dict[str, int]) -> None:
        for number, count in counts.items():
            if self._counts.get(number, 0) != count:
                self._counts[number] = count
                self._presence.devices(number, count)
                self._events.publish(DevicesChanged(number, count))
