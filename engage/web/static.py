"""Built files under `/static/`: hashed names for ever, compressed once, kept in memory."""

from __future__ import annotations

import asyncio
import json
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engage.errors import NotFound
from engage.web.representations import compress, represented, tag_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

DIST = Path(__file__).parent.parent / "static" / "dist"
HASHED = re.compile(r"[-.][0-9A-Za-z_-]{8,}\.[a-z0-9]+$")
COMPRESSED = ("text/", "application/json", "application/manifest+json", "image/svg+xml")
MOST_KEPT = 32 * 1024 * 1024
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".mp3": "audio/mpeg",
    ".wasm": "application/wasm",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file as it is served."""

    body: bytes
    compressed: bytes | None
    content_type: str
    tag: str
    changed_ns: int


class StaticFiles:
    """The front ends' built files; `manifest` says which belong to an entry."""

    def __init__(self, folder: Path = DIST) -> None:
        self._folder = folder.resolve()
        self._files: dict[str, StaticFile] = {}
        self._kept = 0
        self._manifest: tuple[int, dict[str, Any]] | None = None

    def manifest(self) -> dict[str, Any] | None:
        """The build's manifest, read again when it changed; None when nothing is built."""
        path = self._folder / "manifest.json"
        try:
            changed = path.stat().st_mtime_ns
            if self._manifest is None or self._manifest[0] != changed:
                self._manifest = (changed, json.loads(path.read_bytes()))
        except (OSError, ValueError):
            return None
        return self._manifest[1]

    async def serve(self, request: Request) -> Response:
        """Answer for `/static/{path}`."""
        name = request.path_params["path"]
        file = await asyncio.to_thread(self._load, name)
        if file is None:
            raise NotFound
        immutable = HASHED.search(name) is not None
        headers = {
            "cache-control": "public, max-age=31536000, immutable" if immutable else "no-cache",
            "vary": "accept-encoding",
            "cross-origin-resource-policy": "cross-origin",
            "access-control-allow-origin": "*",
        }
        smaller = file.compressed
        return represented(
            request,
            file.body,
            file.content_type,
            headers,
            tag=file.tag,
            compressed=None if smaller is None else lambda: smaller,
        )

    def text(self, name: str) -> str | None:
        """A built file as text, for those that fill it in before serving (the loader)."""
        file = self._load(name)
        return None if file is None else file.body.decode("utf-8")

    def _load(self, name: str) -> StaticFile | None:
        try:
            path = (self._folder / name).resolve()
            if not path.is_relative_to(self._folder):
                return None
            changed = path.stat().st_mtime_ns
            known = self._files.get(name)
            if known is not None and known.changed_ns == changed:
                return known
            body = path.read_bytes()
        except (OSError, ValueError):
            return None
        file = _prepared(body, path.suffix, changed)
        if self._kept + len(body) <= MOST_KEPT:
            self._kept += len(body)
            self._files[name] = file
        return file


def _prepared(body: bytes, suffix: str, changed_ns: int) -> StaticFile:
    content_type = TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")
    compressed = None
    if content_type.startswith(COMPRESSED) and len(body) > 512:
        compressed = compress(body)
    return StaticFile(body, compressed, content_type, tag_of(body), changed_ns)
