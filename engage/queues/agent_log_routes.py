"""When agents were logged in and on breaks, over HTTP: `/v1/queue-agent-log`."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel
from starlette.routing import Route

from engage.column_heads import Column, heads
from engage.durations import DAY_MS
from engage.errors import N_, Invalid
from engage.i18n import translate
from engage.identifiers import now_ms, rfc3339
from engage.queues.agent_times import BREAK, LOGIN
from engage.queues.report_query import SPAN, span
from engage.web.collections import QUERY, asked, csv_file, in_order, matching, page
from engage.web.openapi import operation
from engage.web.requests import actor, answer, language, word

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from engage.queues.agent_times import Span
    from engage.queues.reports import QueueReports

SORTS: Final = ("began_at", "agent", "queue", "lasted_s")
FILTERS: Final = ("from", "until", "queue", "agent", "kind")
KINDS: Final = {LOGIN: N_("Login"), BREAK: N_("Break")}
COLUMNS: Final = (
    Column("kind", N_("Kind")),
    Column("agent", N_("Agent")),
    Column("agent_name", N_("Name")),
    Column("queue", N_("Queue")),
    Column("queue_name", N_("Queue name")),
    Column("reason", N_("Reason")),
    Column("began_at", N_("Began")),
    Column("ended_at", N_("Ended")),
    Column("lasted_s", N_("Lasted"), "s"),
)


class ShownSpan(BaseModel):
    """An agent was logged in, or on a break; `ended_at` is null while it lasts.

    `queue` is empty where a break is one of all queues.
    """

    id: str
    kind: str
    agent: str
    agent_name: str
    queue: str
    queue_name: str
    reason: str
    began_at: str
    ended_at: str | None
    lasted_s: int


class SpanPage(BaseModel):
    """Logins and breaks of that time; `total` counts all of them."""

    items: list[ShownSpan]
    cursor: str | None
    total: int


class AgentLogRoutes:
    """The HTTP edge of what agents did."""

    def __init__(self, reports: QueueReports, name_of: Callable[[str], str]) -> None:
        """`name_of`: what a queue or an extension is called."""
        self._reports, self._name_of = reports, name_of

    def routes(self) -> list[Route]:
        """What is served."""
        return [Route("/v1/queue-agent-log", self.log, methods=["GET"])]

    @operation(
        "List when agents were logged in and on breaks",
        answer=SpanPage,
        roles=("admin",),
        query=(
            *QUERY,
            ("from", "The earliest moment (RFC 3339); 31 days before the end"),
            *SPAN[1:4],
            ("kind", "`login` or `break`; both, if left out"),
        ),
        media=("text/csv",),
    )
    async def log(self, request: Request) -> Response:
        """The latest first."""
        who = await actor(request, "admin")
        wanted = asked(request, sorts=SORTS, filters=FILTERS, usual="-began_at")
        kind = wanted.filters.get("kind", "")
        if kind and kind not in KINDS:
            raise Invalid({"kind": N_("This is none of the choices.")})
        begin_ms, end_ms = span(request, usual_ms=31 * DAY_MS)
        found = await self._reports.spans(
            who, begin_ms, end_ms, word(request, "queue"), word(request, "agent")
        )
        until_ms = min(end_ms, now_ms())
        shown = [
            self._json(each, place, until_ms)
            for place, each in enumerate(found)
            if kind in ("", each.kind)
        ]
        chosen = matching(shown, wanted, lambda each: map(str, each.values()))
        if wanted.as_csv:
            rows = in_order(chosen, wanted, key=operator.getitem, ident=_ident)
            return csv_file("queue-agent-log", *_table(rows, language(request)))
        return answer(page(chosen, wanted, key=operator.getitem, ident=_ident, shown=dict))

    def _json(self, span: Span, place: int, until_ms: int) -> dict[str, Any]:
        return {
            "id": f"{span.begin_ms:015d}-{place:06d}",
            "kind": span.kind,
            "agent": span.agent,
            "agent_name": self._name_of(span.agent),
            "queue": span.queue,
            "queue_name": self._name_of(span.queue) if span.queue else "",
            "reason": span.reason,
            "began_at": rfc3339(span.begin_ms),
            "ended_at": rfc3339(span.end_ms) if span.end_ms else None,
            "lasted_s": span.seconds(until_ms),
        }


def _ident(row: dict[str, Any]) -> str:
    return str(row["id"])


def _table(rows: list[dict[str, Any]], tag: str) -> tuple[list[str], list[list[Any]]]:
    told = ({**row, "kind": translate(KINDS[row["kind"]], tag)} for row in rows)
    return heads(COLUMNS, tag), [[row[each.field] or "" for each in COLUMNS] for row in told]
