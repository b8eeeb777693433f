"""A user's own wake-up calls over HTTP: `/v1/me/wake-up-calls`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, Field
from starlette.responses import Response
from starlette.routing import Route

from engage.dialplan.model import KindFull
from engage.dialplan.object_routes import ClientId
from engage.dialplan.wake_up_forms import Day, Moment, WakeUpForm
from engage.errors import NotFound
from engage.partial_body import Body
from engage.system.actor import Actor, Module, Rights
from engage.web.openapi import operation
from engage.web.requests import address, answer, named, principal, read

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.dialplan.model import DialplanObject
    from engage.dialplan.service import DialplanObjects

MOST: Final = 20
_OWN: Final = Rights({Module.WAKE_UPS: "edit"})


class OwnWakeUp(Body):
    """When one wants to be woken: on a day, or every day."""

    mode: Literal["once", "daily"] = "once"
    date: Day = ""
    time: Moment


class NewOwnWakeUp(OwnWakeUp):
    """A wake-up call to be added."""

    client_id: ClientId | None = None


class ShownOwnWakeUp(OwnWakeUp):
    """A wake-up call, and what came of it last."""

    id: str
    over: bool = Field(description="It was for once, and has been made.")
    outcome: Literal["", "answered", "no_answer"]


class OwnWakeUps(BaseModel):
    """All of one's own, the next first."""

    items: list[ShownOwnWakeUp]


class OwnWakeUpRoutes:
    """What a user sees and changes of the wake-up calls: those of his own extension."""

    def __init__(self, kept: DialplanObjects[WakeUpForm]) -> None:
        self._kept = kept

    def routes(self) -> list[Route]:
        """What is served."""
        path = "/v1/me/wake-up-calls"
        return [
            Route(path, self.own, methods=["GET"]),
            Route(path, self.add, methods=["POST"]),
            Route(f"{path}/{{id}}", self.delete, methods=["DELETE"]),
        ]

    @operation("List one's own wake-up calls", answer=OwnWakeUps, roles=("user",), tag="me")
    async def own(self, request: Request) -> Response:
        """Those that were asked for by phone, or by an administrator, too."""
        user = await principal(request, "user")
        own = sorted(self._of(user.id), key=lambda each: (each.form.date, each.form.time))
        return answer({"items": [_shown(each) for each in own]})

    @operation(
        "Add a wake-up call of one's own",
        body=NewOwnWakeUp,
        answer=ShownOwnWakeUp,
        status=201,
        roles=("user",),
        tag="me",
    )
    async def add(self, request: Request) -> Response:
        """The own phones ring at that time."""
        user = await principal(request, "user")
        body = await read(request, NewOwnWakeUp)
        if len(self._of(user.id)) >= MOST:
            raise KindFull(most=MOST)
        day = body.date if body.mode == "once" else ""
        form = WakeUpForm(
            name=" ".join(filter(None, (user.id, day or "daily", body.time))),
            number=user.id,
            mode=body.mode,
            date=day,
            time=body.time,
        )
        actor = Actor(user.who, address(request), _OWN)
        return answer(_shown(await self._kept.add(actor, form, body.client_id)), 201)

    @operation("Delete a wake-up call of one's own", status=204, roles=("user",), tag="me")
    async def delete(self, request: Request) -> Response:
        """Nothing rings then."""
        user, wanted = await principal(request, "user"), named(request)
        if wanted not in {each.id for each in self._of(user.id)}:
            raise NotFound
        await self._kept.delete(Actor(user.who, address(request), _OWN), wanted)
        return Response(status_code=204, headers={"cache-control": "no-store"})

    def _of(self, number: str) -> list[DialplanObject[WakeUpForm]]:
        return [each for each in self._kept.entries if each.form.number == number]


def _shown(entry: DialplanObject[WakeUpForm]) -> dict[str, object]:
    form = entry.form
    when = {"mode": form.mode, "date": form.date, "time": form.time}
    return {"id": entry.id, **when, "over": form.disabled, "outcome": form.outcome}
