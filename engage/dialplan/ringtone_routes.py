"""Ringtones over HTTP: `/v1/ringtones` for administrators, `/ringtone/<id>.wav` for phones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from engage.dialplan.custom_prompt_routes import DOWNLOAD, SoundFileRoutes, served_sounds
from engage.dialplan.ringtones import RingtoneForm
from engage.errors import NotFound
from engage.partial_body import partial_of
from engage.web.collections import QUERY
from engage.web.openapi import operation
from engage.web.requests import named

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from engage.dialplan.ringtones import Ringtones


class ShownRingtone(RingtoneForm):
    """A ringtone."""

    id: str
    position: int
    version: int


class RingtonePage(BaseModel):
    """A page of ringtones; `cursor` asks for the next, `total` counts all that match."""

    items: list[ShownRingtone]
    cursor: str | None
    total: int


RingtoneChange = partial_of("RingtoneChange", RingtoneForm)


class RingtoneRoutes(SoundFileRoutes):
    """The HTTP edge of ringtones.

    Args:
        ringtones: all of them.
        rings: whether an extension rings with one; others are nobody's business.
    """

    def __init__(self, ringtones: Ringtones, rings: Callable[[str], bool]) -> None:
        super().__init__(ringtones, "ringtones")
        self._rings = rings

    def routes(self) -> list[Route]:
        """What is served."""
        fetched = Route("/ringtone/{id}.wav", self.fetch, methods=["GET"])
        return [fetched, *served_sounds("/v1/ringtones", self)]

    @operation("Fetch a ringtone", roles=(), media=("audio/wav",))
    async def fetch(self, request: Request) -> Response:
        """For phones, which cannot sign in; only what an extension rings with."""
        ident = named(request)
        path = self._sounds.path_of(ident)
        if not path or not self._rings(ident) or not self._sounds.file_of(ident).is_file():
            raise NotFound
        headers = {"cache-control": "max-age=300"}
        return FileResponse(path, headers=headers, media_type=self._sounds.media_type)

    @operation("List ringtones", answer=RingtonePage, roles=("admin",), query=QUERY)
    async def list(self, request: Request) -> Response:
        """By name."""
        return await self._list(request)

    @operation(
        "Add a ringtone",
        answer=ShownRingtone,
        status=201,
        roles=("admin",),
        query=(("name", "What it is called"),),
    )
    async def add(self, request: Request) -> Response:
        """The body is a sound file of any kind, up to 500 KB; its first 15 seconds are kept."""
        return await self._upload(request)

    @operation("Read a ringtone", answer=ShownRingtone, roles=("admin",))
    async def get(self, request: Request) -> Response:
        """Its name."""
        return await self._get(request)

    @operation("Change a ringtone", body=RingtoneChange, answer=ShownRingtone, roles=("admin",))
    async def change(self, request: Request) -> Response:
        """Its name."""
        return await self._change(request, RingtoneChange)

    @operation("Delete a ringtone", status=204, roles=("admin",))
    async def delete(self, request: Request) -> Response:
        """With its file, unless an extension rings with it."""
        return await self._remove(request)

    @operation("Hear a ringtone", roles=("admin",), media=("audio/wav",), query=DOWNLOAD)
    async def sound(self, request: Request) -> Response:
        """As phones fetch it."""
        return await self._hear(request)

    @operation("Replace the sound of a ringtone", status=204, roles=("admin",))
    async def replace(self, request: Request) -> Response:
        """The body is a sound file of any kind, up to 500 KB."""
        return await self._exchange(request)
