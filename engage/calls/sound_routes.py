"""Recordings over HTTP: `/v1/recordings`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import FileResponse, Response
from starlette.routing import Route

from engage.calls.sound import COLUMN_OF, WantedSound, sound_type
from engage.calls.wire import RecordingPage, recording_json
from engage.files.addresses import disposition
from engage.web.collections import QUERY, asked, csv_stream
from engage.web.openapi import operation
from engage.web.requests import actor, answer, flag, moment_ms, named
from engage.web.sorted_pages import next_cursor, order_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from engage.calls.model import Recording
    from engage.calls.sound import Recordings

    Rows = list[list[object]]

SORTS = tuple(COLUMN_OF)
TEXTS = ("caller", "caller_name", "callee", "callee_name", "call", "queue", "agent")
FILTERS = (*TEXTS, "from", "until")
COLUMNS = (
    *("recorded_at", "seconds", "caller", "caller_name", "callee", "callee_name"),
    *("file", "call"),
)
FILTER_QUERY = (
    ("from", "The earliest moment (RFC 3339)"),
    ("until", "The moment it ends before (RFC 3339)"),
    ("caller", "The caller's number; `X` is one more digit, a dot any that follow"),
    ("caller_name", "Part of the caller's name"),
    ("callee", "The callee's number, likewise"),
    ("callee_name", "Part of the callee's name"),
    ("call", "The id of a call"),
    ("queue", "The number of a call queue, or `all` for calls of any"),
    ("agent", "The extension of an agent who answered the call for a queue"),
)


class RecordingRoutes:
    """The HTTP edge of recordings."""

    def __init__(self, recordings: Recordings) -> None:
        self._recordings = recordings

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/v1/recordings", self.list, methods=["GET"]),
            Route("/v1/recordings/{id}", self.delete, methods=["DELETE"]),
            Route("/v1/recordings/{id}/sound", self.sound, methods=["GET"]),
        ]

    @operation(
        "List recordings",
        answer=RecordingPage,
        roles=("admin",),
        query=(*QUERY, *FILTER_QUERY),
        media=("text/csv",),
    )
    async def list(self, request: Request) -> Response:
        """Newest first."""
        who = await actor(request, "admin")
        query = asked(request, sorts=SORTS, filters=FILTERS, usual="-recorded_at")
        wanted = WantedSound(
            search=query.search,
            from_ms=moment_ms(request, "from"),
            until_ms=moment_ms(request, "until"),
            **{name: query.filters.get(name, "") for name in TEXTS},
        )
        order = order_of(query, COLUMN_OF)
        if query.as_csv:
            every = self._recordings.every(who, wanted, order)
            return csv_stream("recordings", COLUMNS, _lines(every))
        found, total = await self._recordings.page(who, wanted, order, query.limit + 1)
        items = [recording_json(each) for each in found[: query.limit]]
        return answer(
            {"items": items, "cursor": next_cursor(found, query, COLUMN_OF), "total": total}
        )

    @operation("Delete a recording", status=204, roles=("admin",))
    async def delete(self, request: Request) -> Response:
        """With its file."""
        who = await actor(request, "admin")
        await self._recordings.delete(who, named(request))
        return Response(status_code=204, headers={"cache-control": "no-store"})

    @operation(
        "Hear a recording",
        roles=("admin",),
        query=(("download", "`1`: as a file to be saved"),),
        media=("audio/x-wav",),
    )
    async def sound(self, request: Request) -> Response:
        """Its bytes; a part of them where one is asked for (RFC 9110 §14)."""
        who = await actor(request, "admin")
        recording = await self._recordings.get(who, named(request))
        path = await self._recordings.place_of(recording)
        saved = disposition(path.name) if flag(request, "download") else "inline"
        headers = {
            "content-disposition": saved,
            "cache-control": "private, no-cache",
        }
        return FileResponse(path, headers=headers, media_type=sound_type(path.name))


async def _lines(every: AsyncIterator[list[Recording]]) -> AsyncIterator[Rows]:
    async for some in every:
        yield [[row[at] for at in COLUMNS] for row in map(recording_json, some)]
