"""Extension groups over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from starlette.responses import Response
from starlette.routing import Route

from engage.partial_body import Body
from engage.people.fields import Idents
from engage.people.group_forms import GroupChange, NewGroup
from engage.people.wire import ShownReferences, group_json
from engage.system.actor import Module
from engage.web.collections import QUERY, asked, csv_file, in_order, matching, page
from engage.web.openapi import operation
from engage.web.requests import actor, answer, language, named, read

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.people.groups import Groups
    from engage.people.model import Group

COLUMNS = ("name", "members")


class ShownGroup(BaseModel):
    """An extension group and the numbers in it."""

    id: str
    name: str
    members: list[str]
    version: int


class GroupPage(BaseModel):
    """A page of groups; `cursor` asks for the next, `total` counts all that match."""

    items: list[ShownGroup]
    cursor: str | None
    total: int


class DropGroups(Body):
    """The groups that shall go, all or none."""

    ids: Idents


class ExtensionGroupRoutes:
    """The HTTP edge of extension groups."""

    def __init__(self, groups: Groups) -> None:
        self._groups = groups

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/v1/extension-groups", self.groups, methods=["GET"]),
            Route("/v1/extension-groups", self.add, methods=["POST"]),
            Route("/v1/extension-groups/delete", self.delete_many, methods=["POST"]),
            Route("/v1/extension-groups/{id}", self.group, methods=["GET"]),
            Route("/v1/extension-groups/{id}", self.change, methods=["PATCH"]),
            Route("/v1/extension-groups/{id}", self.delete, methods=["DELETE"]),
            Route("/v1/extension-groups/{id}/references", self.references, methods=["GET"]),
        ]

    @operation("List extension groups", answer=GroupPage, roles=("admin",), query=QUERY)
    async def groups(self, request: Request) -> Response:
        """Searched in names and members' numbers."""
        who = await actor(request, "admin")
        wanted = asked(request, sorts=("name", "members"))
        found = matching(self._groups.listed(who), wanted, lambda each: (each.name, *each.members))
        if wanted.as_csv:
            ordered = in_order(found, wanted, key=_key, ident=_id)
            return csv_file("extension-groups", COLUMNS, ([g.name, g.members] for g in ordered))
        return answer(page(found, wanted, key=_key, ident=_id, shown=group_json))

    @operation(
        "Add an extension group", body=NewGroup, answer=ShownGroup, status=201, roles=("admin",)
    )
    async def add(self, request: Request) -> Response:
        """Names are told apart without regard to case."""
        who = await actor(request, "admin")
        who.check(Module.EXTENSION_GROUPS)
        body = await read(request, NewGroup)
        return answer(group_json(await self._groups.add(who, body)), 201)

    @operation("Read an extension group", answer=ShownGroup, roles=("admin",))
    async def group(self, request: Request) -> Response:
        """With its members."""
        who = await actor(request, "admin")
        return answer(group_json(self._groups.get(who, named(request))))

    @operation("Change an extension group", body=GroupChange, answer=ShownGroup, roles=("admin",))
    async def change(self, request: Request) -> Response:
        """Members are given as a whole; fields that are left out stay as they are."""
        who = await actor(request, "admin")
        who.check(Module.EXTENSION_GROUPS)
        group_id = named(request)
        self._groups.get(who, group_id)
        body = await read(request, GroupChange)
        return answer(group_json(await self._groups.update(who, group_id, body)))

    @operation("Delete an extension group", status=204, roles=("admin",))
    async def delete(self, request: Request) -> Response:
        """Its members stay."""
        who = await actor(request, "admin")
        await self._groups.delete(who, [named(request)])
        return Response(status_code=204)

    @operation("Delete extension groups", body=DropGroups, status=204, roles=("admin",))
    async def delete_many(self, request: Request) -> Response:
        """All of them, or none."""
        who = await actor(request, "admin")
        who.check(Module.EXTENSION_GROUPS)
        body = await read(request, DropGroups)
        await self._groups.delete(who, body.ids)
        return Response(status_code=204)

    @operation("Tell what refers to an extension group", answer=ShownReferences, roles=("admin",))
    async def references(self, request: Request) -> Response:
        """To be shown before it is deleted."""
        who = await actor(request, "admin")
        found = await self._groups.references(who, named(request))
        return answer(ShownReferences.of(found, language(request)).model_dump())


def _id(group: Group) -> str:
    return group.id


def _key(group: Group, field: str) -> Any:
    return len(group.members) if field == "members" else group.name
