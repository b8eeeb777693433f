"""Calls that are up, over HTTP: `/v1/calls/live`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from engage.calls.wire import LiveCallList, live_json
from engage.web.openapi import operation
from engage.web.requests import actor, answer, named

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.calls.control import LiveCalls


class LiveCallRoutes:
    """The HTTP edge of calls that are up; to be served before `/v1/calls/{id}`."""

    def __init__(self, live: LiveCalls) -> None:
        self._live = live

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/v1/calls/live", self.list, methods=["GET"]),
            Route("/v1/calls/live/{id}/hang-up", self.hang_up, methods=["POST"]),
        ]

    @operation("List calls that are up", answer=LiveCallList, roles=("admin",))
    async def list(self, request: Request) -> Response:
        """The oldest first."""
        who = await actor(request, "admin")
        calls = [live_json(each) for each in self._live.listed(who)]
        return answer({"items": calls, "cursor": None, "total": len(calls)})

    @operation("Hang up a call", status=204, roles=("admin",))
    async def hang_up(self, request: Request) -> Response:
        """All of its legs."""
        who = await actor(request, "admin")
        await self._live.hang_up(who, named(request))
        return Response(status_code=204, headers={"cache-control": "no-store"})
