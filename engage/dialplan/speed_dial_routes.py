"""Speed dials over HTTP: `/v1/speed-dials`, and worksheets of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from engage.dialplan.object_routes import ObjectRoutes
from engage.dialplan.speed_dials import SpeedDialForm
from engage.people.import_routes import QUERY, ImportOutcome, take_in
from engage.system.actor import Module
from engage.web.openapi import operation

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from engage.dialplan.service import DialplanObjects
    from engage.dialplan.speed_dial_import import SpeedDialImport


class SpeedDialRoutes(ObjectRoutes[SpeedDialForm]):
    """The HTTP edge of speed dials."""

    def __init__(self, kept: DialplanObjects[SpeedDialForm], importing: SpeedDialImport) -> None:
        columns, sorts = ("code", "kind", "value", "disabled"), ("code", "disabled")
        super().__init__(kept, "SpeedDial", ("a speed dial", "speed dials"), columns, sorts)
        self._importing = importing

    def routes(self) -> list[Route]:
        """What is served."""
        taken_in = Route("/v1/speed-dials/import", self.take_in, methods=["POST"])
        return [taken_in, *super().routes()]

    @operation("Import speed dials", answer=ImportOutcome, roles=("admin",), query=QUERY)
    async def take_in(self, request: Request) -> Response:
        """A CSV file with `code`, `kind`, `value` and `disabled`; all of it, or nothing.

        What is wrong is told by line and column: 200 in a dry run, else 422.
        """
        return await take_in(request, Module.SPEED_DIALS, self._importing.run)

    def _cells(self, row: dict[str, Any]) -> dict[str, Any]:
        return {**row, **row["destination"]}
