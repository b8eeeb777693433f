"""Why calls failed or had no sound, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel
from starlette.routing import Route

from engage.calls.diagnosis import Finding, findings
from engage.calls.queries import NEWEST, Wanted
from engage.calls.wire import call_json
from engage.errors import N_, Invalid
from engage.i18n import translate
from engage.web.collections import QUERY, asked
from engage.web.openapi import operation
from engage.web.requests import actor, answer, language, named

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from engage.calls.history import CallHistory

LOOKED_AT = 500
"""So many of the latest calls are looked at."""


class ShownFinding(BaseModel):
    """One thing that was found out; `code` is for programs, `text` for people."""

    code: str
    tone: Literal["good", "warn", "bad"]
    text: str


class Diagnosis(BaseModel):
    """What may be said of a call, the weightiest first."""

    items: list[ShownFinding]


class DiagnosedCall(BaseModel):
    """A call with what may be said of it."""

    id: str
    started_at: str
    caller: str
    caller_name: str
    callee: str
    callee_name: str
    disposition: str
    reason: str
    findings: list[ShownFinding]


class DiagnosedCalls(BaseModel):
    """Calls in which something was not right, the latest first."""

    items: list[DiagnosedCall]
    cursor: None = None
    total: int


class DiagnosisRoutes:
    """The HTTP edge of diagnoses."""

    def __init__(self, history: CallHistory) -> None:
        self._history = history

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/v1/call-diagnosis", self.list, methods=["GET"]),
            Route("/v1/calls/{id}/diagnosis", self.get, methods=["GET"]),
        ]

    @operation("Diagnose a call", answer=Diagnosis, roles=("admin",))
    async def get(self, request: Request) -> Response:
        """In the language of who asks."""
        who = await actor(request, "admin")
        call, legs, _ = await self._history.get(who, named(request))
        tag = language(request)
        return answer({"items": [_shown(each, tag) for each in findings(call, legs)]})

    @operation(
        "List calls that had trouble",
        answer=DiagnosedCalls,
        roles=("admin",),
        query=(*QUERY, ("all", "`1`: also those that had none")),
    )
    async def list(self, request: Request) -> Response:
        """Of the latest calls that fit the search."""
        who = await actor(request, "admin")
        query = asked(request, sorts=("started_at",), filters=("all",), usual="-started_at")
        every = query.filters.get("all", "0")
        if every not in ("0", "1") or query.as_csv or query.cursor:
            raise Invalid({"all": N_("This is none of the choices.")})
        wanted, tag = Wanted(search=query.search), language(request)
        items: list[dict[str, Any]] = []
        for call, legs, _ in await self._history.detailed(who, wanted, NEWEST, LOOKED_AT):
            found = findings(call, legs)
            if every == "1" or found[0].tone != "good":
                shown = call_json(call)
                row = {name: shown[name] for name in DiagnosedCall.model_fields if name in shown}
                items.append({**row, "findings": [_shown(each, tag) for each in found]})
        if not query.descending:
            items.reverse()
        return answer({"items": items[: query.limit], "cursor": None, "total": len(items)})


def _shown(finding: Finding, tag: str) -> dict[str, str]:
    text = translate(finding.text, tag, finding.params)
    return {"code": finding.code, "tone": finding.tone, "text": text}
