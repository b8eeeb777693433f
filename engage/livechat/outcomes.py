"""What agents say of a chat: what came of it, and by which words it is found again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from engage.errors import N_, Conflict, Invalid, NotFound
from engage.identifiers import rfc3339
from engage.livechat.repository import LiveChatRepository
from engage.storage.tables import chat_outcomes, chat_tags

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.hub.service import Hub
    from engage.identifiers import Clock
    from engage.livechat.desk import Agent
    from engage.livechat.livechats import LiveChats
    from engage.livechat.model import LiveChat
    from engage.livechat.oversight import Oversight
    from engage.storage.database import Database

NONE_OF_THEM = N_("This is none of the choices.")
CHOOSE = N_("Please choose what came of this chat.")


class DispositionRequired(Conflict):
    """This live chat wants to know what came of a chat before it ends."""

    code = "disposition_required"
    text = CHOOSE


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was said of one chat, by whom and when; nothing yet where `at_ms` is 0."""

    disposition: str = ""
    tags: tuple[str, ...] = ()
    agent: str = ""
    agent_name: str = ""
    at_ms: int = 0


class OutcomeRows:
    """Rows in, values out; holds no rule and opens no transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, conversation_id: str) -> Outcome:
        """What was said of one chat."""
        return (await self.of_all([conversation_id])).get(conversation_id, Outcome())

    async def of_all(self, conversation_ids: Sequence[str]) -> dict[str, Outcome]:
        """What was said of several; those of which nothing was said are left out."""
        named = chat_tags.c.conversation_id.in_(conversation_ids)
        tags: dict[str, list[str]] = {}
        for row in await self._connection.execute(
            select(chat_tags).where(named).order_by(chat_tags.c.tag)
        ):
            tags.setdefault(row.conversation_id, []).append(row.tag)
        query = select(chat_outcomes).where(chat_outcomes.c.conversation_id.in_(conversation_ids))
        return {
            row.conversation_id: Outcome(
                row.disposition,
                tuple(tags.get(row.conversation_id, ())),
                row.agent,
                row.agent_name,
                row.at_ms,
            )
            for row in await self._connection.execute(query)
        }

    async def keep(self, conversation_id: str, outcome: Outcome) -> None:
        """Put one in the place of what was said before."""
        for table in (chat_tags, chat_outcomes):
            await self._connection.execute(
                delete(table).where(table.c.conversation_id == conversation_id)
            )
        await self._connection.execute(
            insert(chat_outcomes).values(
                conversation_id=conversation_id,
                disposition=outcome.disposition,
                agent=outcome.agent,
                agent_name=outcome.agent_name,
                at_ms=outcome.at_ms,
            )
        )
        if outcome.tags:
            rows = [{"conversation_id": conversation_id, "tag": tag} for tag in outcome.tags]
            await self._connection.execute(insert(chat_tags), rows)


class Outcomes:
    """Asked of the agents of a chat when it ends, and changed by them at any time."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        livechats: LiveChats,
        oversight: Oversight,
        clock: Clock,
    ) -> None:
        self._database, self._hub, self._livechats = database, hub, livechats
        self._oversight, self._clock = oversight, clock

    async def get(self, agent: Agent, conversation_id: str) -> dict[str, Any]:
        """What there is to choose from, and what was chosen.

        Raises:
            NotFound: the agent neither follows this chat nor is its chairman.
        """
        options = (await self._livechat(agent, conversation_id)).options
        async with self._database.read() as connection:
            outcome = await OutcomeRows(connection).of(conversation_id)
        return {
            "dispositions": list(options.dispositions),
            "tags": list(options.tags),
            "required": options.asks_for_disposition(),
            "outcome": outcome_json(outcome),
        }

    async def say(
        self, agent: Agent, conversation_id: str, disposition: str, tags: Sequence[str]
    ) -> dict[str, Any]:
        """Say what came of a chat. What is off the live chat's lists by now may stay on a chat.

        Raises:
            NotFound: the agent neither follows this chat nor is its chairman.
            Invalid: a word that is none of the choices, or none where one is wanted.
        """
        livechat = await self._livechat(agent, conversation_id)

        async def work(connection: AsyncConnection) -> dict[str, Any]:
            rows = OutcomeRows(connection)
            fields = _problems(livechat, await rows.of(conversation_id), disposition, tags)
            if fields:
                raise Invalid(fields)
            words = tuple(sorted(set(tags)))
            said = Outcome(disposition, words, agent.number, agent.name, self._clock())
            await rows.keep(conversation_id, said)
            return outcome_json(said)

        return await self._database.write(work)

    async def _livechat(self, agent: Agent, conversation_id: str) -> LiveChat:
        async with self._database.read() as connection:
            inquiry = await LiveChatRepository(connection).inquiry(conversation_id)
        if inquiry is None:
            raise NotFound
        livechat = self._livechats.by_id(inquiry.livechat_id)
        if not self._oversight.is_chairman(agent.who, livechat):
            await self._hub.require_participant(agent.who, conversation_id)
        return livechat


async def check_said(connection: AsyncConnection, conversation_id: str, livechat: LiveChat) -> None:
    """Let an agent end a chat only with what its live chat wants to know of it.

    Raises:
        DispositionRequired: nothing was said yet.
    """
    if not livechat.options.asks_for_disposition():
        return
    if not (await OutcomeRows(connection).of(conversation_id)).disposition:
        raise DispositionRequired


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """What was said of a chat."""
    return {
        "disposition": outcome.disposition,
        "tags": list(outcome.tags),
        "by": {"id": outcome.agent, "name": outcome.agent_name} if outcome.at_ms else None,
        "at": rfc3339(outcome.at_ms) if outcome.at_ms else None,
    }


def _problems(
    livechat: LiveChat, before: Outcome, disposition: str, tags: Sequence[str]
) -> dict[str, str]:
    fields: dict[str, str] = {}
    if disposition not in ("", before.disposition, *livechat.options.dispositions):
        fields["disposition"] = NONE_OF_THEM
    elif not disposition and livechat.options.asks_for_disposition():
        fields["disposition"] = CHOOSE
    if not set(tags) <= {*before.tags, *livechat.options.tags}:
        fields["tags"] = NONE_OF_THEM
    return fields
