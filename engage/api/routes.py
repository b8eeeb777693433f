"""API users for administrators: `/v1/api-users`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from starlette.responses import Response
from starlette.routing import Route

from engage.api.forms import ApiUserChange, NewApiUser
from engage.identifiers import rfc3339
from engage.system.actor import Module
from engage.web.collections import QUERY, asked, csv_file, in_order, matching, page
from engage.web.openapi import operation
from engage.web.requests import actor, answer, named, read

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.api.model import ApiUser
    from engage.api.service import ApiUsers
    from engage.api.sessions import ApiSessions

SORTS = ("user", "enabled", "created_at")
COLUMNS = ("user", "enabled", "permitted", "denied_actions", "created_at")


class ApiUserView(BaseModel):
    """An API user; its password is never shown. `sessions`: how many are signed in now."""

    id: str
    user: str
    enabled: bool
    permitted: list[str]
    denied_actions: list[str]
    sessions: int
    created_at: str
    version: int


class ApiUserPage(BaseModel):
    """A page of API users; `cursor` asks for those after them."""

    items: list[ApiUserView]
    cursor: str | None
    total: int


class ApiUserRoutes:
    """The HTTP edge of API users."""

    def __init__(self, users: ApiUsers, sessions: ApiSessions) -> None:
        self._users, self._sessions = users, sessions

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/v1/api-users", self.list, methods=["GET"]),
            Route("/v1/api-users", self.add, methods=["POST"]),
            Route("/v1/api-users/{id}", self.get, methods=["GET"]),
            Route("/v1/api-users/{id}", self.change, methods=["PATCH"]),
            Route("/v1/api-users/{id}", self.delete, methods=["DELETE"]),
        ]

    @operation("List API users", answer=ApiUserPage, roles=("admin",), query=QUERY)
    async def list(self, request: Request) -> Response:
        """By name, without their passwords."""
        who = await actor(request, "admin")
        users = self._users.list(who)
        wanted = asked(request, sorts=SORTS)
        found = matching(users, wanted, lambda each: (each.user, *each.permitted))
        if wanted.as_csv:
            ordered = in_order(found, wanted, key=_key, ident=lambda each: each.id)
            shown = (self._shown(each) for each in ordered)
            return csv_file(
                "api-users", COLUMNS, ([row[name] for name in COLUMNS] for row in shown)
            )
        return answer(page(found, wanted, key=_key, ident=lambda each: each.id, shown=self._shown))

    @operation("Add an API user", body=NewApiUser, answer=ApiUserView, status=201, roles=("admin",))
    async def add(self, request: Request) -> Response:
        """It may sign in at once."""
        who = await actor(request, "admin")
        who.check(Module.API_USERS)
        user = await self._users.add(who, await read(request, NewApiUser))
        return answer(self._shown(user), 201)

    @operation("Read an API user", answer=ApiUserView, roles=("admin",))
    async def get(self, request: Request) -> Response:
        """Without its password."""
        who = await actor(request, "admin")
        return answer(self._shown(self._users.get(who, named(request))))

    @operation("Change an API user", body=ApiUserChange, answer=ApiUserView, roles=("admin",))
    async def change(self, request: Request) -> Response:
        """Valid at once; another password, or switching it off, ends its sessions."""
        who = await actor(request, "admin")
        who.check(Module.API_USERS)
        body = await read(request, ApiUserChange)
        return answer(self._shown(await self._users.change(who, named(request), body)))

    @operation("Delete an API user", status=204, roles=("admin",))
    async def delete(self, request: Request) -> Response:
        """Its sessions end at once."""
        who = await actor(request, "admin")
        await self._users.delete(who, named(request))
        return Response(status_code=204, headers={"cache-control": "no-store"})

    def _shown(self, user: ApiUser) -> dict[str, Any]:
        return {
            "id": user.id,
            "user": user.user,
            "enabled": user.enabled,
            "permitted": list(user.permitted),
            "denied_actions": sorted(user.denied),
            "sessions": self._sessions.count(user.id),
            "created_at": rfc3339(user.created_at_ms),
            "version": user.version,
        }


def _key(user: ApiUser, name: str) -> object:
    return {"enabled": user.enabled, "created_at": user.created_at_ms}.get(name, user.key)
