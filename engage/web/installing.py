"""Wave as an app of its own: its manifest, and the service worker that keeps its shell."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from engage.errors import N_, NotFound
from engage.i18n import direction, translate
from engage.web.pages import own_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from engage.web.static import StaticFiles

NAME, SHORT_NAME = N_("Engage Wave"), N_("Wave")
DESCRIPTION = N_("Chats and calls with visitors and colleagues.")
BRAND, PAPER = "#1b5fd9", "#ffffff"
# A worker obeys the policy it came with, not its page's (CSP 3, 4.2.1).
WORKER_POLICY = "default-src 'none'; connect-src 'self'; script-src 'self'"
FRESH = {"cache-control": "no-cache"}


class InstallingRoutes:
    """What browsers ask for when Wave is installed."""

    def __init__(self, static: StaticFiles) -> None:
        self._static = static

    def routes(self) -> list[Route]:
        """Beside the pages of Wave; they come first."""
        return [
            Route("/wave/manifest.webmanifest", self.manifest, methods=["GET"]),
            Route("/wave/worker.js", self.worker, methods=["GET"]),
        ]

    async def manifest(self, request: Request) -> Response:
        """The W3C manifest, in the language of who is signed in or of the browser."""
        tag = await own_language(request)
        icons = (self._static.manifest() or {}).get("icons", {})
        body = {
            "id": "/wave/",
            "name": translate(NAME, tag),
            "short_name": translate(SHORT_NAME, tag),
            "description": translate(DESCRIPTION, tag),
            "lang": tag,
            "dir": direction(tag),
            "start_url": "/wave/",
            "scope": "/wave/",
            "display": "standalone",
            "theme_color": BRAND,
            "background_color": PAPER,
            "categories": ["business", "communication"],
            "icons": [
                _icon(icons, "icon-192", 192, "any"),
                _icon(icons, "icon-512", 512, "any"),
                _icon(icons, "maskable-512", 512, "maskable"),
            ]
            if icons
            else [],
        }
        text = json.dumps(body, ensure_ascii=False)
        return Response(text, headers=FRESH, media_type="application/manifest+json")

    async def worker(self, _: Request) -> Response:
        """The service worker with the files of this build; its text changes when they do."""
        manifest = self._static.manifest() or {}
        name = manifest.get("worker")
        script = self._static.text(name) if isinstance(name, str) else None
        wave = manifest.get("wave")
        if script is None or not isinstance(wave, dict):
            raise NotFound
        icons, catalogues = manifest["icons"], manifest.get("i18n", {})
        # In every language: a worker that differed by language would look like a new version.
        names = [*wave["js"], *wave["css"], *wave["preload"], manifest["icon"]]
        names += [*icons.values(), *catalogues.values()]
        files = [f"/static/{each}" for each in dict.fromkeys(names)]
        marks = hashlib.sha256("\n".join([*files, script]).encode()).hexdigest()
        own = {
            "version": marks[:16],
            "files": files,
            "badge": f"/static/{icons['badge-96']}",
            "icon": f"/static/{icons['icon-192']}",
        }
        text = f"const engage = {json.dumps(own)};\n{script}"
        headers = {**FRESH, "content-security-policy": WORKER_POLICY}
        return Response(text, headers=headers, media_type="text/javascript")


def _icon(icons: Mapping[str, str], name: str, size: int, purpose: str) -> dict[str, Any]:
    return {
        "src": f"/static/{icons[name]}",
        "sizes": f"{size}x{size}",
        "type": "image/png",
        "purpose": purpose,
    }
