"""`/websockify`: programs sign in on a socket and are told what happens."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse

from engage.api.index import NOT_YET, SERVED
from engage.api.status import Refused, Status
from engage.api.subscriptions import Subscriptions, UnknownEvent
from engage.errors import EngageError
from engage.web.protocol import WIRE
from pbxcore.rate_limit import Rate, RateLimit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import Receive, Scope, Send

    from engage.api.service import ApiUsers
    from engage.api.session_actions import SessionActions
    from engage.api.sessions import ApiSessions
    from engage.api.topics import Row, Topic
    from engage.api.watching import Watching

log = logging.getLogger(__name__)

INCOMING: Final = Rate(burst=60, per_s=10)
MOST_WAITING: Final = 512
"""Frames for a program that does not read; then it is sent away."""
RESTARTED: Final = 1012  # RFC 6455 §7.4, as IANA has it
POLICY: Final = 1008  # RFC 6455 §7.4.1
SILENT_S: Final = 600.0
"""As long as a session of the API lives."""


class _Program:
    """One socket."""

    def __init__(self, client: str, abort: Callable[[], None]) -> None:
        self.client, self.abort = client, abort
        self.user_id = ""
        self.cookie = ""
        self.wanted = Subscriptions()
        self.outgoing: asyncio.Queue[str | None] = asyncio.Queue(MOST_WAITING)
        self._numbers = itertools.count(1)

    def put(self, frame: Mapping[str, Any]) -> None:
        """Send a frame when it is its turn."""
        try:
            self.outgoing.put_nowait(json.dumps(frame, ensure_ascii=False))
        except asyncio.QueueFull:
            self.abort()

    def told(self, topic: Topic, rows: list[Row]) -> None:
        """Something happened: notify, if it is wanted."""
        wanted = self.wanted.wants
        rows = [row for row in rows if wanted(topic.name, row.get("extension", ""))]
        if not rows or not self.user_id:
            return
        message = {
            "transactionid": f"n{next(self._numbers)}",
            "action": "notify",
            "eventname": topic.name,
            "eventbody": rows if topic.listed else rows[0],
        }
        self.put({"type": "request", "message": message})


class Websockify:
    """An ASGI application for one path."""

    def __init__(
        self,
        users: ApiUsers,
        sessions: ApiSessions,
        signing: SessionActions,
        watching: Watching,
    ) -> None:
        self._users, self._sessions = users, sessions
        self._signing, self._watching = signing, watching
        self._open: set[_Program] = set()

    def close_all(self) -> None:
        """Send every program away, to come back."""
        for each in list(self._open):
            each.outgoing.put_nowait(None) if not each.outgoing.full() else each.abort()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "websocket":
            await PlainTextResponse("WebSocket", 426, {"upgrade": "websocket"})(
                scope, receive, send
            )
            return
        await receive()
        connection = HTTPConnection(scope)
        client = connection.client.host if connection.client else ""
        if not await self._users.admits(client):
            await send({"type": "websocket.http.response.start", "status": 403, "headers": []})
            await send({"type": "websocket.http.response.body", "body": b""})
            return
        await send({"type": "websocket.accept"})
        program = _Program(client, scope["extensions"][WIRE].abort)
        self._open.add(program)
        quiet = self._watching.listen(partial(self._tell, program))
        writer = asyncio.create_task(_write(program, send))
        try:
            await self._read(program, receive)
        finally:
            quiet()
            self._open.discard(program)
            if program.outgoing.full():
                writer.cancel()
            else:
                program.outgoing.put_nowait(None)
            await asyncio.gather(writer, return_exceptions=True)

    async def _read(self, program: _Program, receive: Receive) -> None:
        incoming = RateLimit(INCOMING)
        while True:
            try:
                async with asyncio.timeout(SILENT_S):
                    message = await receive()
            except TimeoutError:
                return
            if message["type"] != "websocket.receive":
                return
            if wait_s := incoming.reserve(time.monotonic()):
                await asyncio.sleep(wait_s)  # what comes next waits in the program's own socket
            await self._answer(program, message.get("text") or "")

    async def _answer(self, program: _Program, text: str) -> None:
        asked = _message(text)
        reply: dict[str, Any] = {
            "transactionid": asked.get("transactionid", ""),
            "action": asked.get("action", ""),
        }
        events: set[str] = set()
        try:
            more, events = await self._run(program, asked)
            reply |= {**more, "status": int(Status.SUCCESS)}
        except Refused as refused:
            reply |= {**refused.extra, "status": int(refused.status)}
        except UnknownEvent:
            reply["status"] = int(Status.INTERNAL)
        except EngageError:
            reply["status"] = int(Status.INTERNAL)
        except Exception:
            log.exception("websockify action failed", extra={"action": str(reply["action"])[:64]})
            reply["status"] = int(Status.INTERNAL)
        program.put({"type": "response", "message": reply})
        for event in sorted(events):
            if (present := await self._watching.present(event)) is not None:
                self._tell(program, *present)

    def _tell(self, program: _Program, topic: Topic, rows: list[Row]) -> None:
        """Something happened; a session that was ended, wherever it was, is told nothing more."""
        if self._sessions.stands(program.cookie):
            program.told(topic, rows)

    async def _run(
        self, program: _Program, asked: Mapping[str, Any]
    ) -> tuple[Mapping[str, Any], set[str]]:
        action = str(asked.get("action") or "").strip().lower()
        match action:
            case "challenge":
                return await self._signing.challenge(program.client, asked), set()
            case "login":
                return await self._login(program, asked), set()
            case "subscribe" | "unsubscribe" | "heartbeat" | "logout":
                self._check(program)
            case _:
                known = action in SERVED or action in NOT_YET
                raise Refused(Status.NOT_SUPPORTED if known else Status.INVALID_PARAMETERS, "")
        match action:
            case "subscribe":
                return {}, program.wanted.add(_names(asked))
            case "unsubscribe":
                program.wanted.remove(_names(asked))
            case "logout":
                self._sessions.end(program.cookie)
                program.user_id = program.cookie = ""
                program.wanted = Subscriptions()
        return {}, set()

    async def _login(self, program: _Program, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """Sign in by the challenge's token, or with the cookie of a session there is already."""
        cookie = asked.get("cookie")
        if not isinstance(cookie, str) or not cookie or asked.get("token"):
            cookie = str((await self._signing.login(program.client, asked))["cookie"])
        session = self._sessions.of(cookie)
        user = self._users.of_id(session.user_id) if session is not None else None
        if user is None or not user.enabled or not await self._users.permits(user, program.client):
            raise Refused(Status.NO_COOKIE, "")
        program.user_id, program.cookie = user.id, cookie
        return {"cookie": cookie}

    def _check(self, program: _Program) -> None:
        """Only who is signed in is served; each request lets the session live on."""
        user = self._users.of_id(program.user_id) if program.user_id else None
        if user is None or not user.enabled or self._sessions.of(program.cookie) is None:
            program.user_id = ""
            raise Refused(Status.NO_COOKIE, "")


async def _write(program: _Program, send: Send) -> None:
    while (frame := await program.outgoing.get()) is not None:
        await send({"type": "websocket.send", "text": frame})
    await send({"type": "websocket.close", "code": RESTARTED})


def _message(text: str) -> dict[str, Any]:
    """The message of a frame, its names in lower case; nothing for what is none."""
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    message = frame.get("message") if isinstance(frame, dict) else None
    if not isinstance(message, dict):
        return {}
    return {str(name).lower(): each for name, each in message.items()}


def _names(asked: Mapping[str, Any]) -> list[str]:
    given = asked.get("eventnames")
    names = given if isinstance(given, list) else [given]
    if not all(isinstance(each, str) for each in names):
        raise UnknownEvent
    return [str(each) for each in names]
