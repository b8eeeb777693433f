"""What every slice stands on: typed settings, the operation log, how the server is reached."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engage.app.forms import FORMS
from engage.events import Events
from engage.livechat.limits import LOOPBACK, LimitSettings
from engage.people.numbers import NumberRanges
from engage.people.sign_in.settings import SecuritySettings
from engage.system import http_server
from engage.system.actor import Module
from engage.system.configuration import Configuration
from engage.system.http_server import HttpServer, PublicAddress
from engage.system.http_server_routes import HttpServerRoutes
from engage.system.operation_log import OperationLog
from engage.system.routes import SystemRoutes
from engage.system.server_certificate import Certificates
from engage.system.time_settings import TimeSettings
from engage.web.forms import FormRoutes
from engage.web.health import Metrics
from pbxcore.http_client import HttpClient

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from engage.identifiers import Clock
    from engage.keyring import Keyring
    from engage.settings import Settings
    from engage.storage.database import Database


class Platform:
    """Made first, given to every slice."""

    def __init__(
        self, settings: Settings, keyring: Keyring, database: Database, clock: Clock
    ) -> None:
        self.settings, self.keyring = settings, keyring
        self.database, self.clock = database, clock
        self.events, self.metrics = Events(), Metrics()
        self.exempt = LOOPBACK if settings.demo or settings.demonstration else ()
        self.configuration = Configuration(database, keyring, self.events, clock)
        self.operations = OperationLog(database)
        self.http_client = HttpClient(private=settings.webhook_networks)
        self.time = partial(self.configuration.get, TimeSettings)
        self.security = partial(self.configuration.get, SecuritySettings)
        self.limits = partial(self.configuration.get, LimitSettings)
        self.public_url = PublicAddress(
            settings.public_url,
            partial(self.configuration.get, HttpServer),
            frozenset() if "public_url" in settings.given else settings.http_ports(),
        )
        self._register()
        certificates = Certificates(settings, database, self.public_url)
        self.routes: Sequence[BaseRoute] = [
            *SystemRoutes(self.configuration, self.operations).routes(),
            *HttpServerRoutes(certificates).routes(),
            *FormRoutes(FORMS).routes(),
        ]

    def _register(self) -> None:
        register = self.configuration.register
        register("numbers", NumberRanges, Module.EXTENSIONS)
        register("time", TimeSettings, Module.TIME_SETTINGS)
        register("livechat_limits", LimitSettings, Module.LIVECHAT)
        register("security", SecuritySettings, Module.USERS)
        start = http_server.ruling(self.settings)
        register(
            http_server.SECTION,
            HttpServer,
            Module.HTTP_SERVER,
            lambda: dict.fromkeys(start, http_server.RULED),
            start,
        )
