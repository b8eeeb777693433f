"""Ring groups over HTTP: `/v1/ring-groups`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel
from starlette.routing import Route

from engage.dialplan.ring_group_forms import RingGroupForm
from engage.dialplan.routes import ClientId, KeptRoutes
from engage.partial_body import partial_of
from engage.web.collections import QUERY
from engage.web.openapi import operation

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from engage.dialplan.service import Routes


class NewRingGroup(RingGroupForm):
    """A ring group to be added."""

    client_id: ClientId | None = None


class ShownRingGroup(RingGroupForm):
    """A ring group."""

    id: str
    position: int
    version: int


class RingGroupPage(BaseModel):
    """A page of ring groups; `cursor` asks for the next, `total` counts all that match."""

    items: list[ShownRingGroup]
    cursor: str | None
    total: int


RingGroupChange = partial_of("RingGroupChange", RingGroupForm)


class RingGroupRoutes(KeptRoutes[RingGroupForm]):
    """The HTTP edge of ring groups."""

    def __init__(self, groups: Routes[RingGroupForm]) -> None:
        columns = ("number", "name", "members", "strategy")
        super().__init__(groups, "ring-groups", columns, ("number", "name", "strategy"))

    def routes(self) -> list[Route]:
        """What is served."""
        path, one = "/v1/ring-groups", "/v1/ring-groups/{id}"
        return [
            Route(path, self.list, methods=["GET"]),
            Route(path, self.add, methods=["POST"]),
            Route(one, self.get, methods=["GET"]),
            Route(one, self.change, methods=["PATCH"]),
            Route(one, self.delete, methods=["DELETE"]),
        ]

    @operation("List ring groups", answer=RingGroupPage, roles=("admin",), query=QUERY)
    async def list(self, request: Request) -> Response:
        """By number."""
        return await self._list(request)

    @operation(
        "Add a ring group", body=NewRingGroup, answer=ShownRingGroup, status=201, roles=("admin",)
    )
    async def add(self, request: Request) -> Response:
        """It may be called at once."""
        return await self._add(request, NewRingGroup)

    @operation("Read a ring group", answer=ShownRingGroup, roles=("admin",))
    async def get(self, request: Request) -> Response:
        """One group."""
        return await self._get(request)

    @operation("Change a ring group", body=RingGroupChange, answer=ShownRingGroup, roles=("admin",))
    async def change(self, request: Request) -> Response:
        """Valid for the next call."""
        return await self._change(request, RingGroupChange)

    @operation("Delete a ring group", status=204, roles=("admin",))
    async def delete(self, request: Request) -> Response:
        """Calls that ring go on."""
        return await self._delete(request)
