"""Records of live chats over HTTP: `/v1/livechat-records`, a user's own at `/v1/me/…`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from engage.chat_records.query import NO_CHOICE, RECORD_QUERY, cursor_of, wanted_of
from engage.chat_records.wire import (
    CSV_COLUMNS,
    RecordDetails,
    RecordPage,
    Said,
    cells,
    details_json,
    record_json,
)
from engage.chat_records.writing import Page, as_html, as_text
from engage.errors import Invalid
from engage.files.addresses import Variant
from engage.web import requests
from engage.web.collections import csv_stream
from engage.web.openapi import operation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from datetime import tzinfo

    from starlette.requests import Request

    from engage.chat_records.model import Order, Record, Scope, Wanted
    from engage.chat_records.service import ChatRecords
    from engage.files.service import Files

TRANSCRIPT_QUERY = (("format", "`text` or `html`"),)
FILE_QUERY = (("variant", "`thumb` or `preview` of a picture; else the file"),)
EVENTS_QUERY = (("after", "The sequence that was read last; 0 from the beginning"),)
TAG = "livechat"
AS_HTML = "text/html; charset=utf-8"
AS_TEXT = "text/plain; charset=utf-8"


class RecordRoutes:
    """The HTTP edge of records, for administrators; for users through `OwnRecordRoutes`."""

    def __init__(self, records: ChatRecords, files: Files, zone: Callable[[], tzinfo]) -> None:
        self.records, self._files, self._zone = records, files, zone
        self._own = OwnRecordRoutes(self)

    def routes(self) -> list[Route]:
        """What is served."""
        every, own = "/v1/livechat-records", "/v1/me/livechat-records"
        return [
            Route(every, self.listed, methods=["GET"]),
            Route(f"{every}/{{id}}", self.get, methods=["GET"]),
            Route(f"{every}/{{id}}", self.delete, methods=["DELETE"]),
            Route(f"{every}/{{id}}/events", self.events, methods=["GET"]),
            Route(f"{every}/{{id}}/transcript", self.transcript, methods=["GET"]),
            Route(f"{every}/{{id}}/files/{{file}}", self.file, methods=["GET"]),
            Route(own, self._own.listed, methods=["GET"]),
            Route(f"{own}/{{id}}", self._own.get, methods=["GET"]),
            Route(f"{own}/{{id}}/join", self._own.join, methods=["POST"]),
            Route(f"{own}/{{id}}/events", self._own.events, methods=["GET"]),
            Route(f"{own}/{{id}}/transcript", self._own.transcript, methods=["GET"]),
            Route(f"{own}/{{id}}/files/{{file}}", self._own.file, methods=["GET"]),
        ]

    @operation(
        "List records of live chats",
        answer=RecordPage,
        roles=("admin",),
        query=RECORD_QUERY,
        tag=TAG,
        media=("text/csv",),
    )
    async def listed(self, request: Request) -> Response:
        """Newest first, open ones too."""
        return await self.page(request, self._scope)

    @operation("Read a record of a live chat", answer=RecordDetails, roles=("admin",), tag=TAG)
    async def get(self, request: Request) -> Response:
        """With what the visitor agreed to, and the calls that were made in it."""
        scope = await self._scope(request)
        return requests.answer(await self.details(scope, requests.named(request)))

    @operation("Delete a record of a live chat", status=204, roles=("admin",), tag=TAG)
    async def delete(self, request: Request) -> Response:
        """With its files and its place in the search; its calls lose their names."""
        who = await requests.actor(request, "admin")
        await self.records.delete(who, requests.named(request))
        return Response(status_code=204, headers={"cache-control": "no-store"})

    @operation(
        "Read what was said in a live chat",
        answer=Said,
        roles=("admin",),
        query=EVENTS_QUERY,
        tag=TAG,
    )
    async def events(self, request: Request) -> Response:
        """In portions, notes among it."""
        return await self.said(request, await self._scope(request))

    @operation(
        "Download a transcript of a live chat",
        roles=("admin",),
        query=TRANSCRIPT_QUERY,
        tag=TAG,
        media=("text/plain", "text/html"),
    )
    async def transcript(self, request: Request) -> Response:
        """As text, or as a page that needs nothing but itself."""
        return await self.written(request, await self._scope(request))

    @operation(
        "Open a file of a live chat", status=302, roles=("admin",), query=FILE_QUERY, tag=TAG
    )
    async def file(self, request: Request) -> Response:
        """Leads to an address that is good for some minutes."""
        return await self.opened(request, await self._scope(request))

    async def page(
        self, request: Request, scope_of: Callable[[Request], Awaitable[Scope]]
    ) -> Response:
        """A page of what somebody may see, or all of it as a file."""
        scope = await scope_of(request)
        wanted, order, query = wanted_of(request)
        if query.as_csv:
            portions = self._lines(self.records.export_scope(scope), wanted, order)
            return csv_stream("livechat-records", CSV_COLUMNS, portions)
        found, total = await self.records.page(scope, wanted, order, query.limit + 1)
        shown = [record_json(each) for each in found[: query.limit]]
        return requests.answer({"items": shown, "cursor": cursor_of(found, query), "total": total})

    async def details(self, scope: Scope, conversation_id: str) -> dict[str, Any]:
        """One chat with all that belongs to it."""
        record, consent, calls = await self.records.get(scope, conversation_id)
        mine = await self.records.is_own(scope, conversation_id)
        exportable = await self.records.exportable(scope, conversation_id)
        shown = details_json(record, consent, calls)
        return {**shown, "exportable": exportable, "mine": mine}

    async def said(self, request: Request, scope: Scope) -> Response:
        """What was said after a sequence."""
        after = requests.number(request, "after", 0, most=10**15)
        conversation_id = requests.named(request)
        state, found, more = await self.records.said(scope, conversation_id, after)
        return requests.answer({"events": found, "more": more, "state": state})

    async def written(self, request: Request, scope: Scope) -> Response:
        """A transcript as a file."""
        kind = requests.word(request, "format") or "text"
        if kind not in ("text", "html"):
            raise Invalid({"format": NO_CHOICE})
        record, consent, said = await self.records.transcript(scope, requests.named(request))
        page = Page(requests.language(request), self._zone())
        write, ending = (as_html, "html") if kind == "html" else (as_text, "txt")
        name = f"chat-{record.inquiry.number}.{ending}"
        headers = {
            "content-disposition": f'attachment; filename="{name}"',
            "cache-control": "no-store",
        }
        text = write(record, consent, said, page).encode("utf-8", "replace")
        return Response(text, 200, headers, AS_HTML if kind == "html" else AS_TEXT)

    async def opened(self, request: Request, scope: Scope) -> Response:
        """A file that was said in a chat."""
        conversation_id = requests.named(request)
        await self.records.get(scope, conversation_id)
        seen = await self._files.said_in(conversation_id, requests.named(request, "file"))
        wanted = requests.word(request, "variant")
        variant = Variant(wanted) if wanted in tuple(Variant) else Variant.WHOLE
        address = seen.addresses.get(variant) or seen.addresses[Variant.WHOLE]
        return RedirectResponse(address, 302, {"cache-control": "no-store"})

    async def _scope(self, request: Request) -> Scope:
        return self.records.scope_of(await requests.actor(request, "admin"))

    async def _lines(
        self, scope: Scope, wanted: Wanted, order: Order
    ) -> AsyncIterator[list[list[object]]]:
        found: list[Record]
        async for found in self.records.every(scope, wanted, order):
            yield [cells(each) for each in found]


class OwnRecordRoutes:
    """The same for an agent's own chats, and those of the queues whose chairman they are."""

    def __init__(self, edge: RecordRoutes) -> None:
        self._edge = edge

    @operation(
        "List one's own live chats",
        answer=RecordPage,
        roles=("user",),
        query=RECORD_QUERY,
        tag=TAG,
        media=("text/csv",),
    )
    async def listed(self, request: Request) -> Response:
        """For the chairman of a queue, all that its agents serve or served."""
        return await self._edge.page(request, self._scope)

    @operation("Read one of one's own live chats", answer=RecordDetails, roles=("user",), tag=TAG)
    async def get(self, request: Request) -> Response:
        """With what the visitor agreed to, and the calls that were made in it."""
        scope = await self._scope(request)
        return requests.answer(await self._edge.details(scope, requests.named(request)))

    @operation(
        "Read what was said in one of one's own live chats",
        answer=Said,
        roles=("user",),
        query=EVENTS_QUERY,
        tag=TAG,
    )
    async def events(self, request: Request) -> Response:
        """In portions, notes among it."""
        return await self._edge.said(request, await self._scope(request))

    @operation(
        "Download a transcript of one of one's own live chats",
        roles=("user",),
        query=TRANSCRIPT_QUERY,
        tag=TAG,
        media=("text/plain", "text/html"),
    )
    async def transcript(self, request: Request) -> Response:
        """As text, or as a page that needs nothing but itself."""
        return await self._edge.written(request, await self._scope(request))

    @operation(
        "Open a file of one of one's own live chats",
        status=302,
        roles=("user",),
        query=FILE_QUERY,
        tag=TAG,
    )
    async def file(self, request: Request) -> Response:
        """Leads to an address that is good for some minutes."""
        return await self._edge.opened(request, await self._scope(request))

    @operation(
        "Join a live chat of a queue whose chairman one is", status=204, roles=("user",), tag=TAG
    )
    async def join(self, request: Request) -> Response:
        """To write in it, beside the agent who serves the visitor."""
        principal = await requests.principal(request, "user")
        await self._edge.records.join(principal, requests.named(request))
        return Response(status_code=204)

    async def _scope(self, request: Request) -> Scope:
        principal = await requests.principal(request, "user")
        return self._edge.records.own_scope(principal)
