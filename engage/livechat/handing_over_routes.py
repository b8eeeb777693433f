"""Transfers and invitations over HTTP: for programs, and for when sockets fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel
from starlette.responses import Response
from starlette.routing import Route

from engage.errors import NotFound
from engage.livechat.desk import Agent
from engage.livechat.handover_forms import ChatTransfer, Number
from engage.partial_body import Body
from engage.web import requests
from engage.web.openapi import operation

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.livechat.handing_over import HandingOver
    from engage.livechat.invitations import Invitations


class Invite(Body):
    """Who is to help."""

    number: Number


class Colleague(BaseModel):
    """An agent who may be given a chat; `follows` if they are in it already."""

    number: str
    name: str
    connected: bool
    paused: bool
    follows: bool


class Line(BaseModel):
    """A queue, and how many agents of it could take a chat now."""

    number: str
    name: str
    on_duty: int


class Takers(BaseModel):
    """Who may be given a chat."""

    agents: list[Colleague]
    queues: list[Line]


class HandingOverRoutes:
    """The HTTP edge of transfers and invitations."""

    def __init__(self, handing_over: HandingOver, invitations: Invitations) -> None:
        self._handing_over, self._invitations = handing_over, invitations

    def routes(self) -> list[Route]:
        """Everything below one conversation."""
        conversation = "/v1/conversations/{id}"
        return [
            Route(f"{conversation}/agents", self.takers, methods=["GET"]),
            Route(f"{conversation}/agents", self.invite, methods=["POST"]),
            Route(f"{conversation}/agents/{{number}}", self.leave, methods=["DELETE"]),
            Route(f"{conversation}/invitation", self.accept, methods=["POST"]),
            Route(f"{conversation}/transfer", self.transfer, methods=["POST"]),
            Route(f"{conversation}/transfer", self.keep, methods=["DELETE"]),
        ]

    @operation(
        "List who may be given a visitor's chat, or invited",
        answer=Takers,
        roles=("user",),
        tag="livechat",
    )
    async def takers(self, request: Request) -> Response:
        """Who is there to help."""
        agent = await _agent(request)
        takers = await self._handing_over.takers(agent, requests.named(request))
        return requests.answer(takers)

    @operation(
        "Invite a colleague into a visitor's chat",
        body=Invite,
        status=204,
        roles=("user",),
        tag="livechat",
    )
    async def invite(self, request: Request) -> Response:
        """They come in once they accept, for a minute; else nothing changes."""
        agent = await _agent(request)
        body = await requests.read(request, Invite)
        await self._invitations.invite(agent, requests.named(request), body.number)
        return Response(status_code=204)

    @operation(
        "Accept an invitation into a visitor's chat", status=204, roles=("user",), tag="livechat"
    )
    async def accept(self, request: Request) -> Response:
        """Both write from now on."""
        agent = await _agent(request)
        await self._invitations.accept(agent, requests.named(request))
        return Response(status_code=204)

    @operation(
        "Leave a visitor's chat into which one was invited",
        status=204,
        roles=("user",),
        tag="livechat",
    )
    async def leave(self, request: Request) -> Response:
        """Only oneself."""
        agent = await _agent(request)
        if request.path_params["number"] != agent.number:
            raise NotFound
        await self._handing_over.leave(agent, requests.named(request))
        return Response(status_code=204)

    @operation(
        "Offer a visitor's chat to a colleague or a queue",
        body=ChatTransfer,
        status=204,
        roles=("user",),
        tag="livechat",
    )
    async def transfer(self, request: Request) -> Response:
        """It stays with its agent until somebody takes it, for a minute."""
        agent = await _agent(request)
        body = await requests.read(request, ChatTransfer)
        await self._handing_over.transfer(
            agent, requests.named(request), body.to.kind, body.to.value, body.reason
        )
        return Response(status_code=204)

    @operation(
        "Keep a visitor's chat after all, or decline one that is offered",
        status=204,
        roles=("user",),
        tag="livechat",
    )
    async def keep(self, request: Request) -> Response:
        """Of the one who offers it, and of the colleague who is asked."""
        agent = await _agent(request)
        await self._handing_over.keep(agent, requests.named(request))
        return Response(status_code=204)


async def _agent(request: Request) -> Agent:
    principal = await requests.principal(request, "user")
    return Agent(principal.id, principal.name)
