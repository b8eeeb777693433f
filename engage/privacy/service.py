"""Requests of people about their data: it is found, given to them, erased with proof."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import insert, select

from engage.background import regularly
from engage.errors import NotFound
from engage.identifiers import new_id
from engage.livechat.erasing import erase
from engage.livechat.events import ConversationsErased
from engage.livechat.repository import LiveChatRepository
from engage.privacy.begun import Begun, BegunRows
from engage.privacy.holdings import count
from engage.privacy.model import Asked, Holdings, NobodyKnown, Person, StillTalking, slices
from engage.privacy.persons import find
from engage.privacy.proof import Erasure
from engage.privacy.remains import Remains, blot_out, remains
from engage.privacy.traces import CALLS, TRACES, numbers_calls, of_faxes
from engage.storage.tables import calls, erasures
from engage.system.actor import Module
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.events import Events
    from engage.hub.service import Hub, HubTransaction
    from engage.identifiers import Clock
    from engage.keyring import Keyring
    from engage.privacy.proof import Notary
    from engage.storage.database import Database
    from engage.system.actor import Actor

PORTION = 20
"""So many chats are removed in one transaction: others write in between."""


class Sound(Protocol):
    """Recordings of calls, with their files."""

    async def drop_of(self, call_ids: Sequence[str]) -> int:
        """Remove what was recorded of these calls; how many recordings."""


class Shelf(Protocol):
    """Files that were brought to conversations."""

    async def remove_said_in(self, conversation_ids: Iterable[str]) -> int:
        """Remove what was sent in conversations that are gone."""

    async def remove_of(self, owner: str) -> int:
        """Remove everything that somebody brought."""


class FaxShelf(Protocol):
    """Faxes that were received, with their pages."""

    async def remove(self, which: ColumnElement[bool]) -> int:
        """Remove some of them; how many."""


class Callers(Protocol):
    """Visitors in the records of calls."""

    async def sweep(self) -> int:
        """Forget who called in chats that are there no more."""


class PersonalData:
    """What administrators with the right to it do for a person who asks."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        events: Events,
        shelf: Shelf,
        sound: Sound,
        faxes: FaxShelf,
        callers: Callers,
        notary: Notary,
        keyring: Keyring,
        clock: Clock,
    ) -> None:
        self._database, self._hub, self._events = database, hub, events
        self._shelf, self._sound, self._faxes, self._callers = shelf, sound, faxes, callers
        self._notary, self._keyring, self._clock = notary, keyring, clock
        self._one_at_a_time = asyncio.Lock()
        self._finishing = regularly("finishing of erasures", self.finish_begun, every_s=None)

    async def look(self, actor: Actor, asked: Asked) -> tuple[Person, Holdings]:
        """What is stored of a person.

        Raises:
            Forbidden: without the right to see personal data.
            NobodyKnown: nothing is.
        """
        actor.check(Module.PERSONAL_DATA, "view")
        async with self._database.read() as connection:
            person = await find(connection, asked)
            holdings = await count(connection, person)
        if not any(holdings.counts.values()):
            raise NobodyKnown
        return person, holdings

    async def give(self, actor: Actor, asked: Asked) -> Person:
        """A person whose data are exported: that they are is in the operation log by then.

        Raises:
            Forbidden: without the right to see personal data.
            NobodyKnown: nothing is.
        """
        person, holdings = await self.look(actor, asked)
        detail = _told(holdings.counts)

        async def work(connection: AsyncConnection) -> None:
            await note(connection, actor, "person.export", "person:", detail, at_ms=self._clock())

        await self._database.write(work)
        return person

    async def erase(self, actor: Actor, asked: Asked) -> Erasure:
        """Erase everything of a person that is not somebody else's too, and prove it.

        From its first transaction on it is finished whatever comes between, after a restart if
        need be; nothing is proven before it is done.

        Raises:
            Forbidden: without the right to erase.
            NobodyKnown: nothing is stored.
            StillTalking: they are in a chat now.
        """
        actor.check(Module.PERSONAL_DATA)
        async with self._one_at_a_time:
            person, holdings = await self.look(actor, asked)
            if person.running:
                raise StillTalking
            begun = Begun(new_id(), self._clock(), actor.who, dict(holdings.counts), person)
            detail = _told(begun.counts)

            async def work(connection: AsyncConnection) -> None:
                await BegunRows(connection, self._keyring).add(begun)
                await note(connection, actor, "person.erase", "person:", detail, at_ms=begun.at_ms)

            await self._database.write(work)
            return await self._finish(begun)

    async def start(self) -> None:
        """Begin to finish what a crash has left undone."""
        self._finishing.start()

    async def stop(self) -> None:
        """What is undone is finished at the next start."""
        await self._finishing.stop()

    async def finish_begun(self) -> int:
        """Finish all erasures that were begun and are not proven; how many.

        Raises:
            Unavailable: the database does not answer.
        """
        async with self._one_at_a_time:
            async with self._database.read() as connection:
                begun = await BegunRows(connection, self._keyring).all()
            for each in begun:
                await self._finish(each)
        return len(begun)

    async def _finish(self, begun: Begun) -> Erasure:
        """Every step may be done again."""
        person, counts = begun.person, Counter(begun.counts)
        await self._drop_sound(person)
        for trace in TRACES:
            await trace.wipe(self._database, person)
        if person.numbers:
            await self._faxes.remove(of_faxes(person))
        counts["operations"] = await blot_out(self._database, person.words)
        for chats in slices(person.conversations, PORTION):
            await self._erase_chats(chats)
        for visitor in person.visitors:
            await self._shelf.remove_of(visitor.who)
        await self._callers.sweep()
        await self._database.settle()
        left = await remains(self._database, person.words)
        return await self._prove(begun, counts, left)

    async def proofs(self, actor: Actor) -> list[Erasure]:
        """Every erasure, the latest first.

        Raises:
            Forbidden: without the right to see personal data.
        """
        actor.check(Module.PERSONAL_DATA, "view")
        async with self._database.read() as connection:
            rows = await connection.execute(select(erasures).order_by(erasures.c.id.desc()))
            return [_erasure(row) for row in rows]

    async def proof(self, actor: Actor, erasure_id: str) -> Erasure:
        """One of them.

        Raises:
            NotFound: there is none.
        """
        found = {each.id: each for each in await self.proofs(actor)}
        if erasure_id not in found:
            raise NotFound
        return found[erasure_id]

    @property
    def public_key(self) -> str:
        """With which anybody can check a proof."""
        return self._notary.public_key

    async def _drop_sound(self, person: Person) -> None:
        async with self._database.read() as connection:
            ids = await numbers_calls(connection, person)
            for chats in slices(person.conversations, CALLS):
                query = select(calls.c.id).where(calls.c.conversation.in_(chats))
                ids.extend((await connection.execute(query)).scalars())
        for some in slices(ids, CALLS):
            await self._sound.drop_of(some)

    async def _erase_chats(self, conversation_ids: Sequence[str]) -> None:
        async def work(transaction: HubTransaction) -> tuple[str, ...]:
            rows = LiveChatRepository(transaction.connection)
            found = [await rows.inquiry(each) for each in conversation_ids]
            return await erase(transaction, [each for each in found if each is not None])

        erased = await self._hub.transact(work)
        await self._shelf.remove_said_in(conversation_ids)  # a crash may have come between
        self._events.publish(ConversationsErased(erased))

    async def _prove(self, begun: Begun, counts: Mapping[str, int], left: Remains) -> Erasure:
        removed = {name: many for name, many in counts.items() if many}

        async def work(connection: AsyncConnection) -> Erasure:
            if not await BegunRows(connection, self._keyring).drop(begun.id):
                query = select(erasures).where(erasures.c.id == begun.id)
                return _erasure((await connection.execute(query)).one())  # by another node
            query = select(erasures).order_by(erasures.c.at_ms.desc(), erasures.c.id.desc())
            row = (await connection.execute(query.limit(1))).one_or_none()
            previous = None if row is None else _erasure(row)
            made = self._notary.sign(
                begun.id, self._clock(), begun.by, removed, left.named, previous, left.unread
            )
            values: dict[str, Any] = {
                "id": made.id,
                "at_ms": made.at_ms,
                "document": made.document,
                "signature": made.signature,
            }
            await connection.execute(insert(erasures).values(values))
            return made

        return await self._database.write(work)


def _told(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: many for name, many in sorted(counts.items()) if many}


def _erasure(row: Row[Any]) -> Erasure:
    return Erasure(row.id, row.at_ms, row.document, row.signature)
