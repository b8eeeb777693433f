"""Files over HTTP: announced by `POST`, brought by `PATCH`, fetched by short signed addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.requests import ClientDisconnect
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from engage.errors import N_, Invalid
from engage.files.addresses import PATH, Variant, disposition
from engage.files.model import EmptyFile
from engage.files.uploads import Announced
from engage.files.wire import seen_json
from engage.web.openapi import operation
from engage.web.requests import answer, named, principal, read

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from engage.files.service import Fetched, Files, Seen

ROLES = ("visitor", "user")
MOST_BYTES = 2**50
"""Above this a length is a mistake; how much is taken is the service's to say."""

SAFE_TYPES = ("image/", "audio/", "video/", "application/pdf")
SANDBOX = "default-src 'none'; sandbox"


class AnnounceFile(BaseModel):
    """A file that is to be brought. The same `client_id` again is the same file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(max_length=1000)] = ""
    size: Annotated[int, Field(ge=0, le=MOST_BYTES)]
    client_id: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None


class FileView(BaseModel):
    """A file: `offset` of `length` bytes have arrived; `state` is uploading, stored or sent.

    `url` saves it under its name; `thumb_url` and `preview_url` show a picture.
    """

    id: str
    name: str
    size: int
    type: str
    width: int | None
    height: int | None
    state: str
    offset: int
    length: int
    conversation: str | None
    url: str | None
    thumb_url: str | None
    preview_url: str | None
    expires_at: str


class FileRoutes:
    """The HTTP edge of files."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def routes(self) -> list[Route]:
        """What is served."""
        one = "/v1/files/{id}"
        return [
            Route("/v1/files", self.announce, methods=["POST"]),
            Route(one, self.bring, methods=["PATCH"]),
            Route(one, self.look, methods=["GET"]),  # and HEAD, for the offset alone
            Route(one, self.discard, methods=["DELETE"]),
            Route(PATH + "/{id}/{variant}", self.fetch, methods=["GET"]),
        ]

    @operation("Announce a file", body=AnnounceFile, answer=FileView, status=201, roles=ROLES)
    async def announce(self, request: Request) -> Response:
        """Nothing has to be sent for what is not taken."""
        who = await principal(request, *ROLES)
        body = await read(request, AnnounceFile)
        if body.size == 0:
            raise EmptyFile({"size": N_("This file is empty.")})
        seen, fresh = await self._files.announce(
            who, Announced(body.name, body.size, body.client_id)
        )
        return _answer(seen, 201 if fresh else 200)

    @operation(
        "Bring a piece of a file",
        answer=FileView,
        roles=ROLES,
        headers=(("Upload-Offset", "Where in the file the piece begins: how much has arrived"),),
        bytes_as="application/octet-stream",
    )
    async def bring(self, request: Request) -> Response:
        """The body is the piece, the header `Upload-Offset` says where it begins.

        Whatever breaks off, what arrived is kept; the last piece has the file looked at.
        """
        who = await principal(request, *ROLES)
        offset = _whole(request.headers.get("upload-offset", ""))
        announced = request.headers.get("content-length")
        request.state.body_limit = MOST_BYTES  # the file's own length is the limit
        try:
            seen = await self._files.receive(
                who,
                named(request),
                offset,
                _pieces(request),
                None if announced is None else _whole(announced),
            )
        except ClientDisconnect:
            return Response(status_code=499)  # nobody is there to read it; the log shows it
        return _answer(seen)

    @operation("Look at a file", answer=FileView, roles=ROLES)
    async def look(self, request: Request) -> Response:
        """One's own, or one of a conversation; with fresh addresses."""
        who = await principal(request, *ROLES)
        return _answer(await self._files.look(who, named(request)))

    @operation("Remove a file that was not sent", status=204, roles=ROLES)
    async def discard(self, request: Request) -> Response:
        """An upload that is given up."""
        who = await principal(request, *ROLES)
        await self._files.discard(who, named(request))
        return Response(status_code=204)

    async def fetch(self, request: Request) -> Response:
        """The bytes, kept away from everything: saved, or shown as a picture we have drawn."""
        query = request.query_params
        fetched = await self._files.fetch(
            named(request), named(request, "variant"), query.get("until", ""), query.get("seal", "")
        )
        return FileResponse(fetched.path, headers=_headers(fetched), media_type=_type(fetched))


def _answer(seen: Seen, status: int = 200) -> Response:
    headers = {
        "upload-offset": str(seen.received),
        "upload-length": str(seen.file.length),
        "location": f"/v1/files/{seen.file.id}",
    }
    return answer(seen_json(seen), status, headers)


def _headers(fetched: Fetched) -> dict[str, str]:
    shown = fetched.variant != Variant.WHOLE
    return {
        "content-disposition": "inline" if shown else disposition(fetched.file.name),
        "content-security-policy": SANDBOX,
        "cache-control": f"private, max-age={fetched.left_s}, immutable",
        "referrer-policy": "no-referrer",
    }


def _type(fetched: Fetched) -> str:
    """What the browser is told: text could be anything, so it is nothing."""
    if fetched.variant != Variant.WHOLE:
        return "image/webp"
    own = fetched.file.media_type
    return own if own.startswith(SAFE_TYPES) else "application/octet-stream"


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    async for piece in request.stream():
        if piece:
            yield piece


def _whole(text: str) -> int:
    """A header's number.

    Raises:
        Invalid: it is none.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 16):
        raise Invalid({"Upload-Offset": N_("This must be a whole number.")})
    return int(text)
