"""Agents see who is on the web site, and invite them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.errors import NotFound
from engage.identifiers import new_id
from engage.livechat.browsing.model import Browser, Browsers, Invitation, Page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engage.identifiers import Clock
    from engage.livechat.desk import Agent
    from engage.livechat.limits import Throttle
    from engage.livechat.livechats import LiveChats
    from engage.livechat.lobby import Lobby
    from engage.livechat.model import LiveChat


class Browsing:
    """Knows who is there now. A restart forgets all; the pages tell anew within seconds."""

    def __init__(
        self,
        livechats: LiveChats,
        lobby: Lobby,
        throttle: Throttle,
        shuts_out: Callable[[str, str], bool],
        clock: Clock,
    ) -> None:
        """`shuts_out`: whether a live chat keeps out whoever comes from an address."""
        self._livechats, self._lobby, self._shuts_out = livechats, lobby, shuts_out
        self._throttle, self._clock = throttle, clock
        self._here: dict[str, Browsers] = {}

    def tell(
        self, public_id: str, visit: str, page: Page | None, dismissed: str, address: str
    ) -> Invitation | None:
        """A page tells that it is there, or (no `page`) that it was closed.

        Raises:
            UnknownLiveChat: no such link.
            NotFound: nobody wants to know, or not of somebody banned.
            TooMany: too often from one address.
        """
        livechat = self._livechats.by_public_id(public_id)
        if not livechat.options.show_live_visitors or not livechat.enabled:
            self._here.pop(livechat.id, None)
            raise NotFound
        if self._shuts_out(livechat.id, address):
            raise NotFound
        self._throttle.page(livechat.id, address)
        now = self._clock()
        browsers = self._here.setdefault(livechat.id, Browsers())
        if page is None:
            browsers.leave(visit, now)
            return None
        return browsers.tell(visit, page, dismissed, now)

    def watched_by(self, agent: Agent) -> list[LiveChat]:
        """The live chats whose visitors an agent may see."""
        return self._shown(self._lobby.staffed_by(agent.who))

    def watched(self) -> list[LiveChat]:
        """Those whose visitors anybody may see."""
        return self._shown(self._livechats.all())

    def here(self, livechat: LiveChat) -> Sequence[Browser]:
        """Who is on the site of a live chat now."""
        found = self._here.get(livechat.id)
        return () if found is None else list(found.here(self._clock()))

    def now(self) -> int:
        """The moment, in milliseconds UTC."""
        return self._clock()

    def invite(self, agent: Agent, livechat_id: str, visit: str) -> None:
        """Ask a visitor into a chat; who is asked already is not asked twice.

        Raises:
            NotFound: they have gone, talk already, or are none of this agent's.
        """
        if livechat_id not in {each.id for each in self.watched_by(agent)}:
            raise NotFound
        invitation = Invitation(new_id(), agent.number, agent.name, self._clock())
        found = self._here.get(livechat_id)
        if found is None or not found.invite(visit, invitation):
            raise NotFound

    def _shown(self, livechats: Sequence[LiveChat]) -> list[LiveChat]:
        return [each for each in livechats if each.enabled and each.options.show_live_visitors]
