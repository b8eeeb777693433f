"""Answers that are no envelope: files, and lists in forms of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from engage.files.addresses import disposition

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes, or a file; `name` is what it is saved as, and `passing` a file made for this alone."""

    content: bytes | Path
    media_type: str
    name: str = ""
    passing: bool = False

    def response(self) -> Response:
        """As HTTP has it."""
        headers = {"cache-control": "no-store"}
        if self.name:
            headers["content-disposition"] = disposition(self.name)
        if isinstance(self.content, bytes):
            return Response(self.content, 200, headers, self.media_type)
        done = BackgroundTask(self.content.unlink) if self.passing else None
        return FileResponse(self.content, 200, headers, self.media_type, done)
