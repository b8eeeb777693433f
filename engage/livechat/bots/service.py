"""A bot's side of a chat: it is given visitors, answers, and gives them to people."""

from __future__ import annotations

import json
import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from engage.errors import EngageError, Forbidden, NotFound
from engage.hub.model import ConversationClosed, StaleOwner, clean_text
from engage.livechat.bots.model import (
    BOT_ASKED,
    BOT_FAILED,
    BOT_REMOVED,
    BOT_SILENT,
    LIFE_MS,
    MESSAGE,
    OVER,
    STARTED,
    VISITOR_ASKED,
    Bot,
    Said,
    read_reply,
)
from engage.livechat.bots.repository import BotRepository
from engage.livechat.model import ACTIVE, ENDED, WAITING
from engage.livechat.repository import LiveChatRepository
from engage.livechat.waiting import VISITOR_GONE_MS
from engage.livechat.webhooks.writing import about, event_data

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.hub.model import Appended, Event
    from engage.hub.service import Hub, HubTransaction
    from engage.identifiers import Clock
    from engage.livechat.bots.leaving import Leaving
    from engage.livechat.bots.registry import BotRegistry
    from engage.livechat.model import Inquiry, LiveChat, Visitor
    from engage.livechat.webhooks.model import Attempt, Delivery
    from engage.livechat.webhooks.writing import Writing
    from engage.storage.database import Database

log = logging.getLogger(__name__)
_NOBODYS = -1
"""An owner epoch that no conversation has."""


class Bots:
    """What bots do; each check of rights is here.

    A bot serves under an owner epoch like an agent: what it says later than that is refused, and
    kept as a note for whoever serves the visitor now.
    """

    def __init__(
        self,
        database: Database,
        hub: Hub,
        registry: BotRegistry,
        writing: Writing,
        leaving: Leaving,
        clock: Clock,
    ) -> None:
        self._database, self._hub = database, hub
        self._registry, self._writing, self._leaving = registry, writing, leaving
        self._clock = clock

    def serves(self, livechat: LiveChat, closed: str | None) -> bool:
        """Whether visitors of a live chat are given to its bot now."""
        bot = self._registry.of(livechat.id)
        return bot is not None and bot.serves(self._clock(), closed)

    async def take(
        self, transaction: HubTransaction, livechat: LiveChat, inquiry: Inquiry, closed: str | None
    ) -> bool:
        """Give a visitor who has just come to the live chat's bot; False where people serve."""
        bot = self._registry.of(livechat.id)
        if bot is None or not bot.serves(self._clock(), closed):
            return False
        conversation_id, author = inquiry.conversation_id, bot.author
        changed = await transaction.change(
            conversation_id,
            expect_state=(WAITING,),
            expect_epoch=inquiry.epoch,
            state=ACTIVE,
            owner=author.stored,
            owner_name=author.name,
        )
        if changed is None:
            return False
        await transaction.join(conversation_id, author.stored, author.name)
        who = {"id": bot.id, "name": author.name}
        body = {"agent": who, "epoch": changed.owner_epoch}
        await transaction.append(conversation_id, author, "assigned", body)
        state = {"state": ACTIVE, "by": who}
        await transaction.append(conversation_id, author, "state", state)
        return True

    async def removed(self, bot_id: str) -> None:
        """A bot serves no more: people take over all its visitors."""
        async with self._database.read() as connection:
            served = await BotRepository(connection).served()
        for each in served:
            if each.bot_id == bot_id:
                await self._leaving.hand_over(each.conversation_id, BOT_REMOVED)

    async def person_wanted(self, who: str, conversation_id: str) -> None:
        """The visitor wants to talk to a person; asking again changes nothing.

        Raises:
            NotFound: it is not a chat of theirs.
        """
        await self._hub.require_participant(who, conversation_id)
        await self._leaving.hand_over(conversation_id, VISITOR_ASKED)

    async def say(
        self, bot: Bot, conversation_id: str, epoch: int, client_id: str, said: Said
    ) -> Appended:
        """Store what a bot says under the epoch it knows.

        Raises:
            NotFound: it is no chat of its live chat.
            StaleOwner: somebody else serves the visitor; the text is kept as a note.
            ConversationClosed: the chat is over.
        """
        inquiry = await self._check(bot, conversation_id)
        # The hub compares numbers, not owners: one that is not this bot's own is no epoch at all.
        # What was stored in the bot's time is recognised before that.
        mine = (inquiry.owner, inquiry.epoch) == (bot.author.stored, epoch)
        body: dict[str, Any] = {"text": clean_text(said.text)}
        if said.choices:
            body["choices"] = [clean_text(each) for each in said.choices]
        try:
            appended = await self._hub.append(
                conversation_id,
                bot.author,
                "message",
                body,
                client_id=client_id,
                epoch=epoch if mine else _NOBODYS,
                also=self._answered,
            )
        except (StaleOwner, ConversationClosed):
            await self._keep_late(bot, conversation_id, client_id, body["text"])
            raise
        return appended

    async def _keep_late(self, bot: Bot, conversation_id: str, client_id: str, text: str) -> None:
        """What comes too late is for whoever serves now, if the bot has ever served there."""
        async with self._database.read() as connection:
            if not await BotRepository(connection).has_served(conversation_id, bot.author.stored):
                return
        late, client_id = {"text": text, "late": True}, f"late-{client_id}"[:64]
        await self._hub.append(conversation_id, bot.author, "note", late, client_id=client_id)

    async def types(self, bot: Bot, conversation_id: str) -> None:
        """Show the visitor that a bot is at work.

        Raises:
            NotFound: it does not serve this visitor.
        """
        await self._hub.typing(bot.author.stored, bot.author, conversation_id)

    async def gives_up(self, bot: Bot, conversation_id: str, epoch: int, note: str) -> None:
        """A bot wants people to take over.

        Raises:
            NotFound: it is no chat of its live chat.
            StaleOwner: it does not serve this visitor any more.
        """
        await self._check(bot, conversation_id)
        if not await self._leaving.hand_over(conversation_id, BOT_ASKED, epoch, note):
            raise StaleOwner

    async def events(self, bot: Bot, conversation_id: str, after: int) -> Any:
        """What was said, for a bot that serves the visitor.

        Raises:
            NotFound: it does not.
        """
        return await self._hub.resume(bot.author.stored, conversation_id, after)

    async def stored(
        self,
        connection: AsyncConnection,
        event: Event,
        livechat: LiveChat,
        inquiry: Inquiry,
        visitor: Visitor,
    ) -> None:
        """A new event of a chat: tell the bot that serves it, which may then owe an answer."""
        bot = self._registry.of(livechat.id)
        if bot is None or not bot.endpoint.enabled:
            return
        what = _told(event, inquiry, bot)
        if what is None:
            return
        now = self._clock()
        if what == MESSAGE:
            await BotRepository(connection).owes(
                event.conversation_id, now + bot.terms.answer_within_s * 1000
            )
        data = {**about(livechat, inquiry, visitor), "event": event_data(event)}
        await self._writing.put(
            connection,
            [bot.endpoint],
            what,
            data,
            event.conversation_id,
            event.at_ms,
            life_ms=LIFE_MS,
        )

    async def answer(self, delivery: Delivery, made: Attempt, body: bytes) -> None:
        """A bot answered what it was told, or did not: then people take over at once."""
        if delivery.conversation_id is None or delivery.type == OVER:
            return
        bot = self._registry.by_id(delivery.endpoint_id)
        told = _epoch_of(delivery)
        if bot is None or told is None:
            return
        if not made.succeeded:
            await self._leaving.hand_over(delivery.conversation_id, BOT_FAILED, told)
            return
        reply = read_reply(body)
        if reply.problems:
            log.warning("bot's answer not understood", extra={"problem": reply.problems[0]})
        for number, said in enumerate(reply.said):
            client_id = f"{delivery.id}-{number}"
            try:
                await self.say(bot, delivery.conversation_id, told, client_id, said)
            except EngageError as refused:
                log.info("bot's answer refused", extra={"why": refused.code})
        if reply.hands_over:
            await self._leaving.hand_over(delivery.conversation_id, BOT_ASKED, told, reply.note)

    async def run(self) -> int:
        """Do what is due at this moment; tells how much.

        Bots that are silent or serve no more (even if the server was killed before it could hand
        over), and visitors who went.
        """
        now, done = self._clock(), 0
        async with self._database.read() as connection:
            rows = BotRepository(connection)
            late, served = await rows.late(now), await rows.served()
        for conversation_id in late:
            if await self._leaving.hand_over(conversation_id, BOT_SILENT):
                done += 1
            else:  # somebody else serves the visitor already, or it is over
                await self._database.write(partial(_settled, conversation_id))
        for each in served:
            bot = self._registry.by_id(each.bot_id)
            if bot is None or not bot.endpoint.enabled:
                done += await self._leaving.hand_over(each.conversation_id, BOT_REMOVED)
            elif each.away_since_ms is not None and each.away_since_ms <= now - VISITOR_GONE_MS:
                done += await self._leaving.gone(each.conversation_id)
        return done

    async def _answered(self, connection: AsyncConnection, event: Event) -> None:
        await BotRepository(connection).answered(event.conversation_id)

    async def _check(self, bot: Bot, conversation_id: str) -> Inquiry:
        async with self._database.read() as connection:
            inquiry = await LiveChatRepository(connection).inquiry(conversation_id)
        if inquiry is None or inquiry.livechat_id != bot.livechat_id:
            raise NotFound
        if not bot.endpoint.enabled:
            raise Forbidden
        return inquiry


def _told(event: Event, inquiry: Inquiry, bot: Bot) -> str | None:
    """What an event is to the bot of its live chat; None: nothing that concerns it."""
    mine = inquiry.owner == bot.author.stored
    match event.kind:
        case "assigned" if mine:
            return STARTED
        case "message" | "file" if mine and event.author.kind == "visitor":
            return MESSAGE
        case "state" if mine and event.body.get("state") == ENDED:
            return OVER
        case "state" if str(event.body.get("reason", "")).startswith(("bot_", "visitor_asked")):
            return OVER
        case _:
            return None


async def _settled(conversation_id: str, connection: AsyncConnection) -> None:
    await BotRepository(connection).answered(conversation_id)


def _epoch_of(delivery: Delivery) -> int | None:
    epoch = json.loads(delivery.payload)["data"].get("conversation", {}).get("epoch")
    return epoch if isinstance(epoch, int) else None
