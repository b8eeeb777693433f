"""Worksheets over HTTP: what is wrong in them is told by line and column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from starlette.routing import Route

from engage.errors import N_, Invalid
from engage.i18n import translate
from engage.people.worksheets import ImportRefused
from engage.system.actor import Module
from engage.web.errors import UnsupportedMedia, error_json
from engage.web.openapi import operation
from engage.web.requests import actor, allow_body, answer, flag, language

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from engage.people.service import People
    from engage.people.worksheets import Outcome

    TakeIn = Callable[..., Awaitable[Outcome]]

LARGEST_FILE = 5_000_000
MOST_TOLD = 500
QUERY = (
    ("dry_run", "`1`: only say what would happen"),
    ("update", "`1`: change what is there already, instead of refusing it"),
)


class ImportProblem(BaseModel):
    """What is wrong in a line (the header is 1) and column; `field` empty: the whole line."""

    line: int
    field: str
    message: str


class ImportOutcome(BaseModel):
    """What an import did or would do; with errors, it did nothing."""

    added: int
    changed: int
    errors: list[ImportProblem]


class CsvWanted(UnsupportedMedia):
    """Another content type than CSV."""

    text = N_("Please send a CSV file.")


class ImportRoutes:
    """The HTTP edge of worksheets: `text/csv` in UTF-8, all of it or nothing.

    What is wrong is told by line and column: with 200 in a dry run, else with 422.
    """

    def __init__(self, people: People) -> None:
        self._people = people

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/v1/extensions/import", self.extensions, methods=["POST"]),
            Route("/v1/extension-groups/import", self.groups, methods=["POST"]),
            Route("/v1/queues/import", self.queues, methods=["POST"]),
        ]

    @operation("Import extensions", answer=ImportOutcome, roles=("admin",), query=QUERY)
    async def extensions(self, request: Request) -> Response:
        """A CSV file as the export writes it (`text/csv`, UTF-8): all of it, or nothing.

        Columns may also be `sip_secret` and `wave_password`; whoever has no password gets a mail
        with a link to set one. What is wrong is told by line and column: 200 in a dry run, else
        422.
        """
        return await take_in(request, Module.EXTENSIONS, self._people.importing.run)

    @operation("Import extension groups", answer=ImportOutcome, roles=("admin",), query=QUERY)
    async def groups(self, request: Request) -> Response:
        """A CSV file with `name` and `members`, numbers one after the other; all of it, or nothing.

        What is wrong is told by line and column: 200 in a dry run, else 422.
        """
        return await take_in(request, Module.EXTENSION_GROUPS, self._people.group_import.run)

    @operation("Import call queues", answer=ImportOutcome, roles=("admin",), query=QUERY)
    async def queues(self, request: Request) -> Response:
        """A CSV file with `number`, `name`, `static_agents`, `dynamic_agents`; all, or nothing.

        What is wrong is told by line and column: 200 in a dry run, else 422.
        """
        return await take_in(request, Module.QUEUES, self._people.queue_import.run)


async def take_in(request: Request, module: Module, run: TakeIn) -> Response:
    """Take a worksheet that a request brings, or tell what is wrong in it."""
    who = await actor(request, "admin")
    who.check(module)
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "text/csv":
        raise CsvWanted
    dry_run, update = flag(request, "dry_run"), flag(request, "update")
    allow_body(request, LARGEST_FILE)
    data = await request.body()
    try:
        outcome = await run(who, data, update=update, dry_run=dry_run)
    except ImportRefused as refused:
        shown = _outcome_json(refused.outcome, language(request))
        told = error_json(Invalid(), language(request))
        return answer({"error": told | shown}, 422)
    return answer(_outcome_json(outcome, language(request)))


def _outcome_json(outcome: Outcome, language: str) -> dict[str, Any]:
    return {
        "added": outcome.added,
        "changed": outcome.changed,
        "errors": [
            {
                "line": each.line,
                "field": each.field,
                "message": translate(each.text, language, each.params),
            }
            for each in outcome.problems[:MOST_TOLD]
        ],
    }
