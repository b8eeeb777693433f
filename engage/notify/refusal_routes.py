"""The link in mails by which their recipients stop them: `/mail/stop/{token}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from engage.errors import N_, NotFound
from engage.notify.refusals import PATH
from engage.web.pages import not_found_page, question_page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from engage.notify.refusals import Named, Refusals

WANTED = N_("You receive these emails")
STOP = N_("Stop these emails")
STOPPED = N_("You receive no more of these emails")
RESUME = N_("Receive them again")


class RefusalRoutes:
    """A page that asks, since programs open links; one click of a mail program is enough."""

    def __init__(self, refusals: Refusals) -> None:
        self._refusals = refusals

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route(f"{PATH}{{token}}", self.show, methods=["GET"]),
            Route(f"{PATH}{{token}}", self.choose, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Whether such mails are sent, and a button for the other choice."""
        try:
            named = self._refusals.named(request.path_params["token"])
        except NotFound:
            return not_found_page(request)
        return _page(request, named, refused=await self._refusals.is_refused(named))

    async def choose(self, request: Request) -> Response:
        """A mail program's one click (RFC 8058 §3.2), or the page's button."""
        try:
            named = self._refusals.named(request.path_params["token"])
        except NotFound:
            return not_found_page(request)
        wanted = await request.body() == b"wanted=yes"  # the page's own; all else is one click
        await self._refusals.choose(named, wanted=wanted)
        return _page(request, named, refused=not wanted)


def _page(request: Request, named: Named, *, refused: bool) -> Response:
    return question_page(
        request,
        STOPPED if refused else WANTED,
        named.kind.title,
        answer=RESUME if refused else STOP,
        value="yes" if refused else "no",
        name="wanted",
    )
