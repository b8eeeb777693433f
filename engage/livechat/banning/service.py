"""Asks for bans, decides about them, and keeps the banned out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engage.errors import NotFound
from engage.identifiers import new_id
from engage.livechat.banning.ending import end_chats
from engage.livechat.banning.model import (
    ASKED,
    BAN,
    BANNED,
    LASTS_MS,
    LIFTED,
    REFUSED,
    AlreadyDecided,
    Ban,
    network_to_ban,
)
from engage.livechat.banning.repository import BanRows
from engage.livechat.events import ConversationEnded, ConversationsErased, InquiryMissed
from engage.livechat.limits import network_of
from engage.livechat.model import WAITING
from engage.livechat.repository import LiveChatRepository
from engage.people.events import SessionEnded
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.events import Events
    from engage.hub.delivery import Delivery
    from engage.hub.service import Hub
    from engage.identifiers import Clock
    from engage.livechat.limits import Limits
    from engage.livechat.livechats import LiveChats
    from engage.livechat.lobby import Lobby
    from engage.livechat.model import Inquiry, LiveChat, Visitor
    from engage.livechat.oversight import Oversight
    from engage.storage.database import Database
    from engage.system.actor import Actor

KEPT_MS = 90 * 24 * 3_600_000
"""How long those are listed that keep nobody out any more."""


@dataclass(frozen=True, slots=True)
class Decider:
    """Who asks or decides: with the rights, and with the name that people see."""

    actor: Actor
    name: str


class Bans:
    """All bans in memory: every page and every token is looked up here."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        delivery: Delivery,
        lobby: Lobby,
        livechats: LiveChats,
        oversight: Oversight,
        limits: Callable[[], Limits],
        events: Events,
        clock: Clock,
    ) -> None:
        self._database, self._hub, self._delivery = database, hub, delivery
        self._lobby, self._livechats, self._oversight = lobby, livechats, oversight
        self._limits, self._events, self._clock = limits, events, clock
        self._all: dict[str, Ban] = {}
        events.subscribe(ConversationsErased, self._erased)
        self.stored: Callable[[AsyncConnection, str, Ban], Awaitable[None]] | None = None
        """Told what was done about a ban, in the transaction that does it."""

    async def load(self) -> None:
        """Read them; what has been over for long goes."""
        before_ms = self._clock() - KEPT_MS

        async def work(connection: AsyncConnection) -> list[Ban]:
            rows = BanRows(connection)
            await rows.drop_over(before_ms)
            return await rows.all()

        await self._database.write(work, committed=self._replace)

    def is_banned(self, livechat_id: str, visitor_id: str) -> bool:
        """Whether a visitor is kept out."""
        return any(
            each.visitor_id == visitor_id and each.livechat_id == livechat_id
            for each in self._holding()
        )

    def shuts_out(self, livechat_id: str, address: str) -> bool:
        """Whether whoever comes from an address is kept out of a live chat."""
        holding = [each for each in self._holding() if each.livechat_id == livechat_id]
        if not any(each.network for each in holding):
            return False
        network = network_of(address)
        return any(each.network == network for each in holding)

    def listed(self, actor: Actor) -> list[Ban]:
        """Those of the live chats that somebody looks after, the newest first."""
        overseen = {each.id for each in self._oversight.livechats(actor, "view")}
        found = [each for each in self._all.values() if each.livechat_id in overseen]
        return sorted(found, key=lambda each: (each.asked_at_ms, each.id), reverse=True)

    def about(self, visitor_id: str) -> Ban | None:
        """What is asked for or holds about a visitor."""
        now = self._clock()
        concerning = [each for each in self._all.values() if each.visitor_id == visitor_id]
        return next((each for each in concerning if each.state == ASKED or each.holds(now)), None)

    async def may_ask(self, by: Decider, conversation_id: str) -> None:
        """Let those pass who follow a chat or decide about its visitor.

        Raises:
            NotFound: neither.
        """
        _, _, livechat = await self._found(conversation_id)
        if not self._oversight.may(by.actor, livechat):
            await self._hub.require_participant(by.actor.who, conversation_id)

    async def ask(self, by: Decider, conversation_id: str, duration: str, reason: str) -> Ban:
        """Ban the visitor of a chat, or ask for it: whoever may decide has decided by that.

        Raises:
            NotFound: neither does somebody follow this chat nor decide about its visitor.
            AlreadyDecided: the visitor is banned already.
        """
        await self.may_ask(by, conversation_id)
        inquiry, visitor, livechat = await self._found(conversation_id)
        decides = self._oversight.may(by.actor, livechat)
        now = self._clock()
        ban = Ban(
            id=new_id(),
            livechat_id=livechat.id,
            visitor_id=visitor.id,
            visitor_name=visitor.name,
            network=network_to_ban(visitor.address, self._limits()),
            conversation_id=conversation_id,
            number=inquiry.number,
            reason=reason,
            duration=duration,
            state=ASKED,
            asked_by=by.actor.who,
            asked_by_name=by.name,
            asked_at_ms=now,
        )

        async def work(connection: AsyncConnection) -> Ban:
            if self.is_banned(livechat.id, visitor.id):
                raise AlreadyDecided
            rows = BanRows(connection)
            earlier = await rows.asked_for(visitor.id)
            if earlier is not None and not decides:
                return earlier
            asked = ban if earlier is None else replace(earlier, duration=duration)
            if earlier is None:
                await rows.add(asked)
            if decides:
                asked = self._confirmed(by, asked, duration)
                await rows.change(asked)
            await self._note(connection, by.actor, "ban" if decides else "ask_ban", asked)
            return asked

        stored = await self._database.write(work, committed=self._keep)
        await (self._carry_out(stored) if decides else self._tell(livechat, stored))
        return stored

    async def confirm(self, by: Decider, ban_id: str, duration: str | None = None) -> Ban:
        """Do what was asked for, for this long or as long as was asked.

        Raises:
            NotFound: there is none, or not for this person.
            AlreadyDecided: somebody was faster.
        """

        def decided(ban: Ban) -> Ban:
            if ban.state != ASKED:
                raise AlreadyDecided
            return self._confirmed(by, ban, duration or ban.duration)

        stored = await self._change(by, ban_id, "ban", decided)
        await self._carry_out(stored)
        return stored

    async def refuse(self, by: Decider, ban_id: str) -> Ban:
        """Do not do what was asked for.

        Raises:
            NotFound: there is none, or not for this person.
            AlreadyDecided: somebody was faster.
        """

        def decided(ban: Ban) -> Ban:
            if ban.state != ASKED:
                raise AlreadyDecided
            now = self._clock()
            return replace(ban, state=REFUSED, decided_by_name=by.name, decided_at_ms=now)

        return await self._change(by, ban_id, "refuse_ban", decided)

    async def lift(self, by: Decider, ban_id: str) -> Ban:
        """Let somebody in again.

        Raises:
            NotFound: there is none, or not for this person.
            AlreadyDecided: it keeps nobody out.
        """

        def decided(ban: Ban) -> Ban:
            if not ban.holds(self._clock()):
                raise AlreadyDecided
            return replace(ban, state=LIFTED, lifted_by_name=by.name, lifted_at_ms=self._clock())

        return await self._change(by, ban_id, "unban", decided)

    def _confirmed(self, by: Decider, ban: Ban, duration: str) -> Ban:
        now, lasts_ms = self._clock(), LASTS_MS[duration]
        return replace(
            ban,
            state=BANNED,
            duration=duration,
            decided_by_name=by.name,
            decided_at_ms=now,
            until_ms=None if lasts_ms is None else now + lasts_ms,
        )

    async def _change(
        self, by: Decider, ban_id: str, action: str, decided: Callable[[Ban], Ban]
    ) -> Ban:
        known = self._all.get(ban_id)
        if known is None:
            raise NotFound
        livechat = self._livechats.by_id(known.livechat_id)
        if not self._oversight.may(by.actor, livechat, "view"):
            raise NotFound
        self._oversight.check(by.actor, livechat)

        async def work(connection: AsyncConnection) -> Ban:
            rows = BanRows(connection)
            held = await rows.get(ban_id)
            if held is None:
                raise NotFound
            changed = decided(held)
            await rows.change(changed)
            await self._note(connection, by.actor, action, changed)
            return changed

        stored = await self._database.write(work, committed=self._keep)
        await self._tell(livechat, stored)
        return stored

    async def _carry_out(self, ban: Ban) -> None:
        """Open chats end before the visitor's sockets are closed: they are told why."""
        ended = await self._hub.transact(
            lambda transaction: end_chats(transaction, self._lobby, ban, self._clock())
        )
        for each in ended:
            self._lobby.forget(each.conversation_id)
            fact = InquiryMissed if each.state == WAITING else ConversationEnded
            self._events.publish(fact(each.conversation_id, ban.livechat_id, BAN))
        for visitor_id in dict.fromkeys((ban.visitor_id, *(each.visitor_id for each in ended))):
            self._events.publish(SessionEnded(visitor_id, BAN))

    async def _tell(self, livechat: LiveChat, ban: Ban) -> None:
        """Let the chairmen's pages know."""
        chairmen = self._oversight.chairmen(livechat)
        payload = {
            "id": ban.id,
            "state": ban.state,
            "visitor": ban.visitor_name,
            "asked_by": ban.asked_by_name,
            "livechat": livechat.name,
        }
        self._delivery.send(chairmen, "ban", payload)

    async def _found(self, conversation_id: str) -> tuple[Inquiry, Visitor, LiveChat]:
        async with self._database.read() as connection:
            rows = LiveChatRepository(connection)
            inquiry = await rows.inquiry(conversation_id)
            visitor = None if inquiry is None else await rows.visitor(inquiry.visitor_id)
        if inquiry is None or visitor is None:
            raise NotFound
        return inquiry, visitor, self._livechats.by_id(inquiry.livechat_id)

    async def _note(self, connection: AsyncConnection, actor: Actor, action: str, ban: Ban) -> None:
        detail = {"chat": ban.number, "duration": ban.duration, "network": ban.network}
        subject = f"livechat:{ban.livechat_id}"
        await note(connection, actor, f"livechat.{action}", subject, detail, at_ms=self._clock())
        if self.stored is not None:
            await self.stored(connection, action, ban)

    async def _erased(self, _: ConversationsErased) -> None:
        """With a person their bans may be gone: nothing of them stays in memory."""
        await self.load()

    def _keep(self, ban: Ban) -> None:
        self._all[ban.id] = ban

    def _replace(self, bans: Sequence[Ban]) -> None:
        """In the order of the commits: none that was stored meanwhile is lost."""
        self._all = {each.id: each for each in bans}

    def _holding(self) -> list[Ban]:
        now = self._clock()
        return [each for each in self._all.values() if each.holds(now)]
