"""Registered phones over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel
from starlette.routing import Route

from engage.errors import Unavailable
from engage.system.actor import Module
from engage.web.openapi import operation
from engage.web.requests import actor, answer, named
from pbxcore.commands import Bindings, ListBindings

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from engage.system.actor import Actor
    from engage.telephony.model import PbxPort
    from pbxcore.commands import BindingView

WITHIN_S = 5.0


class ShownPhone(BaseModel):
    """A registered phone. Moments are milliseconds UTC; `address` is its own, behind proxies too.

    `reachable` is null until it was asked (the extension's `qualify_s` says how often);
    `round_trip_ms` is that of its last answer. `lost`: its connection broke a moment ago.
    """

    contact: str
    user_agent: str
    address: str
    source: str
    transport: str
    registered_at_ms: int
    expires_at_ms: int
    lost: bool
    reachable: bool | None
    round_trip_ms: float | None
    asked_at_ms: int | None


class ShownPhones(BaseModel):
    """The phones of one extension, in order of registration."""

    items: list[ShownPhone]


class PhoneRoutes:
    """The HTTP edge of registered phones."""

    def __init__(self, pbx: PbxPort, known: Callable[[Actor, str], object]) -> None:
        """`known` refuses an extension that is not there."""
        self._pbx, self._known = pbx, known

    def routes(self) -> list[Route]:
        """What is served."""
        return [Route("/v1/extensions/{number}/phones", self.phones, methods=["GET"])]

    @operation("List an extension's phones", answer=ShownPhones, roles=("admin",))
    async def phones(self, request: Request) -> Response:
        """What is registered now, and whether it answers; asked of the PBX itself."""
        who = await actor(request, "admin")
        who.check(Module.EXTENSIONS, "view")
        number = named(request, "number")
        self._known(who, number)
        reply = await self._pbx.request(ListBindings(number), WITHIN_S)
        if not isinstance(reply, Bindings):
            raise Unavailable
        return answer(ShownPhones(items=list(map(_shown, reply.bindings))).model_dump())


def _shown(view: BindingView) -> ShownPhone:
    return ShownPhone(
        contact=view.contact,
        user_agent=view.user_agent,
        address=view.address,
        source=view.source,
        transport=view.transport,
        registered_at_ms=view.registered_at_ms,
        expires_at_ms=view.expires_at_ms,
        lost=view.lost,
        reachable=view.reachable,
        round_trip_ms=view.round_trip_ms,
        asked_at_ms=view.qualified_at_ms or None,
    )
