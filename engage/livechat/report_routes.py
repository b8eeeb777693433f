"""Reports about live chats over HTTP: `/v1/livechat-report`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel
from starlette.responses import Response
from starlette.routing import Route

from engage.column_heads import KIND, heads
from engage.durations import DAY_MS
from engage.errors import N_, Invalid
from engage.identifiers import now_ms, rfc3339
from engage.livechat.figures import COLUMNS, row_of
from engage.livechat.reports import OF_LINES
from engage.web.collections import csv_file
from engage.web.openapi import operation
from engage.web.requests import actor, answer, language, moment_ms, word
from engage.xlsx import MEDIA_TYPE, workbook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from engage.livechat.figures import Figures, Report
    from engage.livechat.reports import LiveChatReports

QUERY: Final = (
    ("from", "The earliest moment (RFC 3339); a day ago"),
    ("until", "The moment it ends before (RFC 3339); now"),
    ("livechat", "Only the live chat of this identifier"),
    ("agent", "Only what this extension served"),
    ("format", "`json`, `csv` or `xlsx`"),
)


class ShownChatFigures(BaseModel):
    """What is counted of one live chat, agent, day or hour; spans are seconds, rates percent."""

    key: str
    name: str
    inquiries: int
    accepted: int
    missed: int
    left: int
    accepted_rate: float
    average_wait_s: int
    p90_wait_s: int
    average_response_s: int
    average_handling_s: int
    rated: int
    average_rating: float
    ratings: list[int]


class ShownHour(BaseModel):
    """An hour of the week, Monday being 0."""

    weekday: int
    hour: int
    inquiries: int
    accepted: int
    missed: int


class ShownChatReport(BaseModel):
    """Figures of the visitors who came in a span of time."""

    begin: str
    end: str
    total: ShownChatFigures
    livechats: list[ShownChatFigures]
    agents: list[ShownChatFigures]
    days: list[ShownChatFigures]
    hours: list[ShownHour]


class LiveChatReportRoutes:
    """The HTTP edge of figures."""

    def __init__(self, reports: LiveChatReports) -> None:
        self._reports = reports

    def routes(self) -> list[Route]:
        """What is served."""
        return [Route("/v1/livechat-report", self.report, methods=["GET"])]

    @operation(
        "Report about live chats",
        answer=ShownChatReport,
        roles=("admin",),
        query=QUERY,
        media=("text/csv", MEDIA_TYPE),
        tag="livechat",
    )
    async def report(self, request: Request) -> Response:
        """By live chat, agent, day and hour of the week."""
        who = await actor(request, "admin")
        kind = word(request, "format") or "json"
        if kind not in ("json", "csv", "xlsx"):
            raise Invalid({"format": N_("This is none of the choices.")})
        end_ms = moment_ms(request, "until") or now_ms()
        begin_ms = moment_ms(request, "from") or end_ms - DAY_MS
        found = await self._reports.report(
            who, begin_ms, end_ms, word(request, "livechat"), word(request, "agent")
        )
        if kind == "csv":
            tag = language(request)
            sheets = self._reports.sheets(found, tag)
            rows = [[name, *row] for name, table in sheets for row in table[1:]]
            return csv_file("livechat-report", heads((KIND, *OF_LINES), tag), rows)
        if kind == "xlsx":
            return await self._workbook(found, language(request))
        return answer({"begin": rfc3339(begin_ms), "end": rfc3339(end_ms), **self._json(found)})

    async def _workbook(self, found: Report, reader: str) -> Response:
        headers = {
            "cache-control": "no-store",
            "content-disposition": 'attachment; filename="livechat-report.xlsx"',
        }
        book = await asyncio.to_thread(workbook, self._reports.sheets(found, reader))
        return Response(book, 200, headers, MEDIA_TYPE)

    def _json(self, found: Report) -> dict[str, Any]:
        return {
            "total": _line("", "", found.total),
            "livechats": self._lines("livechat", found.livechats),
            "agents": self._lines("agent", found.agents),
            "days": [_line(key, key, figures) for key, figures in sorted(found.days.items())],
            "hours": [
                {
                    "weekday": weekday,
                    "hour": hour,
                    "inquiries": figures.inquiries,
                    "accepted": figures.accepted,
                    "missed": figures.missed,
                }
                for (weekday, hour), figures in sorted(found.hours.items())
            ],
        }

    def _lines(self, kind: str, part: Mapping[str, Figures]) -> list[dict[str, Any]]:
        named = [(self._reports.name(kind, key), key, figures) for key, figures in part.items()]
        return [_line(key, name, figures) for name, key, figures in sorted(named, key=_by_name)]


def _by_name(line: tuple[str, str, Figures]) -> tuple[str, str]:
    name, key, _ = line
    return name.casefold(), key


def _line(key: str, name: str, figures: Figures) -> dict[str, Any]:
    row = dict(zip(COLUMNS, row_of(figures), strict=True))
    return {"key": key, "name": name, **row, "ratings": [figures.ratings[n] for n in range(1, 6)]}
