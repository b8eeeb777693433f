"""`POST /api`: the one address of all actions."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from engage.api.actions import Caller, actor_of
from engage.api.documents import Document
from engage.api.envelope import Call, read, write
from engage.api.index import NOT_YET, REFUSED, SERVED, canonical
from engage.api.status import Reason, Refused, Status, status_of
from engage.errors import N_, EngageError
from engage.i18n import translate
from engage.web.requests import address, language

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request

    from engage.api.actions import Answer, Handler, Parameters
    from engage.api.index import Action
    from engage.api.service import ApiUsers
    from engage.api.sessions import ApiSessions
    from engage.system.operation_log import OperationLog

    OpenHandler = Callable[[str, Parameters], Awaitable[Mapping[str, Any]]]

log = logging.getLogger(__name__)

POST_HERE = N_("Send each action to /api by POST.")
NO_COOKIE = N_("The cookie is missing, wrong or expired. Sign in again.")
UNKNOWN = N_("There is no such action.")
NOT_SUPPORTED = N_("This action is not supported.")
DENIED = N_("This user is not allowed to do this.")
FAILED = N_("Something went wrong here. Please try again.")
FORBIDDEN = "403 Forbidden"
"""Programs look for it in the body, whatever language the rest is in."""
HTTPS_ONLY = N_("The API is served over HTTPS only.")
NOT_FROM_HERE = N_("This address is not permitted.")


class ApiEndpoint:
    """Reads the envelope, finds the caller, runs the action, answers by status."""

    def __init__(
        self,
        users: ApiUsers,
        sessions: ApiSessions,
        operations: OperationLog,
        opening: Mapping[str, OpenHandler],
        handlers: Mapping[str, Handler],
        answered: Callable[[str, int], None],
    ) -> None:
        """Wire the actions.

        Args:
            users: API users.
            sessions: theirs.
            operations: for what was refused.
            opening: actions that need no cookie; they are given the client's address.
            handlers: all other actions, by their names in lower case.
            answered: is told each action and its status.
        """
        self._users, self._sessions, self._operations = users, sessions, operations
        self._opening, self._handlers, self._answered = opening, handlers, answered

    def routes(self) -> list[Route]:
        """`/api` under each spelling that is in use; whatever is below it is answered too."""
        return [
            Route("/api", self.serve, methods=["GET", "POST"]),
            Route("/api/{path:path}", self.serve, methods=["GET", "POST"]),
        ]

    async def serve(self, request: Request) -> Response:
        """Answer one request: HTTP 200 with a status, or 403 where nothing may be asked at all."""
        tag = language(request)
        if request.url.scheme != "https":
            return _forbidden(HTTPS_ONLY, tag)
        if not await self._users.admits(address(request)):
            return _forbidden(NOT_FROM_HERE, tag)
        path = request.path_params.get("path", "").strip("/").lower()
        if request.method != "POST" or path not in ("", "v1"):
            return _answer(*_refusal(Refused(Status.INVALID_PARAMETERS, POST_HERE), tag))
        response, status = await self._answer(request, tag)
        if isinstance(response, Document):
            return response.response()
        return _answer(response, status)

    async def _answer(self, request: Request, tag: str) -> tuple[Answer, Status]:
        action, client = "", address(request)
        response: Answer
        try:
            call = read(await request.body())
            action = canonical(call.action)
            response, status = await self._run(call, action, client), Status.SUCCESS
        except Refused as refused:
            response, status = _refusal(refused, tag)
        except EngageError as error:  # the body was too large
            response, status = _refusal(_as_refusal(error, changes=False), tag)
        except Exception:
            log.exception("api action failed", extra={"action": action})
            response, status = _refusal(Refused(Status.INTERNAL, FAILED), tag)
        known = SERVED[action].name if action in SERVED else "other"
        self._answered(known, status)
        log.info("api", extra={"action": known, "status": int(status), "address": client})
        return response, status

    async def _run(self, call: Call, action: str, client: str) -> Answer:
        served = SERVED.get(action)
        if served is not None and served.open:
            try:
                return await self._opening[action](client, call.parameters)
            except EngageError as error:
                raise _as_refusal(error, changes=True) from error
        if served is None and action not in NOT_YET and action not in REFUSED:
            raise Refused(Status.INVALID_PARAMETERS, UNKNOWN)
        caller = await self._caller(call, client)
        if served is None:
            raise (
                Refused(Status.NO_PERMISSION, DENIED)
                if action in REFUSED
                else Refused(Status.NOT_SUPPORTED, NOT_SUPPORTED)
            )
        if served.name in caller.user.denied:
            raise Refused(Status.NO_PERMISSION, DENIED)
        return await self._handled(served, caller, call)

    async def _handled(self, served: Action, caller: Caller, call: Call) -> Answer:
        """Run an action; what would have changed something and was refused is noted."""
        try:
            return await self._handlers[served.name.lower()](caller, call.parameters)
        except Refused as refusal:
            if served.changes:
                await self._note(served, caller, call, refusal.status.name.lower())
            raise
        except EngageError as error:
            if served.changes:
                await self._note(served, caller, call, error.code)
            raise _as_refusal(error, changes=served.changes) from error

    async def _caller(self, call: Call, client: str) -> Caller:
        session = self._sessions.of(call.cookie) if call.cookie else None
        user = self._users.of_id(session.user_id) if session else None
        if user is None or not user.enabled:
            raise Refused(Status.NO_COOKIE, NO_COOKIE)
        if not await self._users.permits(user, client):
            raise Refused(Status.NO_PERMISSION, DENIED)
        return Caller(user, call.cookie, actor_of(user.user, client))

    async def _note(self, served: Action, caller: Caller, call: Call, code: str) -> None:
        subject = _subject(served, call.parameters)
        try:
            await self._operations.refused(caller.actor, f"api.{served.name}", subject, code)
        except EngageError:
            log.warning("refusal not noted", extra={"action": served.name, "code": code})


def _subject(served: Action, parameters: Parameters) -> str:
    """What an action was about, as the operation log names it."""
    kind = "queue" if "queue" in served.name.lower() else "extension"
    if "channel" in parameters:
        return f"channel:{str(parameters['channel']).strip()[:64]}"
    for name in ("queue", "extension", "user_name", "caller"):
        given = parameters.get(name)
        if isinstance(given, (str, int)) and str(given).strip():
            return f"{kind}:{str(given).strip()[:64]}"
    return ""


def _as_refusal(error: EngageError, *, changes: bool) -> Refused:
    status = status_of(error, changes=changes)
    fields: dict[str, str] = getattr(error, "fields", None) or {}
    if not fields or status == Status.EXISTS:
        return Refused(status, error.text, error.params)
    name, text = next(iter(fields.items()))
    return Refused(status, text, error.params, extra={"field": name})


def _refusal(refused: Refused, tag: str) -> tuple[Mapping[str, Any], Status]:
    params = {name: _worded(value, tag) for name, value in refused.params.items()}
    extra = {name: _worded(value, tag) for name, value in refused.extra.items()}
    return {"error_msg": _filled(refused.text, tag, params), **extra}, refused.status


def _worded(value: object, tag: str) -> object:
    if not isinstance(value, Reason):
        return value
    params = {name: _worded(each, tag) for name, each in value.params.items()}
    return _filled(value.text, tag, params)


def _filled(text: str, tag: str, params: Mapping[str, object]) -> str:
    try:
        return translate(text, tag, params)
    except (KeyError, TypeError, ValueError):  # without what belongs into it, it is still told
        return translate(text, tag)


def _answer(response: Mapping[str, Any], status: Status, http: int = 200) -> Response:
    headers = {"cache-control": "no-store"}
    return Response(write(response, status), http, headers, "application/json;charset=UTF-8")


def _forbidden(text: str, tag: str) -> Response:
    """HTTP 403, in the envelope all the same: many programs read JSON whatever comes."""
    told = {"error_msg": f"{FORBIDDEN}: {translate(text, tag)}"}
    return _answer(told, Status.NO_PERMISSION, http=403)
