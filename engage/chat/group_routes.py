"""Group chats over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from engage.chat.wire import AddMembers, Appoint, ChangeGroup, MakeGroup, ShownGroupChat, group_json
from engage.web.openapi import operation
from engage.web.requests import answer, named, principal, read

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.chat.groups import GroupChats
    from engage.chat.model import Colleagues
    from engage.hub.service import Hub
    from engage.people.model import Principal


class GroupRoutes:
    """Translates requests to the service, and its answers back."""

    def __init__(self, groups: GroupChats, hub: Hub, colleagues: Colleagues) -> None:
        self._groups, self._hub, self._colleagues = groups, hub, colleagues

    def routes(self) -> list[Route]:
        """What this part of the slice serves."""
        one = "/v1/groups/{id}"
        member = f"{one}/members/{{number}}"
        return [
            Route("/v1/groups", self.create, methods=["POST"]),
            Route(one, self.get, methods=["GET"]),
            Route(one, self.change, methods=["PATCH"]),
            Route(one, self.dissolve, methods=["DELETE"]),
            Route(f"{one}/members", self.add, methods=["POST"]),
            Route(member, self.appoint, methods=["PATCH"]),
            Route(member, self.remove, methods=["DELETE"]),
        ]

    @operation("Make a group chat", body=MakeGroup, status=201, roles=("user",))
    async def create(self, request: Request) -> Response:
        """Its conversation's summary; 200 with the same group when `client_id` is a repetition."""
        user = await principal(request, "user")
        body = await read(request, MakeGroup)
        group_id, new = await self._groups.create(
            user,
            name=body.name,
            members=body.members,
            notice=body.notice,
            history=body.history,
            client_id=body.client_id,
        )
        return answer(await self._hub.summary(user.who, group_id), 201 if new else 200)

    @operation("Read a group chat", answer=ShownGroupChat, roles=("user",))
    async def get(self, request: Request) -> Response:
        """Its name, its notice and everybody in it."""
        user = await principal(request, "user")
        return await self._shown(user, named(request))

    @operation("Change a group chat", body=ChangeGroup, answer=ShownGroupChat, roles=("user",))
    async def change(self, request: Request) -> Response:
        """Name and notice by its administrators; history and owner by its owner."""
        user = await principal(request, "user")
        body = await read(request, ChangeGroup)
        await self._groups.change(
            user,
            named(request),
            name=body.name,
            notice=body.notice,
            history=body.history,
            owner=body.owner,
        )
        return await self._shown(user, named(request))

    @operation("Dissolve a group chat", status=204, roles=("user",))
    async def dissolve(self, request: Request) -> Response:
        """By its owner; what was said stays to be read."""
        user = await principal(request, "user")
        await self._groups.dissolve(user, named(request))
        return _done()

    @operation(
        "Add members to a group chat", body=AddMembers, answer=ShownGroupChat, roles=("user",)
    )
    async def add(self, request: Request) -> Response:
        """By its administrators; who is in it already stays as they are."""
        user = await principal(request, "user")
        body = await read(request, AddMembers)
        await self._groups.add(user, named(request), body.members)
        return await self._shown(user, named(request))

    @operation("Appoint a member", body=Appoint, answer=ShownGroupChat, roles=("user",))
    async def appoint(self, request: Request) -> Response:
        """As administrator, as member, or as the owner in one's own place."""
        user = await principal(request, "user")
        body = await read(request, Appoint)
        await self._groups.appoint(user, named(request), named(request, "number"), body.role)
        return await self._shown(user, named(request))

    @operation("Remove a member, or leave", status=204, roles=("user",))
    async def remove(self, request: Request) -> Response:
        """One's own number leaves the group."""
        user = await principal(request, "user")
        await self._groups.remove(user, named(request), named(request, "number"))
        return _done()

    async def _shown(self, user: Principal, group_id: str) -> Response:
        group = await self._groups.get(user, group_id)
        return answer(group_json(group, self._colleagues))


def _done() -> Response:
    return Response(status_code=204, headers={"cache-control": "no-store"})
