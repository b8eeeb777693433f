"""Reports about queues over HTTP: `/v1/queue-report`, `/v1/queue-calls`, `/v1/queue-log`."""

from __future__ import annotations

import asyncio
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from engage.column_heads import KIND, heads
from engage.errors import N_, Invalid
from engage.i18n import translate
from engage.identifiers import now_ms, rfc3339
from engage.queues.reports import COLUMNS, figures_row
from engage.queues.sheets import OF_CALLS, OF_LINES, lines, sheets
from engage.web.collections import csv_file, csv_stream
from engage.web.openapi import operation
from engage.web.requests import actor, answer, language, moment_ms, number, word
from engage.xlsx import MEDIA_TYPE, workbook

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from starlette.requests import Request

    from engage.queues.figures import Figures, Stay
    from engage.queues.model import LogRow
    from engage.queues.reports import QueueReports
    from engage.queues.sheets import Sheets

DAY_MS: Final = 86_400_000
LONGEST_MS: Final = 400 * DAY_MS
MOST: Final = 1000
AT_ONCE: Final = 500
"""So many lines are written before others may go on."""
SPAN: Final = (
    ("from", "The earliest moment (RFC 3339); a day ago"),
    ("until", "The moment it ends before (RFC 3339); now"),
    ("queue", "Only this queue"),
    ("agent", "Only this agent"),
    ("format", "`json`, `csv` or `xlsx`"),
)


class ShownFigures(BaseModel):
    """What is counted of one queue, agent or hour; rates are percent."""

    key: str
    name: str
    offered: int
    answered: int
    abandoned: int
    other: int
    missed: int
    callbacks: int
    answered_rate: float
    abandoned_rate: float
    service_level: float
    service_level_2: float
    average_wait_s: int
    average_talk_s: int
    longest_wait_s: int


class ShownReport(BaseModel):
    """Figures of a span of time."""

    begin: str
    end: str
    total: ShownFigures
    queues: list[ShownFigures]
    agents: list[ShownFigures]
    hours: list[ShownFigures]


class ShownStay(BaseModel):
    """One caller in one queue."""

    call: str
    queue: str
    number: str
    name: str
    agent: str
    entered_at: str
    outcome: str
    position: int
    waited_s: int
    rang_s: int
    talked_s: int
    ended_by: str
    callback: bool


class StayPage(BaseModel):
    """Callers of that time; `total` counts all of them."""

    items: list[ShownStay]
    cursor: str | None
    total: int


class ReportRoutes:
    """The HTTP edge of figures."""

    def __init__(self, reports: QueueReports, name_of: Callable[[str], str]) -> None:
        """`name_of`: what a queue or an extension is called."""
        self._reports, self._name_of = reports, name_of

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/v1/queue-report", self.report, methods=["GET"]),
            Route("/v1/queue-calls", self.calls, methods=["GET"]),
            Route("/v1/queue-log", self.log, methods=["GET"]),
        ]

    @operation(
        "Report about queues",
        answer=ShownReport,
        roles=("admin",),
        query=SPAN,
        media=("text/csv", MEDIA_TYPE),
    )
    async def report(self, request: Request) -> Response:
        """By queue, agent and hour."""
        who = await actor(request, "admin")
        begin_ms, end_ms = _span(request)
        kind, tag = _format(request), language(request)
        found = await self._reports.report(
            who, begin_ms, end_ms, word(request, "queue"), word(request, "agent")
        )
        if kind == "csv":
            head = heads((KIND, *OF_LINES), tag)
            return csv_file("queue-report", head, lines(found, self._name_of, tag))
        if kind == "xlsx":
            return await _sheet("queue-report", sheets(found, self._name_of, tag))
        return answer(
            {
                "begin": rfc3339(begin_ms),
                "end": rfc3339(end_ms),
                "total": self._json(found.total),
                "queues": list(map(self._json, found.queues)),
                "agents": list(map(self._json, found.agents)),
                "hours": list(map(self._json, found.hours)),
            }
        )

    @operation(
        "List the callers of queues",
        answer=StayPage,
        roles=("admin",),
        query=(*SPAN, ("limit", "So many at most"), ("offset", "After so many")),
        media=("text/csv", MEDIA_TYPE),
    )
    async def calls(self, request: Request) -> Response:
        """The latest first."""
        who = await actor(request, "admin")
        kind, (begin_ms, end_ms) = _format(request), _span(request)
        tag = language(request)
        found = await self._reports.stays(
            who, begin_ms, end_ms, word(request, "queue"), word(request, "agent")
        )
        found.reverse()
        if kind == "csv":
            return csv_stream("queue-calls", heads(OF_CALLS, tag), _portions(found))
        if kind == "xlsx":
            rows = (_plain(_cells(each), tag) for each in found)  # by the thread that writes them
            name = translate(N_("Calls"), tag)
            return await _sheet("queue-calls", [(name, chain([heads(OF_CALLS, tag)], rows))])
        start = number(request, "offset", 0, most=1_000_000)
        end = start + number(request, "limit", 50, least=1, most=MOST)
        items = [_stay(each) for each in found[start:end]]
        return answer({"items": items, "cursor": None, "total": len(found)})

    @operation("Read the queue log", status=200, roles=("admin",), query=SPAN[:2])
    async def log(self, request: Request) -> Response:
        """As lines of text, the way call-centre tools read it."""
        who = await actor(request, "admin")
        text = _lines(self._reports.log(who, *_span(request)))
        headers = {"cache-control": "no-store"}
        return StreamingResponse(text, 200, headers, "text/plain; charset=utf-8")

    def _json(self, figures: Figures) -> dict[str, Any]:
        row = dict(zip(COLUMNS, figures_row(figures), strict=True))
        return {"key": figures.key, "name": self._name_of(figures.key), **row}


def _stay(stay: Stay) -> dict[str, Any]:
    return {
        "call": stay.call,
        "queue": stay.queue,
        "number": stay.number,
        "name": stay.name,
        "agent": stay.agent,
        "entered_at": rfc3339(stay.entered_ms),
        "outcome": stay.outcome,
        "position": stay.position,
        "waited_s": stay.waited_s,
        "rang_s": stay.rang_s,
        "talked_s": stay.talked_s,
        "ended_by": stay.ended_by,
        "callback": stay.callback,
    }


def _cells(stay: Stay) -> list[Any]:
    shown = _stay(stay)
    return [shown[each.field] for each in OF_CALLS]


async def _portions(found: Sequence[Stay]) -> AsyncIterator[list[list[Any]]]:
    for start in range(0, len(found), AT_ONCE):
        yield [_cells(each) for each in found[start : start + AT_ONCE]]


async def _lines(days: AsyncIterator[list[LogRow]]) -> AsyncIterator[str]:
    async for rows in days:
        for start in range(0, len(rows), AT_ONCE):
            yield "".join(f"{each.line()}\n" for each in rows[start : start + AT_ONCE])


def _plain(row: list[Any], tag: str) -> list[Any]:
    yes, no = translate(N_("Yes"), tag), translate(N_("No"), tag)
    return [(yes if each else no) if isinstance(each, bool) else each for each in row]


async def _sheet(name: str, content: Sheets) -> Response:
    headers = {
        "cache-control": "no-store",
        "content-disposition": f'attachment; filename="{name}.xlsx"',
    }
    return Response(await asyncio.to_thread(workbook, content), 200, headers, MEDIA_TYPE)


def _span(request: Request) -> tuple[int, int]:
    end_ms = moment_ms(request, "until") or now_ms()
    begin_ms = moment_ms(request, "from") or end_ms - DAY_MS
    if not 0 <= end_ms - begin_ms <= LONGEST_MS:
        raise Invalid({"until": N_("Choose a time of 400 days at most.")})
    return begin_ms, end_ms


def _format(request: Request) -> str:
    kind = word(request, "format") or "json"
    if kind not in ("json", "csv", "xlsx"):
        raise Invalid({"format": N_("This is none of the choices.")})
    return kind
