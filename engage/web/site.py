"""The addresses of the front ends, their files, and the description of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import RedirectResponse
from starlette.routing import Route

from engage.errors import N_
from engage.i18n import direction, translate
from engage.web.docs import docs_page
from engage.web.openapi import document
from engage.web.pages import own_language, page
from engage.web.requests import answer, language

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from engage.web.static import StaticFiles

HOME, WAVE, ADMIN = "Engage", N_("Wave"), N_("Administration")


class SiteRoutes:
    """Pages, files and documentation."""

    def __init__(
        self, static: StaticFiles, routes: Callable[[], list[BaseRoute]], *, version: str
    ) -> None:
        """`routes` gives every route of the application, for the description."""
        self._static, self._routes, self._version = static, routes, version
        self._document: dict[str, Any] | None = None

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/", self.home, methods=["GET"]),
            Route("/wave", self.to_folder, methods=["GET"]),
            Route("/wave/", self.wave, methods=["GET"]),
            Route("/wave/{path:path}", self.wave, methods=["GET"]),
            Route("/admin", self.to_folder, methods=["GET"]),
            Route("/admin/", self.admin, methods=["GET"]),
            Route("/admin/{path:path}", self.admin, methods=["GET"]),
            Route("/static/{path:path}", self._static.serve, methods=["GET"]),
            Route("/v1/openapi.json", self.openapi, methods=["GET"], include_in_schema=False),
            Route("/v1/docs", self.docs, methods=["GET"], include_in_schema=False),
        ]

    async def home(self, request: Request) -> Response:
        """The choice of Wave or administration."""
        return page(
            request, "home", title=HOME, config=self._config(request), language=language(request)
        )

    async def wave(self, request: Request) -> Response:
        """Wave; its own paths are its own affair."""
        tag = await own_language(request)
        title = f"{translate(WAVE, tag)} · {HOME}"
        return page(request, "wave", title=title, config=self._config(request), language=tag)

    async def admin(self, request: Request) -> Response:
        """The administration."""
        tag = await own_language(request)
        title = f"{translate(ADMIN, tag)} · {HOME}"
        return page(request, "admin", title=title, config=self._config(request), language=tag)

    async def to_folder(self, request: Request) -> Response:
        """`/wave` is `/wave/`."""
        return RedirectResponse(request.url.path + "/", 308)

    async def openapi(self, _: Request) -> Response:
        """The description of `/v1`."""
        return answer(self.document(), headers={"cache-control": "no-cache"})

    async def docs(self, request: Request) -> Response:
        """The description as a page."""
        return docs_page(request, self.document())

    def document(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if self._document is None:
            self._document = document(self._routes(), version=self._version)
        return self._document

    def _config(self, request: Request) -> dict[str, Any]:
        tag = language(request)
        manifest = self._static.manifest() or {}
        catalogue = manifest.get("i18n", {}).get(tag)
        return {
            "language": tag,
            "dir": direction(tag),
            "catalog": f"/static/{catalogue}" if catalogue else None,
            "version": self._version,
        }
