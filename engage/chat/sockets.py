"""What Wave's users say about messages they have sent, over the socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.chat.wire import SocketDelete, SocketEdit, correction_json
from engage.hub.model import Author
from engage.web.sockets import WAVE

if TYPE_CHECKING:
    from engage.chat.corrections import Corrections
    from engage.people.model import Principal
    from engage.web.sockets import Sockets


class ChatSockets:
    """Translates to the service, and back."""

    def __init__(self, corrections: Corrections) -> None:
        self._corrections = corrections

    def register(self, sockets: Sockets) -> None:
        """On Wave's namespace alone."""
        sockets.on(WAVE, "edit", SocketEdit, self.edit)
        sockets.on(WAVE, "delete", SocketDelete, self.delete)

    async def edit(self, who: Principal, data: SocketEdit) -> dict[str, Any]:
        """A message's new text; acknowledged once it is on disk."""
        appended = await self._corrections.edit(
            Author("user", who.id, who.name),
            data.conversation,
            data.of,
            client_id=data.client_id,
            text=data.text,
            mentions=data.mentions,
        )
        return correction_json(appended)

    async def delete(self, who: Principal, data: SocketDelete) -> dict[str, Any]:
        """A message is taken away from everybody."""
        appended = await self._corrections.delete(
            Author("user", who.id, who.name),
            data.conversation,
            data.of,
            client_id=data.client_id,
        )
        return correction_json(appended)
