"""A conversation as text: to be kept by who took part in it, or mailed to the visitor."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engage.errors import NotFound
from engage.hub.model import is_person
from engage.livechat.model import ENDED, NoTranscript
from engage.livechat.repository import LiveChatRepository
from engage.livechat.wording import SAID, called, said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import tzinfo

    from engage.hub.model import Author
    from engage.hub.service import Hub
    from engage.livechat.livechats import LiveChats
    from engage.livechat.model import Inquiry
    from engage.livechat.post import Post
    from engage.storage.database import Database
    from pbxcore.dialplan.time_conditions import Calendar


class Transcripts:
    """Writes conversations down, each as its reader may see it."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        livechats: LiveChats,
        post: Post,
        calendar: Callable[[], Calendar],
    ) -> None:
        self._database, self._hub, self._livechats = database, hub, livechats
        self._post, self._calendar = post, calendar

    async def read(self, who: str, conversation_id: str, language: str) -> tuple[int, str]:
        """The number of a chat, and what was said in it.

        Raises:
            NotFound: no chat of a visitor that this person follows.
        """
        await self._hub.require_participant(who, conversation_id)
        inquiry = await self._inquiry(conversation_id)
        return inquiry.number, await self._text(who, conversation_id, language)

    async def mail(self, visitor: Author, conversation_id: str, language: str) -> None:
        """Send a visitor what was said in a chat of theirs; once, however often it is asked for.

        Raises:
            NotFound: not a chat of this visitor.
            NoTranscript: it is not over, not sent from here, or there is no address.
            WantsNoMail: whoever has the address has stopped such mails.
        """
        who = visitor.stored
        await self._hub.require_participant(who, conversation_id)
        inquiry = await self._inquiry(conversation_id)
        livechat = self._livechats.by_id(inquiry.livechat_id)
        if not livechat.options.email_transcript or inquiry.state != ENDED:
            raise NoTranscript
        text = await self._text(who, conversation_id, language)
        async with self._database.read() as connection:
            known = await LiveChatRepository(connection).visitor(visitor.id)
        if known is None or not known.details.email:
            raise NoTranscript
        conversation = await self._hub.conversation(conversation_id)
        agent = inquiry.owner_name
        if inquiry.owner is not None and is_person(inquiry.owner):
            agent = self._hub.shown(conversation.manners).name(
                inquiry.owner.partition(":")[2], agent
            )
        await self._database.write(
            lambda connection: self._post.transcript(
                connection, livechat, replace(inquiry, owner_name=agent), known, text
            )
        )

    async def _text(self, who: str, conversation_id: str, language: str) -> str:
        zone = self._calendar().zone
        written: list[str] = []
        after, more = 0, True
        while more:
            page = await self._hub.resume(who, conversation_id, after)
            written += lines(page.events, language, zone)
            after, more = max((each["seq"] for each in page.events), default=page.head), page.more
        return "\n".join(written) + "\n"

    async def _inquiry(self, conversation_id: str) -> Inquiry:
        async with self._database.read() as connection:
            inquiry = await LiveChatRepository(connection).inquiry(conversation_id)
        if inquiry is None:
            raise NotFound
        return inquiry


def lines(events: Iterable[dict[str, Any]], language: str, zone: tzinfo) -> Iterator[str]:
    """What people said and when they talked, a line or more for each, with the moment."""
    for event in events:
        if not (words := said(event, language) or called(event, language)):
            continue
        at = datetime.fromisoformat(event["at"]).astimezone(zone)
        who = f"{event['author']['name']}: " if event["kind"] in SAID else ""
        yield f"[{at:%Y-%m-%d %H:%M:%S}] {who}{words}"
