"""Signing in and out, the session, one's own account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response
from starlette.routing import Route

from engage.errors import Unauthenticated
from engage.identifiers import rfc3339
from engage.people.model import PASSWORD_LONGEST, csrf_of
from engage.people.sign_in.model import Caller, SecondFactorNeeded
from engage.people.sign_in.routes.inside import PasskeyQuestion, relying_party
from engage.web.access import (
    CsrfRefused,
    drop_cookie,
    from_browser,
    put_cookie,
    same_origin,
    token_of,
)
from engage.web.openapi import operation
from engage.web.requests import address, answer, principal, read

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from engage.people.model import SignedIn
    from engage.people.service import People
    from engage.people.sign_in.model import RelyingParty
    from engage.people.sign_in.routes.inside import Hosts

Password = Annotated[str, StringConstraints(min_length=1, max_length=PASSWORD_LONGEST)]


class SignIn(BaseModel):
    """Who signs in."""

    model_config = ConfigDict(extra="forbid", strict=True)

    user: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    password: Password
    code: Annotated[str, StringConstraints(max_length=40)] = Field(
        default="", description="Of the second factor, by who sends both at once"
    )


class SecondStep(BaseModel):
    """The ticket of the first step, and a code or a passkey's answer."""

    model_config = ConfigDict(extra="forbid", strict=True)

    ticket: Annotated[str, StringConstraints(min_length=1, max_length=4000)]
    code: Annotated[str, StringConstraints(max_length=40)] = ""
    passkey: dict[str, Any] | None = None


class ChangePassword(BaseModel):
    """A new password; every other session of the account ends."""

    model_config = ConfigDict(extra="forbid", strict=True)

    old: Password
    password: Annotated[str, StringConstraints(max_length=PASSWORD_LONGEST)] = Field(
        description="At least 8 characters"
    )


class UserView(BaseModel):
    """Someone signed in. `number` is null for administrators."""

    kind: str
    id: str
    user_name: str
    name: str
    email: str
    language: str
    number: str | None
    demo_password: bool


class Me(BaseModel):
    """The account and session of who asks; `token` is given to programs, and once.

    `enrolling`: a second factor must be set up before anything else.

    `rights`: `none`, `view` or `edit` by the administration's modules; `grants`: what Wave allows;
    `time_zone`: the installation's, which reports, exports and the administration go by.
    """

    user: UserView
    rights: dict[str, str]
    grants: list[str]
    enrolling: bool
    time_zone: str
    expires_at: str
    csrf: str
    token: str | None = None


class Renewed(BaseModel):
    """Until when the session now lasts."""

    expires_at: str


class PeopleRoutes:
    """The HTTP edge of sign-in."""

    def __init__(
        self,
        people: People,
        signed_in: Callable[[bool], None],
        hosts: Hosts,
        time_zone: Callable[[], str],
    ) -> None:
        """Build it.

        Args:
            people: who may sign in.
            signed_in: is told of each attempt, and whether it succeeded.
            hosts: gives the server's own names, which passkeys may belong to.
            time_zone: gives the name of the installation's.
        """
        self._people, self._signed_in, self._hosts = people, signed_in, hosts
        self._time_zone = time_zone

    def routes(self) -> list[Route]:
        """What this slice serves."""
        return [
            Route("/v1/sign-in", self.sign_in, methods=["POST"]),
            Route("/v1/sign-in/second", self.second, methods=["POST"]),
            Route("/v1/sign-in/passkey", self.ask_passkey, methods=["POST"]),
            Route("/v1/sign-in/refresh", self.refresh, methods=["POST"]),
            Route("/v1/sign-out", self.sign_out, methods=["POST"]),
            Route("/v1/password", self.change_password, methods=["POST"]),
            Route("/v1/me", self.me, methods=["GET"]),
        ]

    @operation("Sign in", body=SignIn, answer=Me, tag="session")
    async def sign_in(self, request: Request) -> Response:
        """Browsers get the session as a cookie that scripts cannot read, programs as a token.

        With a second factor: 401 `second_factor` with a `ticket` for the second step, the
        `methods` that can answer it, and what a `passkey` is asked.
        """
        caller = _caller(request)
        body = await read(request, SignIn)
        begun = self._people.entry.by_password(
            body.user, body.password, caller, code=body.code, party=self._party(request)
        )
        return self._let_in(request, caller, await self._counted(begun))

    @operation("Finish signing in", body=SecondStep, answer=Me, tag="session")
    async def second(self, request: Request) -> Response:
        """With the ticket of `/v1/sign-in` or `/v1/sign-in/passkey`; answers like the first."""
        caller = _caller(request)
        body = await read(request, SecondStep)
        begun = self._people.entry.by_second(
            body.ticket, caller, code=body.code, passkey=body.passkey, party=self._party(request)
        )
        return self._let_in(request, caller, await self._counted(begun))

    @operation("Begin to sign in by a passkey alone", answer=PasskeyQuestion, tag="session")
    async def ask_passkey(self, request: Request) -> Response:
        """`/v1/sign-in/second` takes the answer."""
        ticket, options = self._people.entry.ask_passkey(_caller(request), self._party(request))
        return answer({"ticket": ticket, "options": options})

    async def _counted(self, begun: Awaitable[SignedIn]) -> SignedIn:
        try:
            signed_in = await begun
        except SecondFactorNeeded:  # half way: neither
            raise
        except BaseException:
            self._signed_in(False)
            raise
        self._signed_in(True)
        return signed_in

    def _let_in(self, request: Request, caller: Caller, session: SignedIn) -> Response:
        shown = self._me(session.token)
        if caller.kind == "program":
            return answer({"token": session.token, **shown})
        response = answer(shown)
        put_cookie(request, response, session.token, self._people.longest_s)
        return response

    def _party(self, request: Request) -> RelyingParty | None:
        return relying_party(request, self._hosts)

    @operation("Let the session live on", answer=Renewed, roles=("user", "admin"), tag="session")
    async def refresh(self, request: Request) -> Response:
        """Up to its absolute end."""
        await principal(request, "user", "admin", enrolling=True)
        expires = await self._people.refresh(_token(request))
        return answer({"expires_at": rfc3339(expires)})

    @operation("Sign out", status=204, roles=("user", "admin"), tag="session")
    async def sign_out(self, request: Request) -> Response:
        """The session ends at once, on every socket too."""
        await principal(request, "user", "admin", enrolling=True)
        await self._people.sign_out(_token(request))
        response = Response(status_code=204, headers={"cache-control": "no-store"})
        drop_cookie(request, response)
        return response

    @operation(
        "Change one's password",
        body=ChangePassword,
        answer=Me,
        roles=("user", "admin"),
        tag="session",
    )
    async def change_password(self, request: Request) -> Response:
        """Every other session of the account ends."""
        await principal(request, "user", "admin")
        body = await read(request, ChangePassword)
        token = _token(request)
        await self._people.password_changes.change(
            token, body.old, body.password, address=address(request)
        )
        return answer(self._me(token))

    @operation("Tell who is signed in", answer=Me, roles=("user", "admin"), tag="session")
    async def me(self, request: Request) -> Response:
        """The account, the session's expiry and its CSRF value."""
        await principal(request, "user", "admin", enrolling=True)
        return answer(self._me(_token(request)))

    def _me(self, token: str) -> dict[str, Any]:
        shown = self._people.me(token)
        return {
            "user": shown["user"],
            "rights": shown["rights"],
            "grants": shown["grants"],
            "enrolling": shown["enrolling"],
            "time_zone": self._time_zone(),
            "expires_at": rfc3339(shown["expires_at_ms"]),
            "csrf": csrf_of(token),
        }


def _caller(request: Request) -> Caller:
    """Who wants in.

    Raises:
        CsrfRefused: another site's page.
    """
    browser = from_browser(request)
    if browser and not same_origin(request):
        raise CsrfRefused
    kind = "browser" if browser else "program"
    return Caller(address(request), request.headers.get("user-agent", ""), kind)


def _token(request: Request) -> str:
    token, _ = token_of(request)
    if token is None:
        raise Unauthenticated
    return token
