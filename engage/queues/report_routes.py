"""Reports about queues over HTTP: `/v1/queue-report`, `/v1/queue-calls`, `/v1/queue-log`."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from engage.column_heads import KIND, heads
from engage.errors import N_
from engage.i18n import translate
from engage.identifiers import rfc3339
from engage.queues.agent_times import AgentTimes
from engage.queues.report_query import SPAN, file_format, span, workbook_file
from engage.queues.reports import COLUMNS, TIMES, figures_row
from engage.queues.sheets import OF_CALLS, OF_LINES, lines, sheets
from engage.web.collections import csv_file, csv_stream
from engage.web.openapi import operation
from engage.web.requests import actor, answer, language, number, word
from engage.xlsx import MEDIA_TYPE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from starlette.requests import Request

    from engage.queues.figures import Figures, Report, Stay
    from engage.queues.model import LogRow
    from engage.queues.reports import QueueReports

MOST: Final = 1000
AT_ONCE: Final = 500
"""So many lines are written before others may go on."""


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
    rated: int
    average_rating: float


class Break(BaseModel):
    """How long an agent was on breaks for a reason; it is empty for none."""

    reason: str
    seconds: int


class ShownAgent(ShownFigures):
    """What is counted of one agent, and what the time went to."""

    logged_in_s: int
    on_break_s: int
    wrap_up_s: int
    breaks: list[Break]


class ShownReport(BaseModel):
    """Figures of a span of time."""

    begin: str
    end: str
    total: ShownFigures
    queues: list[ShownFigures]
    agents: list[ShownAgent]
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
        begin_ms, end_ms = span(request)
        kind, tag = file_format(request), language(request)
        found = await self._reports.report(
            who, begin_ms, end_ms, word(request, "queue"), word(request, "agent")
        )
        if kind == "csv":
            head = heads((KIND, *OF_LINES, *TIMES), tag)
            return csv_file("queue-report", head, lines(found, self._name_of, tag))
        if kind == "xlsx":
            return await workbook_file("queue-report", sheets(found, self._name_of, tag))
        return answer(
            {
                "begin": rfc3339(begin_ms),
                "end": rfc3339(end_ms),
                "total": figures_json(found.total, self._name_of),
                "queues": [figures_json(each, self._name_of) for each in found.queues],
                "agents": agents_json(found, self._name_of),
                "hours": [figures_json(each, self._name_of) for each in found.hours],
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
        kind, (begin_ms, end_ms) = file_format(request), span(request)
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
            return await workbook_file("queue-calls", [(name, chain([heads(OF_CALLS, tag)], rows))])
        start = number(request, "offset", 0, most=1_000_000)
        end = start + number(request, "limit", 50, least=1, most=MOST)
        items = [_stay(each) for each in found[start:end]]
        return answer({"items": items, "cursor": None, "total": len(found)})

    @operation("Read the queue log", status=200, roles=("admin",), query=SPAN[:2])
    async def log(self, request: Request) -> Response:
        """As lines of text, the way call-centre tools read it."""
        who = await actor(request, "admin")
        text = _lines(self._reports.log(who, *span(request)))
        headers = {"cache-control": "no-store"}
        return StreamingResponse(text, 200, headers, "text/plain; charset=utf-8")


def figures_json(figures: Figures, name_of: Callable[[str], str]) -> dict[str, Any]:
    """One line."""
    row = dict(zip(COLUMNS, figures_row(figures), strict=True))
    return {"key": figures.key, "name": name_of(figures.key), **row}


def agents_json(found: Report, name_of: Callable[[str], str]) -> list[dict[str, Any]]:
    """The lines of agents, with what their time went to."""
    lines = []
    for each in found.agents:
        times = found.times.get(each.key) or AgentTimes()
        breaks = [{"reason": reason, "seconds": s} for reason, s in times.breaks.items()]
        whole = {
            "logged_in_s": times.logged_in_s,
            "on_break_s": times.on_break_s,
            "wrap_up_s": times.wrap_up_s,
        }
        lines.append({**figures_json(each, name_of), **whole, "breaks": breaks})
    return lines


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
