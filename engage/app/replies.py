"""Answers by mail: live chat, the outbox, the mailbox and the files, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.files.uploads import Announced
from engage.hub.model import Author
from engage.livechat.replies.routes import ReplyRoutes
from engage.livechat.replies.service import Replies
from engage.livechat.replies.threads import Threads
from engage.people.model import Principal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.routing import BaseRoute

    from engage.app.mail import Mail
    from engage.app.platform import Platform
    from engage.files.service import Files
    from engage.hub.service import Hub
    from engage.livechat.model import Visitor
    from engage.livechat.service import LiveChatService
    from engage.notify.incoming.mail import Incoming


class Answers:
    """Mails of visitors go where they belong, with what came with them."""

    def __init__(
        self, platform: Platform, mail: Mail, hub: Hub, livechat: LiveChatService, files: Files
    ) -> None:
        self._files = files
        self._replies = replies = Replies(
            hub,
            livechat.lobby,
            livechat.livechats,
            mail.outbox,
            livechat.post,
            Threads(platform.keyring.derive("answers by mail")),
            mail.collecting.address_for,
            livechat.visitors.is_banned,
            platform.events,
            platform.clock,
        )
        replies.attach = self._attach
        mail.collecting.handle = self._received
        self.routes: list[BaseRoute] = [*ReplyRoutes(replies).routes()]

    async def _received(self, mail: Incoming) -> bool:
        return await self._replies.received(mail, mail.said)

    async def _attach(
        self, visitor: Visitor, conversation_id: str, client_id: str, name: str, data: bytes
    ) -> None:
        """As if the visitor had brought it: the same limits, the same checks."""
        principal = Principal(
            kind="visitor",
            id=visitor.id,
            name=visitor.name,
            who=visitor.who,
            session_id=visitor.id,
            language=visitor.language,
        )
        seen, _ = await self._files.announce(principal, Announced(name, len(data), client_id))
        if seen.received < len(data):
            left = data[seen.received :]
            await self._files.receive(
                principal, seen.file.id, seen.received, _pieces(left), len(left)
            )
        author = Author("visitor", visitor.id, visitor.name)
        await self._files.send(principal, author, conversation_id, client_id, seen.file.id, None)


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    yield data
