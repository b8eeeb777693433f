"""Objects of the dialplan over HTTP: a list of each kind, and each of its objects."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Generic, NamedTuple

from pydantic import BaseModel, Field, StringConstraints, ValidationError, create_model
from starlette.responses import Response
from starlette.routing import Route

from engage.dialplan.model import Form
from engage.errors import Invalid
from engage.partial_body import Body, partial_of, sent
from engage.web.collections import QUERY, asked, csv_file, in_order, matching, page
from engage.web.openapi import operation
from engage.web.requests import actor, answer, field_messages, language, named, read

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from engage.dialplan.model import DialplanObject
    from engage.dialplan.service import DialplanObjects

    Endpoint = Callable[[Request], Awaitable[Response]]

ClientId = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class ObjectRoutes(Generic[Form]):
    """The HTTP edge of one kind.

    Args:
        kept: where they are.
        model: what their description calls one: `SpeedDial`.
        words: one and several, as sentences have them: `a speed dial`, `speed dials`.
        columns: those of the exported list.
        sorts: what the list can be sorted by, the usual first.
        path: where they are served; by default what several are called.
        body: what requests may give of one; by default all of its form.
        check: raises an error while none of this kind can be had.
    """

    def __init__(
        self,
        kept: DialplanObjects[Form],
        model: str,
        words: tuple[str, str],
        columns: tuple[str, ...],
        sorts: tuple[str, ...],
        *,
        path: str = "",
        body: type[BaseModel] | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._kept, self._check = kept, check
        self._one, self._many = words
        self._columns, self._sorts = columns, sorts
        self._path = path or "/v1/" + self._many.casefold().replace(" ", "-")
        self._bodies = _bodies(model, kept.kind.form, body or kept.kind.form)

    def routes(self) -> list[Route]:
        """What is served."""
        path, one, each, shown = self._path, f"{self._path}/{{id}}", self._one, self._bodies.shown
        listed = {"answer": self._bodies.page, "query": QUERY}
        change = {"body": self._bodies.change, "answer": shown}
        return [
            self._route("GET", path, f"List {self._many}", self.list, **listed),
            self._route("POST", path, f"Add {each}", self.add, **self._adding()),
            self._route("GET", one, f"Read {each}", self.get, answer=shown),
            self._route("PATCH", one, f"Change {each}", self.change, **change),
            self._route("DELETE", one, f"Delete {each}", self.delete, status=204),
        ]

    async def list(self, request: Request) -> Response:
        """Searched, sorted and in pages; `format=csv`: all of it."""
        entries = self._kept.listed(await actor(request, "admin"))
        wanted = asked(request, sorts=self._sorts)
        rows = [shown(each) for each in matching(entries, wanted, _words)]
        if wanted.as_csv:
            ordered = in_order(rows, wanted, key=_key, ident=_ident)
            lines = ([row[name] for name in self._columns] for row in map(self._cells, ordered))
            return csv_file(self._path.rpartition("/")[2], self._columns, lines)
        return answer(page(rows, wanted, key=_key, ident=_ident, shown=lambda row: row))

    async def add(self, request: Request) -> Response:
        """Valid at once."""
        who = await actor(request, "admin")
        who.check(self._kept.kind.module)
        body = await read(request, self._bodies.new)
        client_id: str | None = getattr(body, "client_id", None)
        form = self._kept.kind.form.model_validate(body.model_dump(exclude={"client_id"}))
        return answer(shown(await self._kept.add(who, form, client_id)), 201)

    async def get(self, request: Request) -> Response:
        """As it was saved last."""
        return answer(shown(self._kept.get(await actor(request, "admin"), named(request))))

    async def change(self, request: Request) -> Response:
        """Valid for the next call."""
        who = await actor(request, "admin")
        who.check(self._kept.kind.module)
        object_id = named(request)
        self._kept.get(who, object_id)
        given, version = sent(await read(request, self._bodies.change))
        try:
            entry = await self._kept.update(who, object_id, given, version)
        except ValidationError as error:
            form = self._kept.kind.form
            raise Invalid(field_messages(error, form, language(request))) from None
        return answer(shown(entry))

    async def delete(self, request: Request) -> Response:
        """Calls that are up go on; 409 with whatever needs it."""
        await self._kept.delete(await actor(request, "admin"), named(request))
        return done()

    def _adding(self) -> dict[str, Any]:
        """What the description of adding says."""
        return {"body": self._bodies.new, "answer": self._bodies.shown, "status": 201}

    def _cells(self, row: dict[str, Any]) -> dict[str, Any]:
        """A row as the exported list has it."""
        return row

    def _route(
        self, method: str, path: str, summary: str, ask: Endpoint, **described: Any
    ) -> Route:
        """A route to `ask`, described by its docstring too."""

        async def endpoint(request: Request) -> Response:
            self._check()
            return await ask(request)

        endpoint.__doc__ = ask.__doc__
        described_endpoint = operation(summary, roles=("admin",), **described)(endpoint)
        return Route(path, described_endpoint, methods=[method])


class Move(Body):
    """The place in the list that a route is to have, 1 being the first."""

    position: Annotated[int, Field(ge=1, le=100_000)]


class OrderedRoutes(ObjectRoutes[Form]):
    """The HTTP edge of a kind whose order decides between objects that match equally."""

    def routes(self) -> list[Route]:
        """What is served."""
        path, summary = f"{self._path}/{{id}}/move", f"Move {self._one}"
        described = {"body": Move, "answer": self._bodies.shown}
        return [*super().routes(), self._route("POST", path, summary, self.move, **described)]

    async def list(self, request: Request) -> Response:
        """In the order that decides between equal matches."""
        return await super().list(request)

    async def move(self, request: Request) -> Response:
        """Its place decides between those that match equally."""
        who = await actor(request, "admin")
        who.check(self._kept.kind.module)
        body = await read(request, Move)
        object_id = named(request)
        self._kept.get(who, object_id)
        return answer(shown(await self._kept.move(who, object_id, body.position)))


def shown(entry: DialplanObject[Any]) -> dict[str, Any]:
    """As it is answered."""
    more = {"id": entry.id, "position": entry.position, "version": entry.version}
    return {**entry.form.model_dump(mode="json"), **more}


def done() -> Response:
    """There is nothing to answer."""
    return Response(status_code=204, headers={"cache-control": "no-store"})


class _Bodies(NamedTuple):
    """What requests and answers hold of one kind, and of a page of them."""

    new: type[BaseModel]
    shown: type[BaseModel]
    change: type[BaseModel]
    page: type[BaseModel]


@cache
def _bodies(model: str, form: type[BaseModel], given: type[BaseModel]) -> _Bodies:
    """Made once for the process, however many applications are built in it."""
    more: dict[str, Any] = {"id": (str, ...), "position": (int, ...), "version": (int, ...)}
    shown = _model(f"Shown{model}", form, **more)
    return _Bodies(
        _model(f"New{model}", given, client_id=(ClientId | None, None)),
        shown,
        partial_of(f"{model}Change", given),
        _model(
            f"{model}Page",
            BaseModel,
            items=(list[shown], ...),  # type: ignore[valid-type]  # made when this is run
            cursor=(str | None, ...),
            total=(int, ...),
        ),
    )


def _model(name: str, base: type[BaseModel], **fields: Any) -> type[BaseModel]:
    made: type[BaseModel] = create_model(name, __base__=base, **fields)
    return made


def _words(entry: DialplanObject[Any]) -> tuple[str, ...]:
    form = entry.form
    return form.own_name, *(getattr(form, name, "") for name in ("patterns", "dids", "number"))


def _key(row: dict[str, Any], field: str) -> Any:
    return row[field]


def _ident(row: dict[str, Any]) -> str:
    return str(row["id"])
