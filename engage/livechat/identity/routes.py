"""Signed identity over HTTP: for visitors' pages, and for who administers the secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field
from starlette.responses import Response
from starlette.routing import Route

from engage.errors import NotFound
from engage.identifiers import rfc3339
from engage.livechat import cookie, wire
from engage.livechat.identity.service import OVERLAP_H
from engage.livechat.routes import Jwt, SessionView, Token, VisitorName
from engage.partial_body import Body
from engage.web import requests
from engage.web.access import token_of
from engage.web.openapi import operation

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.livechat.identity.repository import Secret
    from engage.livechat.identity.service import Identities
    from engage.livechat.identity.token import Signed
    from engage.livechat.service import LiveChatService


class Identify(Body):
    """A web site's word about its visitor, and the token this device had until now."""

    jwt: Jwt
    token: Token | None = None


class SignedDetails(BaseModel):
    """What the web site tells about its visitor."""

    full_name: str
    email: str
    phone: str


class IdentityView(BaseModel):
    """The visitor; without `session` they have not chatted here yet."""

    details: SignedDetails
    visitor: VisitorName | None
    token: str | None
    session: SessionView | None


class RenewSecret(Body):
    """For how many hours more the former secrets are taken."""

    overlap_h: Annotated[int, Field(ge=0, le=168)] = OVERLAP_H


class IdentitySecretView(BaseModel):
    """A secret, without itself; with `expires_at` a newer one has taken its place."""

    id: str
    created_at: str
    expires_at: str | None


class NewIdentitySecretView(IdentitySecretView):
    """A new secret: `secret` is told here, and never again."""

    secret: str


class SecretsView(BaseModel):
    """Those that are valid now, newest first."""

    items: list[IdentitySecretView]


class IdentityRoutes:
    """The HTTP edge of signed identity."""

    def __init__(self, livechat: LiveChatService, identities: Identities) -> None:
        self._livechat, self._identities = livechat, identities

    def routes(self) -> list[Route]:
        """What is served."""
        link, all_secrets = "/v1/livechat/{public_id}", "/v1/livechats/{id}/identity-secrets"
        return [
            Route(f"{link}/identity", self.identify, methods=["POST"]),
            Route(f"{link}/session", self.sign_out, methods=["DELETE"]),
            Route(all_secrets, self.secrets, methods=["GET"]),
            Route(all_secrets, self.renew, methods=["POST"]),
            Route(all_secrets + "/{secret}", self.revoke, methods=["DELETE"]),
        ]

    @operation(
        "Tell who the visitor is, by a signed token",
        body=Identify,
        answer=IdentityView,
        tag="livechat",
    )
    async def identify(self, request: Request) -> Response:
        """Finds the visitor's newest chat, on whatever device it was begun."""
        livechat = self._livechat.livechats.by_public_id(request.path_params["public_id"])
        request.state.language = livechat.options.language
        body = await requests.read(request, Identify)
        signed = await self._identities.check(livechat, body.jwt)
        if signed is None:
            raise NotFound
        found = await self._identities.recognise(livechat, signed, body.token)
        if found is None:
            return requests.answer(_identity(signed, None, None, None))
        token, visitor = found
        try:
            session = await self._livechat.reception.find(livechat.public_id, token)
            shown: dict[str, Any] | None = wire.session_json(session)
        except NotFound:
            shown = None
        named = {"id": visitor.id, "name": visitor.name}
        response = requests.answer(_identity(signed, named, token, shown))
        cookie.remember(request, response, livechat.public_id, token)
        return response

    @operation("Let this device forget its visitor", status=204, tag="livechat")
    async def sign_out(self, request: Request) -> Response:
        """The token is worth nothing any more; asking again changes nothing."""
        public_id = request.path_params["public_id"]
        token, by_cookie = token_of(request)
        if token is None or by_cookie:
            token = cookie.recalled(request, public_id)
        if token is not None:
            await self._identities.sign_out(token)
        response = Response(status_code=204)
        cookie.forget(request, response, public_id)
        return response

    @operation(
        "List the secrets that a web site may sign with",
        answer=SecretsView,
        roles=("admin",),
        tag="livechats",
    )
    async def secrets(self, request: Request) -> Response:
        """When they were made and when they end; never in clear."""
        actor = await requests.actor(request, "admin")
        kept = await self._identities.secrets(actor, requests.named(request))
        return requests.answer({"items": [_secret(each) for each in kept]})

    @operation(
        "Make a secret that a web site signs with",
        body=RenewSecret,
        answer=NewIdentitySecretView,
        status=201,
        roles=("admin",),
        tag="livechats",
    )
    async def renew(self, request: Request) -> Response:
        """Told once. The former ones are taken for a while, so that no visitor is turned away."""
        actor = await requests.actor(request, "admin")
        body = await requests.read(request, RenewSecret)
        made = await self._identities.renew(actor, requests.named(request), body.overlap_h)
        answer = {**_secret(made.secret), "secret": made.clear}
        return requests.answer(answer, 201)

    @operation("Take a web site's secret no more", status=204, roles=("admin",), tag="livechats")
    async def revoke(self, request: Request) -> Response:
        """At once: for one that became known."""
        actor = await requests.actor(request, "admin")
        secret_id = requests.named(request, "secret")
        await self._identities.revoke(actor, requests.named(request), secret_id)
        return Response(status_code=204)


def _identity(
    signed: Signed, visitor: dict[str, str] | None, token: str | None, session: object
) -> dict[str, Any]:
    details = signed.details
    return {
        "details": {
            "full_name": details.full_name,
            "email": details.email,
            "phone": details.phone,
        },
        "visitor": visitor,
        "token": token,
        "session": session,
    }


def _secret(secret: Secret) -> dict[str, str | None]:
    ends = secret.expires_at_ms
    return {
        "id": secret.id,
        "created_at": rfc3339(secret.created_at_ms),
        "expires_at": None if ends is None else rfc3339(ends),
    }
