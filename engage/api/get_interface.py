"""`GET /cdrapi` and `GET /recapi`: the interface of older programs, which sign in by HTTP."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from typing import TYPE_CHECKING, Any

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from engage.api.actions import Caller, actor_of
from engage.api.documents import Document
from engage.api.status import Refused
from engage.errors import EngageError, NotFound
from engage.web.requests import address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from engage.api.actions import Handler
    from engage.api.lockout import Lockout
    from engage.api.model import ApiUser
    from engage.api.service import ApiUsers

SIGN_IN = {"www-authenticate": 'Basic realm="API", charset="UTF-8"', "cache-control": "no-store"}
EMPTY: Mapping[str, str] = {"delete": "", "numrecords": "0"}
"""What is asked for in place of what cannot be understood: nothing."""


class GetInterface:
    """Each request has a name and a password (RFC 7617), from an address that the user names."""

    def __init__(
        self,
        users: ApiUsers,
        lockout: Lockout,
        handlers: Mapping[str, Handler],
        answered: Callable[[str, int], None],
    ) -> None:
        self._users, self._lockout = users, lockout
        self._handlers, self._answered = handlers, answered

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/cdrapi", self.records, methods=["GET"]),
            Route("/recapi", self.files, methods=["GET"]),
        ]

    async def records(self, request: Request) -> Response:
        """Calls; what cannot be understood finds none."""
        caller = await self._caller(request)
        if isinstance(caller, Response):
            return caller
        asked = _parameters(request)
        try:
            return await self._document("cdrapi", caller, asked)
        except Refused:
            only = {"format": asked["format"]} if asked.get("format") in ("json", "xml") else {}
            return await self._document("cdrapi", caller, {**EMPTY, **only})

    async def files(self, request: Request) -> Response:
        """Recordings; 404 for one that is not there."""
        caller = await self._caller(request)
        if isinstance(caller, Response):
            return caller
        try:
            return await self._document("recapi", caller, _parameters(request))
        except (Refused, NotFound):
            return PlainTextResponse("404 Not Found", 404)

    async def _document(self, action: str, caller: Caller, asked: Mapping[str, Any]) -> Response:
        found = await self._handlers[action](caller, asked)
        if not isinstance(found, Document):
            raise TypeError(f"{action} gave no document")
        self._answered(action, 0)
        return found.response()

    async def _caller(self, request: Request) -> Caller | Response:
        """Who asks, or the refusal of whoever is not let in."""
        client = address(request)
        if request.url.scheme != "https" or not await self._users.admits(client):
            return PlainTextResponse("403 Forbidden", 403)
        return await self._known(request, client) or _sign_in()

    async def _known(self, request: Request, client: str) -> Caller | None:
        name, password = _credentials(request.headers.get("authorization", ""))
        if not name or self._lockout.too_fast(client) or self._lockout.locked_s(name, client):
            return None
        user = self._users.named(name)
        right = self._users.password(user) if user is not None else secrets.token_hex()
        actor = actor_of(name, client)
        if not hmac.compare_digest(right.encode(), password.encode()) or user is None:
            try:
                await self._lockout.failed(name, client, everywhere=user is None, actor=actor)
            except EngageError:
                return None
            return None
        return Caller(user, "", actor) if await self._may(user, client) else None

    async def _may(self, user: ApiUser, client: str) -> bool:
        """An empty list of addresses lets everybody in elsewhere, and nobody here."""
        return bool(user.enabled and user.permitted) and await self._users.permits(user, client)


def _credentials(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return "", ""
    name, _, password = text.partition(":")
    return name[:64], password[:200]


def _parameters(request: Request) -> dict[str, str]:
    """The query's parameters by name in lower case; one that comes twice is none."""
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        given[name.lower()] = "" if name.lower() in given else value
    return given


def _sign_in() -> Response:
    return PlainTextResponse("401 Unauthorized", 401, dict(SIGN_IN))
