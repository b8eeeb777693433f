"""Reports that are mailed, over HTTP: `/v1/queue-report-schedules`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, StringConstraints, ValidationError
from starlette.responses import Response
from starlette.routing import Route

from engage.errors import Invalid
from engage.i18n import translate
from engage.identifiers import rfc3339
from engage.partial_body import partial_of, sent
from engage.queues.scheduled.forms import ReportScheduleForm
from engage.queues.scheduled.service import SENT
from engage.system.actor import Module
from engage.web.collections import QUERY, asked, matching, page
from engage.web.openapi import operation
from engage.web.requests import actor, answer, field_messages, language, named, read

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.queues.scheduled.model import Schedule
    from engage.queues.scheduled.service import ReportSchedules

PATH = "/v1/queue-report-schedules"
SORTS = ("name", "next_at", "last_at")
ClientId = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class NewReportSchedule(ReportScheduleForm):
    """A report to be mailed from now on."""

    client_id: ClientId | None = None


ReportScheduleChange = partial_of("ReportScheduleChange", ReportScheduleForm)


class ShownReportSchedule(ReportScheduleForm):
    """A report that is mailed; `last_result` is `sent`, or why it was not."""

    id: str
    next_at: str | None
    last_at: str | None
    last_result: str
    version: int


class ReportSchedulePage(BaseModel):
    """A page of them; `cursor` asks for the next, `total` counts all that match."""

    items: list[ShownReportSchedule]
    cursor: str | None
    total: int


class ReportScheduleRoutes:
    """The HTTP edge of reports that are mailed."""

    def __init__(self, schedules: ReportSchedules) -> None:
        self._schedules = schedules

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route(PATH, self.list, methods=["GET"]),
            Route(PATH, self.add, methods=["POST"]),
            Route(f"{PATH}/{{id}}", self.get, methods=["GET"]),
            Route(f"{PATH}/{{id}}", self.change, methods=["PATCH"]),
            Route(f"{PATH}/{{id}}", self.delete, methods=["DELETE"]),
            Route(f"{PATH}/{{id}}/send", self.send, methods=["POST"]),
        ]

    @operation(
        "List reports that are mailed", answer=ReportSchedulePage, roles=("admin",), query=QUERY
    )
    async def list(self, request: Request) -> Response:
        """With what became of them last."""
        who = await actor(request, "admin")
        found = await self._schedules.listed(who)
        wanted = asked(request, sorts=SORTS)
        rows = [shown(each, language(request)) for each in matching(found, wanted, _words)]
        return answer(page(rows, wanted, key=_key, ident=_ident, shown=lambda row: row))

    @operation(
        "Mail a report from now on",
        body=NewReportSchedule,
        answer=ShownReportSchedule,
        status=201,
        roles=("admin",),
    )
    async def add(self, request: Request) -> Response:
        """Its first moment is the next one."""
        who = await actor(request, "admin")
        who.check(Module.QUEUES)
        body = await read(request, NewReportSchedule)
        form = ReportScheduleForm.model_validate(body.model_dump(exclude={"client_id"}))
        return answer(
            shown(await self._schedules.add(who, form, body.client_id), language(request)), 201
        )

    @operation("Read a report that is mailed", answer=ShownReportSchedule, roles=("admin",))
    async def get(self, request: Request) -> Response:
        """As it is arranged."""
        who = await actor(request, "admin")
        found = await self._schedules.get(who, named(request))
        return answer(shown(found, language(request)))

    @operation(
        "Change a report that is mailed",
        body=ReportScheduleChange,
        answer=ShownReportSchedule,
        roles=("admin",),
    )
    async def change(self, request: Request) -> Response:
        """Its next moment is counted from now."""
        who = await actor(request, "admin")
        who.check(Module.QUEUES)
        given, version = sent(await read(request, ReportScheduleChange))
        try:
            changed = await self._schedules.change(who, named(request), given, version)
        except ValidationError as error:
            fields = field_messages(error, ReportScheduleForm, language(request))
            raise Invalid(fields) from None
        return answer(shown(changed, language(request)))

    @operation("Mail a report no more", status=204, roles=("admin",))
    async def delete(self, request: Request) -> Response:
        """What stands in the outbox goes still."""
        who = await actor(request, "admin")
        await self._schedules.delete(who, named(request))
        return Response(status_code=204, headers={"cache-control": "no-store"})

    @operation("Mail a report now", answer=ShownReportSchedule, roles=("admin",))
    async def send(self, request: Request) -> Response:
        """Beside its own moments, about the day, week or month before today."""
        who = await actor(request, "admin")
        done = await self._schedules.send(who, named(request))
        return answer(shown(done, language(request)))


def shown(schedule: Schedule, tag: str) -> dict[str, Any]:
    """As JSON; why it was not sent is told in a language."""
    result = schedule.last_result
    return {
        "id": schedule.id,
        **schedule.form.model_dump(),
        "next_at": None if schedule.next_ms is None else rfc3339(schedule.next_ms),
        "last_at": None if schedule.last_ms is None else rfc3339(schedule.last_ms),
        "last_result": result if result in ("", SENT) else translate(result, tag),
        "version": schedule.version,
    }


def _words(schedule: Schedule) -> list[str]:
    return [schedule.form.name, *schedule.form.recipients, *schedule.form.queues]


def _key(row: dict[str, Any], name: str) -> Any:
    return row[name] or ""


def _ident(row: dict[str, Any]) -> str:
    return str(row["id"])
