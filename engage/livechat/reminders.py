"""Mails to agents when nobody accepts a visitor: one for each inquiry, however often we restart."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engage.durations import MINUTE_MS
from engage.hub.model import SYSTEM
from engage.livechat.attendance_rows import AttendanceRows
from engage.livechat.repository import LiveChatRepository

if TYPE_CHECKING:
    from engage.hub.service import Hub, HubTransaction
    from engage.identifiers import Clock
    from engage.livechat.livechats import LiveChats
    from engage.livechat.model import Inquiry
    from engage.livechat.post import Post
    from engage.storage.database import Database


class Reminders:
    """Finds who has waited too long without the agents having been told by mail."""

    def __init__(
        self, database: Database, hub: Hub, livechats: LiveChats, post: Post, clock: Clock
    ) -> None:
        self._database, self._livechats, self._post = database, livechats, post
        self._hub, self._clock = hub, clock

    async def remind(self) -> int:
        """Write the mails that are due.

        Returns:
            for how many inquiries.
        """
        after_min = {
            each.id: each.options.notify_after_min
            for each in self._livechats.all()
            if each.options.notify_agents
        }
        if not after_min:
            return 0
        now = self._clock()
        before_ms = now - min(after_min.values()) * MINUTE_MS
        async with self._database.read() as connection:
            found = await AttendanceRows(connection).waiting_unmailed(before_ms)
        done = 0
        for inquiry in found:
            minutes = after_min.get(inquiry.livechat_id)
            if minutes is not None and now - inquiry.queued_at_ms >= minutes * MINUTE_MS:
                done += await self._hub.transact(partial(self._mail, inquiry))
        return done

    async def _mail(self, inquiry: Inquiry, transaction: HubTransaction) -> bool:
        """Mark and mails in one transaction: both, or neither."""
        connection = transaction.connection
        now = self._clock()
        if not await AttendanceRows(connection).mark_mailed(inquiry.conversation_id, now):
            return False
        visitor = await LiveChatRepository(connection).visitor(inquiry.visitor_id)
        if visitor is None:
            return False
        livechat = self._livechats.by_id(inquiry.livechat_id)
        waiting_s = (now - inquiry.queued_at_ms) // 1000
        await self._post.somebody_waits(connection, livechat, inquiry, visitor, waiting_s)
        body = {"path": "mail", "round": 1, "told": [], "outcome": "told"}
        await transaction.append(inquiry.conversation_id, SYSTEM, "alarm", body)
        return True
