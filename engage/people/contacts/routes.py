"""Contacts over HTTP: one's own, and those of everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field
from starlette.responses import Response
from starlette.routing import Route

from engage.partial_body import Body
from engage.web import requests
from engage.web.openapi import operation

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.people.contacts.service import Contacts, KeptContact

FieldText = Annotated[str, Field(max_length=2000)]


class NewContact(Body):
    """Somebody outside; `shared`: everybody sees them, and who made it changes it."""

    name: FieldText
    email: FieldText = ""
    phone: FieldText = ""
    company: FieldText = ""
    note: FieldText = ""
    shared: bool = False


class ContactChange(Body):
    """The fields that change."""

    name: FieldText | None = None
    email: FieldText | None = None
    phone: FieldText | None = None
    company: FieldText | None = None
    note: FieldText | None = None
    shared: bool | None = None


class KeptContactView(BaseModel):
    """Somebody outside; `own`: who asks may change it."""

    id: str
    name: str
    email: str
    phone: str
    company: str
    note: str
    shared: bool
    own: bool


class KeptContactList(BaseModel):
    """By name."""

    items: list[KeptContactView]


class ContactRoutes:
    """The HTTP edge of contacts."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts

    def routes(self) -> list[Route]:
        """What is served."""
        path = "/v1/me/contacts"
        return [
            Route(path, self.page, methods=["GET"]),
            Route(path, self.add, methods=["POST"]),
            Route(f"{path}/{{id}}", self.change, methods=["PATCH"]),
            Route(f"{path}/{{id}}", self.delete, methods=["DELETE"]),
        ]

    @operation(
        "List the contacts outside that one sees",
        answer=KeptContactList,
        roles=("user",),
        query=(("q", "Words to search for"),),
        tag="me",
    )
    async def page(self, request: Request) -> Response:
        """One's own and everybody's, by name."""
        user = await requests.principal(request, "user")
        words = requests.word(request, "q").casefold().split()
        found = await self._contacts.seen_by(user.id)
        fitting = [each for each in found if all(word in _text(each) for word in words)]
        return requests.answer({"items": [_shown(each, user.id) for each in fitting]})

    @operation(
        "Keep a contact",
        body=NewContact,
        answer=KeptContactView,
        status=201,
        roles=("user",),
        tag="me",
    )
    async def add(self, request: Request) -> Response:
        """For oneself, or for everybody."""
        user = await requests.principal(request, "user")
        body = await requests.read(request, NewContact)
        added = await self._contacts.add(user.id, body.model_dump())
        return requests.answer(_shown(added, user.id), 201)

    @operation(
        "Change a contact", body=ContactChange, answer=KeptContactView, roles=("user",), tag="me"
    )
    async def change(self, request: Request) -> Response:
        """One that one has made."""
        user, contact_id = await requests.principal(request, "user"), requests.named(request)
        body = await requests.read(request, ContactChange)
        given = body.model_dump(exclude_none=True)
        changed = await self._contacts.change(user.id, contact_id, given)
        return requests.answer(_shown(changed, user.id))

    @operation("Delete a contact", status=204, roles=("user",), tag="me")
    async def delete(self, request: Request) -> Response:
        """One that one has made."""
        user = await requests.principal(request, "user")
        await self._contacts.delete(user.id, requests.named(request))
        return Response(status_code=204)


def _text(contact: KeptContact) -> str:
    parts = (contact.name, contact.email, contact.phone, contact.phone.replace(" ", ""))
    return " ".join((*parts, contact.company)).casefold()


def _shown(contact: KeptContact, extension: str) -> dict[str, Any]:
    return {
        "id": contact.id,
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "company": contact.company,
        "note": contact.note,
        "shared": contact.shared,
        "own": contact.made_by == extension,
    }
