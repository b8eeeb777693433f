"""Quick replies: texts that agents keep at hand, their own and those of a live chat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from engage.errors import N_, Conflict, EngageError, Invalid, NotFound, TooLarge
from engage.hub.model import clean_text
from engage.identifiers import new_id, rfc3339
from engage.livechat.form import REQUIRED, TOO_LONG, FieldRefused, line
from engage.livechat.repository import LiveChatRepository
from engage.people.events import ExtensionsDropped
from engage.storage.tables import quick_replies
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.events import Events
    from engage.hub.service import Hub
    from engage.identifiers import Clock
    from engage.livechat.desk import Agent
    from engage.livechat.livechats import LiveChats
    from engage.livechat.model import LiveChat
    from engage.livechat.oversight import Oversight
    from engage.storage.database import Database
    from engage.system.actor import Actor

TITLE_LIMIT, BODY_LIMIT, MOST = 64, 1000, 200
BAD_TEXT = N_("This text holds characters that cannot be taken.")


class TooManyQuickReplies(Conflict):
    """There are as many as one agent, or one live chat, keeps."""

    code = "too_many_quick_replies"
    text = N_("There cannot be more than %(most)d quick replies.")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose it is: an agent's own by extension, or shared in a live chat."""

    extension: str | None = None
    livechat_id: str | None = None

    def owns(self) -> ColumnElement[bool]:
        """The rows that are theirs."""
        if self.extension is not None:
            return quick_replies.c.extension == self.extension
        return quick_replies.c.livechat_id == self.livechat_id


@dataclass(frozen=True, slots=True)
class QuickReply:
    """A text with the title by which it is found."""

    id: str
    owner: Owner
    title: str
    body: str
    changed_at_ms: int


@dataclass(frozen=True, slots=True)
class AtHand:
    """What an agent can say quickly in one conversation, and what stands for its variables."""

    replies: Sequence[QuickReply]
    """By title."""
    variables: Mapping[str, str]


class QuickReplyRows:
    """Rows in, values out; holds no rule and opens no transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, owner: Owner) -> list[QuickReply]:
        """All of one owner, by title."""
        rows = await self._connection.execute(select(quick_replies).where(owner.owns()))
        found = [QuickReply(row.id, owner, row.title, row.body, row.changed_at_ms) for row in rows]
        return sorted(found, key=lambda each: (each.title.casefold(), each.id))

    async def count(self, owner: Owner) -> int:
        """How many somebody has."""
        query = select(func.count()).select_from(quick_replies).where(owner.owns())
        return int(await self._connection.scalar(query) or 0)

    async def add(self, reply: QuickReply) -> None:
        """Store a new one."""
        await self._connection.execute(
            insert(quick_replies).values(
                id=reply.id,
                extension=reply.owner.extension,
                livechat_id=reply.owner.livechat_id,
                title=reply.title,
                body=reply.body,
                changed_at_ms=reply.changed_at_ms,
            )
        )

    async def change(self, reply: QuickReply) -> bool:
        """Store what has changed about one; False when its owner has it no more."""
        changed = await self._connection.execute(
            update(quick_replies)
            .where(quick_replies.c.id == reply.id, reply.owner.owns())
            .values(title=reply.title, body=reply.body, changed_at_ms=reply.changed_at_ms)
        )
        return changed.rowcount > 0

    async def drop(self, owner: Owner, reply_id: str) -> bool:
        """Remove one; False when its owner has it no more."""
        one = quick_replies.c.id == reply_id
        gone = await self._connection.execute(delete(quick_replies).where(one, owner.owns()))
        return gone.rowcount > 0

    async def drop_extensions(self, numbers: Sequence[str]) -> None:
        """Remove all that these had."""
        await self._connection.execute(
            delete(quick_replies).where(quick_replies.c.extension.in_(numbers))
        )


class QuickReplies:
    """Kept by agents for themselves, and by administrators and chairmen for a live chat."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        livechats: LiveChats,
        oversight: Oversight,
        events: Events,
        clock: Clock,
    ) -> None:
        self._database, self._hub, self._livechats = database, hub, livechats
        self._oversight, self._clock = oversight, clock
        events.subscribe(ExtensionsDropped, self._extensions_gone)

    async def at_hand(self, agent: Agent, conversation_id: str) -> AtHand:
        """An agent's own and those of the live chat in which a visitor is served.

        Raises:
            NotFound: the agent does not follow this chat.
        """
        await self._hub.require_participant(agent.who, conversation_id)
        shown = self._hub.shown((await self._hub.conversation(conversation_id)).manners)
        async with self._database.read() as connection:
            inquiry = await LiveChatRepository(connection).inquiry(conversation_id)
            if inquiry is None:
                raise NotFound
            rows = QuickReplyRows(connection)
            own = await rows.of(Owner(extension=agent.number))
            shared = await rows.of(Owner(livechat_id=inquiry.livechat_id))
            visitor = await LiveChatRepository(connection).visitor(inquiry.visitor_id)
        livechat = self._livechats.by_id(inquiry.livechat_id)
        return AtHand(
            sorted([*own, *shared], key=lambda each: (each.title.casefold(), each.id)),
            {
                "VISITOR_NAME": "" if visitor is None else visitor.name,
                "AGENT_NAME": shown.name(agent.number, agent.name),
                "LIVECHAT_NAME": livechat.options.title or livechat.name,
            },
        )

    async def of(self, owner: Owner) -> list[QuickReply]:
        """All of one owner, by title; `shared_owner` asks who may see them."""
        async with self._database.read() as connection:
            return await QuickReplyRows(connection).of(owner)

    def shared_owner(self, actor: Actor, livechat_id: str, *, edit: bool) -> Owner:
        """A live chat as an owner, for those who look after it.

        Raises:
            NotFound: there is no such live chat.
            Forbidden: neither an administrator with the right, nor its chairman.
        """
        livechat = self._kept(livechat_id)
        self._oversight.check(actor, livechat, "edit" if edit else "view")
        return Owner(livechat_id=livechat.id)

    async def add(self, actor: Actor, owner: Owner, title: str, body: str) -> QuickReply:
        """Keep another text.

        Raises:
            Invalid: with a message per field.
            TooManyQuickReplies: the owner has 200.
        """
        reply = QuickReply(new_id(), owner, *_checked(title, body), self._clock())

        async def work(connection: AsyncConnection) -> None:
            rows = QuickReplyRows(connection)
            if await rows.count(owner) >= MOST:
                raise TooManyQuickReplies(most=MOST)
            await rows.add(reply)
            await self._note(connection, actor, "add", reply)

        await self._database.write(work)
        return reply

    async def change(
        self, actor: Actor, owner: Owner, reply_id: str, title: str, body: str
    ) -> QuickReply:
        """Say it differently.

        Raises:
            Invalid: with a message per field.
            NotFound: the owner has no such text.
        """
        reply = QuickReply(reply_id, owner, *_checked(title, body), self._clock())

        async def work(connection: AsyncConnection) -> None:
            if not await QuickReplyRows(connection).change(reply):
                raise NotFound
            await self._note(connection, actor, "change", reply)

        await self._database.write(work)
        return reply

    async def delete(self, actor: Actor, owner: Owner, reply_id: str) -> None:
        """Keep a text no more.

        Raises:
            NotFound: the owner has no such text.
        """

        async def work(connection: AsyncConnection) -> None:
            rows = QuickReplyRows(connection)
            found = [each for each in await rows.of(owner) if each.id == reply_id]
            if not found or not await rows.drop(owner, reply_id):
                raise NotFound
            await self._note(connection, actor, "delete", found[0])

        await self._database.write(work)

    async def _note(
        self, connection: AsyncConnection, actor: Actor, action: str, reply: QuickReply
    ) -> None:
        """What is shared concerns others; an agent's own texts are nobody's business."""
        if (livechat_id := reply.owner.livechat_id) is not None:
            subject = f"livechat:{livechat_id}"
            detail = {"title": reply.title}
            await note(
                connection,
                actor,
                f"livechat.quick_reply.{action}",
                subject,
                detail,
                at_ms=self._clock(),
            )

    def _kept(self, livechat_id: str) -> LiveChat:
        livechat = self._livechats.by_id(livechat_id)
        if livechat.deleted_at_ms is not None:
            raise NotFound
        return livechat

    async def _extensions_gone(self, fact: ExtensionsDropped) -> None:
        await self._database.write(
            lambda connection: QuickReplyRows(connection).drop_extensions(fact.numbers)
        )


def quick_reply_json(reply: QuickReply) -> dict[str, Any]:
    """A quick reply as pages and programs read it."""
    return {
        "id": reply.id,
        "shared": reply.owner.livechat_id is not None,
        "title": reply.title,
        "body": reply.body,
        "changed_at": rfc3339(reply.changed_at_ms),
    }


def _checked(title: str, body: str) -> tuple[str, str]:
    fields: dict[str, str] = {}
    try:
        title = line(title, TITLE_LIMIT)
    except FieldRefused as refused:
        fields["title"] = refused.message
    if not title:
        fields["title"] = REQUIRED
    try:
        body = clean_text(body.strip(), limit=BODY_LIMIT)
    except TooLarge:
        fields["body"] = TOO_LONG
    except EngageError:
        fields["body"] = BAD_TEXT if body.strip() else REQUIRED
    if fields:
        raise Invalid(fields)
    return title, body
