"""What agents and visitors say over their sockets; namespaces and order are not decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from engage.hub.model import Author
from engage.livechat.desk import Agent

if TYPE_CHECKING:
    from engage.livechat.service import LiveChatService
    from engage.people.model import Principal
    from engage.web.sockets import Sockets

VISITOR, WAVE = "/visitor", "/wave"
Identifier = Annotated[str, Field(min_length=1, max_length=64)]


class Nothing(BaseModel):
    """An event without content."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Accept(BaseModel):
    """An agent takes an inquiry, as they have seen it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    conversation: Identifier
    epoch: Annotated[int, Field(ge=0)] | None = None


class Note(BaseModel):
    """Words that only agents see."""

    model_config = ConfigDict(extra="forbid", strict=True)

    conversation: Identifier
    client_id: Identifier
    text: Annotated[str, Field(max_length=40_000)]


class End(BaseModel):
    """Either side closes the conversation."""

    model_config = ConfigDict(extra="forbid", strict=True)

    conversation: Identifier


class LiveChatSockets:
    """The Socket.IO edge of live chat."""

    def __init__(self, livechat: LiveChatService) -> None:
        self._livechat = livechat

    def register(self, sockets: Sockets) -> None:
        """Take the events of live chat on both namespaces."""
        sockets.on(WAVE, "inquiries", Nothing, self.inquiries)
        sockets.on(WAVE, "accept", Accept, self.accept)
        sockets.on(WAVE, "note", Note, self.note)
        for namespace in (WAVE, VISITOR):
            sockets.on(namespace, "end", End, self.end)
            sockets.on_connect(namespace, self._livechat.connected)
            sockets.on_disconnect(namespace, self._livechat.disconnected)

    async def inquiries(self, principal: Principal, _: Nothing) -> dict[str, Any]:
        """Those who wait for this agent."""
        return {"inquiries": await self._livechat.desk.inquiries(_agent(principal))}

    async def accept(self, principal: Principal, data: Accept) -> dict[str, Any]:
        """The first agent wins; the others are told who."""
        conversation = await self._livechat.desk.accept(
            _agent(principal), data.conversation, data.epoch
        )
        return {"conversation": conversation}

    async def note(self, principal: Principal, data: Note) -> dict[str, Any]:
        """Kept in the log, shown to agents only."""
        appended = await self._livechat.desk.note(
            _agent(principal), data.conversation, data.client_id, data.text
        )
        return {"seq": appended.event.seq, "duplicate": appended.duplicate}

    async def end(self, principal: Principal, data: End) -> dict[str, Any]:
        """Whoever ends it, both are told."""
        kind = "visitor" if principal.kind == "visitor" else "agent"
        author = Author(kind, principal.id, principal.name)
        state = await self._livechat.desk.end(principal.who, author, data.conversation)
        return {"state": state}


def _agent(principal: Principal) -> Agent:
    return Agent(principal.id, principal.name)
