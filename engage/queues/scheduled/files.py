"""The files of reports that go with mails: kept for as long as a mail may take."""

from __future__ import annotations

import asyncio
import csv
import io
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from engage.csv_cells import cell
from engage.i18n import SOURCE_LANGUAGE
from engage.queues.scheduled.model import days, span_ms
from engage.queues.sheets import csv_bytes, sheets
from engage.system.actor import SYSTEM
from engage.xlsx import workbook

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import tzinfo
    from pathlib import Path

    from engage.identifiers import Clock
    from engage.queues.figures import Report
    from engage.queues.reports import QueueReports
    from engage.queues.scheduled.model import Schedule

    Sheet = tuple[str, Sequence[Sequence[Any]]]

KEPT_MS: Final = 8 * 86_400_000
"""A mail is tried for five days."""


class ReportFiles:
    """Writes reports to a folder.

    Args:
        folder: where they lie.
        reports: makes them.
        name_of: what a queue or an extension is called.
        clock: milliseconds UTC.
        language: what they are written in: the recipients are addresses, of people unknown.
    """

    def __init__(
        self,
        folder: Path,
        reports: QueueReports,
        name_of: Callable[[str], str],
        clock: Clock,
        language: Callable[[], str] = lambda: SOURCE_LANGUAGE,
    ) -> None:
        self._folder, self._reports = folder, reports
        self._name_of, self._clock, self._language = name_of, clock, language
        self.livechats: Callable[[int, int, tzinfo, str], Awaitable[list[Sheet]]] = _no_sheets
        """Tables about live chats in a span of time: told by who knows them."""

    async def made(self, schedule: Schedule, at_ms: int) -> dict[str, str]:
        """The paths of the files of a moment's report, by format.

        Raises:
            Invalid: too much happened in that time.
            OSError: it cannot be written.
        """
        form = schedule.form
        begin_ms, end_ms = span_ms(form, at_ms)
        zone = ZoneInfo(form.time_zone)
        found = await self._reports.report(
            SYSTEM, begin_ms, end_ms, queues=frozenset(form.queues), zone=zone
        )
        tag = self._language()
        chats = await self.livechats(begin_ms, end_ms, zone, tag) if form.live_chats else []
        first, _ = days(form, at_ms)
        wanted = ("csv", "xlsx") if form.format == "both" else (form.format,)

        def write() -> dict[str, str]:
            folder = self._folder / f"{schedule.id}-{at_ms}"
            folder.mkdir(parents=True, exist_ok=True)
            paths: dict[str, str] = {}
            for kind in wanted:
                path = folder / f"queue-report-{form.every}-{first}.{kind}"
                data = _text if kind == "csv" else _workbook
                path.write_bytes(data(found, self._name_of, chats, tag))
                paths[kind] = str(path)
            return paths

        return await asyncio.to_thread(write)

    async def forget_old(self) -> None:
        """Remove what no mail can need any more."""
        await asyncio.to_thread(self._forget, self._clock() - KEPT_MS)

    def _forget(self, before_ms: int) -> None:
        if not self._folder.is_dir():
            return
        for folder in self._folder.iterdir():
            _, _, at = folder.name.rpartition("-")
            if at.isdigit() and int(at) < before_ms:
                for each in folder.iterdir():
                    each.unlink(missing_ok=True)
                folder.rmdir()


def _workbook(
    found: Report, name_of: Callable[[str], str], chats: Sequence[Sheet], tag: str
) -> bytes:
    return workbook([*sheets(found, name_of, tag), *chats])


def _text(found: Report, name_of: Callable[[str], str], chats: Sequence[Sheet], tag: str) -> bytes:
    """The tables about live chats have other columns: each follows with its own first line."""
    buffer = io.StringIO()
    write = csv.writer(buffer).writerow
    for name, rows in chats:
        write([])
        write([name])
        for row in rows:
            write([cell(each) for each in row])
    return csv_bytes(found, name_of, tag) + buffer.getvalue().encode("utf-8", "replace")


async def _no_sheets(_begin_ms: int, _end_ms: int, _zone: tzinfo, _tag: str) -> list[Sheet]:
    return []
