"""The lines of live chats: how many visitors call at once, and the pages that hear of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engage.hub.delivery import Delivery
    from engage.livechat.calling.model import VisitorCall


@dataclass(slots=True)
class _Watch:
    """A page that shows a conversation, and whether it was told that all lines are busy."""

    who: str
    livechat: str
    busy: bool


class Lines:
    """Each live chat has as many as its visitors may call at once.

    Args:
        calls: those that are up, by their conversations.
        most: how many lines a live chat has.
        delivery: the way to the pages.
    """

    def __init__(
        self,
        calls: Mapping[str, VisitorCall],
        most: Callable[[str], int],
        delivery: Delivery,
    ) -> None:
        self._calls, self._most, self._delivery = calls, most, delivery
        self._watches: dict[str, _Watch] = {}

    def busy(self, livechat: str, conversation: str) -> bool:
        """Whether none is left for a conversation; one that calls already may do so anew."""
        up = sum(
            each.livechat == livechat and each.conversation != conversation
            for each in self._calls.values()
        )
        return up >= self._most(livechat)

    def watch(self, who: str, livechat: str, conversation: str) -> bool:
        """Whether none is left now; changes are told as `call_lines` until the page is gone."""
        busy = self.busy(livechat, conversation)
        self._watches[conversation] = _Watch(who, livechat, busy)
        return busy

    def leave(self, who: str) -> None:
        """The last page of a visitor is gone."""
        gone = [key for key, each in self._watches.items() if each.who == who]
        for conversation in gone:
            del self._watches[conversation]

    def moved(self, livechat: str) -> None:
        """A call began or ended there."""
        for conversation, watch in self._watches.items():
            if watch.livechat != livechat:
                continue
            busy = self.busy(livechat, conversation)
            if busy is not watch.busy:
                watch.busy = busy
                told = {"conversation": conversation, "busy": busy}
                self._delivery.send([watch.who], "call_lines", told)
