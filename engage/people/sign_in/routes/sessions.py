"""Sessions over HTTP: where one is signed in, and ending that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field
from starlette.responses import Response
from starlette.routing import Route

from engage.errors import N_, Invalid
from engage.identifiers import rfc3339
from engage.people.sign_in.devices import device_of
from engage.people.sign_in.routes.inside import session_of
from engage.web.openapi import operation
from engage.web.requests import actor, address, answer, named, word

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.people.model import Session
    from engage.people.service import People

ROLES = ("user", "admin")
TAG = "session"
OF_USER = (("user", "The user name"),)


class ShownSession(BaseModel):
    """Where somebody is signed in."""

    id: str
    kind: str = Field(description="`browser` or `program`")
    browser: str
    system: str
    address: str
    started_at: str
    used_at: str = Field(description="Right to within ten minutes")
    expires_at: str
    current: bool = Field(description="The session that asks")


class SessionPage(BaseModel):
    """The last used first."""

    items: list[ShownSession]


class SessionRoutes:
    """The HTTP edge of the list of sessions; whoever is ended is out at once, on sockets too."""

    def __init__(self, people: People) -> None:
        self._people, self._list = people, people.session_list

    def routes(self) -> list[Route]:
        """What this slice serves."""
        return [
            Route("/v1/me/sessions", self.own, methods=["GET"]),
            Route("/v1/me/sessions", self.end_others, methods=["DELETE"]),
            Route("/v1/me/sessions/{id}", self.end_own, methods=["DELETE"]),
            Route("/v1/sessions", self.of_user, methods=["GET"]),
            Route("/v1/sessions", self.end_of_user, methods=["DELETE"]),
            Route("/v1/sessions/{id}", self.end, methods=["DELETE"]),
        ]

    @operation("Tell where one is signed in", answer=SessionPage, roles=ROLES, tag=TAG)
    async def own(self, request: Request) -> Response:
        """All sessions of the account."""
        session = await session_of(request, self._people)
        return answer(_page(self._list.of(session), session.id))

    @operation("End all of one's other sessions", status=204, roles=ROLES, tag=TAG)
    async def end_others(self, request: Request) -> Response:
        """All but the one that asks."""
        session = await session_of(request, self._people)
        await self._list.end_others(session, address(request))
        return _done()

    @operation("End one of one's sessions", status=204, roles=ROLES, tag=TAG)
    async def end_own(self, request: Request) -> Response:
        """Whichever of one's own."""
        session = await session_of(request, self._people)
        await self._list.end_own(session, named(request), address(request))
        return _done()

    @operation(
        "Tell where somebody is signed in",
        answer=SessionPage,
        roles=("admin",),
        query=OF_USER,
        tag=TAG,
    )
    async def of_user(self, request: Request) -> Response:
        """All sessions of an account."""
        who = await actor(request, "admin")
        return answer(_page(self._list.of_user(who, _user(request)), ""))

    @operation(
        "End all of somebody's sessions", status=204, roles=("admin",), query=OF_USER, tag=TAG
    )
    async def end_of_user(self, request: Request) -> Response:
        """All sessions of an account."""
        who = await actor(request, "admin")
        await self._list.end_of_user(who, _user(request))
        return _done()

    @operation("End anybody's session", status=204, roles=("admin",), tag=TAG)
    async def end(self, request: Request) -> Response:
        """One session."""
        who = await actor(request, "admin")
        await self._list.end(who, named(request))
        return _done()


def _user(request: Request) -> str:
    user = word(request, "user")
    if not user:
        raise Invalid({"user": N_("This field is required.")})
    return user


def _page(found: list[Session], current: str) -> dict[str, Any]:
    return {"items": [_shown(each, current) for each in found]}


def _shown(each: Session, current: str) -> dict[str, Any]:
    return {
        "id": each.id,
        "kind": each.kind,
        **device_of(each.user_agent)._asdict(),
        "address": each.address,
        "started_at": rfc3339(each.created_at_ms),
        "used_at": rfc3339(each.used_at_ms or each.created_at_ms),
        "expires_at": rfc3339(each.expires_at_ms),
        "current": each.id == current,
    }


def _done() -> Response:
    return Response(status_code=204, headers={"cache-control": "no-store"})
