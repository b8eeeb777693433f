"""Records of live chats: what administrators, agents and chairmen may read, keep and remove."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engage.chat_records.model import EVERYTHING, Record, Scope, StillOpen
from engage.chat_records.queries import RecordRepository
from engage.errors import Forbidden, NotFound
from engage.hub.wire import event_json
from engage.livechat.desk import Agent
from engage.livechat.erasing import erase
from engage.livechat.events import ConversationsErased
from engage.livechat.model import OPEN_STATES
from engage.livechat.outcomes import Outcome, OutcomeRows
from engage.livechat.repository import LiveChatRepository
from engage.people.model import Grant
from engage.system.actor import Module
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.chat_records.model import Found, Order, Wanted
    from engage.events import Events
    from engage.hub.service import Hub, HubTransaction
    from engage.livechat.handing_over import HandingOver
    from engage.livechat.livechats import LiveChats
    from engage.livechat.model import Consent
    from engage.livechat.oversight import Oversight
    from engage.people.model import Principal
    from engage.storage.database import Database
    from engage.system.actor import Actor

PAGE = 200
"""So many events are read at once."""
BATCH = 500
"""So many records go into a file at once."""


class ChatRecords:
    """Chats of visitors, open ones too; each check of rights is here."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        livechats: LiveChats,
        handing_over: HandingOver,
        oversight: Oversight,
        events: Events,
        may_export: Callable[[], bool],
        indexed: Callable[[], Awaitable[None]],
    ) -> None:
        """Wire it.

        `may_export` tells whether chairmen may keep what was said in others' chats; `indexed`
        waits until what was written can be searched for.
        """
        self._database, self._hub, self._livechats = database, hub, livechats
        self._handing_over, self._oversight = handing_over, oversight
        self._events, self._may_export, self._indexed = events, may_export, indexed

    def scope_of(self, actor: Actor) -> Scope:
        """An administrator sees everything.

        Raises:
            Forbidden: without the right to see records.
        """
        actor.check(Module.LIVECHAT_RECORDS, "view")
        return EVERYTHING

    def own_scope(self, principal: Principal) -> Scope:
        """A user sees their own chats, and those of the queues whose chairman they are.

        Raises:
            Forbidden: without the Wave privilege for live chat.
        """
        if Grant.LIVE_CHAT not in principal.grants:
            raise Forbidden
        every = (*self._livechats.all(), *self._livechats.deleted())
        chairs = self._oversight.is_chairman
        watched = frozenset(each.id for each in every if chairs(principal.who, each))
        return Scope(who=principal.who, watched=watched)

    async def page(
        self, scope: Scope, wanted: Wanted, order: Order, limit: int
    ) -> tuple[list[Record], int]:
        """Chats that fit, and how many there are of them."""
        if wanted.words:
            await self._indexed()
        async with self._database.read() as connection:
            rows = RecordRepository(connection, self._database.dialect)
            found = await rows.page(scope, wanted, order, limit)
            return await self._records(connection, found), await rows.count(scope, wanted)

    async def every(
        self, scope: Scope, wanted: Wanted, order: Order
    ) -> AsyncIterator[list[Record]]:
        """All chats that fit, however many, in portions."""
        while True:
            async with self._database.read() as connection:
                rows = RecordRepository(connection, self._database.dialect)
                found = await rows.page(scope, wanted, order, BATCH)
                some = await self._records(connection, found)
            if some:
                yield some
            if len(some) < BATCH:
                return
            last = some[-1]
            order = replace(order, after=(last.found.place, last.inquiry.number))

    async def get(
        self, scope: Scope, conversation_id: str
    ) -> tuple[Record, Consent | None, list[dict[str, Any]]]:
        """One chat, what its visitor agreed to, and the calls in it.

        Raises:
            NotFound: none that this person may see.
        """
        async with self._database.read() as connection:
            rows = RecordRepository(connection, self._database.dialect)
            record = await self._one(connection, rows, scope, conversation_id)
            consent = await LiveChatRepository(connection).consent(conversation_id)
            return record, consent, await rows.calls(conversation_id)

    async def said(
        self, scope: Scope, conversation_id: str, after: int, limit: int = PAGE
    ) -> tuple[str, list[dict[str, Any]], bool]:
        """The state of a chat, what was said after a sequence, and whether there is more.

        Raises:
            NotFound: no chat that this person may see.
        """
        async with self._database.read() as connection:
            rows = RecordRepository(connection, self._database.dialect)
            record = await self._one(connection, rows, scope, conversation_id)
            found = await rows.said(conversation_id, after, limit + 1)
        shown = [event_json(each, sees_notes=True) for each in found[:limit]]
        return record.inquiry.state, shown, len(found) > limit

    async def transcript(
        self, scope: Scope, conversation_id: str
    ) -> tuple[Record, Consent | None, list[dict[str, Any]]]:
        """A whole chat, to be kept.

        Raises:
            NotFound: none that this person may see.
            Forbidden: a chairman in a chat of others, where chairmen may not.
        """
        record, consent, _ = await self.get(scope, conversation_id)
        if not await self.exportable(scope, conversation_id):
            raise Forbidden
        written: list[dict[str, Any]] = []
        more = True
        while more:
            after = written[-1]["seq"] if written else 0
            _, some, more = await self.said(scope, conversation_id, after)
            written += some
        return record, consent, written

    async def exportable(self, scope: Scope, conversation_id: str) -> bool:
        """Whether somebody may keep this chat: one of theirs, or where chairmen may."""
        return self._may_export() or await self.is_own(scope, conversation_id)

    async def is_own(self, scope: Scope, conversation_id: str) -> bool:
        """Whether it is everybody's who asks, or one that they took part in."""
        own = Scope(scope.everything, scope.who)
        async with self._database.read() as connection:
            rows = RecordRepository(connection, self._database.dialect)
            return await rows.get(own, conversation_id) is not None

    def export_scope(self, scope: Scope) -> Scope:
        """Whose chats somebody may keep as a list."""
        return scope if self._may_export() else Scope(scope.everything, scope.who)

    async def join(self, principal: Principal, conversation_id: str) -> None:
        """A chairman comes into a chat of one of their queues, and writes in it.

        Raises:
            NotFound: none that they watch over.
            Conflict: nobody serves its visitor now.
        """
        scope = self.own_scope(principal)
        record, _, _ = await self.get(scope, conversation_id)
        if record.livechat.id not in scope.watched:
            raise NotFound
        await self._handing_over.join(Agent(principal.id, principal.name), conversation_id)

    async def delete(self, actor: Actor, conversation_id: str) -> None:
        """Remove a chat for good, with its files, its calls' names and its place in the search.

        Raises:
            Forbidden: without the right to remove records.
            NotFound: there is none.
            StillOpen: it is not over.
        """
        actor.check(Module.LIVECHAT_RECORDS)

        async def work(transaction: HubTransaction) -> tuple[str, ...]:
            inquiry = await LiveChatRepository(transaction.connection).inquiry(conversation_id)
            if inquiry is None:
                raise NotFound
            if inquiry.state in OPEN_STATES:
                raise StillOpen
            erased = await erase(transaction, [inquiry])
            livechat = self._livechats.by_id(inquiry.livechat_id)
            detail = {"number": inquiry.number, "livechat": livechat.name}
            subject = f"livechat_record:{conversation_id}"
            await note(transaction.connection, actor, "livechat_record.delete", subject, detail)
            return erased

        self._events.publish(ConversationsErased(await self._hub.transact(work)))

    async def _one(
        self, connection: AsyncConnection, rows: RecordRepository, scope: Scope, wanted: str
    ) -> Record:
        found = await rows.get(scope, wanted)
        if found is None:
            raise NotFound
        [record] = await self._records(connection, [found])
        return record

    async def _records(self, connection: AsyncConnection, found: Sequence[Found]) -> list[Record]:
        people = await LiveChatRepository(connection).visitors(
            list({each.inquiry.visitor_id for each in found})
        )
        names = [each.inquiry.conversation_id for each in found]
        outcomes = await OutcomeRows(connection).of_all(names)
        return [
            Record(
                each,
                people[each.inquiry.visitor_id],
                self._livechats.by_id(each.inquiry.livechat_id),
                outcomes.get(each.inquiry.conversation_id, Outcome()),
            )
            for each in found
        ]
