"""Requests of people about their data: it is found, given to them, erased with proof."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import func, insert, or_, select

from engage.errors import NotFound
from engage.identifiers import new_id
from engage.livechat.erasing import erase
from engage.livechat.events import ConversationsErased
from engage.livechat.model import OFFLINE
from engage.livechat.repository import LiveChatRepository
from engage.privacy.model import Asked, Holdings, NobodyKnown, Person, StillTalking
from engage.privacy.persons import find
from engage.privacy.proof import Erasure
from engage.privacy.remains import blot_out, remains
from engage.privacy.traces import TRACES, numbers_calls
from engage.storage.tables import (
    calls,
    consents,
    conversations,
    erasures,
    files,
    recordings,
)
from engage.system.actor import Module
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.events import Events
    from engage.hub.service import Hub, HubTransaction
    from engage.identifiers import Clock
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
        callers: Callers,
        notary: Notary,
        clock: Clock,
    ) -> None:
        self._database, self._hub, self._events = database, hub, events
        self._shelf, self._sound, self._callers = shelf, sound, callers
        self._notary, self._clock = notary, clock

    async def look(self, actor: Actor, asked: Asked) -> tuple[Person, Holdings]:
        """What is stored of a person.

        Raises:
            Forbidden: without the right to see personal data.
            NobodyKnown: nothing is.
        """
        actor.check(Module.PERSONAL_DATA, "view")
        async with self._database.read() as connection:
            person = await find(connection, asked)
            holdings = await _holdings(connection, person)
        if not any(holdings.counts.values()):
            raise NobodyKnown
        return person, holdings

    async def erase(self, actor: Actor, asked: Asked) -> Erasure:
        """Erase everything of a person that is not somebody else's too, and prove it.

        What a crash leaves undone is found when it is asked for again; nothing is proven before
        it is done.

        Raises:
            Forbidden: without the right to erase.
            NobodyKnown: nothing is stored.
            StillTalking: they are in a chat now.
        """
        actor.check(Module.PERSONAL_DATA)
        person, holdings = await self.look(actor, asked)
        if person.running:
            raise StillTalking
        counts = Counter(holdings.counts)
        await self._sound.drop_of(await self._calls_of(person))
        async with self._database.read() as connection:
            numbered = await numbers_calls(connection, person)
        await self._sound.drop_of(numbered)
        await self._hub.transact(lambda each: self._wipe(each, actor, person, counts))
        for start in range(0, len(person.conversations), PORTION):
            await self._erase_chats(person.conversations[start : start + PORTION])
        for visitor in person.visitors:
            await self._shelf.remove_of(visitor.who)
        await self._callers.sweep()
        await self._database.settle()
        async with self._database.read() as connection:
            left = await remains(connection, person.words)
        return await self._prove(actor, counts, left)

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

    async def _calls_of(self, person: Person) -> list[str]:
        query = select(calls.c.id).where(calls.c.conversation.in_(person.conversations))
        async with self._database.read() as connection:
            return list((await connection.execute(query)).scalars())

    async def _wipe(
        self, transaction: HubTransaction, actor: Actor, person: Person, counts: Counter[str]
    ) -> None:
        """All but the chats, by which the person would be found again if this were undone."""
        connection = transaction.connection
        for trace in TRACES:
            counts[trace.name] = await trace.wipe(connection, person)
        counts["operations"] = await blot_out(connection, person.words)
        detail = {name: many for name, many in sorted(counts.items()) if many}
        await note(connection, actor, "person.erase", "person:", detail, at_ms=self._clock())

    async def _erase_chats(self, conversation_ids: Sequence[str]) -> None:
        async def work(transaction: HubTransaction) -> tuple[str, ...]:
            rows = LiveChatRepository(transaction.connection)
            found = [await rows.inquiry(each) for each in conversation_ids]
            return await erase(transaction, [each for each in found if each is not None])

        erased = await self._hub.transact(work)
        await self._shelf.remove_said_in(erased)
        self._events.publish(ConversationsErased(erased))

    async def _prove(
        self, actor: Actor, counts: Mapping[str, int], left: Mapping[str, int]
    ) -> Erasure:
        async def work(connection: AsyncConnection) -> Erasure:
            query = select(erasures).order_by(erasures.c.id.desc()).limit(1)
            row = (await connection.execute(query)).one_or_none()
            previous = None if row is None else _erasure(row)
            removed = {name: many for name, many in counts.items() if many}
            made = self._notary.sign(new_id(), self._clock(), actor.who, removed, left, previous)
            values: dict[str, Any] = {
                "id": made.id,
                "at_ms": made.at_ms,
                "document": made.document,
                "signature": made.signature,
            }
            await connection.execute(insert(erasures).values(values))
            return made

        return await self._database.write(work)


async def _holdings(connection: AsyncConnection, person: Person) -> Holdings:
    chats, whos = person.conversations, [each.who for each in person.visitors]
    theirs = or_(files.c.conversation_id.in_(chats), files.c.owner.in_(whos))
    left = (conversations.c.id.in_(chats), conversations.c.state == OFFLINE)
    in_chats = calls.c.conversation.in_(chats)

    async def many(*conditions: Any, of: Any) -> int:
        return int(
            await connection.scalar(select(func.count()).select_from(of).where(*conditions)) or 0
        )

    messages = await many(*left, of=conversations)
    counts = {
        "visitors": len(person.visitors),
        "conversations": len(chats) - messages,
        "offline_messages": messages,
        "consents": await many(consents.c.conversation_id.in_(chats), of=consents),
        "files": await many(theirs, of=files),
        "calls": await many(in_chats, of=calls),
        "recordings": await many(
            recordings.c.call.in_(select(calls.c.id).where(in_chats)), of=recordings
        ),
    }
    for trace in TRACES:
        counts[trace.name] = len(await trace.rows(connection, person))
    size = select(func.coalesce(func.sum(func.coalesce(files.c.size, files.c.length)), 0))
    return Holdings(counts, int(await connection.scalar(size.where(theirs)) or 0))


def _erasure(row: Row[Any]) -> Erasure:
    return Erasure(row.id, row.at_ms, row.document, row.signature)
