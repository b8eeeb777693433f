"""The ASGI application: middleware, routes, errors. Slices bring their routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from engage.errors import EngageError, NotFound
from engage.web.errors import (
    Malformed,
    MethodNotAllowed,
    error_headers,
    error_json,
    status_of,
)
from engage.web.middleware import AccessLog, BodyLimit, ClientAddress, SecurityHeaders
from engage.web.pages import message_page, not_found_page
from engage.web.requests import answer, language
from engage.web.routing import RouteTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from ipaddress import IPv4Network, IPv6Network

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Receive, Scope, Send

    from engage.web.refusals import Refusals
    from engage.web.requests import Gate
    from engage.web.static import StaticFiles

SOCKET_PATH = "/socket.io/"


def frame(
    routes: Sequence[BaseRoute],
    *,
    gate: Gate,
    static: StaticFiles,
    sockets: ASGIApp,
    refusals: Refusals,
    others: Mapping[str, ASGIApp],
    trusted_proxies: Iterable[IPv4Network | IPv6Network] = (),
) -> ASGIApp:
    """Put the application together.

    Args:
        routes: of every slice.
        gate: tells who makes a request.
        static: the built front ends.
        sockets: serves `/socket.io/`.
        refusals: writes down what administrators were refused.
        others: further WebSocket applications by path (`/sip`).
        trusted_proxies: whose forwarded headers are believed.
    """
    site = Starlette(
        routes=[RouteTable(routes)],
        middleware=[Middleware(AccessLog), Middleware(SecurityHeaders), Middleware(BodyLimit)],
        exception_handlers={EngageError: _refuse, HTTPException: _refuse_http},
    )
    site.state.gate = gate
    site.state.static = static
    site.state.refusals = refusals
    site.router.redirect_slashes = False
    return ClientAddress(_Front(site, sockets, others), trusted_proxies)


class _Front:
    """Hands sockets to what serves them, and the rest to the site."""

    def __init__(self, site: ASGIApp, sockets: ASGIApp, others: Mapping[str, ASGIApp]) -> None:
        self._site, self._sockets, self._others = site, sockets, others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Route by path."""
        path = scope.get("path", "")
        if path == SOCKET_PATH or path == SOCKET_PATH[:-1]:
            await self._sockets(scope, receive, send)
        elif path in self._others:
            await self._others[path](scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._site(scope, receive, send)


async def _refuse(request: Request, error: Exception) -> Response:
    """A typed error: a page for who looks at pages, else JSON."""
    if not isinstance(error, EngageError):
        raise error
    if _wants_page(request):
        if isinstance(error, NotFound):
            return not_found_page(request)
        return message_page(request, error.text, "", status=status_of(error))
    await request.app.state.refusals.note(request, error)
    body = {"error": error_json(error, language(request))}
    return answer(body, status_of(error), error_headers(error))


async def _refuse_http(request: Request, error: Exception) -> Response:
    """What the router refuses, in the same shape."""
    if not isinstance(error, HTTPException):
        raise error
    known: dict[int, EngageError] = {404: NotFound(), 405: MethodNotAllowed()}
    refused = known.get(error.status_code, Malformed())
    response = await _refuse(request, refused)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


def _wants_page(request: Request) -> bool:
    programs = request.url.path.startswith(("/v1/", "/api", "/static/"))
    return not programs and "text/html" in request.headers.get("accept", "")
