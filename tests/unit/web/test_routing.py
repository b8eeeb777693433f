"""Which of many routes takes a request, and that it is the one that Starlette would choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Match, Mount, Route, Router
from starlette.testclient import TestClient

from engage.web.routing import RouteTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute


def route(path: str, *methods: str) -> Route:
    """One that says which it was, and what stood in its places."""

    async def endpoint(request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"{methods} {path} {request.path_params} {request['route'].path}")

    return Route(path, endpoint, methods=list(methods))


ROUTES: Sequence[BaseRoute] = (
    route("/", "GET"),
    route("/healthz", "GET"),
    route("/v1/queues", "GET"),
    route("/v1/queues", "POST"),
    route("/v1/queues/{number}", "PATCH"),
    route("/v1/queues/{number}/log", "GET"),
    route("/v1/{kind}/{id}", "DELETE"),
    route("/v1/que{rest}", "PUT"),
    route("/wave/{path:path}", "GET"),
    route("/wave/manifest", "GET"),
    Mount("/static", routes=[route("/{name}", "GET")]),
    route("/{page}", "GET"),
)
PATHS = (
    *(
        "/",
        "//",
        "/healthz",
        "/healthz/",
        "/healthz/more",
        "/v1",
        "/v1/",
        "/v1/queues",
        "/v1/queue",
    ),
    *("/v1/queues/", "/v1/queues/6500", "/v1/queues/6500/log", "/v1/queues/6500/log/more"),
    *("/v1/other/1", "/v1/queens", "/wave", "/wave/", "/wave/manifest", "/wave/a/b/c", "/any"),
    *("/static/a.js", "/static", "/v1%2Fqueues", "/V1/queues", "/%00/a"),
)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PATCH", "DELETE", "PUT"])
@pytest.mark.parametrize("path", PATHS)
def test_the_same_route_takes_it_as_one_after_the_other(method: str, path: str) -> None:
    whole = Starlette(routes=list(ROUTES))
    indexed = Starlette(routes=[RouteTable(ROUTES)])
    for site in (whole, indexed):
        site.router.redirect_slashes = False
    expected, found = (
        TestClient(site).request(method, path, follow_redirects=False) for site in (whole, indexed)
    )
    assert (found.status_code, found.text) == (expected.status_code, expected.text)
    assert found.headers.get("allow") == expected.headers.get("allow")


def test_a_line_break_behind_an_address_makes_another_of_it() -> None:
    routes = [each for each in ROUTES if getattr(each, "path", "").startswith("/v1/queues")]
    site = Starlette(routes=[RouteTable(routes)])
    assert TestClient(site).get("/v1/queues").status_code == 200
    assert TestClient(site).get("/v1/queues%0A").status_code == 404


def test_a_table_without_routes_takes_nothing() -> None:
    scope = {"type": "http", "path": "/v1/queues", "method": "GET"}
    assert RouteTable([]).matches(scope) == (Match.NONE, {})


def test_a_socket_is_none_of_its_requests() -> None:
    assert RouteTable(ROUTES).matches({"type": "websocket", "path": "/"}) == (Match.NONE, {})


def test_only_routes_of_a_place_are_compared() -> None:
    compared: list[str] = []

    class Watched(Route):
        def matches(self, scope: dict[str, object]) -> tuple[Match, dict[str, object]]:
            compared.append(self.path)
            return super().matches(scope)  # type: ignore[arg-type]

    many = [Watched(f"/v1/kind{n}/{{id}}", PlainTextResponse("")) for n in range(100)]
    router = Router(routes=[RouteTable(many)])
    assert TestClient(router).get("/v1/kind42/1").status_code == 200
    assert compared == ["/v1/kind42/{id}"]
