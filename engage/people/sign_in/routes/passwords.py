"""Passwords by e-mail, over HTTP: for those who forgot theirs, and those who have none yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response
from starlette.routing import Route

from engage.identifiers import rfc3339
from engage.people.model import PASSWORD_LONGEST
from engage.web.access import CsrfRefused, from_browser, same_origin
from engage.web.openapi import operation
from engage.web.requests import address, answer, read

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.people.service import People

TAG = "session"
Token = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Forgot(BaseModel):
    """Who forgot their password."""

    model_config = ConfigDict(extra="forbid", strict=True)

    user: Annotated[str, StringConstraints(min_length=1, max_length=254)] = Field(
        description="A user name or an e-mail address"
    )


class Link(BaseModel):
    """The end of the link in the mail."""

    model_config = ConfigDict(extra="forbid", strict=True)

    token: Token


class Reset(BaseModel):
    """The end of the link in the mail, and the new password."""

    model_config = ConfigDict(extra="forbid", strict=True)

    token: Token
    password: Annotated[str, StringConstraints(max_length=PASSWORD_LONGEST)]


class LinkView(BaseModel):
    """Whose password a link sets. `kind`: `password_reset` or `welcome`."""

    user_name: str
    name: str
    kind: str
    expires_at: str
    shortest: int = Field(description="How many characters the password has at least")


class PasswordRoutes:
    """The HTTP edge of password links."""

    def __init__(self, people: People) -> None:
        self._people, self._links = people, people.links

    def routes(self) -> list[Route]:
        """What this slice serves."""
        return [
            Route("/v1/password/forgot", self.forgot, methods=["POST"]),
            Route("/v1/password/link", self.link, methods=["POST"]),
            Route("/v1/password/reset", self.reset, methods=["POST"]),
        ]

    @operation("Have a link sent that sets a new password", body=Forgot, status=202, tag=TAG)
    async def forgot(self, request: Request) -> Response:
        """The answer is the same whoever that is: nobody learns who has an account."""
        _check_origin(request)
        body = await read(request, Forgot)
        self._links.forgot(body.user, address(request))
        return answer({}, 202)

    @operation("Tell whose password a link sets", body=Link, answer=LinkView, tag=TAG)
    async def link(self, request: Request) -> Response:
        """409 `link_over` when it was used, outdated or is too old."""
        body = await read(request, Link)
        invited = await self._links.invited(body.token)
        return answer(
            {
                "user_name": invited.account.user_name,
                "name": invited.name,
                "kind": invited.kind,
                "expires_at": rfc3339(invited.expires_at_ms),
                "shortest": self._people.policy.password_length,
            }
        )

    @operation("Set a password by a link", body=Reset, status=204, tag=TAG)
    async def reset(self, request: Request) -> Response:
        """The link is used up; all sessions of the account end."""
        _check_origin(request)
        body = await read(request, Reset)
        await self._links.redeem(body.token, body.password, address(request))
        return Response(status_code=204, headers={"cache-control": "no-store"})


def _check_origin(request: Request) -> None:
    if from_browser(request) and not same_origin(request):
        raise CsrfRefused
