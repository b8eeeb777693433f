"""The web part: HTTP, HTTPS and sockets on the listeners that the supervisor bound."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

import uvicorn
from sqlalchemy.exc import ArgumentError

from engage import errors, logs
from engage.app.application import build
from engage.certificate import CertificateRefused, certificate_files, context_of, load_into
from engage.keyring import Keyring
from engage.processes.control import Control
from engage.processes.greeting import greeting
from engage.processes.link import PartLink, PbxLink
from engage.processes.loop import run, until_stopped
from engage.processes.part import begin, settle
from engage.processes.renewal import keep_current
from engage.settings import DEMONSTRATION_MARK, from_text
from engage.storage.database import SchemaTooNew
from engage.web.protocol import server_config

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from socket import socket

    from engage.app.application import Application
    from engage.certificate import CertificateFiles
    from engage.processes.part import Leash
    from engage.settings import Settings

log = logging.getLogger(__name__)

PBX_LOOKS, PBX_LOOK_S = 150, 0.02


class Listener(uvicorn.Server):
    """uvicorn on one inherited socket; the process, not each listener, takes the signals."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Begin to serve, and say so by `up`."""
        await super().startup(sockets)
        self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take none."""
        yield


class WebPart:
    """The application between its listeners and the other parts."""

    def __init__(self, leash: Leash, settings: Settings) -> None:
        self._leash, self._settings = leash, settings
        self._pbx = PbxLink(settings.run / "pbx.sock")
        self._media = PartLink("media", settings.run / "media.sock")
        self._listeners: list[Listener] = []
        self._serving: list[asyncio.Task[None]] = []

    async def serve(self) -> None:
        """Serve until the supervisor says so, or is gone."""
        keyring = Keyring.of(self._settings.data, self._settings.secret_key)
        application = build(self._settings, keyring, self._pbx, self._media)
        await application.start()
        await self._pbx.start()  # after those who want to hear of it have said so
        await self._media.start()
        control = Control(self._settings.run / "control.sock", application.people, self._pbx)
        await control.start()
        await self._listen(application)
        await self._pbx_in_service()
        self._greet(application)
        settle()
        self._leash.ready()
        log.info("web serves", extra={"listeners": len(self._listeners)})
        await until_stopped(self._leash)
        control.stop()
        for listener in self._listeners:
            listener.should_exit = True
        await asyncio.gather(*self._serving, return_exceptions=True)
        await application.stop()
        await self._media.stop()
        await self._pbx.stop()

    async def _listen(self, application: Application) -> None:
        loop = asyncio.get_running_loop()
        for name in ("http", "https"):
            bound = self._leash.listener(name)
            if bound is None:
                continue
            tls = self._tls() if name == "https" else None
            config = server_config(application.asgi, tls=tls)
            self._listeners.append(Listener(config))
            self._serving.append(loop.create_task(self._serve_on(self._listeners[-1], bound)))
        for listener in self._listeners:
            await listener.up.wait()

    async def _pbx_in_service(self) -> None:
        """Let `ready` mean that phones are served as well; without the PBX web serves alone."""
        for _ in range(PBX_LOOKS):
            if (await self._pbx.probe()).ready:
                return
            await asyncio.sleep(PBX_LOOK_S)
        log.warning("pbx not ready yet")

    def _greet(self, application: Application) -> None:
        demo_users = application.people.demo_passwords()
        if demo_users:  # the next start listens on loopback, asked for `--demo` or not
            (self._settings.data / DEMONSTRATION_MARK).touch()
        for line in greeting(self._settings, application.first_password, demo_users):
            logs.say(line)

    async def _serve_on(self, listener: Listener, bound: socket) -> None:
        await listener.serve(sockets=[bound])

    def _tls(self) -> ssl.SSLContext:
        settings = self._settings

        def choose() -> tuple[CertificateFiles, tuple[int, ...]]:
            files = certificate_files(settings.data, settings.certificate, settings.key)
            return files, files.stamp()

        used = choose()
        context = context_of(used[0])
        keeping = keep_current(used, choose, lambda found: load_into(context, found[0]))
        task = asyncio.get_running_loop().create_task(keeping)
        task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        self._certificate_task = task
        return context


def main(descriptor: int) -> None:
    """Become the supervisor's web part."""
    run(_serve(begin("web", descriptor)))


async def _serve(leash: Leash) -> None:
    """Serve, or say what stands in the way."""
    settings = from_text(leash.handover.plan.settings)
    try:
        await WebPart(leash, settings).serve()
    except (SchemaTooNew, CertificateRefused) as refused:
        leash.refuse(str(refused))
    except ArgumentError:  # its text may hold the password
        leash.refuse("--database: this address cannot be used")
    except ModuleNotFoundError as missing:
        if missing.name != "asyncpg":
            raise
        leash.refuse("--database: PostgreSQL needs the driver: pip install 'engage[postgres]'")
    except errors.Unavailable as absent:
        log.error("database not available", extra=absent.params)
        raise SystemExit(1) from None
