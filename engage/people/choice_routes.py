"""What forms choose from, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel
from starlette.routing import Route

from engage.i18n import translate
from engage.system.actor import Actor
from engage.web.openapi import operation
from engage.web.requests import address, answer, language, named, principal

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from engage.people.choices import Choices

NUMBERED = ("extensions", "queues")


class ShownChoice(BaseModel):
    """One choice: its name, and `number` or `id` as the collection has it."""

    id: str
    number: str | None = None
    name: str


class ShownChoices(BaseModel):
    """All choices of a kind; they are short enough to be sent at once."""

    items: list[ShownChoice]


class ChoiceRoutes:
    """The HTTP edge of short lists."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices

    def routes(self) -> list[Route]:
        """`/v1/choices/{kind}`."""
        return [Route("/v1/choices/{kind}", self.of, methods=["GET"])]

    @operation("List what a form may choose from", answer=ShownChoices, roles=("admin", "user"))
    async def of(self, request: Request) -> Response:
        """Numbers and names alone, for whoever has a right on a module whose forms need them.

        Users see what they choose from for their own calls.
        """
        who, kind = await principal(request, "admin", "user"), named(request, "kind")
        found = (
            self._choices.of_users(kind)
            if who.kind == "user"
            else self._choices.of(Actor(who.who, address(request), who.rights), kind)
        )
        numbered, speaks = kind in NUMBERED, language(request)
        items = [
            {"id": each.id, "name": translate(each.name, speaks) if each.word else each.name}
            | ({"number": each.id} if numbered else {})
            for each in found
        ]
        return answer({"items": items})
