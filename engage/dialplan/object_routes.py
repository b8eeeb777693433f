"""Objects of the dialplan over HTTP that differ in nothing but their forms."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, create_model
from starlette.routing import Route

from engage.dialplan.model import Form
from engage.dialplan.routes import ClientId, KeptRoutes
from engage.partial_body import partial_of
from engage.web.collections import QUERY
from engage.web.openapi import operation

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from engage.dialplan.service import Routes

    Endpoint = Callable[[Request], Awaitable[Response]]


class ObjectRoutes(KeptRoutes[Form]):
    """The HTTP edge of one kind: a list, and each of its objects.

    Args:
        kept: where they are.
        model: what their description calls one: `SpeedDial`.
        words: one and several, as sentences have them: `a speed dial`, `speed dials`.
        columns: those of the exported list.
        sorts: what the list can be sorted by, the usual first.
        check: raises an error while none of this kind can be had.
    """

    def __init__(
        self,
        kept: Routes[Form],
        model: str,
        words: tuple[str, str],
        columns: tuple[str, ...],
        sorts: tuple[str, ...],
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._check = check
        self._one, self._many = words
        self._path = "/v1/" + self._many.casefold().replace(" ", "-")
        super().__init__(kept, self._path.rpartition("/")[2], columns, sorts)
        form = kept.kind.form
        more: dict[str, Any] = {"id": (str, ...), "position": (int, ...), "version": (int, ...)}
        self._new = _model(f"New{model}", form, client_id=(ClientId | None, None))
        self._shown = _model(f"Shown{model}", form, **more)
        self._change_form = partial_of(f"{model}Change", form)
        self._page = _model(
            f"{model}Page",
            BaseModel,
            items=(list[self._shown], ...),  # type: ignore[name-defined]  # made when this is run
            cursor=(str | None, ...),
            total=(int, ...),
        )

    def routes(self) -> list[Route]:
        """What is served."""
        path, one, each = self._path, f"{self._path}/{{id}}", self._one
        new, shown, change = self._new, self._shown, self._change_form
        _route = partial(_route_to, self._check)
        return [
            _route("GET", path, f"List {self._many}", self._list, answer=self._page, query=QUERY),
            _route("POST", path, f"Add {each}", self.add, body=new, answer=shown, status=201),
            _route("GET", one, f"Read {each}", self._get, answer=shown),
            _route("PATCH", one, f"Change {each}", self.change, body=change, answer=shown),
            _route("DELETE", one, f"Delete {each}", self._delete, status=204),
        ]

    async def add(self, request: Request) -> Response:
        """Valid at once."""
        return await self._add(request, self._new)

    async def change(self, request: Request) -> Response:
        """Valid for the next call."""
        return await self._change(request, self._change_form)


def _route_to(
    check: Callable[[], None],
    method: str,
    path: str,
    summary: str,
    ask: Endpoint,
    **described: Any,
) -> Route:
    async def endpoint(request: Request) -> Response:
        check()
        return await ask(request)

    endpoint.__doc__ = None
    described_endpoint = operation(summary, roles=("admin",), **described)(endpoint)
    return Route(path, described_endpoint, methods=[method])


def _model(name: str, base: type[BaseModel], **fields: Any) -> type[BaseModel]:
    made: type[BaseModel] = create_model(name, __base__=base, **fields)
    return made
