"""What telephony itself keeps of the PBX's journal: registered phones, and texts they exchanged."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from engage.errors import EngageError, Unavailable
from engage.telephony.events import DevicesChanged
from engage.telephony.repository import DeviceRepository
from pbxcore.journal import (
    BindingAdded,
    BindingRemoved,
    EmergencyCalled,
    MediaWorkerLost,
    MessageRelayed,
    TrunkChanged,
    TrunkCrowded,
    TrunkUsed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engage.events import Events
    from engage.hub.service import HubTransaction
    from engage.storage.database import Database
    from engage.telephony.alerts import PhoneAlerts
    from engage.telephony.deliveries import Deliveries
    from engage.telephony.model import DirectChats, PhoneCounts
    from pbxcore.journal import Entry

log = logging.getLogger(__name__)


class RegisteredPhones:
    """Follows phones that come and go.

    Args:
        database: read for the phones' counts.
        chats: takes the texts that phones exchanged.
        deliveries: hears of phones that registered.
        presence: hears how many phones an extension has.
        events: hears `DevicesChanged`.
        alerts: tells administrators of phones that vanished.
    """

    def __init__(
        self,
        database: Database,
        *,
        chats: DirectChats,
        deliveries: Deliveries,
        presence: PhoneCounts,
        events: Events,
        alerts: PhoneAlerts | None = None,
    ) -> None:
        self._database = database
        self._chats, self._deliveries = chats, deliveries
        self._presence, self._events = presence, events
        self._alerts = alerts
        self._counts: dict[str, int] = {}

    async def start(self) -> None:
        """Tell presence what is known."""
        async with self._database.read() as connection:
            counts = await DeviceRepository(connection).counts()
        self._tell(counts)

    async def project(
        self, transaction: HubTransaction, entries: Sequence[Entry]
    ) -> Callable[[], None]:
        """Keep what these entries change."""
        touched: set[str] = set()
        for entry in entries:
            touched |= await self._project(transaction, entry)
        counts = dict.fromkeys(touched, 0)
        for device in await DeviceRepository(transaction.connection).of(touched):
            counts[device.number] += 1
        return partial(self._written, counts)

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
            case (
                EmergencyCalled()
                | TrunkChanged()
                | TrunkCrowded()
                | TrunkUsed()
                | MediaWorkerLost() as told
            ):
                if self._alerts is not None:
                    await self._alerts.happened(transaction.connection, told, entry.at_ms)
                return set()
            case MessageRelayed() as relayed:
                if 200 <= relayed.status < 300:
                    await self._keep(transaction, relayed)
                return set()
            case _:
                return set()  # what others keep, or what the PBX tells when it is asked

    async def _keep(self, transaction: HubTransaction, relayed: MessageRelayed) -> None:
        try:
            await self._chats.relayed(transaction, relayed)
        except Unavailable:
            raise
        except EngageError as refused:  # a text we do not take must not stop the journal
            log.warning("relayed text not kept", extra={"id": relayed.id, "code": refused.code})

    def _written(self, counts: dict[str, int]) -> None:
        self._tell(counts)
        self._deliveries.wake()

    def _tell(self, counts: dict[str, int]) -> None:
        for number, count in counts.items():
            if self._counts.get(number, 0) != count:
                self._counts[number] = count
                self._presence.devices(number, count)
                self._events.publish(DevicesChanged(number, count))
