"""What one wants of one's own calls, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from starlette.routing import Route

from engage.people import call_options
from engage.people.call_forms import OwnCallChanges, OwnCallFields
from engage.people.call_handling import is_undisturbed
from engage.people.extension_forms import ExtensionChange
from engage.people.own_settings import OWN_EXTENSION
from engage.system.actor import Actor
from engage.web.openapi import operation
from engage.web.requests import address, answer, principal, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from engage.identifiers import Clock
    from engage.people.extensions import Extensions
    from engage.people.model import ExtensionEntry
    from pbxcore.dialplan.time_conditions import Calendar


class Undisturbed(BaseModel):
    """Whether one wants not to be disturbed at this moment."""

    undisturbed: bool


class OwnCallsRoutes:
    """Forwarding, no disturbance and how long it rings, as their owner sets them."""

    def __init__(
        self, extensions: Extensions, calendar: Callable[[], Calendar], clock: Clock
    ) -> None:
        self._extensions, self._calendar, self._clock = extensions, calendar, clock

    def routes(self) -> list[Route]:
        """What is served."""
        path = "/v1/me/call-settings"
        return [
            Route(path, self.get, methods=["GET"]),
            Route(path, self.change, methods=["PATCH"]),
            Route("/v1/me/undisturbed", self.undisturbed, methods=["GET"]),
        ]

    @operation(
        "Read what one wants of one's calls", answer=OwnCallFields, roles=("user",), tag="me"
    )
    async def get(self, request: Request) -> Response:
        """As they hold now, whoever set them: a phone, an administrator, a program."""
        user = await principal(request, "user")
        actor = Actor(user.who, address(request), OWN_EXTENSION)
        return answer(_shown(self._extensions.get(actor, user.id)))

    @operation(
        "Change what one wants of one's calls",
        body=OwnCallChanges,
        answer=OwnCallFields,
        roles=("user",),
        tag="me",
    )
    async def change(self, request: Request) -> Response:
        """One's phones are told at once."""
        user = await principal(request, "user")
        body = await read(request, OwnCallChanges)
        actor = Actor(user.who, address(request), OWN_EXTENSION)
        change = ExtensionChange.model_validate(body.model_dump(exclude_none=True))
        return answer(_shown(await self._extensions.update(actor, user.id, change)))

    @operation(
        "Read whether one wants not to be disturbed now",
        answer=Undisturbed,
        roles=("user",),
        tag="me",
    )
    async def undisturbed(self, request: Request) -> Response:
        """Within the hours that were chosen for it."""
        user = await principal(request, "user")
        actor = Actor(user.who, address(request), OWN_EXTENSION)
        options = self._extensions.get(actor, user.id).options
        now = datetime.fromtimestamp(self._clock() / 1000, UTC)
        return answer({"undisturbed": is_undisturbed(options, self._calendar(), now)})


def _shown(entry: ExtensionEntry) -> dict[str, Any]:
    shown = call_options.shown(entry.options)
    return {name: shown[name] for name in OwnCallFields.model_fields}
