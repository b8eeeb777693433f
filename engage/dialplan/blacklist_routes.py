"""The blacklist over HTTP, beside its settings: worksheets of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from engage.people.import_routes import QUERY, ImportOutcome, take_in
from engage.system.actor import Module
from engage.web.openapi import operation

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from engage.dialplan.blacklist_import import BlacklistImport


class BlacklistRoutes:
    """The HTTP edge of the blacklist."""

    def __init__(self, importing: BlacklistImport) -> None:
        self._importing = importing

    def routes(self) -> list[Route]:
        """What is served."""
        return [Route("/v1/blacklist/import", self.take_in, methods=["POST"])]

    @operation("Import the blacklist", answer=ImportOutcome, roles=("admin",), query=QUERY)
    async def take_in(self, request: Request) -> Response:
        """A CSV file with `number`, which may be a pattern, and `note`; all of it, or nothing.

        What is wrong is told by line and column: 200 in a dry run, else 422.
        """
        return await take_in(request, Module.INBOUND_ROUTES, self._importing.run)
