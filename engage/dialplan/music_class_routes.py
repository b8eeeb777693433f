"""Music on hold over HTTP: `/v1/music-classes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import FileResponse

from engage.dialplan.music_classes import LARGEST_FILE, KeptMusicClass, MusicClassForm
from engage.dialplan.object_routes import ObjectRoutes, done, shown
from engage.dialplan.sound_file_routes import NAME, wanted_name
from engage.web.requests import actor, allow_body, answer, named

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from engage.dialplan.music_classes import MusicClasses


class MusicClassRoutes(ObjectRoutes[KeptMusicClass]):
    """The HTTP edge of music on hold: its classes, and their files."""

    def __init__(self, classes: MusicClasses) -> None:
        super().__init__(
            classes.kept,
            "MusicClass",
            ("a class of music on hold", "classes of music on hold"),
            ("name", "order"),
            ("name",),
            path="/v1/music-classes",
            body=MusicClassForm,
        )
        self._classes = classes

    def routes(self) -> list[Route]:
        """What is served."""
        files, one = f"{self._path}/{{id}}/files", f"{self._path}/{{id}}/files/{{file}}"
        added = {"answer": self._bodies.shown, "status": 201, "query": NAME}
        words = self._one
        return [
            *super().routes(),
            self._route("POST", files, f"Add a sound to {words}", self.add_file, **added),
            self._route(
                "DELETE", one, f"Remove a sound from {words}", self.remove_file, status=204
            ),
            self._route(
                "GET",
                f"{one}/sound",
                "Hear a sound of music on hold",
                self.sound,
                media=("audio/ogg",),
            ),
        ]

    async def delete(self, request: Request) -> Response:
        """With its files, unless somebody has chosen it, or it is the default class."""
        await self._classes.delete(await actor(request, "admin"), named(request))
        return done()

    async def add_file(self, request: Request) -> Response:
        """The body is a sound file of any kind; it is converted to mono with 16 kHz."""
        who = await actor(request, "admin")
        who.check(self._kept.kind.module)
        name = wanted_name(request)
        allow_body(request, LARGEST_FILE)
        class_id = named(request)
        await self._classes.add(who, class_id, name, await request.body())
        return answer(shown(self._kept.get(who, class_id)), 201)

    async def remove_file(self, request: Request) -> Response:
        """With its file; whoever hears it just now hears it to its end."""
        who = await actor(request, "admin")
        await self._classes.remove(who, named(request), named(request, "file"))
        return done()

    async def sound(self, request: Request) -> Response:
        """As those who wait hear it."""
        who = await actor(request, "admin")
        file = self._classes.file(who, named(request), named(request, "file"))
        headers = {"cache-control": "private, no-cache"}
        path = self._classes.path_of(file.id)
        return FileResponse(path, headers=headers, media_type="audio/ogg")
