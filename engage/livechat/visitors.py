"""Who a visitor's token stands for, asked on every event and request: answered from memory."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engage.livechat import tokens
from engage.livechat.model import TokenBanned, TokenExpired, TokenInvalid, Visitor
from engage.livechat.repository import LiveChatRepository
from engage.livechat.waiting import is_open
from engage.people.model import Principal

if TYPE_CHECKING:
    from engage.identifiers import Clock
    from engage.livechat.attendance import Attendance
    from engage.livechat.banning.service import Bans
    from engage.storage.database import Database

REMEMBERED_MS = 30_000
"""What another node has changed is seen after this long."""

MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Known:
    """A token's visitor, as the database said a moment ago."""

    visitor: Visitor
    until_ms: int


class Visitors:
    """Resolves visitors' tokens; their use keeps them alive while the chat is open."""

    def __init__(
        self, database: Database, attendance: Attendance, bans: Bans, clock: Clock
    ) -> None:
        self._database = database
        self._attendance = attendance
        self._bans = bans
        self._clock = clock
        self._known: OrderedDict[str, Known] = OrderedDict()

    async def visitor(self, token: str) -> Principal:
        """Who a token stands for.

        Raises:
            TokenInvalid: nobody has it.
            TokenExpired: it has not been used for too long, or the chat is over for long.
            TokenBanned: its visitor is kept out.
        """
        hashed, now = tokens.token_hash(token), self._clock()
        known = self._known.get(hashed)
        if known is None or known.until_ms <= now:
            known = await self._look_up(hashed)
        visitor = known.visitor
        if visitor.token_expires_at_ms <= now:
            self._known.pop(hashed, None)
            raise TokenExpired
        if self.is_banned(visitor):
            raise TokenBanned
        self._attendance.heard(visitor.id)
        return Principal(
            kind="visitor",
            id=visitor.id,
            name=visitor.name,
            who=visitor.who,
            session_id=visitor.id,
            language=visitor.language,
        )

    def is_banned(self, visitor: Visitor) -> bool:
        """Whether a visitor is kept out of their live chat."""
        return self._bans.is_banned(visitor.livechat_id, visitor.id)

    def forget(self, visitor_id: str) -> None:
        """A visitor's token or details were changed."""
        for hashed in [each for each, it in self._known.items() if it.visitor.id == visitor_id]:
            del self._known[hashed]

    async def _look_up(self, hashed: str) -> Known:
        now = self._clock()
        async with self._database.read() as connection:
            rows = LiveChatRepository(connection)
            visitor = await rows.visitor_by_token(hashed)
            if visitor is None:
                self._known.pop(hashed, None)
                raise TokenInvalid
            inquiry = await rows.latest_inquiry_of(visitor.id)
        left_ms = visitor.token_expires_at_ms - now
        used = inquiry is not None and is_open(inquiry.state)
        if used and 0 < left_ms < tokens.RENEW_BELOW_MS:
            expires = now + tokens.LIFE_MS
            await self._database.write(
                lambda each: LiveChatRepository(each).renew_token(visitor.id, expires)
            )
        known = self._known[hashed] = Known(visitor, now + REMEMBERED_MS)
        self._known.move_to_end(hashed)
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return known
