"""Conferences that are on, over HTTP: `/v1/conferences`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response
from starlette.routing import Route

from engage.web.openapi import operation
from engage.web.requests import actor, answer, named, read

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.calls.conferences import LiveConferences
    from pbxcore.apps.conference_commands import ConferenceShown


class Participant(BaseModel):
    """One who is in a room; `leg` names him in requests."""

    leg: str
    call: str
    number: str
    name: str
    host: bool
    muted: bool


class Conference(BaseModel):
    """Who is in a room now, in the order they came."""

    number: str
    locked: bool
    linked: list[str] = Field(description="Other rooms that are linked with it.")
    participants: list[Participant]


class Change(BaseModel):
    """What a request may hold."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Locking(Change):
    """Whether others than hosts may come in."""

    locked: bool


class Muting(Change):
    """Whether nobody hears a participant."""

    muted: bool


class Invitation(Change):
    """The extension that is to ring."""

    number: Annotated[str, StringConstraints(pattern=r"^[0-9]{2,18}$")]


class Placed(BaseModel):
    """The call that rings."""

    call: str


class ConferenceRoutes:
    """The HTTP edge of conferences that are on."""

    def __init__(self, conferences: LiveConferences) -> None:
        self._conferences = conferences

    def routes(self) -> list[Route]:
        """What is served."""
        room = "/v1/conferences/{number}"
        one = f"{room}/participants/{{leg}}"
        return [
            Route(room, self.show, methods=["GET"]),
            Route(room, self.lock, methods=["PATCH"]),
            Route(f"{room}/participants", self.invite, methods=["POST"]),
            Route(one, self.mute, methods=["PATCH"]),
            Route(one, self.remove, methods=["DELETE"]),
        ]

    @operation("Show who is in a conference", answer=Conference, roles=("admin",))
    async def show(self, request: Request) -> Response:
        """Nobody, in a room that is empty."""
        who = await actor(request, "admin")
        return _shown(await self._conferences.show(who, named(request, "number")))

    @operation("Lock a conference", body=Locking, answer=Conference, roles=("admin",))
    async def lock(self, request: Request) -> Response:
        """Until it is unlocked, or empty."""
        who = await actor(request, "admin")
        body = await read(request, Locking)
        number = named(request, "number")
        return _shown(await self._conferences.lock(who, number, locked=body.locked))

    @operation(
        "Invite into a conference", body=Invitation, answer=Placed, status=202, roles=("admin",)
    )
    async def invite(self, request: Request) -> Response:
        """It rings there; whoever answers comes in."""
        who = await actor(request, "admin")
        body = await read(request, Invitation)
        number = named(request, "number")
        call = await self._conferences.invite(who, number, body.number)
        return answer({"call": call}, status=202)

    @operation("Mute a participant", body=Muting, answer=Conference, roles=("admin",))
    async def mute(self, request: Request) -> Response:
        """He is told so."""
        who = await actor(request, "admin")
        body = await read(request, Muting)
        number, leg = named(request, "number"), named(request, "leg")
        return _shown(await self._conferences.mute(who, number, leg, muted=body.muted))

    @operation("Remove a participant", status=204, roles=("admin",))
    async def remove(self, request: Request) -> Response:
        """He is told so, and hung up on."""
        who = await actor(request, "admin")
        number, leg = named(request, "number"), named(request, "leg")
        await self._conferences.remove(who, number, leg)
        return Response(status_code=204, headers={"cache-control": "no-store"})


def _shown(conference: ConferenceShown) -> Response:
    people = [
        {
            "leg": each.leg,
            "call": each.call,
            "number": each.number,
            "name": each.name,
            "host": each.host,
            "muted": each.muted,
        }
        for each in conference.participants
    ]
    shown = {
        "number": conference.number,
        "locked": conference.locked,
        "linked": list(conference.linked),
        "participants": people,
    }
    return answer(shown)
