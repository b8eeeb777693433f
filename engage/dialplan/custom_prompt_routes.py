"""Custom prompts over HTTP: `/v1/custom-prompts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from engage.dialplan.custom_prompts import LARGEST_FILE, CustomPromptForm
from engage.dialplan.fields import Name
from engage.dialplan.routes import KeptRoutes, shown
from engage.partial_body import partial_of
from engage.web.collections import QUERY
from engage.web.openapi import operation
from engage.web.requests import actor, allow_body, answer, language, named, parse

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.dialplan.custom_prompts import CustomPrompts

SOUND_TYPES = ("audio/wav", "audio/mpeg", "audio/ogg", "application/octet-stream")


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


class CustomPromptRoutes(KeptRoutes[CustomPromptForm]):
    """The HTTP edge of custom prompts."""

    def __init__(self, prompts: CustomPrompts) -> None:
        super().__init__(prompts.kept, "custom-prompts", ("name",), ("name",))
        self._prompts = prompts

    def routes(self) -> list[Route]:
        """What is served."""
        path = "/v1/custom-prompts"
        one = f"{path}/{{id}}"
        return [
            Route(path, self.list, methods=["GET"]),
            Route(path, self.add, methods=["POST"]),
            Route(one, self.get, methods=["GET"]),
            Route(one, self.change, methods=["PATCH"]),
            Route(one, self.delete, methods=["DELETE"]),
            Route(f"{one}/sound", self.sound, methods=["GET"]),
            Route(f"{one}/sound", self.replace, methods=["PUT"]),
        ]

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
        who = await actor(request, "admin")
        who.check(self._routes.kind.module)
        name = parse({"name": request.query_params.get("name", "")}, _Named, language(request)).name
        allow_body(request, LARGEST_FILE)
        return answer(shown(await self._prompts.add(who, name, await request.body())), 201)

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
        who = await actor(request, "admin")
        await self._prompts.delete(who, named(request))
        return Response(status_code=204, headers={"cache-control": "no-store"})

    @operation("Hear a custom prompt", roles=("admin",), media=("audio/ogg",))
    async def sound(self, request: Request) -> Response:
        """As callers hear it."""
        who = await actor(request, "admin")
        prompt = self._routes.get(who, named(request))
        headers = {"cache-control": "private, no-cache"}
        path = self._prompts.file_of(prompt.id)
        return FileResponse(path, headers=headers, media_type="audio/ogg")

    @operation("Replace the sound of a custom prompt", status=204, roles=("admin",))
    async def replace(self, request: Request) -> Response:
        """The body is a sound file of any kind."""
        who = await actor(request, "admin")
        who.check(self._routes.kind.module)
        prompt = self._routes.get(who, named(request))
        allow_body(request, LARGEST_FILE)
        await self._prompts.replace(who, prompt.id, await request.body())
        return Response(status_code=204, headers={"cache-control": "no-store"})
