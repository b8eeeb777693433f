"""An agent asks the visitor to talk; whether they do is the visitor's choice alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import select

from engage.errors import Conflict
from engage.hub.model import StaleOwner
from engage.livechat.calling.model import CallsNotAllowed
from engage.livechat.model import ACTIVE
from engage.livechat.repository import LiveChatRepository
from engage.storage.tables import events

if TYPE_CHECKING:
    from engage.hub.model import Author
    from engage.hub.service import Hub, HubTransaction
    from engage.livechat.desk import Agent
    from engage.livechat.livechats import LiveChats
    from engage.livechat.lobby import Lobby

ASKED, DECLINED = "asked", "declined"


class CallRequests:
    """The request, and the visitor's no; a yes is a call that the visitor begins."""

    def __init__(self, hub: Hub, lobby: Lobby, livechats: LiveChats) -> None:
        self._hub, self._lobby, self._livechats = hub, lobby, livechats

    async def ask(self, agent: Agent, conversation_id: str) -> None:
        """Let the visitor read that the agent would like to talk.

        Raises:
            NotFound: the agent does not follow this conversation.
            StaleOwner: somebody else serves it.
            CallsNotAllowed: there are no calls in this live chat, or the chat is over.
            Conflict: they talk already.
        """
        await self._hub.require_participant(agent.who, conversation_id)

        async def work(transaction: HubTransaction) -> None:
            inquiry = await LiveChatRepository(transaction.connection).inquiry(conversation_id)
            if inquiry is None or inquiry.state != ACTIVE:
                raise CallsNotAllowed
            if inquiry.owner != agent.who:
                raise StaleOwner
            if not self._livechats.by_id(inquiry.livechat_id).options.allow_visitor_to_call:
                raise CallsNotAllowed
            if self._lobby.talking(conversation_id):
                raise Conflict
            await transaction.append(conversation_id, agent.author, "call", {"state": ASKED})

        await self._hub.transact(work)

    async def decline(self, visitor: Author, conversation_id: str) -> None:
        """The visitor would rather write; without a request there is nothing to say.

        Raises:
            NotFound: not this visitor's conversation.
        """
        await self._hub.require_participant(visitor.who, conversation_id)

        async def work(transaction: HubTransaction) -> None:
            if await _last_call_state(transaction, conversation_id) != ASKED:
                return
            await transaction.append(conversation_id, visitor, "call", {"state": DECLINED})

        await self._hub.transact(work)


async def _last_call_state(transaction: HubTransaction, conversation_id: str) -> str | None:
    query = (
        select(events.c.body)
        .where(events.c.conversation_id == conversation_id, events.c.kind == "call")
        .order_by(events.c.seq.desc())
        .limit(1)
    )
    body = (await transaction.connection.execute(query)).scalar_one_or_none()
    state = None if body is None else json.loads(body).get("state")
    return state if isinstance(state, str) else None
