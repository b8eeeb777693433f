"""`GET /cdrapi` and `GET /recapi`: the interface of older programs, which sign in by HTTP."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from engage.api.actions import Caller, actor_of
from engage.api.documents import Document
from engage.api.status import Refused
from engage.errors import EngageError, NotFound
from engage.web.requests import address
from pbxcore.http_digest import HttpDigest, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from engage.api.actions import Handler
    from engage.api.lockout import Lockout
    from engage.api.model import ApiUser
    from engage.api.service import ApiUsers
    from engage.api.sessions import ApiSessions
    from engage.identifiers import Clock

REALM = "API"
BASIC = f'Basic realm="{REALM}", charset="UTF-8"'
LONGEST_NAME = 64
EMPTY: Mapping[str, str] = {"delete": "", "numrecords": "0"}
"""What is asked for in place of what cannot be understood: nothing."""
UNDERSTOOD = frozenset(
    {
        *("format", "numrecords", "offset", "caller", "callee", "starttime", "endtime"),
        *("timefiltertype", "mindur", "maxdur", "answeredby", "callername"),
        *("uniqueid", "session", "acctid", "delete"),
    }
)
"""What may be asked of records."""


class _Given(NamedTuple):
    """Who a request says it is from; `stale`: the password is right, the challenge too old."""

    name: str
    user: ApiUser | None
    proved: bool
    stale: bool = False


class GetInterface:
    """Each request proves who sends it (RFC 7616, RFC 7617), from an address that the user names.

    Some programs send the cookie of a session instead, as a parameter.

    Args:
        users: API users.
        sessions: theirs.
        lockout: counts wrong passwords.
        handlers: the actions by their names in lower case.
        answered: is told each action and its status.
        clock: milliseconds UTC.
        key: 32 bytes that nobody guesses, for challenges.
    """

    def __init__(
        self,
        users: ApiUsers,
        sessions: ApiSessions,
        lockout: Lockout,
        handlers: Mapping[str, Handler],
        answered: Callable[[str, int], None],
        clock: Clock,
        key: bytes,
    ) -> None:
        self._users, self._sessions, self._lockout = users, sessions, lockout
        self._handlers, self._answered = handlers, answered
        self._clock = clock
        self._digest = HttpDigest(REALM, key, secrets.token_bytes)

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/cdrapi", self.records, methods=["GET"]),
            Route("/recapi", self.files, methods=["GET"]),
        ]

    async def records(self, request: Request) -> Response:
        """Calls; what is empty, comes twice or cannot be understood finds none."""
        caller = await self._caller(request, "cdrapi")
        if isinstance(caller, Response):
            return caller
        asked = _parameters(request)
        with suppress(Refused):
            if asked.keys() <= UNDERSTOOD and all(asked.values()):
                return await self._document("cdrapi", caller, asked)
        only = {"format": asked["format"]} if asked.get("format") in ("json", "xml") else {}
        return await self._document("cdrapi", caller, {**EMPTY, **only})

    async def files(self, request: Request) -> Response:
        """Recordings; 404 for one that is not there."""
        caller = await self._caller(request, "recapi")
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

    async def _caller(self, request: Request, action: str) -> Caller | Response:
        """Who asks, or the refusal of whoever is not let in, or not to this."""
        client = address(request)
        if request.url.scheme != "https" or not await self._users.admits(client):
            return PlainTextResponse("403 Forbidden", 403)
        if cookie := request.query_params.get("cookie"):
            caller, stale = await self._by_session(cookie, client), False
        else:
            given = self._given(request)
            caller, stale = await self._known(given, client), given.stale
        if caller is None:
            return self._sign_in(stale=stale)
        return PlainTextResponse("403 Forbidden", 403) if action in caller.user.denied else caller

    async def _by_session(self, cookie: str, client: str) -> Caller | None:
        session = self._sessions.of(cookie)
        user = self._users.of_id(session.user_id) if session is not None else None
        if user is None or not user.enabled or not await self._users.permits(user, client):
            return None
        return Caller(user, cookie, actor_of(user.user, client))

    def _given(self, request: Request) -> _Given:
        """Whose password a request shows, and whether it is the right one."""
        header = request.headers.get("authorization", "")
        answer = self._digest.read(header)
        name, password = _basic(header) if answer is None else (answer.user[:LONGEST_NAME], "")
        user = self._users.named(name) if name else None
        right = None if user is None else self._users.password(user)
        if answer is None:
            same = hmac.compare_digest((right or secrets.token_hex()).encode(), password.encode())
            return _Given(name, user, proved=same and user is not None)
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        now = self._clock() / 1000
        verdict = self._digest.judge(answer, request.method, target, right, now)
        stale = verdict is Verdict.STALE
        return _Given(name, user, proved=verdict is Verdict.GOOD, stale=stale)

    async def _known(self, given: _Given, client: str) -> Caller | None:
        name, user = given.name, given.user
        if not name or self._lockout.too_fast(client) or self._lockout.locked_s(name, client):
            return None
        actor = actor_of(name, client)
        if user is not None and given.proved:
            return Caller(user, "", actor) if await self._may(user, client) else None
        if not given.stale:
            with suppress(EngageError):
                await self._lockout.failed(name, client, everywhere=user is None, actor=actor)
        return None

    def _sign_in(self, *, stale: bool) -> Response:
        """Ask for a proof: the schemes of every age, the stronger first."""
        refusal = PlainTextResponse("401 Unauthorized", 401, {"cache-control": "no-store"})
        for each in (*self._digest.challenges(self._clock() / 1000, stale=stale), BASIC):
            refusal.headers.append("www-authenticate", each)
        return refusal

    async def _may(self, user: ApiUser, client: str) -> bool:
        """An empty list of addresses lets everybody in elsewhere, and nobody here."""
        return bool(user.enabled and user.permitted) and await self._users.permits(user, client)


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return "", ""
    name, _, password = text.partition(":")
    return name[:LONGEST_NAME], password[:200]


def _parameters(request: Request) -> dict[str, str]:
    """The query's parameters by name in lower case; one that comes twice is empty."""
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        given[name.lower()] = "" if name.lower() in given else value
    given.pop("cookie", None)
    return given
