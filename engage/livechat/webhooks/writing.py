"""What happens in a live chat becomes a message, in the transaction that makes it happen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from engage.hub.model import HIDDEN_KINDS
from engage.identifiers import new_id, rfc3339
from engage.livechat.repository import LiveChatRepository
from engage.livechat.webhooks.model import LIFE_MS, Delivery, What, may_concern, type_of
from engage.livechat.webhooks.repository import WebhookRepository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.hub.model import Event
    from engage.identifiers import Clock
    from engage.livechat.banning.model import Ban
    from engage.livechat.livechats import LiveChats
    from engage.livechat.model import Inquiry, LiveChat, Visitor
    from engage.livechat.webhooks.model import Endpoint


class BotsTold(Protocol):
    """Tells bots of what concerns them; `engage.livechat.bots` in the product."""

    async def stored(
        self,
        connection: AsyncConnection,
        event: Event,
        livechat: LiveChat,
        inquiry: Inquiry,
        visitor: Visitor,
    ) -> None:
        """A new event of a chat is stored."""
        ...


class Writing:
    """The hub's tap on live chats; see `engage.hub.transaction.Tap`."""

    def __init__(
        self,
        livechats: LiveChats,
        endpoints: Callable[[], Iterable[Endpoint]],
        written: Callable[[], None],
        clock: Clock,
    ) -> None:
        """`endpoints` are asked for each time; `written`: something waits to be sent."""
        self._livechats, self._endpoints = livechats, endpoints
        self._written, self._clock = written, clock
        self.bots: BotsTold | None = None

    def wants(self, kind: str) -> bool:
        """Whether an event of this kind may have to be told to somebody."""
        return may_concern(kind) and any(each.enabled for each in self._endpoints())

    async def stored(self, connection: AsyncConnection, event: Event) -> None:
        """Write a message to everybody who wants to hear of a new event."""
        if event.kind in HIDDEN_KINDS or not self.wants(event.kind):
            return
        rows = LiveChatRepository(connection)
        inquiry = await rows.inquiry(event.conversation_id)
        if inquiry is None:
            return
        visitor = await rows.visitor(inquiry.visitor_id)
        if visitor is None:
            return
        livechat = self._livechats.by_id(inquiry.livechat_id)
        if self.bots is not None:
            await self.bots.stored(connection, event, livechat, inquiry, visitor)
        what = type_of(event.kind, event.author.kind, event.body, inquiry.state)
        told = [] if what is None else self._told(what, inquiry.livechat_id)
        if what is not None and told:
            data = {**about(livechat, inquiry, visitor), "event": event_data(event)}
            await self.put(connection, told, what, data, event.conversation_id, event.at_ms)

    async def tell(
        self,
        connection: AsyncConnection,
        what: str,
        livechat: LiveChat,
        data: dict[str, Any],
        conversation_id: str | None = None,
    ) -> None:
        """Write a message about what stands in no conversation's log; it goes with its chat."""
        if told := self._told(what, livechat.id):
            named = {"livechat": livechat_data(livechat), **data}
            await self.put(connection, told, what, named, conversation_id, self._clock())

    async def banned(self, connection: AsyncConnection, action: str, ban: Ban) -> None:
        """A visitor was shut out, or is let in again."""
        what = {"ban": What.BANNED, "unban": What.UNBANNED}.get(action)
        if what is None:
            return
        until = None if ban.until_ms is None else rfc3339(ban.until_ms)
        data = {
            "conversation": {"id": ban.conversation_id, "number": ban.number},
            "visitor": {"id": ban.visitor_id, "name": ban.visitor_name},
            "ban": {"id": ban.id, "reason": ban.reason, "until": until},
        }
        inquiry = await LiveChatRepository(connection).inquiry(ban.conversation_id)
        there = None if inquiry is None else ban.conversation_id
        await self.tell(connection, what, self._livechats.by_id(ban.livechat_id), data, there)

    async def put(
        self,
        connection: AsyncConnection,
        endpoints: Iterable[Endpoint],
        what: str,
        data: dict[str, Any],
        conversation_id: str | None,
        at_ms: int,
        life_ms: int = LIFE_MS,
    ) -> list[Delivery]:
        """Write a message to each of these endpoints."""
        now = self._clock()
        payload = json.dumps(
            {"type": what, "timestamp": rfc3339(at_ms), "data": data},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        made = [
            Delivery(
                id=new_id(),
                endpoint_id=endpoint.id,
                type=what,
                conversation_id=conversation_id,
                payload=payload,
                state="waiting",
                tries=0,
                created_at_ms=now,
                due_at_ms=now,
                expires_at_ms=now + life_ms,
            )
            for endpoint in endpoints
        ]
        await WebhookRepository(connection).put(made)
        self._written()
        return made

    def _told(self, what: str, livechat_id: str) -> list[Endpoint]:
        return [each for each in self._endpoints() if each.wants(what, livechat_id)]


def about(livechat: LiveChat, inquiry: Inquiry, visitor: Visitor) -> dict[str, Any]:
    """Where something happened, and to whom."""
    owner = inquiry.owner
    return {
        "livechat": livechat_data(livechat),
        "conversation": {
            "id": inquiry.conversation_id,
            "number": inquiry.number,
            "state": inquiry.state,
            "epoch": inquiry.epoch,
            "owner": None if owner is None else {"id": owner, "name": inquiry.owner_name},
            "page_url": inquiry.page_url,
        },
        "visitor": {
            "id": visitor.id,
            "name": visitor.name,
            "email": visitor.details.email,
            "phone": visitor.details.phone,
            "language": visitor.language,
            "subject": visitor.subject or None,
        },
    }


def livechat_data(livechat: LiveChat) -> dict[str, str]:
    """A live chat by its names."""
    return {"id": livechat.id, "public_id": livechat.public_id, "name": livechat.name}


def event_data(event: Event) -> dict[str, Any]:
    """An event of the log; `seq` puts those of a conversation in order."""
    author = event.author
    return {
        "seq": event.seq,
        "kind": event.kind,
        "at": rfc3339(event.at_ms),
        "author": {"kind": author.kind, "id": author.id, "name": author.name},
        "body": event.body,
    }
