"""What visitors' browsers tell, and how often they came."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import case, insert, select, update

from engage.livechat.custom_fields import Answer
from engage.livechat.form import FieldRefused, line, page_url
from engage.storage.tables import visitors, visits
from engage.system.time_settings import zones

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.livechat.model import Arrival

APART_MS = 30 * 60_000
"""Somebody who was away for so long has come again."""

NOTED_MS = 60_000
"""Who comes back within this is not written down anew."""

TITLE_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Told:
    """What a page tells when a chat begins; anybody can tell anything, so it is cleaned."""

    page_title: str = ""
    referrer: str = ""
    time_zone: str = ""
    answers: tuple[Answer, ...] = ()
    """To the live chat's own questions; checked already."""

    def cleaned(self) -> Told:
        """As it is stored; what is no title, address or time zone is dropped."""
        return replace(
            self,
            page_title=_title(self.page_title),
            referrer=page_url(self.referrer),
            time_zone=_zone(self.time_zone),
        )


@dataclass(frozen=True, slots=True)
class Visit:
    """What was told when one chat began, and from where."""

    told: Told
    user_agent: str
    address: str


@dataclass(frozen=True, slots=True)
class Presence:
    """How often a visitor came, and when last."""

    visits: int
    last_seen_at_ms: int | None


class VisitRows:
    """Rows in, values out; holds no rule and opens no transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def begin(
        self, conversation_id: str, visitor_id: str, told: Told, arrival: Arrival, now_ms: int
    ) -> None:
        """A chat begins: what the browser told, and where the visitor is now."""
        clean = told.cleaned()
        await self._connection.execute(
            insert(visits),
            {
                "conversation_id": conversation_id,
                "page_title": clean.page_title,
                "referrer": clean.referrer,
                "time_zone": clean.time_zone,
                "answers": [[each.label, each.value, each.kind] for each in clean.answers] or None,
                "user_agent": arrival.user_agent,
                "address": arrival.address,
            },
        )
        where = {"address": arrival.address, "user_agent": arrival.user_agent}
        await self.came(visitor_id, now_ms, **where)

    async def came(self, visitor_id: str, now_ms: int, **where: str) -> None:
        """A visitor is there, from where if that is known; after a while away it is a new visit."""
        seen = visitors.c.last_seen_at_ms
        more = case((seen < now_ms - APART_MS, visitors.c.visits + 1), else_=visitors.c.visits)
        await self._connection.execute(
            update(visitors)
            .where(visitors.c.id == visitor_id)
            .values(visits=more, last_seen_at_ms=now_ms, **where)
        )

    async def of(self, conversation_id: str) -> Visit | None:
        """What was told when this chat began."""
        query = select(visits).where(visits.c.conversation_id == conversation_id)
        row = (await self._connection.execute(query)).one_or_none()
        if row is None:
            return None
        answers = tuple(Answer(*each) for each in row.answers or ())
        told = Told(row.page_title, row.referrer, row.time_zone, answers)
        return Visit(told, row.user_agent, row.address)

    async def presence(self, visitor_id: str) -> Presence:
        """How often a visitor came, and when last."""
        query = select(visitors.c.visits, visitors.c.last_seen_at_ms)
        row = (await self._connection.execute(query.where(visitors.c.id == visitor_id))).one()
        return Presence(row.visits, row.last_seen_at_ms)


def _title(value: str) -> str:
    try:
        return line(value[: 4 * TITLE_LIMIT], 4 * TITLE_LIMIT)[:TITLE_LIMIT]
    except FieldRefused:
        return ""


def _zone(value: str) -> str:
    known = re.fullmatch(r"[A-Za-z0-9_+/-]+", value) is not None
    return value if known and value in zones() else ""
