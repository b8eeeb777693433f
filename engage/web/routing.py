"""The table of all routes: a request is compared with those of its place alone.

There are some hundred routes; to try each took a third of a short request's time.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, Match, Route

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import Receive, Scope, Send

DEPTH = 2
"""How many segments make a place: `/v1/queues`."""
Place = tuple[str, ...]


class RouteTable(BaseRoute):
    """One route that stands for many; the first of them that takes a request serves it.

    Args:
        routes: in their order, as `Starlette` would try them.
    """

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        own: dict[Place, list[int]] = {(): []}
        for number, route in enumerate(routes):
            own.setdefault(_fixed_part(route), []).append(number)
        self._at: dict[Place, list[BaseRoute]] = {}
        for place in own:
            above = (own.get(place[:depth], ()) for depth in range(len(place) + 1))
            self._at[place] = [routes[number] for number in sorted(chain.from_iterable(above))]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The first route that takes the request; else the first one but for the method."""
        if scope["type"] != "http":
            return Match.NONE, {}
        partial: Scope | None = None
        for route in self._candidates(scope["path"]):
            match, found = route.matches(scope)
            if match is Match.FULL:
                return match, {**found, "route": route}
            if match is Match.PARTIAL and partial is None:
                partial = {**found, "route": route}
        return (Match.NONE, {}) if partial is None else (Match.PARTIAL, partial)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have it served by the route that was found."""
        route: BaseRoute = scope["route"]
        await route.handle(scope, receive, send)

    def _candidates(self, path: str) -> list[BaseRoute]:
        place = tuple(path.split("/", DEPTH + 1)[1 : DEPTH + 1])
        while place not in self._at:
            place = place[:-1]
        return self._at[place]


def _fixed_part(route: BaseRoute) -> Place:
    """The whole segments before the first place to fill in, at most `DEPTH`."""
    if not isinstance(route, Route):
        return ()
    fixed: list[str] = []
    for segment in route.path.split("/")[1 : DEPTH + 1]:
        if "{" in segment:
            break
        fixed.append(segment)
    return tuple(fixed)
