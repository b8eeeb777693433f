"""Recordings over HTTP: `/v1/recordings`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from engage.calls.model import FOLDERS
from engage.calls.sound import COLUMN_OF, WantedSound, sound_type
from engage.calls.sound_archive import packed
from engage.calls.wire import RecordingPage, recording_json
from engage.errors import N_, Invalid, NotFound
from engage.files.addresses import disposition
from engage.system.actor import Module
from engage.web.collections import QUERY, asked, csv_stream
from engage.web.openapi import operation
from engage.web.requests import actor, answer, flag, moment_ms, named, read
from engage.web.sorted_pages import next_cursor, order_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from engage.calls.model import Recording
    from engage.calls.sound import Recordings
    from engage.storage.sorted_rows import Order
    from engage.web.collections import Asked

    Rows = list[list[object]]

SORTS = tuple(COLUMN_OF)
TEXTS = ("caller", "caller_name", "callee", "callee_name", "call", "queue", "agent", "kind")
FILTERS = (*TEXTS, "from", "until")
COLUMNS = (
    *("recorded_at", "seconds", "caller", "caller_name", "callee", "callee_name"),
    *("file", "call", "kind"),
)
AT_ONCE = 500
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
    ("kind", "`call`, `queue`, `conference` or `emergency`"),
)
CHOSEN = (("id", f"Only this recording; up to {AT_ONCE} times"),)


class DropRecordings(BaseModel):
    """The recordings that shall go."""

    ids: list[Annotated[str, Field(max_length=100)]] = Field(min_length=1, max_length=AT_ONCE)


class RecordingsDropped(BaseModel):
    """How many are gone. The others were not there, or their files could not be removed now."""

    deleted: int


class RecordingRoutes:
    """The HTTP edge of recordings."""

    def __init__(self, recordings: Recordings) -> None:
        self._recordings = recordings

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/v1/recordings", self.list, methods=["GET"]),
            Route("/v1/recordings/archive", self.archive, methods=["GET"]),
            Route("/v1/recordings/delete", self.delete_many, methods=["POST"]),
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
        query, wanted, order = _asked(request)
        if query.as_csv:
            every = self._recordings.every(who, wanted, order)
            return csv_stream("recordings", COLUMNS, _lines(self._recordings, every))
        found, total = await self._recordings.page(who, wanted, order, query.limit + 1)
        items = await _shown(self._recordings, found[: query.limit])
        return answer(
            {"items": items, "cursor": next_cursor(found, query, COLUMN_OF), "total": total}
        )

    @operation(
        "Download recordings",
        roles=("admin",),
        query=(*(each for each in QUERY if each[0] in ("q", "sort")), *FILTER_QUERY, *CHOSEN),
        media=("application/zip",),
    )
    async def archive(self, request: Request) -> Response:
        """Those that match, as a ZIP that is sent while it is written."""
        who = await actor(request, "admin")
        _, wanted, order = _asked(request, *(name for name, _ in CHOSEN))
        found, _ = await self._recordings.page(who, wanted, order, 1)
        if not found:
            raise NotFound
        pieces = packed(self._recordings, self._recordings.every(who, wanted, order))
        headers = {
            "content-disposition": disposition("recordings.zip"),
            "cache-control": "no-store",
        }
        return StreamingResponse(pieces, 200, headers, "application/zip")

    @operation("Delete recordings", body=DropRecordings, answer=RecordingsDropped, roles=("admin",))
    async def delete_many(self, request: Request) -> Response:
        """With their files."""
        who = await actor(request, "admin")
        who.check(Module.RECORDINGS)
        body = await read(request, DropRecordings)
        return answer({"deleted": await self._recordings.delete_many(who, body.ids)})

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


async def _shown(sound: Recordings, found: list[Recording]) -> list[dict[str, Any]]:
    kinds = await sound.kinds(found)
    return [recording_json(each, kinds[each.id]) for each in found]


async def _lines(sound: Recordings, every: AsyncIterator[list[Recording]]) -> AsyncIterator[Rows]:
    async for some in every:
        yield [[row[at] for at in COLUMNS] for row in await _shown(sound, some)]


def _asked(request: Request, *more: str) -> tuple[Asked, WantedSound, Order]:
    query = asked(request, sorts=SORTS, filters=(*FILTERS, *more), usual="-recorded_at")
    if query.filters.get("kind", "call") not in FOLDERS:
        raise Invalid({"kind": N_("This is none of the choices.")})
    ids = tuple(request.query_params.getlist("id"))
    if len(ids) > AT_ONCE:
        raise Invalid({"id": N_("Choose at most %(max_length)d.")}, max_length=AT_ONCE)
    wanted = WantedSound(
        search=query.search,
        from_ms=moment_ms(request, "from"),
        until_ms=moment_ms(request, "until"),
        ids=ids,
        **{name: query.filters.get(name, "") for name in TEXTS},
    )
    return query, wanted, order_of(query, COLUMN_OF)
