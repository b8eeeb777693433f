"""Logos and launchers' pictures over HTTP: administrators set them, everybody sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, RootModel
from starlette.responses import Response
from starlette.routing import Route

from engage.errors import NotFound
from engage.livechat import wire
from engage.livechat.pictures.model import MOST_BYTES, PictureKind
from engage.web import requests
from engage.web.openapi import operation

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.livechat.livechats import LiveChats
    from engage.livechat.pictures.service import Pictures

KEPT = "public, max-age=31536000, immutable"
"""Its address changes with it."""

MOST_READ = 4 << 20
"""Bytes of a body: far more than is taken, so that whoever sends more is told how much that is."""

HARMLESS = "default-src 'none'; style-src 'none'; sandbox; frame-ancestors 'none'"
"""For who opens a picture's address as a page: nothing in it runs or fetches."""


class PictureView(BaseModel):
    """Where a picture is, empty where there is none, and how many bytes a file for it may have."""

    address: str
    most_bytes: int


class PicturesView(RootModel[dict[PictureKind, PictureView]]):
    """A live chat's pictures, each by its kind."""


class PictureRoutes:
    """The HTTP edge of pictures."""

    def __init__(self, pictures: Pictures, livechats: LiveChats) -> None:
        self._pictures, self._livechats = pictures, livechats

    def routes(self) -> list[Route]:
        """Below one live chat; and by its link for everybody."""
        one = "/v1/livechats/{id}/pictures"
        return [
            Route(one, self.get, methods=["GET"]),
            Route(f"{one}/{{kind}}", self.put, methods=["POST"]),
            Route(f"{one}/{{kind}}", self.remove, methods=["DELETE"]),
            Route("/livechat/{public_id}/pictures/{kind}", self.show, methods=["GET"]),
        ]

    @operation(
        "Tell where a live chat's pictures are",
        answer=PicturesView,
        roles=("admin",),
        tag="livechats",
    )
    async def get(self, request: Request) -> Response:
        """Addresses that everybody may fetch."""
        actor = await requests.actor(request, "admin")
        return requests.answer(
            wire.pictures_json(await self._pictures.of(actor, requests.named(request)))
        )

    @operation(
        "Give a live chat a logo or a launcher icon",
        answer=PicturesView,
        roles=("admin",),
        tag="livechats",
        bytes_as="application/octet-stream",
    )
    async def put(self, request: Request) -> Response:
        """The file itself is the body, of at most `most_bytes`: PNG, SVG, JPEG, GIF or WebP."""
        actor, kind = await requests.actor(request, "admin"), _kind(request)
        requests.allow_body(request, MOST_READ)
        data = await request.body()
        changed = await self._pictures.put(actor, requests.named(request), kind, data)
        return requests.answer(wire.pictures_json(changed))

    @operation(
        "Take a live chat's logo or launcher icon away",
        answer=PicturesView,
        roles=("admin",),
        tag="livechats",
    )
    async def remove(self, request: Request) -> Response:
        """Pages show what they showed without it."""
        actor, kind = await requests.actor(request, "admin"), _kind(request)
        changed = await self._pictures.remove(actor, requests.named(request), kind)
        return requests.answer(wire.pictures_json(changed))

    async def show(self, request: Request) -> Response:
        """From any web site; never as something that could run."""
        livechat = self._livechats.by_public_id(request.path_params["public_id"])
        picture = livechat.pictures.get(_kind(request))
        if picture is None or livechat.deleted_at_ms is not None:
            raise NotFound
        headers = {
            "cache-control": KEPT,
            "content-security-policy": HARMLESS,
            "cross-origin-resource-policy": "cross-origin",
            "x-content-type-options": "nosniff",
        }
        return Response(picture.data, 200, headers, picture.media_type)


def _kind(request: Request) -> PictureKind:
    for kind in MOST_BYTES:
        if kind == request.path_params["kind"]:
            return kind
    raise NotFound
