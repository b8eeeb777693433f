"""What each agent has to do now: the chats that they serve, and whether they are on a call.

Conversations are counted anew from their rows after each change, and the queues are told all
counts, so that no count can drift away from what is.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from engage.background import Gathered
from engage.errors import Unavailable
from engage.hub.model import is_person
from engage.livechat.events import (
    ConversationEnded,
    ConversationHandedOver,
    InquiryAccepted,
    InquiryQueued,
)
from engage.livechat.repository import LiveChatRepository

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from engage.events import Events
    from engage.storage.database import Database

    Listener = Callable[[Mapping[str, int]], Awaitable[None]]

log = logging.getLogger(__name__)

_MOVES = (InquiryAccepted, InquiryQueued, ConversationHandedOver, ConversationEnded)
"""After one of these somebody may serve more visitors than before, or fewer."""


class AgentLoads:
    """What agents have to do, for those who give them more.

    Args:
        database: holds the conversations.
        events: tells when a conversation is accepted, handed over, given back or ended.

    Attributes:
        on_call: whether an extension is on a call; told by who follows the calls.
    """

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._chats: Mapping[str, int] = {}
        self._listener: Listener | None = None
        self._turn = asyncio.Lock()
        self._stale = self._untold = self._telling = False
        self.on_call: Callable[[str], bool] = lambda number: False
        self._moves = Gathered(self.count)
        for kind in _MOVES:
            events.subscribe(kind, self._moved)

    def chats(self, number: str) -> int:
        """How many conversations an agent serves; those that one helps in do not count."""
        return self._chats.get(number, 0)

    def tell_to(self, listener: Listener) -> None:
        """Tell all counts after each change, by agent; who is left out has no chats."""
        self._listener = listener

    async def count(self) -> None:
        """Count anew, and have it told; those who ask meanwhile share the next count."""
        self._stale = True
        async with self._turn:
            if not self._stale:
                return
            self._stale = False  # whoever asks from here on wants another count
            try:
                async with self._database.read() as connection:
                    owners = await LiveChatRepository(connection).served_by_owner()
            except BaseException:
                self._stale = True
                raise
            self._chats = {
                who.removeprefix("user:"): count for who, count in owners.items() if is_person(who)
            }
        await self.tell()

    async def tell(self) -> None:
        """Tell what was counted last; while a telling waits for its answer, the next is its own."""
        self._untold = True
        if self._telling:
            return
        self._telling = True
        try:
            while self._untold:
                self._untold = False
                await self._tell()
        finally:
            self._telling = False

    async def _moved(self, _: object) -> None:
        await self._moves.ask()

    async def _tell(self) -> None:
        if self._listener is None:
            return
        try:
            await self._listener(self._chats)
        except Unavailable:  # told when it is there again
            log.info("loads of agents wait for the pbx")
