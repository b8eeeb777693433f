"""What a `send` does in a live chat's conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.hub.model import Appended, Author, Conversation, ConversationClosed, Post
from engage.livechat.model import HELPING, OFFLINE
from engage.livechat.repository import LiveChatRepository

if TYPE_CHECKING:
    from engage.hub.service import Hub
    from engage.livechat.limits import Throttle
    from engage.storage.database import Database

_NOBODYS = -1
"""An owner epoch that no conversation has."""


class LiveChatPolicy:
    """The hub's rule for the kind `livechat`."""

    def __init__(self, database: Database, hub: Hub, throttle: Throttle) -> None:
        self._database = database
        self._hub = hub
        self._throttle = throttle
        self._origins: dict[str, tuple[str, str]] = {}

    async def post(self, author: Author, conversation: Conversation, post: Post) -> Appended:
        """Store what a visitor, the agent who serves them, or one invited by that agent says.

        Raises:
            ConversationClosed: it is over, or was never one to be talked in.
            StaleOwner: an agent who does not serve it, or no longer.
            TooMany: a visitor writes too fast.
        """
        if conversation.state == OFFLINE and author.kind != "visitor":
            raise ConversationClosed  # agents answer by mail, as visitors then do: `replies`
        if author.kind == "visitor":
            await self._count(author.id, conversation)
            return await self._append(author, conversation, post, None)
        # Always with an epoch: the owner is looked at before the transaction that stores this. The
        # hub refuses a wrong one, but first recognises what this agent had stored in their time.
        epoch: int | None = conversation.owner_epoch if post.epoch is None else post.epoch
        agent = Author("agent", author.id, author.name)
        if conversation.owner != agent.who:
            epoch = None if await self._helps(agent, conversation) else _NOBODYS
        return await self._append(agent, conversation, post, epoch)

    async def _helps(self, agent: Author, conversation: Conversation) -> bool:
        seat = await self._hub.require_participant(agent.who, conversation.id)
        return seat.role == HELPING

    async def _append(
        self, author: Author, conversation: Conversation, post: Post, epoch: int | None
    ) -> Appended:
        return await self._hub.append(
            conversation.id,
            author,
            post.kind,
            post.body,
            client_id=post.client_id,
            epoch=epoch,
            also=post.also,
        )

    async def _count(self, visitor_id: str, conversation: Conversation) -> None:
        origin = self._origins.get(visitor_id)
        if origin is None:
            async with self._database.read() as connection:
                visitor = await LiveChatRepository(connection).visitor(visitor_id)
            if visitor is None:
                return
            if len(self._origins) >= 10_000:
                self._origins.clear()
            origin = self._origins[visitor_id] = (visitor.livechat_id, visitor.address)
        livechat_id, address = origin
        self._throttle.message(livechat_id, address, conversation.id)
