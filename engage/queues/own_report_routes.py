"""One's own figures over HTTP: `/v1/me/queue-report`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel
from starlette.routing import Route

from engage.identifiers import rfc3339
from engage.queues.own_reports import own_line
from engage.queues.report_query import SPAN, span
from engage.queues.report_routes import ShownAgent, ShownFigures, agents_json, figures_json
from engage.system.actor import Actor
from engage.web.openapi import operation
from engage.web.requests import address, answer, principal

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from engage.queues.own_reports import OwnReports


class ShownOwnReport(BaseModel):
    """`own` is null for who serves no queue; `queues` and `agents` are of queues one chairs."""

    begin: str
    end: str
    own: ShownAgent | None
    queues: list[ShownFigures]
    agents: list[ShownAgent]


class OwnReportRoutes:
    """The HTTP edge of an agent's and a chairman's figures."""

    def __init__(self, reports: OwnReports, name_of: Callable[[str], str]) -> None:
        """`name_of`: what a queue or an extension is called."""
        self._reports, self._name_of = reports, name_of

    def routes(self) -> list[Route]:
        """What is served."""
        return [Route("/v1/me/queue-report", self.report, methods=["GET"])]

    @operation(
        "Report about one's own calls and the queues one chairs",
        answer=ShownOwnReport,
        roles=("user",),
        query=SPAN[:2],
        tag="me",
    )
    async def report(self, request: Request) -> Response:
        """Agents see their own figures, chairmen those of their queues too."""
        who = await principal(request, "user")
        begin_ms, end_ms = span(request)
        caller = Actor(who.who, address(request))
        found = await self._reports.report(who.id, caller, begin_ms, end_ms)
        own, chaired = found.own, found.chaired
        return answer(
            {
                "begin": rfc3339(begin_ms),
                "end": rfc3339(end_ms),
                "own": own and agents_json(own_line(who.id, own), self._name_of)[0],
                "queues": [figures_json(each, self._name_of) for each in chaired.queues]
                if chaired
                else [],
                "agents": agents_json(chaired, self._name_of) if chaired else [],
            }
        )
