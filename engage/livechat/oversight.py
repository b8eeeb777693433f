"""Who looks after a live chat: administrators, and the chairmen of the queue that answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.system.actor import Module

if TYPE_CHECKING:
    from engage.livechat.livechats import LiveChats
    from engage.livechat.model import LiveChat, Seats
    from engage.system.actor import Actor, Level


class Oversight:
    """Tells who may do for a live chat what its agents may not."""

    def __init__(self, livechats: LiveChats, seats: Seats) -> None:
        self._livechats, self._seats = livechats, seats

    def is_chairman(self, who: str, livechat: LiveChat) -> bool:
        """Whether somebody (`user:1000`) is chairman of the queue that answers."""
        return who in self.chairmen(livechat)

    def check(self, actor: Actor, livechat: LiveChat, level: Level = "edit") -> None:
        """Let chairmen pass, and whom the administration's rights let.

        Raises:
            Forbidden: neither.
        """
        if not self.is_chairman(actor.who, livechat):
            actor.check(Module.LIVECHAT, level)

    def livechats(self, actor: Actor, level: Level = "edit") -> list[LiveChat]:
        """Those that somebody looks after, oldest first."""
        return [each for each in self._livechats.all() if self.may(actor, each, level)]

    def chairmen(self, livechat: LiveChat) -> list[str]:
        """The chairmen as the hub calls them."""
        to = livechat.destination
        numbers = self._seats.chairmen_of(to.kind, list(to.values))
        return [f"user:{number}" for number in sorted(numbers)]

    def may(self, actor: Actor, livechat: LiveChat, level: Level = "edit") -> bool:
        """Whether `check` lets somebody pass."""
        chairs = self.is_chairman(actor.who, livechat)
        return chairs or actor.rights.allow(Module.LIVECHAT, level)
