"""Chats in which nobody writes any more: the visitor is asked, then the chat is ended."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from engage.durations import MINUTE_MS
from engage.hub.model import SYSTEM
from engage.livechat.desk import close
from engage.livechat.events import ConversationEnded
from engage.livechat.idle_rows import silent_since
from engage.livechat.model import ENDED, IDLE

if TYPE_CHECKING:
    from engage.events import Events
    from engage.hub.service import Hub, HubTransaction
    from engage.identifiers import Clock
    from engage.livechat.idle_options import IdleOptions
    from engage.livechat.idle_rows import Silence
    from engage.livechat.livechats import LiveChats
    from engage.livechat.lobby import Lobby
    from engage.storage.database import Database

EVERY_MS = 5_000
"""Silence is counted in minutes: nothing is lost by looking more rarely than the sweep does."""


def asks(silence: Silence, options: IdleOptions, now_ms: int) -> bool:
    """Tell whether the visitor should be asked whether they are still there."""
    after_ms = options.warn_after_ms()
    return silence.visitors_turn and after_ms is not None and now_ms >= silence.at_ms + after_ms


def ends(silence: Silence, options: IdleOptions, now_ms: int) -> bool:
    """Tell whether the chat has been silent for too long."""
    after_ms = options.close_after_ms()
    return after_ms is not None and now_ms >= silence.at_ms + after_ms


def minutes_left(silence: Silence, options: IdleOptions, now_ms: int) -> int | None:
    """How long the visitor has for an answer; None: for ever."""
    after_ms = options.close_after_ms()
    if after_ms is None:
        return None
    return max(1, -(-(silence.at_ms + after_ms - now_ms) // MINUTE_MS))


class IdleChats:
    """Looks for silence in chats that are served; a call that is up is none."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        lobby: Lobby,
        livechats: LiveChats,
        events: Events,
        clock: Clock,
    ) -> None:
        self._database, self._hub, self._lobby = database, hub, lobby
        self._livechats, self._events, self._clock = livechats, events, clock
        self._open_since_ms = clock()
        self._looked_at_ms: int | None = None
        self._asked: set[tuple[str, int]] = set()

    async def run(self) -> int:
        """Do what is due.

        Returns:
            for how many chats.
        """
        now = self._clock()
        if self._looked_at_ms is not None and now - self._looked_at_ms < EVERY_MS:
            return 0
        self._looked_at_ms = now
        options = [livechat.options for livechat in self._livechats.all()]
        limits = [each.warn_after_ms() for each in options]
        limits += [each.close_after_ms() for each in options]
        shortest_ms = min((each for each in limits if each is not None), default=None)
        if shortest_ms is None:
            return 0
        async with self._database.read() as connection:
            found = await silent_since(connection, now - shortest_ms)
        self._asked &= {(each.inquiry.conversation_id, each.seq) for each in found}
        done = 0
        for silence in found:
            done += await self._settle(self._counted(silence), now)
        return done

    def _counted(self, silence: Silence) -> Silence:
        """Nobody could write while there was no server: that time is no silence."""
        return replace(silence, at_ms=max(silence.at_ms, self._open_since_ms))

    async def _settle(self, silence: Silence, now: int) -> bool:
        inquiry = silence.inquiry
        options = self._livechats.by_id(inquiry.livechat_id).options
        if self._lobby.talking(inquiry.conversation_id):
            return False
        if ends(silence, options, now):
            return await self._end(silence)
        key = (inquiry.conversation_id, silence.seq)
        if key in self._asked or not asks(silence, options, now):
            return False
        await self._hub.transact(partial(self._ask, silence, minutes_left(silence, options, now)))
        self._asked.add(key)
        return True

    async def _ask(
        self, silence: Silence, minutes: int | None, transaction: HubTransaction
    ) -> None:
        """Once for each silence, also if the server is started anew."""
        inquiry = silence.inquiry
        if await _moved_on(silence, transaction):
            return
        body = {"code": "still_there", **({} if minutes is None else {"minutes": minutes})}
        client_id = f"still-there-{silence.seq}"
        await transaction.append(
            inquiry.conversation_id, SYSTEM, "system", body, client_id=client_id
        )

    async def _end(self, silence: Silence) -> bool:
        ended = await self._hub.transact(partial(self._close, silence))
        if ended:
            inquiry = silence.inquiry
            fact = ConversationEnded(inquiry.conversation_id, inquiry.livechat_id, IDLE)
            self._events.publish(fact)
        return ended

    async def _close(self, silence: Silence, transaction: HubTransaction) -> bool:
        inquiry = silence.inquiry
        if await _moved_on(silence, transaction):
            return False
        if not await close(transaction, inquiry, ENDED, SYSTEM, IDLE, self._clock()):
            return False
        # Also from those who may have been offered it because its agent had vanished.
        self._lobby.withdraw(transaction, inquiry, "left")
        return True


async def _moved_on(silence: Silence, transaction: HubTransaction) -> bool:
    """Whether somebody has written since it was looked at."""
    conversation_id = silence.inquiry.conversation_id
    found = await silent_since(transaction.connection, silence.at_ms, conversation_id)
    return [each.seq for each in found] != [silence.seq]
