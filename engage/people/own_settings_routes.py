"""One's own settings over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict
from starlette.routing import Route

from engage.i18n import languages
from engage.people.own_settings import OwnSettingsService, chosen_json
from engage.web.openapi import operation
from engage.web.requests import address, answer, principal, read

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from engage.people.own_settings import Chosen


class OwnSettingsView(BaseModel):
    """What somebody has chosen, and the languages there are to choose from."""

    language: str
    sound: bool
    desktop: bool
    theme: Literal["auto", "light", "dark"]
    enter_sends: bool
    time_format: Literal["auto", "12", "24"]
    languages: list[str]


class OwnSettingsChange(BaseModel):
    """What changes; an empty `language` is the browser's."""

    model_config = ConfigDict(extra="forbid", strict=True)

    language: str | None = None
    sound: bool | None = None
    desktop: bool | None = None
    theme: Literal["auto", "light", "dark"] | None = None
    enter_sends: bool | None = None
    time_format: Literal["auto", "12", "24"] | None = None


class OwnSettingsRoutes:
    """Translates requests to the service, and its answers back."""

    def __init__(self, own: OwnSettingsService) -> None:
        self._own = own

    def routes(self) -> list[Route]:
        """What this part of the slice serves."""
        path = "/v1/me/settings"
        return [
            Route(path, self.get, methods=["GET"]),
            Route(path, self.change, methods=["PATCH"]),
        ]

    @operation("Read one's own settings", answer=OwnSettingsView, roles=("user",), tag="me")
    async def get(self, request: Request) -> Response:
        """Language, alerts and appearance."""
        user = await principal(request, "user")
        return _shown(await self._own.get(user))

    @operation(
        "Change one's own settings",
        body=OwnSettingsChange,
        answer=OwnSettingsView,
        roles=("user",),
        tag="me",
    )
    async def change(self, request: Request) -> Response:
        """One's other windows follow at once."""
        user = await principal(request, "user")
        body = await read(request, OwnSettingsChange)
        given = body.model_dump(exclude_none=True)
        return _shown(await self._own.change(user, address(request), given))


def _shown(chosen: Chosen) -> Response:
    return answer({**chosen_json(chosen), "languages": list(languages())})
