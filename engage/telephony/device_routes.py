"""What Wave's browser registers with, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, Field
from starlette.routing import Route

from engage.identifiers import rfc3339
from engage.web.openapi import operation
from engage.web.requests import answer, principal

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from engage.telephony.devices import SipDevices


class SipCredentials(BaseModel):
    """An account for a SIP library in the browser."""

    uri: str = Field(description="The address to register: `sip:1000@pbx.example.com`")
    display_name: str
    authorization_user: str = Field(description="The user name for the digest")
    password: str
    realm: str
    path: str = Field(description="Of the WebSocket, under the page's own host")
    expires_at: str = Field(description="Ask anew before that; the device stays the same")


class OwnDevices(BaseModel):
    """Where else one could go on with a call."""

    others: int = Field(description="How many devices are registered besides this browser")
    call_flip: str = Field(description="What a call is transferred to to ring there, if anything")


class DeviceRoutes:
    """Translates requests to the service, and its answers back."""

    def __init__(
        self,
        devices: SipDevices,
        *,
        domain: Callable[[], str],
        realm: str,
        call_flip: Callable[[], str],
    ) -> None:
        """`domain` gives the host that addresses are written with, `call_flip` a code."""
        self._devices, self._domain, self._realm = devices, domain, realm
        self._call_flip = call_flip

    def routes(self) -> list[Route]:
        """What this slice serves."""
        return [
            Route("/v1/me/sip", self.credentials, methods=["POST"]),
            Route("/v1/me/devices", self.own, methods=["GET"]),
        ]

    @operation("See one's other devices", answer=OwnDevices, roles=("user",), tag="me")
    async def own(self, request: Request) -> Response:
        """Phones and browsers that are registered now, and how a call is flipped to them."""
        user = await principal(request, "user")
        others = await self._devices.others(user)
        return answer({"others": others, "call_flip": self._call_flip()})

    @operation("Get SIP credentials", answer=SipCredentials, roles=("user",), tag="me")
    async def credentials(self, request: Request) -> Response:
        """For this browser, for some minutes, and on the WebSocket at `/sip` alone.

        Its registration does not count towards the extension's phones, and ends with the session.
        """
        user = await principal(request, "user")
        made = self._devices.issue(user)
        return answer(
            {
                "uri": f"sip:{made.number}@{self._domain()}",
                "display_name": made.display_name,
                "authorization_user": made.user_name,
                "password": made.password,
                "realm": self._realm,
                "path": "/sip",
                "expires_at": rfc3339(made.expires_at_ms),
            }
        )
