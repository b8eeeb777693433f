"""What Wave says about chats that were given to its agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.livechat.desk import Agent
from engage.livechat.sockets import WAVE, Nothing, Which

if TYPE_CHECKING:
    from engage.livechat.assigning import Assigner
    from engage.people.model import Principal
    from engage.web.sockets import Sockets


class AssignmentSockets:
    """The Socket.IO edge; `chat_assigned` and `assignment_settled` go the other way."""

    def __init__(self, assigner: Assigner) -> None:
        self._assigner = assigner

    def register(self, sockets: Sockets) -> None:
        """Take the events."""
        sockets.on(WAVE, "assignments", Nothing, self.held)
        sockets.on(WAVE, "assignment_seen", Which, self.seen)

    async def held(self, principal: Principal, _: Nothing) -> dict[str, Any]:
        """Those that go on to somebody else unless the agent reacts."""
        agent = Agent(principal.id, principal.name)
        return {"assignments": await self._assigner.held_by(agent)}

    async def seen(self, principal: Principal, data: Which) -> dict[str, Any]:
        """The agent has opened the chat."""
        await self._assigner.seen(Agent(principal.id, principal.name), data.conversation)
        return {}
