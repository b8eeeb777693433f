"""Extensions over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from starlette.responses import Response
from starlette.routing import Route

from engage.partial_body import Body
from engage.people.agent_forms import AgentFields
from engage.people.call_forms import CallFields
from engage.people.extension_batches import NewExtensions
from engage.people.extension_forms import ExtensionChange, NewExtension
from engage.people.fields import Numbers
from engage.people.mailbox_forms import MailboxChoices
from engage.people.outbound_forms import OutboundChoices
from engage.people.wire import (
    EXTENSION_COLUMNS,
    ShownReferences,
    extension_json,
    extension_row,
)
from engage.system.actor import Module
from engage.web.collections import QUERY, asked, csv_file, in_order, matching, page
from engage.web.openapi import operation
from engage.web.requests import actor, answer, flag, named, read

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.people.extensions import Extensions
    from engage.people.model import ExtensionEntry

SORTS = ("number", "name", "first_name", "last_name", "email", "department", "permission",
         "max_contacts", "enabled", "language")  # fmt: skip
FILTERS = ("enabled", "permission", "department", "wave_privilege_id")
SECRETS = ("secrets", "`1`: with the SIP password, for those who may change it")


class ShownExtension(OutboundChoices, AgentFields, MailboxChoices, CallFields):
    """An extension; `sip_secret` only where it was asked for."""

    number: str
    first_name: str
    last_name: str
    name: str
    email: str
    phone_number: str
    department: str
    job_title: str
    language: str
    enabled: bool
    max_contacts: int
    auth_id: str
    allowed_networks: list[str]
    qualify_s: int
    digest_algorithms: list[str]
    permission: str
    auto_record: str
    supervisors: list[str]
    wave_privilege_id: str
    voicemail_pin_set: bool
    outbound_pin_set: bool
    options: dict[str, Any]
    version: int
    sip_secret: str | None = None


class ExtensionPage(BaseModel):
    """A page of extensions; `cursor` asks for the next, `total` counts all that match."""

    items: list[ShownExtension]
    cursor: str | None
    total: int


class AddedExtensions(BaseModel):
    """The extensions that were added."""

    numbers: list[str]


class DropExtensions(Body):
    """The extensions that shall go, all or none."""

    numbers: Numbers


class ExtensionRoutes:
    """The HTTP edge of extensions."""

    def __init__(self, extensions: Extensions) -> None:
        self._extensions = extensions

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/v1/extensions", self.extensions, methods=["GET"]),
            Route("/v1/extensions", self.add, methods=["POST"]),
            Route("/v1/extensions/batch", self.add_many, methods=["POST"]),
            Route("/v1/extensions/delete", self.delete_many, methods=["POST"]),
            Route("/v1/extensions/{number}", self.extension, methods=["GET"]),
            Route("/v1/extensions/{number}", self.change, methods=["PATCH"]),
            Route("/v1/extensions/{number}", self.delete, methods=["DELETE"]),
            Route("/v1/extensions/{number}/references", self.references, methods=["GET"]),
        ]

    @operation(
        "List extensions",
        answer=ExtensionPage,
        roles=("admin",),
        query=(*QUERY, *((name, "Exactly this") for name in FILTERS)),
    )
    async def extensions(self, request: Request) -> Response:
        """Searched in numbers, names, addresses and departments."""
        who = await actor(request, "admin")
        wanted = asked(request, sorts=SORTS, filters=FILTERS)
        found = matching(self._extensions.listed(who), wanted, _words)
        found = [each for each in found if _fits(each, wanted.filters)]
        if wanted.as_csv:
            ordered = in_order(found, wanted, key=_key, ident=_number)
            rows = (extension_row(each) for each in ordered)
            return csv_file("extensions", EXTENSION_COLUMNS, rows)
        return answer(page(found, wanted, key=_key, ident=_number, shown=extension_json))

    @operation(
        "Add an extension",
        body=NewExtension,
        answer=ShownExtension,
        status=201,
        roles=("admin",),
    )
    async def add(self, request: Request) -> Response:
        """With its user. Without a password the user gets a mail with a link to set one."""
        who = await actor(request, "admin")
        who.check(Module.EXTENSIONS)
        body = await read(request, NewExtension)
        return answer(extension_json(await self._extensions.add(who, body)), 201)

    @operation(
        "Add extensions",
        body=NewExtensions,
        answer=AddedExtensions,
        status=201,
        roles=("admin",),
    )
    async def add_many(self, request: Request) -> Response:
        """Numbers in a row with what they have in common: all of them, or none."""
        who = await actor(request, "admin")
        who.check(Module.EXTENSIONS)
        body = await read(request, NewExtensions)
        added = await self._extensions.add_many(who, body.forms())
        return answer({"numbers": [each.number for each in added]}, 201)

    @operation("Read an extension", answer=ShownExtension, roles=("admin",), query=(SECRETS,))
    async def extension(self, request: Request) -> Response:
        """Secrets only on request; the operation log says who has read them."""
        who = await actor(request, "admin")
        number = named(request, "number")
        shown = extension_json(self._extensions.get(who, number))
        if flag(request, "secrets"):
            shown["sip_secret"] = await self._extensions.secret(who, number)
        return answer(shown)

    @operation("Change an extension", body=ExtensionChange, answer=ShownExtension, roles=("admin",))
    async def change(self, request: Request) -> Response:
        """Fields that are left out stay as they are."""
        who = await actor(request, "admin")
        who.check(Module.EXTENSIONS)
        number = named(request, "number")
        self._extensions.get(who, number)
        body = await read(request, ExtensionChange)
        return answer(extension_json(await self._extensions.update(who, number, body)))

    @operation("Delete an extension", status=204, roles=("admin",))
    async def delete(self, request: Request) -> Response:
        """With its user; registrations and sessions end at once."""
        who = await actor(request, "admin")
        await self._extensions.delete(who, [named(request, "number")])
        return Response(status_code=204)

    @operation("Delete extensions", body=DropExtensions, status=204, roles=("admin",))
    async def delete_many(self, request: Request) -> Response:
        """All of them, or none."""
        who = await actor(request, "admin")
        who.check(Module.EXTENSIONS)
        body = await read(request, DropExtensions)
        await self._extensions.delete(who, body.numbers)
        return Response(status_code=204)

    @operation("Tell what refers to an extension", answer=ShownReferences, roles=("admin",))
    async def references(self, request: Request) -> Response:
        """To be shown before it is deleted."""
        who = await actor(request, "admin")
        number = named(request, "number")
        self._extensions.get(who, number)
        found = await self._extensions.references(who, [number])
        return answer(ShownReferences.of(found).model_dump())


def _number(entry: ExtensionEntry) -> str:
    return entry.number


def _key(entry: ExtensionEntry, field: str) -> Any:
    return getattr(entry, field)


def _words(entry: ExtensionEntry) -> tuple[str, ...]:
    return entry.number, entry.name, entry.email, entry.phone_number, entry.department


def _fits(entry: ExtensionEntry, filters: Any) -> bool:
    return all(_text(getattr(entry, name)) == value for name, value in filters.items())


def _text(value: object) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
