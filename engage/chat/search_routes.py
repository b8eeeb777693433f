"""Search over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from engage.chat.routes import KINDS
from engage.chat.search_rules import QUERY_LIMIT
from engage.chat.wire import HitPage, hit_json
from engage.errors import N_, Invalid
from engage.web.openapi import operation
from engage.web.requests import answer, number, principal, word

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from engage.chat.search import Search

LARGEST_PAGE = 100
LONGEST_PLACE = 19  # digits
LARGEST_PLACE = 2**63 - 1


class SearchRoutes:
    """Translates requests to the service, and its answers back."""

    def __init__(self, search: Search) -> None:
        self._search = search

    def routes(self) -> list[Route]:
        """What this part of the slice serves."""
        return [Route("/v1/search", self.find, methods=["GET"])]

    @operation(
        "Search one's own conversations",
        answer=HitPage,
        roles=("user",),
        query=(
            ("q", "Words that every message found must hold"),
            ("conversation", "Only in this conversation"),
            ("kind", "Only in `direct`, `group`, `broadcast` or `livechat` conversations"),
            ("limit", "How many, at most 100"),
            ("cursor", "Where the last page ended"),
        ),
    )
    async def find(self, request: Request) -> Response:
        """Newest first; case, accents and vowel marks make no difference."""
        user = await principal(request, "user")
        query = word(request, "q")
        if not query.strip():
            raise Invalid({"q": N_("Write what to search for.")})
        kind = word(request, "kind") or None
        if kind is not None and kind not in KINDS:
            raise Invalid({"kind": N_("This is none of the choices.")})
        limit = number(request, "limit", 20, least=1, most=LARGEST_PAGE)
        hits = await self._search.find(
            user,
            query[:QUERY_LIMIT],
            conversation_id=word(request, "conversation") or None,
            kind=kind,
            before=_place(request),
            limit=limit + 1,
        )
        last = str(hits[limit - 1].place) if len(hits) > limit else None
        return answer({"items": [hit_json(each) for each in hits[:limit]], "cursor": last})


def _place(request: Request) -> int | None:
    given = word(request, "cursor")
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) <= LONGEST_PLACE):
        raise Invalid({"cursor": N_("This value cannot be taken.")})
    return min(int(given), LARGEST_PLACE)
