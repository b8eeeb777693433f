"""Calls that are up, over HTTP: `/v1/calls/live`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.responses import Response
from starlette.routing import Route

from engage.calls.control import Mode
from engage.calls.wire import LiveCallList, live_json
from engage.errors import NotFound
from engage.web.openapi import operation
from engage.web.requests import actor, answer, named, read

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from engage.calls.control import LiveCalls
    from engage.system.actor import Actor

Number = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z*#+_.-]{1,64}$")]
Channel = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Body(BaseModel):
    """Every field is known, and of its type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Transfer(Body):
    """Whom the leg `channel` talks to goes on to `target`."""

    channel: Channel
    target: Number


class Supervise(Body):
    """The extension `supervisor` is rung and hears the talk of the leg `channel`.

    It listens, whispers to that leg, or is heard by both (`barge`).
    """

    channel: Channel
    supervisor: Number
    mode: Mode = "listen"


class Redirect(Body):
    """The leg `channel` is called for at `target`, in place of where it waits or whom it rings."""

    channel: Channel
    target: Number


class Park(Body):
    """Whom the leg `channel` talks to waits in a slot, from which anybody takes him."""

    channel: Channel


class ParkedAt(BaseModel):
    """The slot: who dials it talks to whom it holds."""

    slot: str


class Switch(Body):
    """On, or off."""

    on: bool


class LiveCallRoutes:
    """The HTTP edge of calls that are up; to be served before `/v1/calls/{id}`."""

    def __init__(self, live: LiveCalls) -> None:
        self._live = live

    def routes(self) -> list[Route]:
        """What is served."""
        one = "/v1/calls/live/{id}"
        return [
            Route("/v1/calls/live", self.list, methods=["GET"]),
            Route(f"{one}/hang-up", self.hang_up, methods=["POST"]),
            Route(f"{one}/transfer", self.transfer, methods=["POST"]),
            Route(f"{one}/redirect", self.redirect, methods=["POST"]),
            Route(f"{one}/park", self.park, methods=["POST"]),
            Route(f"{one}/supervise", self.supervise, methods=["POST"]),
            Route(f"{one}/recording", self.record, methods=["POST"]),
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
        return _done()

    @operation("Transfer a call", body=Transfer, status=204, roles=("admin",))
    async def transfer(self, request: Request) -> Response:
        """Blind: the other party of a leg goes on to a number."""
        return await self._hand_on(request, Transfer, self._live.transfer)

    @operation("Redirect a caller", body=Redirect, status=204, roles=("admin",))
    async def redirect(self, request: Request) -> Response:
        """Who waits in a queue, or for whom it rings, goes to a number."""
        return await self._hand_on(request, Redirect, self._live.redirect)

    @operation("Park a call", body=Park, answer=ParkedAt, roles=("admin",))
    async def park(self, request: Request) -> Response:
        """The leg is hung up; the call returns to its extension if nobody takes it in time."""
        who = await actor(request, "admin")
        body = await read(request, Park)
        call, leg = self._leg(who, named(request), body.channel)
        return answer({"slot": await self._live.park(who, call, leg)})

    @operation("Supervise a call", body=Supervise, status=204, roles=("admin",))
    async def supervise(self, request: Request) -> Response:
        """An extension listens, whispers or barges in."""
        who = await actor(request, "admin")
        body = await read(request, Supervise)
        call, leg = self._leg(who, named(request), body.channel)
        await self._live.supervise(who, call, leg, body.supervisor, body.mode)
        return _done()

    @operation("Record a call, or not", body=Switch, status=204, roles=("admin",))
    async def record(self, request: Request) -> Response:
        """From now on."""
        who = await actor(request, "admin")
        body = await read(request, Switch)
        await self._live.record(who, named(request), on=body.on)
        return _done()

    async def _hand_on(
        self,
        request: Request,
        form: type[Transfer | Redirect],
        to: Callable[[Actor, str, str, str], Awaitable[None]],
    ) -> Response:
        who = await actor(request, "admin")
        body = await read(request, form)
        call, leg = self._leg(who, named(request), body.channel)
        await to(who, call, leg, body.target)
        return _done()

    def _leg(self, who: Actor, call_id: str, channel: str) -> tuple[str, str]:
        call, leg = self._live.by_channel(who, channel)
        if call.id != call_id:
            raise NotFound
        return call.id, leg.name


def _done() -> Response:
    return Response(status_code=204, headers={"cache-control": "no-store"})
