"""Ringtones that phones fetch by the address in Alert-Info, without signing in."""

from __future__ import annotations

import asyncio
import io
import wave
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from engage.errors import NotFound
from engage.web.openapi import operation
from engage.web.requests import named
from pbxcore.prompts.conversion import RATE, decoded

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

LONGEST_S = 15.0
"""Phones take up to half a megabyte, which are so many seconds."""


class RingtoneRoutes:
    """Custom prompts as phones play them: WAV, mono, 16 bits.

    Args:
        path_of: the file of a prompt, "" where there is none.
        rings: whether a prompt is a ringtone of anybody; others are nobody's business.
    """

    def __init__(self, path_of: Callable[[str], str], rings: Callable[[str], bool]) -> None:
        self._path_of, self._rings = path_of, rings

    def routes(self) -> list[Route]:
        """What is served."""
        return [Route("/ringtone/{id}.wav", self.sound, methods=["GET"])]

    @operation("Fetch a ringtone", roles=(), media=("audio/wav",))
    async def sound(self, request: Request) -> Response:
        """For phones, which cannot sign in; only what an extension rings with."""
        prompt = named(request)
        path = self._path_of(prompt)
        if not path or not self._rings(prompt):
            raise NotFound
        data = await asyncio.to_thread(_wav, path)
        return Response(data, media_type="audio/wav", headers={"cache-control": "max-age=300"})


def _wav(path: str) -> bytes:
    samples = decoded(Path(path).read_bytes(), LONGEST_S)[: round(LONGEST_S * RATE)]
    out = io.BytesIO()
    with wave.open(out, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(RATE)
        written.writeframes(samples.tobytes())
    return out.getvalue()
