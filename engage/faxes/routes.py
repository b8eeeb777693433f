"""Received faxes over HTTP: `/v1/faxes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from engage.errors import N_, Invalid
from engage.faxes.service import COLUMN_OF, WantedFaxes
from engage.faxes.wire import FaxPage, ShownFax, fax_json
from engage.files.addresses import disposition
from engage.pdf import MEDIA_TYPE
from engage.web.collections import QUERY, asked, csv_stream
from engage.web.openapi import operation
from engage.web.requests import actor, answer, flag, moment_ms, named
from engage.web.sorted_pages import next_cursor, order_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from engage.faxes.model import ReceivedFax
    from engage.faxes.service import Faxes

    Rows = list[list[object]]

SORTS = tuple(COLUMN_OF)
STATES = ("received", "incomplete", "failed")
FILTERS = (
    ("state", "`received`, `incomplete` or `failed`"),
    ("box", "The number they came for"),
    ("from", "The earliest moment (RFC 3339)"),
    ("until", "The moment it ends before (RFC 3339)"),
)
COLUMNS = (
    *("received_at", "box", "caller", "caller_name", "sender", "pages", "state"),
    *("problem", "detail", "seconds"),
)


class FaxRoutes:
    """The HTTP edge of faxes."""

    def __init__(self, faxes: Faxes) -> None:
        self._faxes = faxes

    def routes(self) -> list[Route]:
        """What is served."""
        one = "/v1/faxes/{id}"
        return [
            Route("/v1/faxes", self.list, methods=["GET"]),
            Route(one, self.get, methods=["GET"]),
            Route(one, self.delete, methods=["DELETE"]),
            Route(f"{one}/file", self.file, methods=["GET"]),
        ]

    @operation(
        "List received faxes",
        answer=FaxPage,
        roles=("admin",),
        query=(*QUERY, *FILTERS),
        media=("text/csv",),
    )
    async def list(self, request: Request) -> Response:
        """Newest first; those that failed are among them."""
        who = await actor(request, "admin")
        names = [name for name, _ in FILTERS]
        query = asked(request, sorts=SORTS, filters=names, usual="-received_at")
        state = query.filters.get("state", "")
        if state not in ("", *STATES):
            raise Invalid({"state": N_("This is none of the choices.")})
        wanted = WantedFaxes(
            query.search,
            state,
            query.filters.get("box", ""),
            moment_ms(request, "from"),
            moment_ms(request, "until"),
        )
        order = order_of(query, COLUMN_OF)
        if query.as_csv:
            every = self._faxes.every(who, wanted, order)
            return csv_stream("faxes", COLUMNS, _lines(every))
        found, total = await self._faxes.page(who, wanted, order, query.limit + 1)
        items = [fax_json(each) for each in found[: query.limit]]
        return answer(
            {"items": items, "cursor": next_cursor(found, query, COLUMN_OF), "total": total}
        )

    @operation("Read a received fax", answer=ShownFax, roles=("admin",))
    async def get(self, request: Request) -> Response:
        """What is known of it."""
        who = await actor(request, "admin")
        return answer(fax_json(await self._faxes.get(who, named(request))))

    @operation("Delete a received fax", status=204, roles=("admin",))
    async def delete(self, request: Request) -> Response:
        """With its pages."""
        who = await actor(request, "admin")
        await self._faxes.delete(who, named(request))
        return Response(status_code=204, headers={"cache-control": "no-store"})

    @operation(
        "Read the pages of a received fax",
        roles=("admin",),
        query=(("download", "`1`: as a file to be saved"),),
        media=(MEDIA_TYPE,),
    )
    async def file(self, request: Request) -> Response:
        """As PDF."""
        who = await actor(request, "admin")
        name = named(request)
        pages = await self._faxes.pdf(who, name)
        saved = disposition(f"fax-{name}.pdf") if flag(request, "download") else "inline"
        headers = {"content-disposition": saved, "cache-control": "private, no-cache"}
        return Response(pages, headers=headers, media_type=MEDIA_TYPE)


async def _lines(every: AsyncIterator[list[ReceivedFax]]) -> AsyncIterator[Rows]:
    async for some in every:
        yield [[row[at] for at in COLUMNS] for row in map(fax_json, some)]
