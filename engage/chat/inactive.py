"""One e-mail to those who have long not been in Wave, when somebody has written to them.

How long somebody was away and whether they were told stands in a row that being in Wave renews; so
each absence has one mail at most, however often the job runs and the server starts.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import func, select, update

from engage.background import regularly
from engage.durations import DAY_MS
from engage.errors import EngageError
from engage.hub.model import authors_of
from engage.identifiers import now_ms
from engage.mailing import Recipient
from engage.storage.script import Ask, Change, Given, Script
from engage.storage.tables import conversations, events, participants, wave_activity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.chat.model import ChatSettings, Colleagues
    from engage.hub.delivery import Delivery
    from engage.identifiers import Clock
    from engage.mailing import Mailer
    from engage.people.model import AgentSeat
    from engage.storage.database import Database

log = logging.getLogger(__name__)
HOUR_S = 3_600.0
GATHER_S = 2.0
WRITTEN = ("message", "file")
KINDS = ("direct", "group", "broadcast")

_SEEN = Change(
    Given((("number", "text"), ("seen_at_ms", "bigint"))),
    "INSERT INTO wave_activity (number, seen_at_ms) SELECT number, seen_at_ms FROM given"
    " WHERE true ON CONFLICT (number) DO UPDATE SET seen_at_ms = excluded.seen_at_ms,"
    " mailed_at_ms = NULL WHERE wave_activity.seen_at_ms < excluded.seen_at_ms",
)


class Correspondents(Protocol):
    """Who can be written to, with address and language."""

    def agents_of(self, kind: str, values: Iterable[str]) -> list[AgentSeat]:
        """The people at these extensions."""
        ...


class Activity:
    """Writes down when people were last in Wave: a few seconds after they come or go."""

    def __init__(self, database: Database, clock: Clock = now_ms) -> None:
        self._database, self._clock = database, clock
        self._seen: dict[str, int] = {}
        self._flushing: asyncio.Task[None] | None = None

    def saw(self, numbers: Iterable[str]) -> None:
        """They are in Wave at this moment, or were until now."""
        now = self._clock()
        self._seen.update(dict.fromkeys(numbers, now))
        if self._seen and (self._flushing is None or self._flushing.done()):
            self._flushing = asyncio.create_task(self._flush_soon(), name="activity")

    async def flush(self) -> None:
        """Write what is noted."""
        seen, self._seen = self._seen, {}
        if not seen:
            return

        async def work(_: AsyncConnection) -> None:
            await self._database.run(_note(sorted(seen.items())))

        try:
            await self._database.write(work)
        except EngageError as problem:
            log.warning("activity not written", extra={"problem": problem.code})
            self._seen = {**seen, **self._seen}

    async def stop(self) -> None:
        """Write what waits."""
        if self._flushing is not None:
            self._flushing.cancel()
            with suppress(asyncio.CancelledError):
                await self._flushing
        await self.flush()

    async def _flush_soon(self) -> None:
        await asyncio.sleep(GATHER_S)
        await self.flush()


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody who has long not been in Wave, and how much was written to them since."""

    number: str
    seen_at_ms: int
    unread: int


class InactiveMails:
    """The job that writes the mails."""

    def __init__(
        self,
        database: Database,
        activity: Activity,
        delivery: Delivery,
        colleagues: Colleagues,
        correspondents: Correspondents,
        mailer: Mailer,
        settings: Callable[[], ChatSettings],
        clock: Clock = now_ms,
    ) -> None:
        self._database, self._activity, self._delivery = database, activity, delivery
        self._colleagues, self._correspondents = colleagues, correspondents
        self._mailer, self._settings, self._clock = mailer, settings, clock
        self._worker = regularly("mails to the inactive", self.run_once, every_s=HOUR_S)

    async def start(self) -> None:
        """Look at once, then every hour."""
        self._worker.start()

    async def stop(self) -> None:
        """End the job; keep who is in Wave now."""
        await self._worker.stop()
        self._activity.saw(self._present())
        await self._activity.stop()

    async def run_once(self) -> int:
        """Write the mails that are due; returns how many."""
        self._activity.saw(self._present())
        await self._activity.flush()
        settings = self._settings()
        if not settings.notify_inactive_users:
            return 0
        now = self._clock()
        numbers = [each.number for each in self._colleagues.contacts()]
        await self._database.write(partial(self._begin, numbers, now))
        async with self._database.read() as connection:
            before = now - settings.inactive_after_days * DAY_MS
            absent = await absences(connection, before)
        seats = {
            each.number: each
            for each in self._correspondents.agents_of(
                "extensions", [absence.number for absence in absent]
            )
        }
        written = 0
        for absence in absent:
            seat = seats.get(absence.number)
            if seat is None or not seat.email:
                log.info("inactive user without address", extra={"number": absence.number})
                continue
            written += await self._database.write(partial(self._mail, absence, seat))
        return written

    async def _begin(self, numbers: list[str], now: int, connection: AsyncConnection) -> None:
        """Who was never in Wave is away from now on."""
        known = set(await connection.scalars(select(wave_activity.c.number)))
        fresh = [(number, now) for number in numbers if number not in known]
        if fresh:
            await self._database.run(_note(fresh))

    async def _mail(self, absence: Absence, seat: AgentSeat, connection: AsyncConnection) -> bool:
        """Mark and mail in one transaction: both, or neither."""
        marked = await connection.execute(
            update(wave_activity)
            .where(
                wave_activity.c.number == absence.number,
                wave_activity.c.seen_at_ms == absence.seen_at_ms,
                wave_activity.c.mailed_at_ms.is_(None),
            )
            .values(mailed_at_ms=self._clock())
        )
        if marked.rowcount == 0:
            return False
        await self._mailer.post(
            connection,
            "inactive_user",
            to=Recipient(seat.email, seat.name, seat.language),
            params={
                "full_name": seat.name,
                "extension": absence.number,
                "unread": absence.unread,
                "last_seen": absence.seen_at_ms,
                "link": "/wave/#/chats",
            },
            dedupe_key=f"inactive:{absence.number}:{absence.seen_at_ms}",
        )
        return True

    def _present(self) -> list[str]:
        numbers = [each.number for each in self._colleagues.contacts()]
        return [each for each in numbers if self._delivery.connections(f"user:{each}")]


async def absences(connection: AsyncConnection, before_ms: int) -> list[Absence]:
    """Those not seen since `before_ms` and not told of it, to whom somebody has written since."""
    away = await connection.execute(
        select(wave_activity.c.number, wave_activity.c.seen_at_ms)
        .where(wave_activity.c.seen_at_ms <= before_ms, wave_activity.c.mailed_at_ms.is_(None))
        .order_by(wave_activity.c.number)
    )
    found = []
    for number, seen_at_ms in away.all():
        unread = await _written_since(connection, f"user:{number}", seen_at_ms)
        if unread:
            found.append(Absence(number, seen_at_ms, unread))
    return found


async def _written_since(connection: AsyncConnection, who: str, since_ms: int) -> int:
    query = (
        select(func.count())
        .select_from(participants)
        .join(conversations, conversations.c.id == participants.c.conversation_id)
        .join(events, events.c.conversation_id == participants.c.conversation_id)
        .where(
            participants.c.who == who,
            participants.c.left_at_ms.is_(None),
            conversations.c.kind.in_(KINDS),
            events.c.seq > participants.c.read_seq,
            events.c.seq > participants.c.from_seq,
            events.c.kind.in_(WRITTEN),
            events.c.author.not_in(authors_of(who)),
            events.c.at_ms > since_ms,
        )
    )
    return int(await connection.scalar(query) or 0)


def _note(rows: list[tuple[str, int]]) -> Script[None]:
    yield Ask(_SEEN, rows)
