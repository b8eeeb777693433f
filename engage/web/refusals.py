"""What an administrator tried and was refused stands in the operation log like what was done."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from engage.errors import EngageError, Unauthenticated, Unavailable

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.system.actor import Actor
    from engage.system.operation_log import OperationLog

log = logging.getLogger(__name__)
VERBS = {"POST": "add", "PUT": "change", "PATCH": "change", "DELETE": "delete"}
AS_IT_IS = frozenset({"settings"})
NOBODYS = (Unauthenticated, Unavailable)
"""Refusals that say nothing about what was tried, or that could not be written down."""


class Refusals:
    """Writes one row for each change that an administrator was refused."""

    def __init__(self, operations: OperationLog) -> None:
        self._operations = operations

    async def note(self, request: Request, error: EngageError) -> None:
        """Write it down, if it is an administrator's and would have changed something."""
        actor: Actor | None = getattr(request.state, "actor", None)
        if actor is None or request.method not in VERBS or isinstance(error, NOBODYS):
            return
        action, subject = attempt(request.method, _template(request), request.path_params)
        try:
            await self._operations.refused(actor, action, subject, error.code)
        except EngageError as problem:  # the answer to the request matters more
            log.warning("refusal not written", extra={"problem": problem.code, "action": action})


def attempt(method: str, path: str, params: dict[str, str]) -> tuple[str, str]:
    """What a request tried, in the operation log's words: the action and its object.

    Args:
        method: `POST`, `PATCH` …
        path: the route's path with its places: `/v1/livechats/{id}/link`.
        params: what stood in the places.
    """
    collection, *rest = path.removeprefix("/v1/").strip("/").split("/")
    kind = collection.replace("-", "_")
    kind = kind if kind in AS_IT_IS else kind.removesuffix("s")
    steps = [each for each in rest if not each.startswith("{")]
    named = next(iter(params.values()), "")
    if not named.isprintable():  # no name of ours, and PostgreSQL takes no NUL
        named = ""
    if not steps:
        verb = VERBS[method]
    elif method == "POST":
        verb = "_".join(steps).replace("-", "_")
    else:
        verb = "_".join([*steps, VERBS[method]]).replace("-", "_")
    return f"{kind}.{verb}", f"{kind}:{named}"[:200]


def _template(request: Request) -> str:
    """The path of the route that took the request."""
    route = request.scope.get("route")
    return str(getattr(route, "path", request.url.path))
