"""Personal data over HTTP: `/v1/persons/…` and the proofs of what was erased, `/v1/erasures`.

Whom somebody asks for stands in bodies, not in addresses: those are written into logs on the way.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from engage.chat_records.writing import Page
from engage.errors import N_, Invalid
from engage.identifiers import now_ms, rfc3339
from engage.privacy.model import Asked, compact
from engage.privacy.proof import ALGORITHM, is_genuine
from engage.web import requests
from engage.web.openapi import operation

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from starlette.requests import Request

    from engage.privacy.archive import Archives
    from engage.privacy.model import Holdings, Person
    from engage.privacy.proof import Erasure
    from engage.privacy.service import PersonalData

Value = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=200)]
TAG = "personal data"


class AskedPerson(BaseModel):
    """By what somebody is looked for: an address, a number, or a visitor's identifier."""

    model_config = ConfigDict(extra="forbid", strict=True)

    by: Literal["email", "phone", "visitor"]
    value: Value

    def asked(self) -> Asked:
        """As the service wants it.

        Raises:
            Invalid: a number without digits, which would be that of all who gave none.
        """
        if self.by == "phone" and not any(each.isdigit() for each in compact(self.value)):
            raise Invalid({"value": N_("This is no phone number.")})
        return Asked(self.by, self.value)


class ErasePerson(AskedPerson):
    """Whom to erase; `confirm` repeats the value, so that nobody is erased by a slip."""

    confirm: Value


class KnownVisitor(BaseModel):
    """Somebody who chatted."""

    id: str
    name: str
    email: str
    phone: str
    first_seen: str


class ShownPerson(BaseModel):
    """What is stored, by what it is; `running` chats have to end before it can be erased."""

    visitors: list[KnownVisitor]
    counts: dict[str, int]
    file_bytes: int
    running: int


class ShownErasure(BaseModel):
    """What was removed, when and by whom, as it was signed."""

    id: str
    erased_at: str
    erased_by: str
    removed: dict[str, int]
    still_named_in: dict[str, int]
    not_looked_through: list[str]
    document: str
    signature: str
    algorithm: str
    public_key: str
    genuine: bool


class ErasureList(BaseModel):
    """The latest first."""

    items: list[ShownErasure]


class PersonalDataRoutes:
    """The HTTP edge of requests about personal data."""

    def __init__(
        self, personal: PersonalData, archives: Archives, zone: Callable[[], tzinfo]
    ) -> None:
        self._personal, self._archives, self._zone = personal, archives, zone

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/v1/persons/search", self.search, methods=["POST"]),
            Route("/v1/persons/export", self.export, methods=["POST"]),
            Route("/v1/persons/erase", self.erase, methods=["POST"]),
            Route("/v1/erasures", self.proofs, methods=["GET"]),
            Route("/v1/erasures/{id}", self.proof, methods=["GET"]),
        ]

    @operation(
        "Look for what is stored of a person",
        body=AskedPerson,
        answer=ShownPerson,
        roles=("admin",),
        tag=TAG,
    )
    async def search(self, request: Request) -> Response:
        """By an address, a number or a visitor's identifier."""
        who = await requests.actor(request, "admin")
        body = await requests.read(request, AskedPerson)
        return requests.answer(_person(*await self._personal.look(who, body.asked())))

    @operation(
        "Download everything that is stored of a person",
        body=AskedPerson,
        roles=("admin",),
        tag=TAG,
        media=("application/zip",),
    )
    async def export(self, request: Request) -> Response:
        """A ZIP with JSON, transcripts, files and recordings, sent while it is written."""
        who = await requests.actor(request, "admin")
        body = await requests.read(request, AskedPerson)
        person = await self._personal.give(who, body.asked())
        page = Page(requests.language(request), self._zone())
        pieces = self._archives.of(person, page, now_ms())
        return StreamingResponse(pieces, 200, _as_file("personal-data.zip"), "application/zip")

    @operation(
        "Erase a person",
        body=ErasePerson,
        answer=ShownErasure,
        roles=("admin",),
        tag=TAG,
    )
    async def erase(self, request: Request) -> Response:
        """Everything that is theirs goes; the answer proves it."""
        who = await requests.actor(request, "admin")
        body = await requests.read(request, ErasePerson)
        if body.confirm != body.value:
            raise Invalid({"confirm": N_("Please repeat exactly what was looked for.")})
        return requests.answer(self._shown(await self._personal.erase(who, body.asked())))

    @operation("List what was erased of people", answer=ErasureList, roles=("admin",), tag=TAG)
    async def proofs(self, request: Request) -> Response:
        """Proofs without any person, the latest first."""
        found = await self._personal.proofs(await requests.actor(request, "admin"))
        return requests.answer({"items": [self._shown(each) for each in found]})

    @operation("Read a proof of an erasure", answer=ShownErasure, roles=("admin",), tag=TAG)
    async def proof(self, request: Request) -> Response:
        """As a file, with what it takes to check it."""
        who = await requests.actor(request, "admin")
        found = await self._personal.proof(who, requests.named(request))
        return requests.answer(self._shown(found), 200, _as_file(f"erasure-{found.id}.json"))

    def _shown(self, erasure: Erasure) -> dict[str, Any]:
        said = json.loads(erasure.document)
        key = self._personal.public_key
        return {
            "id": erasure.id,
            "erased_at": said["erased_at"],
            "erased_by": said["erased_by"],
            "removed": said["removed"],
            "still_named_in": said["still_named_in"],
            "not_looked_through": said.get("not_looked_through", []),
            "document": erasure.document,
            "signature": erasure.signature,
            "algorithm": ALGORITHM,
            "public_key": key,
            "genuine": is_genuine(erasure, key),
        }


def _person(person: Person, holdings: Holdings) -> dict[str, Any]:
    return {
        "visitors": [
            {
                "id": each.id,
                "name": each.name,
                "email": each.details.email,
                "phone": each.details.phone,
                "first_seen": rfc3339(each.first_seen_at_ms),
            }
            for each in person.visitors
        ],
        "counts": dict(holdings.counts),
        "file_bytes": holdings.file_bytes,
        "running": person.running,
    }


def _as_file(name: str) -> dict[str, str]:
    return {
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "no-store",
    }
