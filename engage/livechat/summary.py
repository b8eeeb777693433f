"""Yesterday's figures by email, each morning, to the administrators who want them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from sqlalchemy import delete, insert, select

from engage.background import regularly
from engage.errors import Forbidden
from engage.mailing import Recipient
from engage.storage.tables import livechat_summary_readers
from engage.system.actor import SYSTEM, Module

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.identifiers import Clock
    from engage.livechat.figures import Figures
    from engage.livechat.reports import LiveChatReports
    from engage.mailing import Mailer
    from engage.storage.database import Database
    from engage.system.actor import Actor

KIND: Final = "livechat_summary"
LINK: Final = "/admin/#/livechat-report"
MORNING: Final = time(6)
"""Not before: nights belong to the day before in the figures, and mails at midnight to nobody."""
EVERY_S: Final = 300.0
"""How often it is looked whether it is morning (seconds)."""


@dataclass(frozen=True, slots=True)
class Reader:
    """An administrator who might read it; `allowed`: may see live chats."""

    account_id: str
    name: str
    email: str
    language: str
    allowed: bool


class Readers(Protocol):
    """The administrators there are."""

    def readers(self) -> list[Reader]:
        """Those who are enabled."""

    def reader(self, user_name: str) -> Reader | None:
        """One of them."""


class DailySummary:
    """Writes the mails. Each day has a key for each reader: whatever happens, there is one."""

    def __init__(
        self,
        database: Database,
        reports: LiveChatReports,
        readers: Readers,
        mailer: Mailer,
        zone: Callable[[], tzinfo],
        clock: Clock,
    ) -> None:
        self._database, self._reports, self._readers = database, reports, readers
        self._mailer, self._zone, self._clock = mailer, zone, clock
        self._done = ""
        self._worker = regularly("daily summary", self.sweep, every_s=EVERY_S)

    async def wish(self, actor: Actor) -> tuple[bool, str]:
        """Whether an administrator wants it, and the address it goes to.

        Raises:
            Forbidden: without the right to see live chats.
        """
        reader = self._reader(actor)
        return reader.account_id in await self._wanting(), reader.email

    async def choose(self, actor: Actor, wanted: bool) -> None:
        """Want it from now on, or no more; the first one comes the next morning.

        Raises:
            Forbidden: without the right to see live chats.
        """
        reader = self._reader(actor)
        table = livechat_summary_readers

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(table).where(table.c.account_id == reader.account_id))
            if wanted:
                since = {"account_id": reader.account_id, "since_ms": self._clock()}
                await connection.execute(insert(table).values(since))

        await self._database.write(work)

    def _reader(self, actor: Actor) -> Reader:
        actor.check(Module.LIVECHAT, "view")
        reader = self._readers.reader(actor.who.partition(":")[2])
        if reader is None:
            raise Forbidden
        return reader

    async def start(self) -> None:
        """Begin to look for mornings."""
        self._worker.start()

    async def stop(self) -> None:
        """What is due comes after the next start."""
        await self._worker.stop()

    async def sweep(self) -> int:
        """Write today's mails unless that is done, or it is too early; how many."""
        now = datetime.fromtimestamp(self._clock() / 1000, self._zone())
        today = f"{now:%Y-%m-%d}"
        if now.time() < MORNING or today == self._done:
            return 0
        morning_ms = _ms(now, MORNING)
        wanting = await self._wanting()
        found = [
            each
            for each in self._readers.readers()
            if each.allowed and each.email and wanting.get(each.account_id, morning_ms) < morning_ms
        ]
        if found:
            await self._write(found, now)
        self._done = today
        return len(found)

    async def _write(self, found: list[Reader], now: datetime) -> None:
        yesterday = now - timedelta(days=1)
        begin_ms, end_ms = _ms(yesterday, time.min), _ms(now, time.min)
        figures = (await self._reports.report(SYSTEM, begin_ms, end_ms)).total
        day = f"{yesterday:%Y-%m-%d}"
        params = {**counters(figures), "day": day, "link": LINK}

        async def work(connection: AsyncConnection) -> None:
            for each in found:
                await self._mailer.post(
                    connection,
                    KIND,
                    to=Recipient(each.email, each.name, each.language),
                    params={**params, "full_name": each.name},
                    dedupe_key=f"{KIND}:{day}:{each.account_id}",
                )

        await self._database.write(work)

    async def _wanting(self) -> dict[str, int]:
        """Who wants it, and since when."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(livechat_summary_readers))
            return {row.account_id: row.since_ms for row in rows}


def counters(figures: Figures) -> dict[str, str | int]:
    """What a summary says, by the names that its template has."""
    return {
        "inquiries": figures.inquiries,
        "accepted": figures.accepted,
        "missed": figures.missed,
        "left": figures.left,
        "average_wait": figures.average_wait_s,
        "longest_usual_wait": figures.p90_wait_s,
        "first_response": figures.average_response_s,
        "handling": figures.average_handling_s,
        "rating": f"{figures.average_rating} / 5" if figures.rated else "",
    }


def _ms(day: datetime, at: time) -> int:
    """A moment of a day, by the day's own clock: an hour may be missing or come twice."""
    moment = datetime.combine(day.date(), at, day.tzinfo)
    return int(moment.timestamp() * 1000)
