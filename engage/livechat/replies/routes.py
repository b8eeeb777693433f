"""Answers to messages that were left, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.routing import Route

from engage.livechat.desk import Agent
from engage.web import requests
from engage.web.openapi import operation

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from engage.livechat.replies.service import Replies

ClientId = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[\w.:-]+$")]


class Reply(BaseModel):
    """What an agent answers; the same `client_id` is the same answer."""

    model_config = ConfigDict(extra="forbid", strict=True)

    client_id: ClientId
    text: Annotated[str, Field(min_length=1, max_length=40_000)]


class Replied(BaseModel):
    """Where the answer stands in the conversation."""

    seq: int
    duplicate: bool


class ReplyRoutes:
    """The HTTP edge of answers."""

    def __init__(self, replies: Replies) -> None:
        self._replies = replies

    def routes(self) -> list[Route]:
        """What is served."""
        path = "/v1/livechat-messages/{id}/replies"
        return [Route(path, self.reply, methods=["POST"])]

    @operation(
        "Answer a message that a visitor has left, by email",
        body=Reply,
        answer=Replied,
        status=201,
        roles=("user",),
        tag="livechat",
    )
    async def reply(self, request: Request) -> Response:
        """It stands in the conversation, and waits in the outbox."""
        principal = await requests.principal(request, "user")
        body = await requests.read(request, Reply)
        agent = Agent(principal.id, principal.name)
        done = await self._replies.reply(agent, requests.named(request), body.client_id, body.text)
        return requests.answer({"seq": done.event.seq, "duplicate": done.duplicate}, 201)
