"""Extensions and their groups, to choose from: read-only lists for administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel
from starlette.routing import Route

from engage.web.openapi import operation
from engage.web.requests import answer, number, principal, word

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from engage.people.service import People

LARGEST_PAGE = 500
QUERY = (
    ("q", "Part of a number or a name"),
    ("limit", "How many, at most 500"),
    ("cursor", "Where the last page ended"),
)


class ShownExtension(BaseModel):
    """An extension, without its secrets."""

    number: str
    first_name: str
    last_name: str
    name: str
    email: str
    max_contacts: int
    permission: str
    enabled: bool


class ExtensionPage(BaseModel):
    """Extensions by number; `cursor` asks for those after them."""

    items: list[ShownExtension]
    cursor: str | None


class ShownGroup(BaseModel):
    """An extension group and the numbers in it."""

    id: str
    name: str
    members: list[str]


class GroupPage(BaseModel):
    """Groups by id; `cursor` asks for those after them."""

    items: list[ShownGroup]
    cursor: str | None


class ListingRoutes:
    """What pickers choose from."""

    def __init__(self, people: People) -> None:
        self._people = people

    def routes(self) -> list[Route]:
        """`/v1/extensions` and `/v1/extension-groups`."""
        return [
            Route("/v1/extensions", self.extensions, methods=["GET"]),
            Route("/v1/extension-groups", self.groups, methods=["GET"]),
        ]

    @operation("List extensions", answer=ExtensionPage, roles=("admin",), query=QUERY)
    async def extensions(self, request: Request) -> Response:
        """By number."""
        await principal(request, "admin")
        wanted, limit, after = _asked(request)
        emails = {each.number: each.email for each in self._people.contacts()}
        found = [
            {
                "number": each.number,
                "first_name": each.first_name,
                "last_name": each.last_name,
                "name": each.name,
                "email": emails.get(each.number, ""),
                "max_contacts": each.max_contacts,
                "permission": each.permission,
                "enabled": each.enabled,
            }
            for each in self._people.extensions()
            if each.number > after and (wanted in each.number or wanted in each.name.casefold())
        ]
        more = len(found) > limit
        last = str(found[limit - 1]["number"]) if more else None
        return answer({"items": found[:limit], "cursor": last})

    @operation("List extension groups", answer=GroupPage, roles=("admin",), query=QUERY)
    async def groups(self, request: Request) -> Response:
        """By id, which is the order of their making."""
        await principal(request, "admin")
        wanted, limit, after = _asked(request)
        groups = sorted(self._people.groups(), key=lambda each: each.id)
        found = [each for each in groups if each.id > after and wanted in each.name.casefold()]
        shown = [
            {"id": each.id, "name": each.name, "members": list(each.members)}
            for each in found[:limit]
        ]
        return answer({"items": shown, "cursor": found[limit - 1].id if found[limit:] else None})


def _asked(request: Request) -> tuple[str, int, str]:
    """What is searched for, how many at most, and after which."""
    limit = number(request, "limit", 100, least=1, most=LARGEST_PAGE)
    return word(request, "q").strip().casefold(), limit, word(request, "cursor")
