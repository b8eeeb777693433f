"""Music on hold over HTTP: `/v1/music-classes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from engage.dialplan.fields import Name
from engage.dialplan.music_classes import LARGEST_FILE, KeptMusicClass, MusicClassForm
from engage.dialplan.routes import ClientId, KeptRoutes, shown
from engage.partial_body import partial_of
from engage.web.collections import QUERY
from engage.web.openapi import operation
from engage.web.requests import actor, allow_body, answer, language, named, parse

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.dialplan.music_classes import MusicClasses


class NewMusicClass(MusicClassForm):
    """A class to be added."""

    client_id: ClientId | None = None


class ShownMusicClass(KeptMusicClass):
    """A class and its files."""

    id: str
    position: int
    version: int


class MusicClassPage(BaseModel):
    """A page of classes; `cursor` asks for the next, `total` counts all that match."""

    items: list[ShownMusicClass]
    cursor: str | None
    total: int


MusicClassChange = partial_of("MusicClassChange", MusicClassForm)


class _Named(BaseModel):
    name: Name


class MusicClassRoutes(KeptRoutes[KeptMusicClass]):
    """The HTTP edge of music on hold."""

    def __init__(self, classes: MusicClasses) -> None:
        super().__init__(classes.kept, "music-classes", ("name", "order"), ("name",))
        self._classes = classes

    def routes(self) -> list[Route]:
        """What is served."""
        path = "/v1/music-classes"
        one = f"{path}/{{id}}"
        file = f"{one}/files/{{file}}"
        return [
            Route(path, self.list, methods=["GET"]),
            Route(path, self.add, methods=["POST"]),
            Route(one, self.get, methods=["GET"]),
            Route(one, self.change, methods=["PATCH"]),
            Route(one, self.delete, methods=["DELETE"]),
            Route(f"{one}/files", self.add_file, methods=["POST"]),
            Route(file, self.remove_file, methods=["DELETE"]),
            Route(f"{file}/sound", self.sound, methods=["GET"]),
        ]

    @operation(
        "List classes of music on hold", answer=MusicClassPage, roles=("admin",), query=QUERY
    )
    async def list(self, request: Request) -> Response:
        """By name."""
        return await self._list(request)

    @operation(
        "Add a class of music on hold",
        body=NewMusicClass,
        answer=ShownMusicClass,
        status=201,
        roles=("admin",),
    )
    async def add(self, request: Request) -> Response:
        """It is empty; files are added one by one."""
        return await self._add(request, NewMusicClass)

    @operation("Read a class of music on hold", answer=ShownMusicClass, roles=("admin",))
    async def get(self, request: Request) -> Response:
        """With its files, in the order of their names."""
        return await self._get(request)

    @operation(
        "Change a class of music on hold",
        body=MusicClassChange,
        answer=ShownMusicClass,
        roles=("admin",),
    )
    async def change(self, request: Request) -> Response:
        """Valid for whoever waits from now on."""
        return await self._change(request, MusicClassChange)

    @operation("Delete a class of music on hold", status=204, roles=("admin",))
    async def delete(self, request: Request) -> Response:
        """With its files, unless somebody has chosen it, or it is the default class."""
        who = await actor(request, "admin")
        await self._classes.delete(who, named(request))
        return _done()

    @operation(
        "Add a sound to a class of music on hold",
        answer=ShownMusicClass,
        status=201,
        roles=("admin",),
        query=(("name", "What it is called"),),
    )
    async def add_file(self, request: Request) -> Response:
        """The body is a sound file of any kind; it is converted to mono with 16 kHz."""
        who = await actor(request, "admin")
        who.check(self._routes.kind.module)
        name = parse({"name": request.query_params.get("name", "")}, _Named, language(request)).name
        allow_body(request, LARGEST_FILE)
        class_id = named(request)
        await self._classes.add(who, class_id, name, await request.body())
        return answer(shown(self._routes.get(who, class_id)), 201)

    @operation("Remove a sound from a class of music on hold", status=204, roles=("admin",))
    async def remove_file(self, request: Request) -> Response:
        """With its file; whoever hears it just now hears it to its end."""
        who = await actor(request, "admin")
        await self._classes.remove(who, named(request), named(request, "file"))
        return _done()

    @operation("Hear a sound of music on hold", roles=("admin",), media=("audio/ogg",))
    async def sound(self, request: Request) -> Response:
        """As those who wait hear it."""
        who = await actor(request, "admin")
        file = self._classes.file(who, named(request), named(request, "file"))
        headers = {"cache-control": "private, no-cache"}
        path = self._classes.path_of(file.id)
        return FileResponse(path, headers=headers, media_type="audio/ogg")


def _done() -> Response:
    return Response(status_code=204, headers={"cache-control": "no-store"})
