"""What agents and visitors say over their sockets; namespaces and order are not decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from engage.hub.model import Author
from engage.livechat.desk import Agent
from engage.livechat.handover_forms import ChatTransfer, Number
from engage.partial_body import Body

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


class TransferOf(ChatTransfer):
    """A chat is offered to somebody."""

    conversation: Identifier


class Invite(Body):
    """A colleague is to help."""

    conversation: Identifier
    agent: Number


class Which(Body):
    """One conversation."""

    conversation: Identifier


class Survey(Body):
    """How a visitor found the chat: one to five stars, and words."""

    conversation: Identifier
    rating: Annotated[int, Field(ge=1, le=5)]
    comment: Annotated[str, Field(max_length=500)] = ""


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
        sockets.on(WAVE, "transfer", TransferOf, self.transfer)
        sockets.on(WAVE, "transfer_end", Which, self.transfer_end)
        sockets.on(WAVE, "invite", Invite, self.invite)
        sockets.on(WAVE, "invitations", Nothing, self.invitations)
        sockets.on(WAVE, "invite_accept", Which, self.invite_accept)
        sockets.on(WAVE, "leave", Which, self.leave)
        sockets.on(VISITOR, "survey", Survey, self.survey)
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

    async def transfer(self, principal: Principal, data: TransferOf) -> dict[str, Any]:
        """It stays the agent's until somebody accepts."""
        to = data.to
        await self._livechat.handing_over.transfer(
            _agent(principal), data.conversation, to.kind, to.value, data.reason
        )
        return {}

    async def transfer_end(self, principal: Principal, data: Which) -> dict[str, Any]:
        """Taken back by who offered it, or declined by who was asked."""
        await self._livechat.handing_over.keep(_agent(principal), data.conversation)
        return {}

    async def invite(self, principal: Principal, data: Invite) -> dict[str, Any]:
        """A colleague is asked, and comes in once they accept."""
        await self._livechat.invitations.invite(_agent(principal), data.conversation, data.agent)
        return {}

    async def invitations(self, principal: Principal, _: Nothing) -> dict[str, Any]:
        """Those that wait for this agent's answer."""
        return {"invitations": self._livechat.invitations.waiting_for(_agent(principal))}

    async def invite_accept(self, principal: Principal, data: Which) -> dict[str, Any]:
        """Both write from now on."""
        agent = _agent(principal)
        summary = await self._livechat.invitations.accept(agent, data.conversation)
        return {"conversation": summary}

    async def leave(self, principal: Principal, data: Which) -> dict[str, Any]:
        """Whoever was invited goes."""
        await self._livechat.handing_over.leave(_agent(principal), data.conversation)
        return {}

    async def survey(self, principal: Principal, data: Survey) -> dict[str, Any]:
        """Said once; saying it again changes nothing."""
        visitor = Author("visitor", principal.id, principal.name)
        appended = await self._livechat.surveys.rate(
            visitor, data.conversation, data.rating, data.comment
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
