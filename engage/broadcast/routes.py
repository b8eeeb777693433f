"""Message broadcasts over HTTP: `/v1/broadcasts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from engage.broadcast.model import STATES
from engage.broadcast.wire import (
    BroadcastPage,
    DeliveryPage,
    PostBroadcast,
    ShownBroadcast,
    broadcast_json,
    delivery_json,
)
from engage.errors import N_, Invalid
from engage.web.openapi import operation
from engage.web.requests import address, answer, named, number, principal, read, word

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from engage.broadcast.service import Broadcasts

LARGEST_PAGE = 500
PAGING = (("limit", "How many, at most 500"), ("cursor", "Where the last page ended"))
SEARCH = ("q", "Part of a name, a sender, a text, or of who sent it")
FILTERS = (
    ("state", "States, separated by commas"),
    ("leg", "`phone` or `wave`"),
    ("q", "Part of a number, a name or a phone's name"),
)


class BroadcastRoutes:
    """Translates requests to the service, and its answers back."""

    def __init__(self, broadcasts: Broadcasts) -> None:
        self._broadcasts = broadcasts

    def routes(self) -> list[Route]:
        """What this slice serves."""
        one = "/v1/broadcasts/{id}"
        return [
            Route("/v1/broadcasts", self.page, methods=["GET"]),
            Route("/v1/broadcasts", self.create, methods=["POST"]),
            Route(one, self.get, methods=["GET"]),
            Route(f"{one}/deliveries", self.deliveries, methods=["GET"]),
            Route(f"{one}/cancel", self.cancel, methods=["POST"]),
            Route(f"{one}/retry", self.retry, methods=["POST"]),
        ]

    @operation(
        "List message broadcasts",
        answer=BroadcastPage,
        roles=("admin",),
        query=(SEARCH, *PAGING),
    )
    async def page(self, request: Request) -> Response:
        """Newest first."""
        admin = await principal(request, "admin")
        limit = number(request, "limit", 50, least=1, most=LARGEST_PAGE)
        views = await self._broadcasts.page(
            admin, word(request, "cursor") or None, limit + 1, word(request, "q").strip()
        )
        shown = [broadcast_json(each) for each in views[:limit]]
        return answer({"items": shown, "cursor": shown[-1]["id"] if len(views) > limit else None})

    @operation(
        "Send a message broadcast",
        body=PostBroadcast,
        answer=ShownBroadcast,
        status=201,
        roles=("admin",),
    )
    async def create(self, request: Request) -> Response:
        """Now, or at `send_at`; 200 with the same broadcast when `client_id` is a repetition."""
        admin = await principal(request, "admin")
        body = await read(request, PostBroadcast)
        view, created = await self._broadcasts.create(admin, address(request), body.wanted())
        return answer(broadcast_json(view), 201 if created else 200)

    @operation("Read a message broadcast", answer=ShownBroadcast, roles=("admin",))
    async def get(self, request: Request) -> Response:
        """One broadcast."""
        admin = await principal(request, "admin")
        return answer(broadcast_json(await self._broadcasts.get(admin, named(request))))

    @operation(
        "List a broadcast's deliveries",
        answer=DeliveryPage,
        roles=("admin",),
        query=(*FILTERS, *PAGING),
    )
    async def deliveries(self, request: Request) -> Response:
        """Each person and device."""
        admin = await principal(request, "admin")
        limit = number(request, "limit", 100, least=1, most=LARGEST_PAGE)
        found = await self._broadcasts.deliveries(
            admin,
            named(request),
            states=_states(request),
            leg=word(request, "leg") or None,
            search=word(request, "q").strip(),
            after=_place(request),
            limit=limit + 1,
        )
        shown = [delivery_json(each) for each in found[:limit]]
        last = ".".join(found[limit - 1].place) if len(found) > limit else None
        return answer({"items": shown, "cursor": last})

    @operation("Cancel a message broadcast", answer=ShownBroadcast, roles=("admin",))
    async def cancel(self, request: Request) -> Response:
        """While it is scheduled or being sent."""
        admin = await principal(request, "admin")
        view = await self._broadcasts.cancel(admin, address(request), named(request))
        return answer(broadcast_json(view))

    @operation("Retry a broadcast's failed deliveries", answer=ShownBroadcast, roles=("admin",))
    async def retry(self, request: Request) -> Response:
        """What failed or expired, and people who have got a phone since."""
        admin = await principal(request, "admin")
        view = await self._broadcasts.retry(admin, address(request), named(request))
        return answer(broadcast_json(view))


def _place(request: Request) -> tuple[str, str, str] | None:
    given = word(request, "cursor")
    if not given:
        return None
    number, _, rest = given.partition(".")
    leg, _, delivery_id = rest.partition(".")
    return number, leg, delivery_id


def _states(request: Request) -> list[str]:
    wanted = [each for each in request.query_params.get("state", "").split(",") if each]
    if any(each not in STATES for each in wanted):
        raise Invalid({"state": N_("This is none of the choices.")})
    return wanted
