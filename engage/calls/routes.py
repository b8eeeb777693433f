"""The history of calls over HTTP: `/v1/calls`, and each user's own at `/v1/me/calls`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from engage.calls.cdr import COLUMNS, MAIN, SUB, VERSTAT, rows_of
from engage.calls.model import kind_of
from engage.calls.queries import COLUMN_OF, Wanted
from engage.calls.wire import (
    CallDetails,
    CallPage,
    OwnCallPage,
    call_json,
    leg_json,
    own_json,
    recording_json,
)
from engage.errors import N_, Invalid
from engage.web.collections import QUERY, asked, csv_stream
from engage.web.openapi import operation
from engage.web.requests import actor, answer, moment_ms, named, number, principal, word
from engage.web.sorted_pages import next_cursor, order_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from datetime import tzinfo

    from starlette.requests import Request

    from engage.calls.history import CallHistory
    from engage.storage.sorted_rows import Order
    from engage.system.actor import Actor
    from engage.web.collections import Asked

    Rows = list[list[str]]

SORTS = tuple(COLUMN_OF)
CHOICES = {
    "direction": ("internal", "inbound", "outbound"),
    "disposition": ("answered", "no_answer", "busy", "failed", "cancelled"),
}
TEXTS = ("number", "caller", "callee", "trunk", "action", "account")
FILTERS = (*CHOICES, *TEXTS, "from", "until", "least_talk_s", "most_talk_s")
FILTER_QUERY = (
    ("from", "The earliest moment (RFC 3339)"),
    ("until", "The moment it ends before (RFC 3339)"),
    ("number", "Anybody who had a part in it; `X` is one more digit, a dot any that follow"),
    ("caller", "Who called, likewise"),
    ("callee", "Who was called or answered, likewise"),
    ("direction", "`internal`, `inbound` or `outbound`"),
    ("disposition", "`answered`, `no_answer`, `busy`, `failed` or `cancelled`"),
    ("trunk", "The name of a trunk it came in or went out by"),
    ("action", "What was done first: `dial`, `ring_group`, `queue` …; one of several with commas"),
    ("account", "The account code"),
    ("least_talk_s", "Talked for at least so many seconds"),
    ("most_talk_s", "Talked for at most so many seconds"),
)
ONLY_MISSED = (("missed", "`1`: only calls that this extension missed"),)
LONGEST_TALK_S = 10_000_000
KIND = "record_type"
"""The column that marks calls and legs stands first in each file."""
CHOOSABLE = (*COLUMNS, "original_src", "reason", VERSTAT)
COLUMN_QUERY = (("column", "A column of the CSV file, once for each; all of them without any"),)


class CallRoutes:
    """The HTTP edge of the history of calls."""

    def __init__(self, history: CallHistory, zone: Callable[[], tzinfo]) -> None:
        self._history, self._zone = history, zone

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/v1/calls", self.list, methods=["GET"]),
            Route("/v1/calls/{id}", self.get, methods=["GET"]),
            Route("/v1/calls/{id}", self.delete, methods=["DELETE"]),
            Route("/v1/me/calls", self.own, methods=["GET"]),
        ]

    @operation(
        "List calls that have ended",
        answer=CallPage,
        roles=("admin",),
        query=(*QUERY, *FILTER_QUERY, *COLUMN_QUERY),
        media=("text/csv",),
    )
    async def list(self, request: Request) -> Response:
        """Newest first; as CSV with a line for each call and each of its legs."""
        who = await actor(request, "admin")
        query = asked(request, sorts=SORTS, filters=(*FILTERS, "column"), usual="-started_at")
        wanted, order = _wanted(request, query), order_of(query, COLUMN_OF)
        if query.as_csv:
            columns = _columns(request)
            await self._history.page(who, wanted, order, 1)  # refused before anything is sent
            lines = self._lines(who, wanted, order, columns)
            return csv_stream("calls", (KIND, *columns), lines)
        found, total = await self._history.page(who, wanted, order, query.limit + 1)
        return answer(
            {
                "items": [call_json(each) for each in found[: query.limit]],
                "cursor": next_cursor(found, query, COLUMN_OF),
                "total": total,
            }
        )

    @operation("Read a call", answer=CallDetails, roles=("admin",))
    async def get(self, request: Request) -> Response:
        """With its legs and recordings."""
        who = await actor(request, "admin")
        call, legs, sound = await self._history.get(who, named(request))
        queued = any(each.action == "queue" for each in legs)
        heard = [recording_json(each, kind_of(each, queued=queued)) for each in sound]
        more = {"legs": list(map(leg_json, legs)), "recordings": heard}
        return answer({**call_json(call), **more})

    @operation("Delete the record of a call", status=204, roles=("admin",))
    async def delete(self, request: Request) -> Response:
        """Its recordings stay."""
        who = await actor(request, "admin")
        await self._history.delete(who, [named(request)])
        return Response(status_code=204, headers={"cache-control": "no-store"})

    @operation(
        "List one's own calls",
        answer=OwnCallPage,
        roles=("user",),
        query=(
            *(each for each in QUERY if each[0] in ("q", "limit", "cursor")),
            *ONLY_MISSED,
        ),
    )
    async def own(self, request: Request) -> Response:
        """Newest first: those that were made from the extension and those that came to it."""
        who = await principal(request, "user")
        query = asked(request, sorts=("started_at",), filters=("missed",), usual="-started_at")
        missed = query.filters.get("missed", "0")
        if missed not in ("0", "1") or query.as_csv:
            raise Invalid({"missed": N_("This is none of the choices.")})
        wanted = Wanted(search=query.search, missed_by=who.id if missed == "1" else "")
        found = await self._history.own_page(
            who.id, wanted, order_of(query, COLUMN_OF), query.limit + 1
        )
        shown = [own_json(call, legs, who.id) for call, legs in found[: query.limit]]
        cursor = next_cursor([call for call, _ in found], query, COLUMN_OF)
        return answer({"items": shown, "cursor": cursor})

    async def _lines(
        self, who: Actor, wanted: Wanted, order: Order, columns: Sequence[str]
    ) -> AsyncIterator[Rows]:
        zone = self._zone()
        async for some in self._history.every(who, wanted, order):
            lines = []
            for call, legs, sound in some:
                for at, row in enumerate(rows_of(call, legs, sound, zone)):
                    kind = SUB if at else MAIN
                    reason = legs[at].reason if at and at < len(legs) else call.reason
                    cells = {**row, "original_src": call.original_caller, "reason": reason}
                    lines.append([kind, *(cells[name] for name in columns)])
            yield lines


def _wanted(request: Request, query: Asked) -> Wanted:
    for name, known in CHOICES.items():
        if query.filters.get(name, known[0]) not in known:
            raise Invalid({name: N_("This is none of the choices.")})
    given = query.filters.get
    return Wanted(
        search=query.search,
        from_ms=moment_ms(request, "from"),
        until_ms=moment_ms(request, "until"),
        number=given("number", ""),
        caller=given("caller", ""),
        callee=given("callee", ""),
        direction=given("direction", ""),
        disposition=given("disposition", ""),
        trunk=given("trunk", ""),
        action=given("action", ""),
        account=given("account", ""),
        least_talk_s=_seconds(request, "least_talk_s"),
        most_talk_s=_seconds(request, "most_talk_s"),
    )


def _columns(request: Request) -> Sequence[str]:
    """Those that are chosen, in their usual order."""
    chosen = request.query_params.getlist("column")
    if not set(chosen) <= set(CHOOSABLE):
        raise Invalid({"column": N_("This is none of the choices.")})
    return [each for each in CHOOSABLE if each in chosen] or CHOOSABLE


def _seconds(request: Request, name: str) -> int | None:
    return number(request, name, 0, most=LONGEST_TALK_S) if word(request, name) else None
