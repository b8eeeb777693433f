"""Sounds that are uploaded, over HTTP: `/v1/custom-prompts`, `/v1/ringtones`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from starlette.responses import FileResponse
from starlette.routing import Route

from engage.dialplan.custom_prompts import CustomPromptForm
from engage.dialplan.fields import Name
from engage.dialplan.object_routes import ObjectRoutes, done, shown
from engage.errors import NotFound
from engage.web.openapi import operation
from engage.web.requests import actor, allow_body, answer, language, named, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from engage.dialplan.custom_prompts import CustomPrompts
    from engage.dialplan.ringtones import Ringtones

DOWNLOAD = (("download", "1: as a file to be saved"),)
NAME = (("name", "What it is called"),)


class _Named(BaseModel):
    name: Name


def wanted_name(request: Request) -> str:
    """What an uploaded sound is to be called.

    Raises:
        Invalid: nothing that can be a name.
    """
    given = {"name": request.query_params.get("name", "")}
    return parse(given, _Named, language(request)).name


class SoundFileRoutes(ObjectRoutes[CustomPromptForm]):
    """The HTTP edge of sounds of one kind; `model` and `words` as `ObjectRoutes` has them."""

    def __init__(self, sounds: CustomPrompts, model: str, words: tuple[str, str]) -> None:
        super().__init__(sounds.kept, model, words, ("name",), ("name",))
        self._sounds = sounds

    def routes(self) -> list[Route]:
        """What is served."""
        path, heard = f"{self._path}/{{id}}/sound", (self._sounds.media_type,)
        hear, replace = f"Hear {self._one}", f"Replace the sound of {self._one}"
        return [
            *super().routes(),
            self._route("GET", path, hear, self.sound, media=heard, query=DOWNLOAD),
            self._route("PUT", path, replace, self.replace, status=204),
        ]

    async def add(self, request: Request) -> Response:
        """The body is a sound file of any kind; it is converted to what is played."""
        who = await actor(request, "admin")
        who.check(self._kept.kind.module)
        name = wanted_name(request)
        allow_body(request, self._sounds.largest)
        return answer(shown(await self._sounds.add(who, name, await request.body())), 201)

    async def delete(self, request: Request) -> Response:
        """With its file, unless something plays it."""
        await self._sounds.delete(await actor(request, "admin"), named(request))
        return done()

    async def sound(self, request: Request) -> Response:
        """As it is heard."""
        found = self._kept.get(await actor(request, "admin"), named(request))
        headers = {"cache-control": "private, no-cache"}
        path, kind = self._sounds.file_of(found.id), self._sounds.media_type
        saved = f"{found.form.own_name}{self._sounds.ending}"
        name = saved if "download" in request.query_params else None
        return FileResponse(path, headers=headers, media_type=kind, filename=name)

    async def replace(self, request: Request) -> Response:
        """The body is a sound file of any kind."""
        who = await actor(request, "admin")
        who.check(self._kept.kind.module)
        found = self._kept.get(who, named(request))
        allow_body(request, self._sounds.largest)
        await self._sounds.replace(who, found.id, await request.body())
        return done()

    def _adding(self) -> dict[str, Any]:
        return {"answer": self._bodies.shown, "status": 201, "query": NAME}


class RingtoneRoutes(SoundFileRoutes):
    """The HTTP edge of ringtones.

    Args:
        ringtones: all of them.
        rings: whether an extension rings with one; others are nobody's business.
    """

    def __init__(self, ringtones: Ringtones, rings: Callable[[str], bool]) -> None:
        super().__init__(ringtones, "Ringtone", ("a ringtone", "ringtones"))
        self._rings = rings

    def routes(self) -> list[Route]:
        """What is served."""
        return [Route("/ringtone/{id}.wav", self.fetch, methods=["GET"]), *super().routes()]

    @operation("Fetch a ringtone", roles=(), media=("audio/wav",))
    async def fetch(self, request: Request) -> Response:
        """For phones, which cannot sign in; only what an extension rings with."""
        ident = named(request)
        path = self._sounds.path_of(ident)
        if not path or not self._rings(ident) or not self._sounds.file_of(ident).is_file():
            raise NotFound
        headers = {"cache-control": "max-age=300"}
        return FileResponse(path, headers=headers, media_type=self._sounds.media_type)
