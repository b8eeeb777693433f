"""Settings by section, and the operation log: `/v1/settings`, `/v1/operations`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.routing import Route

from engage.errors import N_, Invalid
from engage.i18n import translate
from engage.identifiers import rfc3339
from engage.system.actor import Module
from engage.system.configuration import secret_fields
from engage.system.operation_log import Wanted
from engage.web.collections import LARGEST_PAGE, asked, csv_file
from engage.web.forms import form_schema
from engage.web.openapi import operation
from engage.web.requests import actor, answer, field_messages, language, moment_ms, named, read

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from engage.system.configuration import Configuration, Section
    from engage.system.operation_log import Operation, OperationLog

FILTERS = ("actor", "action", "from", "until")
LARGEST_EXPORT = 50_000
COLUMNS = ("at", "actor", "address", "action", "object", "result")


class ChangeSettings(BaseModel):
    """The fields that change, and the version that was edited."""

    model_config = ConfigDict(extra="forbid")

    values: dict[str, Any]
    version: int | None = Field(default=None, ge=0)


class ShownSettings(BaseModel):
    """A section: its values without secrets, its form, and what a start setting decides."""

    name: str
    values: dict[str, Any]
    version: int
    form: dict[str, Any] = Field(alias="schema")
    read_only: dict[str, str]
    secrets_set: list[str]
    may_edit: bool


class SectionNames(BaseModel):
    """The sections somebody may see."""

    items: list[str]


class ShownOperation(BaseModel):
    """One row of the operation log."""

    id: str
    at: str
    actor: str
    address: str
    action: str
    object: str
    result: str
    detail: dict[str, Any]


class OperationPage(BaseModel):
    """Newest first; `cursor` asks for those before."""

    items: list[ShownOperation]
    cursor: str | None


class SystemRoutes:
    """The HTTP edge of the installation's own affairs."""

    def __init__(self, configuration: Configuration, operations: OperationLog) -> None:
        self._configuration, self._operations = configuration, operations

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/v1/settings", self.sections, methods=["GET"]),
            Route("/v1/settings/{name}", self.settings, methods=["GET"]),
            Route("/v1/settings/{name}", self.change, methods=["PATCH"]),
            Route("/v1/operations", self.operations, methods=["GET"]),
        ]

    @operation("List the sections of the settings", answer=SectionNames, roles=("admin",))
    async def sections(self, request: Request) -> Response:
        """Those the asker may see."""
        who = await actor(request, "admin")
        names = self._configuration.names()
        seen = [
            each
            for each in names
            if who.rights.allow(self._configuration.section(each).module, "view")
        ]
        return answer({"items": seen})

    @operation("Read a section of the settings", answer=ShownSettings, roles=("admin",))
    async def settings(self, request: Request) -> Response:
        """Its values, its form's schema, and which fields are decided elsewhere."""
        who = await actor(request, "admin")
        section = self._configuration.section(named(request, "name"))
        who.check(section.module, "view")
        may_edit = who.rights.allow(section.module, "edit")
        return answer(self._shown(section, language(request), may_edit=may_edit))

    @operation(
        "Change a section of the settings",
        body=ChangeSettings,
        answer=ShownSettings,
        roles=("admin",),
    )
    async def change(self, request: Request) -> Response:
        """Valid at once; fields that are left out stay as they are."""
        who = await actor(request, "admin")
        section = self._configuration.section(named(request, "name"))
        who.check(section.module)
        body = await read(request, ChangeSettings)
        tag = language(request)
        if unknown := [each for each in body.values if each not in section.model.model_fields]:
            raise Invalid(dict.fromkeys(unknown, N_("This field is not known.")))
        try:
            await self._configuration.change(who, section.name, body.values, body.version)
        except ValidationError as error:
            raise Invalid(field_messages(error, section.model, tag)) from None
        return answer(self._shown(section, tag, may_edit=True))

    @operation(
        "Read the operation log",
        answer=OperationPage,
        roles=("admin",),
        query=(
            ("q", "Part of who, what or on what"),
            ("actor", "Exactly who: `admin:admin`"),
            ("action", "What was done, or how it begins: `livechat.`"),
            ("from", "The earliest moment (RFC 3339)"),
            ("until", "The moment it ends before (RFC 3339)"),
            ("limit", f"How many, at most {LARGEST_PAGE}"),
            ("cursor", "Where the last page ended"),
            ("format", "`csv`: everything that matches, as a file"),
        ),
        media=("text/csv",),
    )
    async def operations(self, request: Request) -> Response:
        """Newest first."""
        who = await actor(request, "admin")
        who.check(Module.OPERATION_LOG, "view")
        query = asked(request, sorts=("at",), filters=FILTERS, usual="-at")
        wanted = Wanted(
            search=query.search,
            actor=query.filters.get("actor", ""),
            action=query.filters.get("action", ""),
            from_ms=moment_ms(request, "from"),
            until_ms=moment_ms(request, "until"),
            before=query.cursor,
        )
        if query.as_csv:
            found = await self._operations.page(wanted, LARGEST_EXPORT)
            rows = ([_shown(each)[column] for column in COLUMNS] for each in found)
            return csv_file("operations", COLUMNS, rows)
        found = await self._operations.page(wanted, query.limit + 1)
        shown = [_shown(each) for each in found[: query.limit]]
        more = len(found) > query.limit
        return answer({"items": shown, "cursor": shown[-1]["id"] if more else None})

    def _shown(self, section: Section, language: str, *, may_edit: bool) -> dict[str, Any]:
        held = self._configuration.stored(section.name)
        values = held.values.model_dump(mode="json")
        secret = secret_fields(section.model)
        return {
            "name": section.name,
            "values": {key: value for key, value in values.items() if key not in secret},
            "version": held.version,
            "schema": form_schema(section.model, language),
            "read_only": {
                field: translate(reason, language) for field, reason in section.ruled().items()
            },
            "secrets_set": [field for field in secret if values[field]],
            "may_edit": may_edit,
        }


def _shown(each: Operation) -> dict[str, Any]:
    return {
        "id": each.id,
        "at": rfc3339(each.at_ms),
        "actor": each.actor,
        "address": each.address,
        "action": each.action,
        "object": each.object,
        "result": each.result,
        "detail": each.detail,
    }
