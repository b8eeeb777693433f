"""Custom prompts over HTTP: `/v1/custom-prompts`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from engage.dialplan.custom_prompts import CustomPromptForm
from engage.dialplan.fields import Name
from engage.dialplan.routes import KeptRoutes, shown
from engage.partial_body import partial_of
from engage.web.collections import QUERY
from engage.web.openapi import operation
from engage.web.requests import actor, allow_body, answer, language, named, parse

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.dialplan.custom_prompts import CustomPrompts


class ShownCustomPrompt(CustomPromptForm):
    """A prompt."""

    id: str
    position: int
    version: int


class CustomPromptPage(BaseModel):
    """A page of prompts; `cursor` asks for the next, `total` counts all that match."""

    items: list[ShownCustomPrompt]
    cursor: str | None
    total: int


CustomPromptChange = partial_of("CustomPromptChange", CustomPromptForm)


class _Named(BaseModel):
    name: Name


DOWNLOAD = (("download", "1: as a file to be saved"),)


class SoundFileRoutes(KeptRoutes[CustomPromptForm]):
    """What custom prompts have in common with other sounds that are uploaded."""

    def __init__(self, sounds: CustomPrompts, name: str) -> None:
        super().__init__(sounds.kept, name, ("name",), ("name",))
        self._sounds = sounds

    async def _upload(self, request: Request) -> Response:
        who = await actor(request, "admin")
        who.check(self._routes.kind.module)
        name = parse({"name": request.query_params.get("name", "")}, _Named, language(request)).name
        allow_body(request, self._sounds.largest)
        return answer(shown(await self._sounds.add(who, name, await request.body())), 201)

    async def _remove(self, request: Request) -> Response:
        who = await actor(request, "admin")
        await self._sounds.delete(who, named(request))
        return _done()

    async def _hear(self, request: Request) -> Response:
        who = await actor(request, "admin")
        found = self._routes.get(who, named(request))
        headers = {"cache-control": "private, no-cache"}
        path, kind = self._sounds.file_of(found.id), self._sounds.media_type
        saved = f"{found.form.own_name}{self._sounds.ending}"
        name = saved if "download" in request.query_params else None
        return FileResponse(path, headers=headers, media_type=kind, filename=name)

    async def _exchange(self, request: Request) -> Response:
        who = await actor(request, "admin")
        who.check(self._routes.kind.module)
        found = self._routes.get(who, named(request))
        allow_body(request, self._sounds.largest)
        await self._sounds.replace(who, found.id, await request.body())
        return _done()


def served_sounds(path: str, edge: Any) -> list[Route]:
    """What is served of sounds of one kind."""
    one = f"{path}/{{id}}"
    return [
        Route(path, edge.list, methods=["GET"]),
        Route(path, edge.add, methods=["POST"]),
        Route(one, edge.get, methods=["GET"]),
        Route(one, edge.change, methods=["PATCH"]),
        Route(one, edge.delete, methods=["DELETE"]),
        Route(f"{one}/sound", edge.sound, methods=["GET"]),
        Route(f"{one}/sound", edge.replace, methods=["PUT"]),
    ]


def _done() -> Response:
    return Response(status_code=204, headers={"cache-control": "no-store"})


class CustomPromptRoutes(SoundFileRoutes):
    """The HTTP edge of custom prompts."""

    def __init__(self, prompts: CustomPrompts) -> None:
        super().__init__(prompts, "custom-prompts")

    def routes(self) -> list[Route]:
        """What is served."""
        return served_sounds("/v1/custom-prompts", self)

    @operation("List custom prompts", answer=CustomPromptPage, roles=("admin",), query=QUERY)
    async def list(self, request: Request) -> Response:
        """By name."""
        return await self._list(request)

    @operation(
        "Add a custom prompt",
        answer=ShownCustomPrompt,
        status=201,
        roles=("admin",),
        query=(("name", "What it is called"),),
    )
    async def add(self, request: Request) -> Response:
        """The body is a sound file of any kind; it is converted to mono with 16 kHz."""
        return await self._upload(request)

    @operation("Read a custom prompt", answer=ShownCustomPrompt, roles=("admin",))
    async def get(self, request: Request) -> Response:
        """Its name."""
        return await self._get(request)

    @operation(
        "Change a custom prompt",
        body=CustomPromptChange,
        answer=ShownCustomPrompt,
        roles=("admin",),
    )
    async def change(self, request: Request) -> Response:
        """Its name."""
        return await self._change(request, CustomPromptChange)

    @operation("Delete a custom prompt", status=204, roles=("admin",))
    async def delete(self, request: Request) -> Response:
        """With its file, unless something plays it."""
        return await self._remove(request)

    @operation("Hear a custom prompt", roles=("admin",), media=("audio/ogg",), query=DOWNLOAD)
    async def sound(self, request: Request) -> Response:
        """As callers hear it."""
        return await self._hear(request)

    @operation("Replace the sound of a custom prompt", status=204, roles=("admin",))
    async def replace(self, request: Request) -> Response:
        """The body is a sound file of any kind."""
        return await self._exchange(request)
