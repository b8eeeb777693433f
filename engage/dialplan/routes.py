"""Routes of calls over HTTP: `/v1/outbound-routes` and `/v1/inbound-routes`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Generic

from pydantic import BaseModel, Field, StringConstraints, ValidationError
from starlette.responses import Response
from starlette.routing import Route

from engage.dialplan.inbound_forms import InboundRouteForm
from engage.dialplan.model import Form, RouteEntry
from engage.dialplan.outbound_forms import OutboundRouteForm
from engage.errors import Invalid
from engage.partial_body import Body, partial_of, sent
from engage.web.collections import QUERY, asked, csv_file, in_order, matching, page
from engage.web.openapi import operation
from engage.web.requests import actor, answer, field_messages, language, named, read

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.dialplan.service import Routes

SORTS = ("position", "name", "disabled")
ClientId = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class NewOutboundRoute(OutboundRouteForm):
    """An outbound route to be added."""

    client_id: ClientId | None = None


class NewInboundRoute(InboundRouteForm):
    """An inbound route to be added."""

    client_id: ClientId | None = None


class ShownOutboundRoute(OutboundRouteForm):
    """An outbound route, and its place in the list."""

    id: str
    position: int
    version: int


class ShownInboundRoute(InboundRouteForm):
    """An inbound route, and its place in the list."""

    id: str
    position: int
    version: int


class OutboundRoutePage(BaseModel):
    """A page of outbound routes; `cursor` asks for the next, `total` counts all that match."""

    items: list[ShownOutboundRoute]
    cursor: str | None
    total: int


class InboundRoutePage(BaseModel):
    """A page of inbound routes; `cursor` asks for the next, `total` counts all that match."""

    items: list[ShownInboundRoute]
    cursor: str | None
    total: int


class Move(Body):
    """The place in the list that a route is to have, 1 being the first."""

    position: Annotated[int, Field(ge=1, le=100_000)]


OutboundRouteChange = partial_of("OutboundRouteChange", OutboundRouteForm)
InboundRouteChange = partial_of("InboundRouteChange", InboundRouteForm)


class KeptRoutes(Generic[Form]):
    """What both kinds have in common; what differs are the models that describe them."""

    def __init__(
        self,
        routes: Routes[Form],
        name: str,
        columns: tuple[str, ...],
        sorts: tuple[str, ...] = SORTS,
    ) -> None:
        self._routes, self._name = routes, name
        self._columns, self._sorts = columns, sorts

    async def _list(self, request: Request) -> Response:
        who = await actor(request, "admin")
        entries = self._routes.listed(who)
        wanted = asked(request, sorts=self._sorts)
        rows = [shown(each) for each in matching(entries, wanted, _words)]
        if wanted.as_csv:
            ordered = in_order(rows, wanted, key=_key, ident=_ident)
            lines = ([row[name] for name in self._columns] for row in map(self._cells, ordered))
            return csv_file(self._name, self._columns, lines)
        return answer(page(rows, wanted, key=_key, ident=_ident, shown=lambda row: row))

    def _cells(self, row: dict[str, Any]) -> dict[str, Any]:
        """A row as the exported list has it."""
        return row

    async def _add(self, request: Request, model: type[BaseModel]) -> Response:
        who = await actor(request, "admin")
        who.check(self._routes.kind.module)
        body = await read(request, model)
        client_id: str | None = getattr(body, "client_id", None)
        form = self._routes.kind.form.model_validate(body.model_dump(exclude={"client_id"}))
        return answer(shown(await self._routes.add(who, form, client_id)), 201)

    async def _get(self, request: Request) -> Response:
        who = await actor(request, "admin")
        return answer(shown(self._routes.get(who, named(request))))

    async def _change(self, request: Request, model: type[BaseModel]) -> Response:
        who = await actor(request, "admin")
        who.check(self._routes.kind.module)
        route_id = named(request)
        self._routes.get(who, route_id)
        body = await read(request, model)
        given, version = sent(body)
        form = self._routes.kind.form
        try:
            entry = await self._routes.update(who, route_id, given, version)
        except ValidationError as error:
            raise Invalid(field_messages(error, form, language(request))) from None
        return answer(shown(entry))

    async def _move(self, request: Request) -> Response:
        who = await actor(request, "admin")
        who.check(self._routes.kind.module)
        body = await read(request, Move)
        route_id = named(request)
        self._routes.get(who, route_id)
        return answer(shown(await self._routes.move(who, route_id, body.position)))

    async def _delete(self, request: Request) -> Response:
        who = await actor(request, "admin")
        await self._routes.delete(who, named(request))
        return Response(status_code=204, headers={"cache-control": "no-store"})


class OutboundRouteRoutes(KeptRoutes[OutboundRouteForm]):
    """The HTTP edge of outbound routes."""

    def __init__(self, routes: Routes[OutboundRouteForm]) -> None:
        columns = ("position", "name", "patterns", "permission", "disabled")
        super().__init__(routes, "outbound-routes", columns)

    def routes(self) -> list[Route]:
        """What is served."""
        return served("/v1/outbound-routes", self)

    @operation("List outbound routes", answer=OutboundRoutePage, roles=("admin",), query=QUERY)
    async def list(self, request: Request) -> Response:
        """In the order that decides between equal matches."""
        return await self._list(request)

    @operation(
        "Add an outbound route",
        body=NewOutboundRoute,
        answer=ShownOutboundRoute,
        status=201,
        roles=("admin",),
    )
    async def add(self, request: Request) -> Response:
        """Calls may go by it at once."""
        return await self._add(request, NewOutboundRoute)

    @operation("Read an outbound route", answer=ShownOutboundRoute, roles=("admin",))
    async def get(self, request: Request) -> Response:
        """One route."""
        return await self._get(request)

    @operation(
        "Change an outbound route",
        body=OutboundRouteChange,
        answer=ShownOutboundRoute,
        roles=("admin",),
    )
    async def change(self, request: Request) -> Response:
        """Valid at once."""
        return await self._change(request, OutboundRouteChange)

    @operation("Move an outbound route", body=Move, answer=ShownOutboundRoute, roles=("admin",))
    async def move(self, request: Request) -> Response:
        """Its place decides between routes that match equally."""
        return await self._move(request)

    @operation("Delete an outbound route", status=204, roles=("admin",))
    async def delete(self, request: Request) -> Response:
        """Calls that are up stay."""
        return await self._delete(request)


class InboundRouteRoutes(KeptRoutes[InboundRouteForm]):
    """The HTTP edge of inbound routes."""

    def __init__(self, routes: Routes[InboundRouteForm]) -> None:
        super().__init__(routes, "inbound-routes", ("position", "name", "dids", "disabled"))

    def routes(self) -> list[Route]:
        """What is served."""
        return served("/v1/inbound-routes", self)

    @operation("List inbound routes", answer=InboundRoutePage, roles=("admin",), query=QUERY)
    async def list(self, request: Request) -> Response:
        """In the order that decides between equal matches."""
        return await self._list(request)

    @operation(
        "Add an inbound route",
        body=NewInboundRoute,
        answer=ShownInboundRoute,
        status=201,
        roles=("admin",),
    )
    async def add(self, request: Request) -> Response:
        """Calls may come by it at once."""
        return await self._add(request, NewInboundRoute)

    @operation("Read an inbound route", answer=ShownInboundRoute, roles=("admin",))
    async def get(self, request: Request) -> Response:
        """One route."""
        return await self._get(request)

    @operation(
        "Change an inbound route",
        body=InboundRouteChange,
        answer=ShownInboundRoute,
        roles=("admin",),
    )
    async def change(self, request: Request) -> Response:
        """Valid at once."""
        return await self._change(request, InboundRouteChange)

    @operation("Move an inbound route", body=Move, answer=ShownInboundRoute, roles=("admin",))
    async def move(self, request: Request) -> Response:
        """Its place decides between routes that match equally."""
        return await self._move(request)

    @operation("Delete an inbound route", status=204, roles=("admin",))
    async def delete(self, request: Request) -> Response:
        """Calls that are up stay."""
        return await self._delete(request)


def served(path: str, edge: Any) -> list[Route]:
    one = f"{path}/{{id}}"
    return [
        Route(path, edge.list, methods=["GET"]),
        Route(path, edge.add, methods=["POST"]),
        Route(one, edge.get, methods=["GET"]),
        Route(one, edge.change, methods=["PATCH"]),
        Route(f"{one}/move", edge.move, methods=["POST"]),
        Route(one, edge.delete, methods=["DELETE"]),
    ]


def shown(entry: RouteEntry[Any]) -> dict[str, Any]:
    """As it is answered."""
    more = {"id": entry.id, "position": entry.position, "version": entry.version}
    return {**entry.form.model_dump(mode="json"), **more}


def _words(entry: RouteEntry[Any]) -> tuple[str, ...]:
    form = entry.form
    return form.own_name, *(getattr(form, name, "") for name in ("patterns", "dids", "number"))


def _key(row: dict[str, Any], field: str) -> Any:
    return row[field]


def _ident(row: dict[str, Any]) -> str:
    return str(row["id"])
