"""What one wants of one's own calls, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from engage.people import call_options
from engage.people.call_forms import OwnCallChanges, OwnCallFields
from engage.people.forms import ExtensionChange
from engage.people.own_settings import OWN_EXTENSION
from engage.system.actor import Actor
from engage.web.openapi import operation
from engage.web.requests import address, answer, principal, read

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from engage.people.extensions import Extensions
    from engage.people.model import ExtensionEntry


class OwnCallsRoutes:
    """Forwarding, no disturbance and how long it rings, as their owner sets them."""

    def __init__(self, extensions: Extensions) -> None:
        self._extensions = extensions

    def routes(self) -> list[Route]:
        """What is served."""
        path = "/v1/me/call-settings"
        return [
            Route(path, self.get, methods=["GET"]),
            Route(path, self.change, methods=["PATCH"]),
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


def _shown(entry: ExtensionEntry) -> dict[str, Any]:
    shown = call_options.shown(entry.options)
    return {name: shown[name] for name in OwnCallFields.model_fields}
