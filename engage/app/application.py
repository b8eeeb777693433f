"""The application of the web part: built, started, and described."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import URL

from engage import demo
from engage.app.parts import Parts
from engage.identifiers import now_ms
from engage.keyring import Keyring
from engage.people.admin_forms import NewAdmin
from engage.processes.link import PartLink, PbxLink
from engage.settings import Settings
from engage.storage.database import Database
from engage.system.actor import SYSTEM

if TYPE_CHECKING:
    from starlette.routing import BaseRoute
    from starlette.types import Receive, Scope, Send

    from engage.identifiers import Clock
    from engage.people.service import People
    from engage.web.health import PartState
    from engage.web.sockets import Sockets

FIRST_ADMIN: Final = "admin"


class NotStarted(RuntimeError):
    """The application is used before `start`."""


class Application:
    """The web part's application. `asgi` may be handed out before `start`."""

    def __init__(
        self,
        settings: Settings,
        keyring: Keyring,
        pbx: PbxLink,
        media: PartLink,
        clock: Clock,
    ) -> None:
        self._settings, self._keyring, self._clock = settings, keyring, clock
        self._pbx, self._media = pbx, media
        self._parts: Parts | None = None
        self.first_password: str | None = None

    async def asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve HTTP and WebSockets."""
        await self._running.asgi(scope, receive, send)

    @property
    def people(self) -> People:
        """Accounts, for the command line."""
        return self._running.people

    @property
    def routes(self) -> list[BaseRoute]:
        """Every HTTP route."""
        return self._running.routes

    @property
    def sockets(self) -> Sockets:
        """Every socket event."""
        return self._running.sockets

    async def start(self) -> None:
        """Open the database, start every slice, fill an empty database."""
        copies = self._settings.data / "copies"
        database = await Database.open(self._settings.database_url, copies=copies)
        self._parts = Parts(
            self._settings, self._keyring, self._pbx, self._media, database, self._clock
        )
        try:
            await self._parts.start()
            await self._first_start(database)
        except BaseException:
            await self._parts.stop()
            raise

    async def stop(self) -> None:
        """Stop every slice, the last started first, and close the database."""
        if self._parts is not None:
            await self._parts.stop()

    async def readiness(self) -> dict[str, PartState]:
        """Each part of the server, and whether it can serve."""
        return await self._running.readiness.states()

    async def _first_start(self, database: Database) -> None:
        parts = self._running
        given = self._settings.admin_password
        if self._settings.demo:
            await demo.fill(
                database,
                parts.people,
                parts.livechat,
                parts.ring_groups,
                parts.conference_rooms,
                admin_password=given,
            )
        if not any(account.role == "admin" for account in parts.people.accounts()):
            password = given or secrets.token_urlsafe(12)
            first = NewAdmin(
                user_name=FIRST_ADMIN,
                password=password,
                display_name="Administrator",
                level="super",
            )
            await parts.people.administrators.add(SYSTEM, first)
            self.first_password = None if given else password

    @property
    def _running(self) -> Parts:
        if self._parts is None:
            raise NotStarted
        return self._parts


def build(
    settings: Settings, keyring: Keyring, pbx: PbxLink, media: PartLink, clock: Clock = now_ms
) -> Application:
    """The application; `start` it before serving. Sessions and lock-outs go by `clock`."""
    return Application(settings, keyring, pbx, media, clock)


def openapi() -> dict[str, Any]:
    """The description of the REST API."""
    return asyncio.run(wired()).site.document()


async def wired() -> Parts:
    """The application as it is wired; nothing is started."""
    data = Path("unused")
    absent = data / "absent.sock"
    return Parts(
        Settings(data=data),
        Keyring(secrets.token_bytes(32)),
        PbxLink(absent),
        PartLink("media", absent),
        Database(URL.create("sqlite", database=str(data / "engage.db"))),
    )
