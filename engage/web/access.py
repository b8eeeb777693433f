"""Who makes a request: a bearer token, or a browser's cookie with its CSRF value."""

from __future__ import annotations

import hmac
import time
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from engage.errors import N_, Forbidden, Unauthenticated
from engage.people.model import TOKEN_PREFIX, csrf_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import HTTPConnection, Request
    from starlette.responses import Response

    from engage.people.events import SessionEnded
    from engage.people.model import Principal

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
KNOWN_S, MOST_KNOWN = 3.0, 20_000
SECURE_COOKIE, PLAIN_COOKIE = "__Host-engage", "engage"


class CsrfRefused(Forbidden):
    """A browser's request that its own page did not make."""

    code = "csrf"
    text = N_("This request did not come from our page. Please reload it.")


class People(Protocol):
    """Resolves the tokens of users and administrators."""

    async def principal(self, token: str, *, enrolling: bool = False) -> Principal:
        """Who the token stands for, or `Unauthenticated`; or `Forbidden` while enrolling."""
        ...


class Visitors(Protocol):
    """Resolves the tokens of visitors."""

    async def visitor(self, token: str) -> Principal:
        """Who the token stands for, or `Unauthenticated`."""
        ...


class Access:
    """Resolves tokens and cookies to principals; services decide what those may do."""

    def __init__(self, people: People, clock: Callable[[], float] = time.monotonic) -> None:
        self._people, self._clock = people, clock
        self._visitors: Visitors | None = None
        self._known: dict[str, tuple[Principal, float]] = {}

    def admit(self, visitors: Visitors) -> None:
        """Resolve visitors' tokens too."""
        self._visitors = visitors

    async def of_token(self, token: str, *, enrolling: bool = False) -> Principal:
        """The principal of a token.

        Args:
            token: as it was given.
            enrolling: whether someone is let through who must set up a second factor first.

        Raises:
            Unauthenticated: code `invalid`, `expired`, `revoked` or `banned`.
            Forbidden: a second factor must be set up first.
        """
        if token.startswith(TOKEN_PREFIX) or self._visitors is None:
            return await self._people.principal(token, enrolling=enrolling)
        return await self._visitor(self._visitors, token)

    async def principal(
        self, request: Request, roles: tuple[str, ...], *, enrolling: bool = False
    ) -> Principal:
        """The principal of a request, when they have one of the roles (any, when none is given).

        Raises:
            Unauthenticated: no token, or one that is over.
            Forbidden: another role; or, by cookie, a foreign origin or no CSRF value.
        """
        token, by_cookie = token_of(request)
        if token is None:
            raise Unauthenticated
        found = await self.of_token(token, enrolling=enrolling)
        if by_cookie and request.method not in SAFE_METHODS:
            check_csrf(request, token)
        if roles and found.kind not in roles:
            raise Forbidden
        return found

    async def session_ended(self, fact: SessionEnded) -> None:
        """What is remembered of a visitor's session holds no longer."""
        ended = [each for each, (it, _) in self._known.items() if it.session_id == fact.session_id]
        for token in ended:
            del self._known[token]

    async def _visitor(self, visitors: Visitors, token: str) -> Principal:
        """Visitors are read from the database; a short memory spares a query for each event."""
        now = self._clock()
        found, until = self._known.get(token, (None, 0.0))
        if found is None or until <= now:
            found = await visitors.visitor(token)
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[token] = (found, now + KNOWN_S)
        return found


def token_of(connection: HTTPConnection) -> tuple[str | None, bool]:
    """The request's token, and whether it came by cookie."""
    scheme, _, value = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip(), False
    return connection.cookies.get(cookie_name(connection)), True


def check_csrf(request: Request, token: str) -> None:
    """Refuse what another site's page made the browser send.

    Raises:
        CsrfRefused: foreign origin, or the session's CSRF value is missing.
    """
    if not same_origin(request):
        raise CsrfRefused
    given = request.headers.get("x-csrf-token", "")
    if not hmac.compare_digest(given.encode(), csrf_of(token).encode()):
        raise CsrfRefused


def same_origin(connection: HTTPConnection) -> bool:
    """Whether the browser says that our own page asks; programs say nothing and pass."""
    if connection.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = connection.headers.get("origin")
    if origin is None:
        return True
    host = connection.headers.get("host", "")
    secure = is_secure(connection)
    return origin_matches(origin, host, secure=secure)


def origin_matches(origin: str, host: str, *, secure: bool) -> bool:
    """Compare an Origin header with the host and scheme it reached (RFC 6454 §4)."""
    try:
        parts = urlsplit(origin)
        own = urlsplit(f"//{host}")
        scheme = "https" if secure else "http"
        usual = 443 if secure else 80
        return (parts.scheme, parts.hostname, parts.port or usual) == (
            scheme,
            own.hostname,
            own.port or usual,
        )
    except ValueError:
        return False


def from_browser(request: Request) -> bool:
    """Whether a browser's page asks: only those send these headers, and cannot help it."""
    return "sec-fetch-site" in request.headers or "origin" in request.headers


def ends_of(connection: HTTPConnection) -> tuple[str, int, str]:
    """The client's address and port, as resolved behind a proxy, and our end as `host:port`."""
    client = connection.client
    host, port = (client.host, client.port) if client is not None else ("", 0)
    local, local_port = connection.scope.get("server") or ("", 0)
    return host, port, f"[{local}]:{local_port}" if ":" in local else f"{local}:{local_port}"


def is_secure(connection: HTTPConnection) -> bool:
    """Whether the client reached us by TLS, be it through a trusted proxy."""
    return connection.url.scheme in ("https", "wss")


def cookie_name(connection: HTTPConnection) -> str:
    """`__Host-` names are taken over TLS only, so plain HTTP has a name of its own."""
    return SECURE_COOKIE if is_secure(connection) else PLAIN_COOKIE


def put_cookie(request: Request, response: Response, token: str, lasts_s: int) -> None:
    """Give the browser its session."""
    response.set_cookie(
        cookie_name(request),
        token,
        max_age=lasts_s,
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="strict",
    )


def drop_cookie(request: Request, response: Response) -> None:
    """Take the browser's session away."""
    response.delete_cookie(
        cookie_name(request),
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="strict",
    )
