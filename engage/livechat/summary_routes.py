"""Whether an administrator gets the daily summary: `/v1/me/livechat-summary`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict
from starlette.responses import Response
from starlette.routing import Route

from engage.web import requests
from engage.web.openapi import operation

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.livechat.summary import DailySummary

PATH = "/v1/me/livechat-summary"


class SummaryWish(BaseModel):
    """Whether it is wanted."""

    model_config = ConfigDict(extra="forbid", strict=True)

    wanted: bool


class ShownWish(BaseModel):
    """Whether it is wanted, and the address it goes to."""

    wanted: bool
    email: str


class SummaryRoutes:
    """The HTTP edge of daily summaries."""

    def __init__(self, summary: DailySummary) -> None:
        self._summary = summary

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route(PATH, self.get, methods=["GET"]),
            Route(PATH, self.put, methods=["PUT"]),
        ]

    @operation(
        "Read whether one gets the daily summary of live chats",
        answer=ShownWish,
        roles=("admin",),
        tag="livechat",
    )
    async def get(self, request: Request) -> Response:
        """One's own wish."""
        wanted, email = await self._summary.wish(await requests.actor(request, "admin"))
        return requests.answer({"wanted": wanted, "email": email})

    @operation(
        "Choose whether one gets the daily summary of live chats",
        body=SummaryWish,
        status=204,
        roles=("admin",),
        tag="livechat",
    )
    async def put(self, request: Request) -> Response:
        """It comes by email each morning, with yesterday's figures."""
        actor = await requests.actor(request, "admin")
        body = await requests.read(request, SummaryWish)
        await self._summary.choose(actor, body.wanted)
        return Response(status_code=204)
