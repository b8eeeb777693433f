"""Reports about live chats: figures of a span of time, for who may see them."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from engage.column_heads import KEY, NAME, heads
from engage.errors import N_, Invalid
from engage.i18n import translate
from engage.livechat.counting import CountingRepository
from engage.livechat.figures import FIGURES, QUARTER_MS, report, row_of
from engage.system.actor import SYSTEM, Module

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo

    from engage.livechat.figures import Report
    from engage.livechat.livechats import LiveChats
    from engage.storage.database import Database
    from engage.system.actor import Actor

    Sheet = tuple[str, Sequence[Sequence[Any]]]

LONGEST_MS: Final = 366 * 86_400_000
OF_LINES: Final = (KEY, NAME, *FIGURES)


class LiveChatReports:
    """Counts what the log holds and what is left of erased chats."""

    def __init__(
        self,
        database: Database,
        livechats: LiveChats,
        zone: Callable[[], tzinfo],
        name_of: Callable[[str], str | None],
    ) -> None:
        """`zone` is that of days and hours, `name_of` the name of an extension."""
        self._database, self._livechats = database, livechats
        self._zone, self._name_of = zone, name_of

    async def report(
        self,
        actor: Actor,
        begin_ms: int,
        end_ms: int,
        livechat_id: str = "",
        agent: str = "",
        zone: tzinfo | None = None,
    ) -> Report:
        """Figures of the visitors who came from a moment until before another.

        Days and hours are those of `zone`, or of the installation.

        Quarters of an hour are counted whole: from the one that it begins in.

        Raises:
            Forbidden: without the right to see live chats.
            Invalid: it is of more than twelve months.
        """
        actor.check(Module.LIVECHAT, "view")
        if not 0 <= end_ms - begin_ms <= LONGEST_MS:
            raise Invalid({"until": N_("Choose a time of twelve months at most.")})
        begin_ms = begin_ms // QUARTER_MS * QUARTER_MS
        end_ms = -(-end_ms // QUARTER_MS) * QUARTER_MS
        async with self._database.read() as connection:
            parts = await CountingRepository(connection).between(begin_ms, end_ms, livechat_id)
        if agent:
            parts = [each for each in parts if each[0].agent == agent]
        zone = zone or self._zone()
        return await asyncio.to_thread(
            report, parts, lambda at_ms: datetime.fromtimestamp(at_ms / 1000, zone)
        )

    async def tables(self, begin_ms: int, end_ms: int, zone: tzinfo, language: str) -> list[Sheet]:
        """All of a span of time as tables, for what the server sends by itself."""
        return self.sheets(await self.report(SYSTEM, begin_ms, end_ms, zone=zone), language)

    def name(self, kind: str, key: str) -> str:
        """What a live chat or an agent is called."""
        if kind == "livechat":
            return self._livechats.by_id(key).name
        return self._name_of(key) or key

    def sheets(self, found: Report, language: str = "en") -> list[Sheet]:
        """A report as tables, named in the reader's language: for files, and for who sends it."""
        chats = [
            [key, self.name("livechat", key), *row_of(figures)]
            for key, figures in found.livechats.items()
        ]
        total = ["", translate(N_("Total"), language), *row_of(found.total)]
        agents = [
            [key, self.name("agent", key), *row_of(figures)]
            for key, figures in sorted(found.agents.items())
        ]
        days = [[key, key, *row_of(figures)] for key, figures in sorted(found.days.items())]
        hours = [
            [f"{weekday + 1} {hour:02d}:00", "", *row_of(figures)]
            for (weekday, hour), figures in sorted(found.hours.items())
        ]
        parts = (
            (N_("Live chats"), [*sorted(chats, key=lambda row: row[1]), total]),
            (N_("Agents"), agents),
            (N_("Days"), days),
            (N_("Hours of the week"), hours),
        )
        head = heads(OF_LINES, language)
        return [(translate(name, language), [head, *rows]) for name, rows in parts]
