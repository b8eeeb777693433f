"""What visitors' pages say of their calls over their sockets, and what agents ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from engage.hub.model import Author
from engage.livechat.calling.model import MOST_OFFERED
from engage.livechat.desk import Agent
from engage.livechat.sockets import VISITOR, WAVE

if TYPE_CHECKING:
    from engage.livechat.calling.asking import CallRequests
    from engage.livechat.calling.service import VisitorCalls
    from engage.people.model import Principal
    from engage.web.sockets import Sockets

Identifier = Annotated[str, Field(min_length=1, max_length=64)]


class InConversation(BaseModel):
    """About the call of a conversation."""

    model_config = ConfigDict(extra="forbid", strict=True)

    conversation: Identifier
    call: Identifier | None = None


class Offer(InConversation):
    """A session that the page proposes: for a new call, or for one that is up."""

    sdp: Annotated[str, Field(min_length=1, max_length=MOST_OFFERED)]


class Candidate(InConversation):
    """An address at which the page may be reached."""

    candidate: Annotated[str, Field(max_length=1_000)] = ""


class VisitorCallSockets:
    """The Socket.IO edge of visitors' calls."""

    def __init__(self, calls: VisitorCalls, requests: CallRequests) -> None:
        self._calls, self._requests = calls, requests

    def register(self, sockets: Sockets) -> None:
        """Take the events of calls."""
        sockets.on(VISITOR, "call_offer", Offer, self.offer)
        sockets.on(VISITOR, "call_candidate", Candidate, self.candidate)
        sockets.on(VISITOR, "call_state", InConversation, self.state)
        sockets.on(VISITOR, "call_end", InConversation, self.end)
        sockets.on(VISITOR, "call_lines", InConversation, self.lines)
        sockets.on(WAVE, "call_ask", InConversation, self.ask)
        sockets.on(VISITOR, "call_decline", InConversation, self.decline)
        sockets.on_disconnect(VISITOR, self._calls.disconnected)

    async def offer(self, principal: Principal, data: Offer) -> dict[str, Any]:
        """Call, or go on by another session; the answer comes as `call_answer`."""
        return await self._calls.offer(principal, data.conversation, data.sdp, data.call)

    async def candidate(self, principal: Principal, data: Candidate) -> dict[str, Any]:
        """The PBX is where its description says, and learns a page's address by its checks.

        So it need not be told (RFC 8445 §2.5).
        """
        return await self._calls.state(principal, data.conversation)

    async def state(self, principal: Principal, data: InConversation) -> dict[str, Any]:
        """How the call stands; `call` is null where there is none."""
        return await self._calls.state(principal, data.conversation)

    async def lines(self, principal: Principal, data: InConversation) -> dict[str, Any]:
        """Whether all lines are busy; `call_lines` tells when that changes."""
        return await self._calls.lines(principal, data.conversation)

    async def end(self, principal: Principal, data: InConversation) -> dict[str, Any]:
        """Hang up."""
        return await self._calls.end(principal, data.conversation, data.call)

    async def ask(self, principal: Principal, data: InConversation) -> dict[str, Any]:
        """An agent would like to talk."""
        await self._requests.ask(Agent(principal.id, principal.name), data.conversation)
        return {}

    async def decline(self, principal: Principal, data: InConversation) -> dict[str, Any]:
        """The visitor would rather not."""
        visitor = Author("visitor", principal.id, principal.name)
        await self._requests.decline(visitor, data.conversation)
        return {}
