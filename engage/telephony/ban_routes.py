"""Banned addresses for administrators: `/v1/bans`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.routing import Route

from engage.identifiers import rfc3339
from engage.system.actor import Module
from engage.web.collections import QUERY, asked, csv_file, in_order, matching, page
from engage.web.openapi import operation
from engage.web.requests import actor, answer, read

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from engage.telephony.bans import Bans
    from pbxcore.commands import BanView

SORTS = ("since", "address", "until", "failures")
COLUMNS = ("address", "since", "until", "failures")
MOST_LIFTED = 1000


class ShownBan(BaseModel):
    """An address (IPv4, or an IPv6 /64) that is shut out; without `until` it ends by hand only."""

    address: str
    since: str
    until: str | None
    failures: int


class BanPage(BaseModel):
    """A page of bans; `cursor` asks for those after them."""

    items: list[ShownBan]
    cursor: str | None
    total: int


class Unban(BaseModel):
    """The addresses to let in again, as the list shows them."""

    model_config = ConfigDict(extra="forbid", strict=True)

    addresses: list[Annotated[str, Field(max_length=64)]] = Field(
        min_length=1, max_length=MOST_LIFTED
    )


class Unbanned(BaseModel):
    """The bans that ended by this; an address that was not banned is left out."""

    items: list[ShownBan]


class BanRoutes:
    """The HTTP edge of bans."""

    def __init__(self, bans: Bans) -> None:
        self._bans = bans

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/v1/bans", self.list, methods=["GET"]),
            Route("/v1/bans/delete", self.lift, methods=["POST"]),
        ]

    @operation("List banned addresses", answer=BanPage, roles=("admin",), query=QUERY)
    async def list(self, request: Request) -> Response:
        """Those shut out of SIP now, the latest first."""
        who = await actor(request, "admin")
        who.check(Module.SIP_SECURITY, "view")
        wanted = asked(request, sorts=SORTS, usual="-since")
        found = matching(await self._bans.listed(who), wanted, lambda each: (each.address,))
        if wanted.as_csv:
            ordered = in_order(found, wanted, key=_key, ident=_address)
            shown = (_shown(each) for each in ordered)
            return csv_file("bans", COLUMNS, ([row[name] for name in COLUMNS] for row in shown))
        return answer(page(found, wanted, key=_key, ident=_address, shown=_shown))

    @operation("Let banned addresses in again", body=Unban, answer=Unbanned, roles=("admin",))
    async def lift(self, request: Request) -> Response:
        """At once; their failures are counted anew."""
        who = await actor(request, "admin")
        who.check(Module.SIP_SECURITY)
        body = await read(request, Unban)
        ended = await self._bans.lift(who, body.addresses)
        return answer({"items": [_shown(each) for each in ended]})


def _shown(ban: BanView) -> dict[str, Any]:
    return {
        "address": ban.address,
        "since": rfc3339(ban.since_ms),
        "until": rfc3339(ban.until_ms) if ban.until_ms else None,
        "failures": ban.failures,
    }


def _key(ban: BanView, field: str) -> str | int | None:
    match field:
        case "address":
            return ban.address
        case "until":
            return ban.until_ms or None
        case "failures":
            return ban.failures
        case _:
            return ban.since_ms


def _address(ban: BanView) -> str:
    return ban.address
