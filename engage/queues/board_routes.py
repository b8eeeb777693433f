"""Queues as they are now, over HTTP: `/v1/queue-board`, and what agents do about their duty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response
from starlette.routing import Route

from engage.queues.wire import BoardList
from engage.system.actor import Module
from engage.web.openapi import operation
from engage.web.requests import actor, answer, named, principal, read

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.queues.board import Boards
    from engage.system.actor import Actor

Queue = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")]


class Body(BaseModel):
    """Every field is known, and of its type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Place(Body):
    """The place that somebody who waits gets, 1 for the first."""

    position: Annotated[int, Field(ge=1, le=100_000)]


class Duty(Body):
    """What an agent does: of these queues, none named: of all.

    A break has a `reason`; a wrap-up is extended `by_s`. `free`, for administrators and chairmen:
    what the agent is taken to be doing is forgotten.
    """

    change: Literal["log_in", "log_out", "take_break", "end_break", "ready", "extend", "free"]
    queues: Annotated[list[Queue], Field(max_length=200)] = Field(default_factory=list)
    reason: Annotated[str, StringConstraints(max_length=64)] = ""
    by_s: Annotated[int, Field(ge=0, le=3600)] = 0


class BoardWithReasons(BoardList):
    """Queues as they are now, and the reasons that breaks may have."""

    reasons: list[str]


class BoardRoutes:
    """The HTTP edge of what is going on."""

    def __init__(self, boards: Boards) -> None:
        self._boards = boards

    def routes(self) -> list[Route]:
        """What is served."""
        one = "/v1/queue-board/callers/{key}"
        return [
            Route("/v1/queue-board", self.list, methods=["GET"]),
            Route(one, self.move, methods=["PATCH"]),
            Route(one, self.remove, methods=["DELETE"]),
            Route("/v1/queue-board/agents/{agent}/duty", self.agent, methods=["POST"]),
            Route("/v1/queue-board/{number}/reset", self.reset, methods=["POST"]),
            Route("/v1/me/queue-board", self.own, methods=["GET"]),
            Route("/v1/me/duty", self.own_duty, methods=["POST"]),
        ]

    @operation("Show queues as they are now", answer=BoardWithReasons, roles=("admin",))
    async def list(self, request: Request) -> Response:
        """Who waits, who talks, what agents do."""
        who = await actor(request, "admin")
        who.check(Module.QUEUES, "view")
        shown = await self._boards.shown(self._boards.all())
        return answer({**shown, "reasons": list(self._boards.reasons())})

    @operation("Give a caller another place", body=Place, status=204, roles=("admin",))
    async def move(self, request: Request) -> Response:
        """In the queue where he waits."""
        who = await actor(request, "admin")
        who.check(Module.QUEUES)
        body = await read(request, Place)
        await self._boards.live.steer(who, named(request, "key"), body.position)
        return _done()

    @operation("Take a caller out of a queue", status=204, roles=("admin",))
    async def remove(self, request: Request) -> Response:
        """He goes where callers go whom nobody serves."""
        who = await actor(request, "admin")
        await self._boards.live.steer(who, named(request, "key"), 0)
        return _done()

    @operation("Change the duty of an agent", body=Duty, status=204, roles=("admin",))
    async def agent(self, request: Request) -> Response:
        """Log in or out, begin or end a break, end or extend a wrap-up, free who is stuck."""
        who = await actor(request, "admin")
        who.check(Module.QUEUES)
        await self._change_of(who, named(request, "agent"), await read(request, Duty))
        return _done()

    @operation("Count the calls of a queue's agents anew", status=204, roles=("admin",))
    async def reset(self, request: Request) -> Response:
        """As the strategy with the fewest calls sees them."""
        who = await actor(request, "admin")
        await self._boards.live.reset(who, named(request, "number"))
        return _done()

    @operation(
        "Show one's own queues as they are now", answer=BoardWithReasons, roles=("user",), tag="me"
    )
    async def own(self, request: Request) -> Response:
        """Those one serves; of those whose chairman one is, everybody's calls."""
        who = await principal(request, "user")
        shown = await self._boards.shown_to(who.id)
        return answer({**shown, "reasons": list(self._boards.reasons())})

    @operation("Change one's own duty", body=Duty, status=204, roles=("user",), tag="me")
    async def own_duty(self, request: Request) -> Response:
        """Calls and visitors come, or do not."""
        who = await principal(request, "user")
        body = await read(request, Duty)
        self._boards.check(who.id, body.change, body.queues)
        await self._change(who.id, body)
        return _done()

    async def _change(self, agent: str, body: Duty) -> None:
        live, queues = self._boards.live, tuple(body.queues)
        await live.change_duty(agent, body.change, queues, body.reason, float(body.by_s))

    async def _change_of(self, who: Actor, agent: str, body: Duty) -> None:
        """The doing of somebody else, which is noted."""
        self._boards.check_agent(agent, body.change, body.queues)
        await self._change(agent, body)
        await self._boards.live.note_duty(who, agent, body.change, body.queues)


def _done() -> Response:
    return Response(status_code=204, headers={"cache-control": "no-store"})
