"""What administrators can do with message broadcasts."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from engage.broadcast.model import (
    BURST,
    BURST_WINDOW_MS,
    LIFE_MS,
    RECIPIENT_LIMIT,
    SENDING_AT_ONCE,
    Broadcast,
    BroadcastNotFound,
    BroadcastOver,
    NothingToRetry,
    OnlyAdministrators,
    check_message,
    check_name,
    check_send_at,
    check_sender,
    state_of,
)
from engage.broadcast.repository import BroadcastDeliveries, BroadcastRepository
from engage.errors import N_, Invalid, TooMany
from engage.identifiers import new_id, now_ms
from engage.system.actor import Actor, Module
from engage.system.operation_log import note
from engage.telephony.events import Outgoing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.broadcast.model import Leg, PhoneTexts, Recipients, Sender, State, Tally
    from engage.broadcast.repository import DeliveryView
    from engage.identifiers import Clock
    from engage.people.model import Principal
    from engage.storage.database import Database
    from engage.system.actor import Level

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NewBroadcast:
    """What an administrator asks to send; `sender_kind` None: a free name."""

    client_id: str | None
    name: str
    sender_kind: str | None
    sender_value: str
    message: str
    extensions: tuple[str, ...]
    extension_groups: tuple[str, ...]
    deliver_to: tuple[Leg, ...]
    send_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class BroadcastView:
    """A broadcast with what became of it; `recipients` are people."""

    broadcast: Broadcast
    tally: Tally
    recipients: int
    due: bool = False

    @property
    def state(self) -> State:
        """As people see it."""
        return state_of(self.broadcast.state, self.tally, due=self.due)


class Broadcasts:
    """Creates, shows, cancels and retries broadcasts; `BroadcastSending` sends them.

    Args:
        database: where the rows are.
        recipients: who may be written to.
        phones: texts to phones.
        wake_sending: called after a commit that left something to send.
        clock: milliseconds UTC.
    """

    def __init__(
        self,
        database: Database,
        recipients: Recipients,
        phones: PhoneTexts,
        wake_sending: Callable[[], None],
        clock: Clock = now_ms,
    ) -> None:
        self._database, self._recipients, self._phones = database, recipients, phones
        self._wake_sending, self._clock = wake_sending, clock
        self._lately: dict[str, deque[int]] = defaultdict(deque)

    async def create(
        self, principal: Principal, address: str, wanted: NewBroadcast
    ) -> tuple[BroadcastView, bool]:
        """Keep a broadcast and begin to send it when its time comes.

        Returns:
            The broadcast, and whether this request has made it (or had made it before).

        Raises:
            Invalid: with the fields that are wrong; nobody to send to.
            TooMany: too many broadcasts at once; a repetition is never refused for this.
        """
        _check(principal, "edit")
        if (known := await self._made_before(wanted.client_id)) is not None:
            return known, False
        broadcast = self._checked(principal, wanted)
        self._check_pace(principal.id)

        async def store(connection: AsyncConnection) -> bool:
            rows = BroadcastRepository(connection)
            if wanted.client_id is not None and await rows.of_client_id(wanted.client_id):
                return False
            if await rows.beginning() >= SENDING_AT_ONCE:
                raise TooMany(2)
            await rows.add(broadcast)
            people = len(self._addressed(broadcast))
            await self._note(connection, principal, address, "create", broadcast, people=people)
            return True

        created = await self._database.write(store)
        self._wake_sending()
        found = await self._made_before(wanted.client_id) if not created else None
        return found or await self.get(principal, broadcast.id), created

    async def page(
        self, principal: Principal, before: str | None, limit: int, search: str = ""
    ) -> list[BroadcastView]:
        """Broadcasts, newest first, from after the one named `before`; those that hold `search`."""
        _check(principal, "view")
        async with self._database.read() as connection:
            found = await BroadcastRepository(connection).page(before, limit, search)
            return await self._views(connection, found)

    async def get(self, principal: Principal, broadcast_id: str) -> BroadcastView:
        """One broadcast.

        Raises:
            BroadcastNotFound: there is none of that id.
        """
        _check(principal, "view")
        async with self._database.read() as connection:
            found = await _existing(BroadcastRepository(connection), broadcast_id)
            return (await self._views(connection, [found]))[0]

    async def deliveries(
        self,
        principal: Principal,
        broadcast_id: str,
        *,
        states: Sequence[str],
        leg: str | None,
        search: str,
        after: tuple[str, str, str] | None,
        limit: int,
    ) -> list[DeliveryView]:
        """Each person and device of a broadcast, by number.

        Raises:
            BroadcastNotFound: there is none of that id.
        """
        _check(principal, "view")
        async with self._database.read() as connection:
            await _existing(BroadcastRepository(connection), broadcast_id)
            return await BroadcastDeliveries(connection).page(
                broadcast_id, states=states, leg=leg, search=search, after=after, limit=limit
            )

    async def cancel(self, principal: Principal, address: str, broadcast_id: str) -> BroadcastView:
        """Send nothing more; what a phone is answering right now keeps its result.

        Raises:
            BroadcastNotFound: there is none of that id.
            BroadcastOver: nothing is left to cancel.
        """
        _check(principal, "edit")

        async def work(connection: AsyncConnection) -> None:
            rows, legs = BroadcastRepository(connection), BroadcastDeliveries(connection)
            found = await _existing(rows, broadcast_id)
            tally = (await legs.tallies([broadcast_id]))[broadcast_id]
            now = self._clock()
            if state_of(found.state, tally) not in ("scheduled", "sending"):
                raise BroadcastOver
            await rows.move(broadcast_id, ("scheduled", "sending"), "cancelled", now)
            await legs.cancel(broadcast_id, now)
            await self._note(connection, principal, address, "cancel", found)

        await self._database.write(work)
        self._wake_sending()
        return await self.get(principal, broadcast_id)

    async def retry(self, principal: Principal, address: str, broadcast_id: str) -> BroadcastView:
        """Try again what failed or expired, and people who have got a phone since.

        Raises:
            BroadcastNotFound: there is none of that id.
            BroadcastOver: it was cancelled.
            NothingToRetry: nothing failed.
        """
        _check(principal, "edit")

        async def work(connection: AsyncConnection) -> None:
            rows, legs = BroadcastRepository(connection), BroadcastDeliveries(connection)
            found = await _existing(rows, broadcast_id)
            if found.state == "cancelled":
                raise BroadcastOver
            now = self._clock()
            count = await legs.retry(broadcast_id, now, now + LIFE_MS)
            count += await self._newly_reachable(connection, found, now)
            if not count:
                raise NothingToRetry
            await self._note(connection, principal, address, "retry", found, count=count)

        await self._database.write(work)
        self._phones.wake()
        self._wake_sending()
        return await self.get(principal, broadcast_id)

    async def _newly_reachable(
        self, connection: AsyncConnection, broadcast: Broadcast, now: int
    ) -> int:
        legs = BroadcastDeliveries(connection)
        without = {each.number: each for each in await legs.phoneless(broadcast.id)}
        more: list[Outgoing] = []
        count = 0
        for device in await self._phones.devices(connection, without):
            count += 1
            if (row := without.pop(device.number, None)) is not None:
                await legs.found_phone(
                    row.id, device.contact, device.user_agent, now, now + LIFE_MS
                )
                continue
            more.append(
                phone_row(broadcast, device.number, self._recipients.name_of(device.number), now)(
                    device.contact, device.user_agent
                )
            )
        await self._phones.enqueue(connection, more)
        return count

    def _checked(self, principal: Principal, wanted: NewBroadcast) -> Broadcast:
        fields: dict[str, str] = {}
        now = self._clock()

        def checked(check: Callable[[], T]) -> T | None:
            try:
                return check()
            except Invalid as wrong:
                fields.update(wrong.fields)
                return None

        name = checked(lambda: check_name(wanted.name))
        sender: Sender | None = checked(
            lambda: check_sender(wanted.sender_value, wanted.sender_kind, self._recipients)
        )
        message = checked(lambda: check_message(wanted.message))
        send_at_ms = checked(lambda: check_send_at(wanted.send_at_ms, now))
        checked(lambda: self._check_people(wanted))
        if not wanted.deliver_to:
            fields["deliver_to"] = N_("Choose phones, Wave or both.")
        if fields or name is None or sender is None or message is None or send_at_ms is None:
            raise Invalid(fields)
        return Broadcast(
            id=new_id(),
            client_id=wanted.client_id,
            name=name,
            sender=sender,
            message=message,
            extensions=tuple(dict.fromkeys(wanted.extensions)),
            extension_groups=tuple(dict.fromkeys(wanted.extension_groups)),
            deliver_to=tuple(dict.fromkeys(wanted.deliver_to)),
            state="scheduled",
            created_by=principal.id,
            created_at_ms=now,
            send_at_ms=send_at_ms,
        )

    def _check_people(self, wanted: NewBroadcast) -> None:
        if not wanted.extensions and not wanted.extension_groups:
            raise Invalid({"extensions": N_("Choose at least one recipient.")})
        for number in wanted.extensions:
            if self._recipients.name_of(number) is None:
                raise Invalid({"extensions": N_("There is no such extension.")}, number=number)
        people = self._recipients.members(list(wanted.extensions), list(wanted.extension_groups))
        if not people:
            raise Invalid({"extension_groups": N_("There are no recipients in this group.")})
        if len(people) > RECIPIENT_LIMIT:
            raise Invalid({"extensions": N_("Choose at most 3,000 recipients.")})

    async def _note(
        self,
        connection: AsyncConnection,
        principal: Principal,
        address: str,
        what: str,
        broadcast: Broadcast,
        **more: object,
    ) -> None:
        await note(
            connection,
            Actor(principal.who, address),
            f"broadcast.{what}",
            f"broadcast:{broadcast.id}",
            {"name": broadcast.name, **more},
            at_ms=self._clock(),
        )

    def _check_pace(self, admin: str) -> None:
        now, lately = self._clock(), self._lately[admin]
        while lately and lately[0] <= now - BURST_WINDOW_MS:
            lately.popleft()
        if len(lately) >= BURST:
            raise TooMany(-(-(lately[0] + BURST_WINDOW_MS - now) // 1000))
        lately.append(now)

    def _addressed(self, broadcast: Broadcast) -> list[str]:
        people = self._recipients.members(
            list(broadcast.extensions), list(broadcast.extension_groups)
        )
        return [each.number for each in people]

    async def _made_before(self, client_id: str | None) -> BroadcastView | None:
        if client_id is None:
            return None
        async with self._database.read() as connection:
            found = await BroadcastRepository(connection).of_client_id(client_id)
            return None if found is None else (await self._views(connection, [found]))[0]

    async def _views(
        self, connection: AsyncConnection, found: list[Broadcast]
    ) -> list[BroadcastView]:
        tallies = await BroadcastDeliveries(connection).tallies(each.id for each in found)
        now = self._clock()
        return [
            BroadcastView(
                each,
                tallies[each.id],
                tallies[each.id].people
                if each.started_at_ms is not None
                else len(self._addressed(each)),
                due=each.send_at_ms <= now,
            )
            for each in found
        ]


def phone_row(
    broadcast: Broadcast, number: str, name: str | None, now: int
) -> Callable[[str, str], Outgoing]:
    """Make the row for one person's phone, given its contact and user agent; none is `offline`."""

    def row(contact: str, user_agent: str) -> Outgoing:
        return Outgoing(
            id=new_id(),
            topic="broadcast",
            topic_id=broadcast.id,
            number=number,
            name=name or number,
            leg="phone",
            sender=broadcast.sender.sip_user,
            sender_name=broadcast.sender.name,
            text=broadcast.message,
            expires_at_ms=now + LIFE_MS,
            device=contact,
            device_name=user_agent,
            state="pending" if contact else "offline",
        )

    return row


async def _existing(rows: BroadcastRepository, broadcast_id: str) -> Broadcast:
    found = await rows.get(broadcast_id)
    if found is None:
        raise BroadcastNotFound
    return found


def _check(principal: Principal, level: Level) -> None:
    if not principal.rights.allow(Module.BROADCAST, level):
        raise OnlyAdministrators
