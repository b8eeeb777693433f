"""Chairmen of queues over HTTP: `/v1/me/queue-board` and what they do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.responses import Response
from starlette.routing import Route

from engage.queues.board_routes import Duty, Place
from engage.queues.chairing import Mode
from engage.system.actor import Actor
from engage.web.openapi import operation
from engage.web.requests import address, answer, named, principal, read

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.queues.board import Boards
    from engage.queues.chairing import Chairing


class Hearing(BaseModel):
    """How a chairman hears a talk: alone, speaking to the agent, or heard by both."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    mode: Mode = "listen"


class HandedOn(BaseModel):
    """Where a caller goes: a number as it is dialled from an extension."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    target: Annotated[str, StringConstraints(pattern=r"^[0-9*#+]{1,64}$")]


class CallerParked(BaseModel):
    """The slot: who dials it talks to whom it holds."""

    slot: str


class ChairmanRoutes:
    """The HTTP edge of what chairmen may do; everything is noted in the operation log."""

    def __init__(self, chairing: Chairing, boards: Boards) -> None:
        self._chairing, self._boards = chairing, boards

    def routes(self) -> list[Route]:
        """What is served."""
        own = "/v1/me/queue-board"
        return [
            Route(f"{own}/agents/{{agent}}/duty", self.duty, methods=["POST"]),
            Route(f"{own}/callers/{{key}}", self.move, methods=["PATCH"]),
            Route(f"{own}/callers/{{key}}", self.remove, methods=["DELETE"]),
            Route(f"{own}/callers/{{key}}/supervise", self.supervise, methods=["POST"]),
            Route(f"{own}/callers/{{key}}/transfer", self.transfer, methods=["POST"]),
            Route(f"{own}/callers/{{key}}/redirect", self.redirect, methods=["POST"]),
            Route(f"{own}/callers/{{key}}/park", self.park, methods=["POST"]),
            Route(f"{own}/callers/{{key}}/hang-up", self.hang_up, methods=["POST"]),
            Route(f"{own}/{{number}}/reset", self.reset, methods=["POST"]),
        ]

    @operation(
        "Change the duty of an agent as a chairman",
        body=Duty,
        status=204,
        roles=("user",),
        tag="me",
    )
    async def duty(self, request: Request) -> Response:
        """In the queues whose chairman one is."""
        chairman, who = await _chairman(request)
        body, agent = await read(request, Duty), named(request, "agent")
        queues = self._boards.check_chairman(chairman, agent, body.change, body.queues)
        live = self._boards.live
        await live.change_duty(agent, body.change, queues, body.reason, float(body.by_s))
        await live.note_duty(who, agent, body.change, queues)
        return _done()

    @operation(
        "Give a caller another place as a chairman",
        body=Place,
        status=204,
        roles=("user",),
        tag="me",
    )
    async def move(self, request: Request) -> Response:
        """In a queue whose chairman one is."""
        chairman, who = await _chairman(request)
        body = await read(request, Place)
        await self._chairing.steer(chairman, who, named(request, "key"), body.position)
        return _done()

    @operation("Take a caller out as a chairman", status=204, roles=("user",), tag="me")
    async def remove(self, request: Request) -> Response:
        """He goes where callers go whom nobody serves."""
        chairman, who = await _chairman(request)
        await self._chairing.steer(chairman, who, named(request, "key"), 0)
        return _done()

    @operation("Hear a talk as a chairman", body=Hearing, status=204, roles=("user",), tag="me")
    async def supervise(self, request: Request) -> Response:
        """The own phones ring; who answers listens, whispers to the agent, or barges in."""
        chairman, who = await _chairman(request)
        body = await read(request, Hearing)
        await self._chairing.supervise(chairman, who, named(request, "key"), body.mode)
        return _done()

    @operation(
        "Hand a caller on as a chairman",
        body=HandedOn,
        status=204,
        roles=("user",),
        tag="me",
    )
    async def transfer(self, request: Request) -> Response:
        """Who talks to an agent is connected with somebody else."""
        chairman, who = await _chairman(request)
        body = await read(request, HandedOn)
        await self._chairing.transfer(chairman, who, named(request, "key"), body.target)
        return _done()

    @operation(
        "Redirect who waits as a chairman",
        body=HandedOn,
        status=204,
        roles=("user",),
        tag="me",
    )
    async def redirect(self, request: Request) -> Response:
        """Who waits goes to a number, as to the chairman's own."""
        chairman, who = await _chairman(request)
        body = await read(request, HandedOn)
        await self._chairing.redirect(chairman, who, named(request, "key"), body.target)
        return _done()

    @operation("Park a caller as a chairman", answer=CallerParked, roles=("user",), tag="me")
    async def park(self, request: Request) -> Response:
        """Who talks to an agent waits in a slot; the agent is free."""
        chairman, who = await _chairman(request)
        slot = await self._chairing.park(chairman, who, named(request, "key"))
        return answer({"slot": slot})

    @operation("End a call as a chairman", status=204, roles=("user",), tag="me")
    async def hang_up(self, request: Request) -> Response:
        """For the caller, and the agent if he talks to one."""
        chairman, who = await _chairman(request)
        await self._chairing.hang_up(chairman, who, named(request, "key"))
        return _done()

    @operation(
        "Count the calls of a queue's agents anew as a chairman",
        status=204,
        roles=("user",),
        tag="me",
    )
    async def reset(self, request: Request) -> Response:
        """As the strategy with the fewest calls sees them."""
        chairman, who = await _chairman(request)
        await self._chairing.reset(chairman, who, named(request, "number"))
        return _done()


async def _chairman(request: Request) -> tuple[str, Actor]:
    who = await principal(request, "user")
    return who.id, Actor(who.who, address(request))


def _done() -> Response:
    return Response(status_code=204, headers={"cache-control": "no-store"})
