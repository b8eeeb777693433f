"""What visitors think of a chat that is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.errors import NotFound
from engage.hub.model import clean_text
from engage.livechat.model import ENDED, NoSurvey
from engage.livechat.repository import LiveChatRepository

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.hub.model import Appended, Author, Event
    from engage.hub.service import Hub
    from engage.livechat.livechats import LiveChats
    from engage.storage.database import Database

ONCE = "survey"
"""The `client_id` of each conversation's rating: there is one."""


class Surveys:
    """Takes a rating for each chat, and keeps it with the inquiry and in the log."""

    def __init__(self, database: Database, hub: Hub, livechats: LiveChats) -> None:
        self._database, self._hub, self._livechats = database, hub, livechats

    async def rate(
        self, visitor: Author, conversation_id: str, rating: int, comment: str
    ) -> Appended:
        """Keep what a visitor thinks of their chat: one to five stars; the first time counts.

        Raises:
            NotFound: not a chat of this visitor.
            NoSurvey: it is not over, nobody served it, or visitors are not asked here.
        """
        await self._hub.require_participant(visitor.stored, conversation_id)
        async with self._database.read() as connection:
            inquiry = await LiveChatRepository(connection).inquiry(conversation_id)
        if inquiry is None:
            raise NotFound
        asked = self._livechats.by_id(inquiry.livechat_id).options.satisfaction_survey
        if not asked or inquiry.state != ENDED or inquiry.accepted_at_ms is None:
            raise NoSurvey
        body: dict[str, Any] = {"rating": rating}
        if comment.strip():
            body["comment"] = clean_text(comment.strip())

        async def also(connection: AsyncConnection, _: Event) -> None:
            await LiveChatRepository(connection).change_inquiry(conversation_id, rating=rating)

        return await self._hub.append(
            conversation_id, visitor, "survey", body, client_id=ONCE, also=also
        )
