"""Received faxes over HTTP: `/v1/faxes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from engage.errors import N_, Invalid
from engage.faxes.service import COLUMN_OF, FaxOrder, WantedFaxes
from engage.faxes.wire import FaxPage, ShownFax, fax_json
from engage.files.addresses import disposition
from engage.pdf import MEDIA_TYPE
from engage.web.collections import BAD_CURSOR, QUERY, asked, csv_file, make_cursor, read_cursor
from engage.web.openapi import operation
from engage.web.requests import actor, answer, flag, moment_ms, named

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.faxes.model import ReceivedFax
    from engage.faxes.service import Faxes
    from engage.web.collections import Asked

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
LARGEST_EXPORT = 100_000
_TEXTS = ("box", "caller")


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
        if query.as_csv:
            found, _ = await self._faxes.page(who, wanted, _order(query), LARGEST_EXPORT)
            shown = map(fax_json, found)
            return csv_file("faxes", COLUMNS, ([row[at] for at in COLUMNS] for row in shown))
        found, total = await self._faxes.page(who, wanted, _order(query), query.limit + 1)
        items = [fax_json(each) for each in found[: query.limit]]
        return answer({"items": items, "cursor": _cursor(found, query), "total": total})

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


def _order(query: Asked) -> FaxOrder:
    after = None
    if query.cursor:
        (kind, value), ident = read_cursor(query.cursor)
        is_text = query.sort in _TEXTS
        if kind != (2 if is_text else 1):
            raise Invalid({"cursor": BAD_CURSOR})
        after = (value if is_text else int(value), ident)
    return FaxOrder(query.sort, query.descending, after)


def _cursor(found: list[ReceivedFax], query: Asked) -> str | None:
    if len(found) <= query.limit:
        return None
    last = found[query.limit - 1]
    value = getattr(last, COLUMN_OF[query.sort].key or "")
    return make_cursor((2 if isinstance(value, str) else 1, value), last.id)
