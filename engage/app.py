"""Everything built and wired, in one place: one small block for each slice."""

from __future__ import annotations

import asyncio
import logging
import secrets
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from engage import demo
from engage.api.forms import ApiUserForm
from engage.api.https_api import HttpsApi
from engage.broadcast.routes import BroadcastRoutes
from engage.broadcast.sending import BroadcastSending
from engage.broadcast.service import Broadcasts
from engage.chat.corrections import Corrections
from engage.chat.group_routes import GroupRoutes
from engage.chat.groups import GroupChats
from engage.chat.inactive import Activity, InactiveMails
from engage.chat.keeping import ChatKeeping
from engage.chat.routes import ChatRoutes
from engage.chat.search import Search
from engage.chat.search_index import SearchIndex
from engage.chat.search_routes import SearchRoutes
from engage.chat.service import DirectChat
from engage.chat.sockets import ChatSockets
from engage.events import Events
from engage.files.routes import FileRoutes
from engage.files.service import Files
from engage.files.settings import ImSettings
from engage.hub.events import EventAppended
from engage.hub.presence import Presence
from engage.hub.service import Hub
from engage.i18n import languages
from engage.identifiers import now_ms
from engage.keyring import Keyring
from engage.livechat.administration_routes import LiveChatAdministrationRoutes, LiveChatForm
from engage.livechat.limits import LOOPBACK, LimitSettings
from engage.livechat.routes import LiveChatRoutes
from engage.livechat.service import LiveChatService
from engage.livechat.sockets import LiveChatSockets
from engage.notify.events import MailSettled
from engage.notify.library import TemplateLibrary
from engage.notify.outbox import Outbox
from engage.notify.previews import Previews
from engage.notify.routes import MailRoutes, TemplateRoutes
from engage.notify.sending import MailSending
from engage.notify.settings import NAME as EMAIL
from engage.notify.settings import RULED, EmailSettings, ruling
from engage.notify.trial import Trial
from engage.notify.wire import EmailTemplateForm
from engage.notify.writing import Writing
from engage.people.admin_routes import AdminRoutes, PrivilegeRoutes, WavePrivilegeRoutes
from engage.people.choice_routes import ChoiceRoutes
from engage.people.events import SessionEnded
from engage.people.extension_routes import ExtensionRoutes
from engage.people.forms import (
    AdminForm,
    ExtensionForm,
    GroupForm,
    NewAdmin,
    PrivilegeForm,
    QueueForm,
    WavePrivilegeForm,
)
from engage.people.group_routes import ExtensionGroupRoutes
from engage.people.import_routes import ImportRoutes
from engage.people.numbers import NumberRanges
from engage.people.own_settings import OwnSettingsService
from engage.people.own_settings_routes import OwnSettingsRoutes
from engage.people.queue_routes import QueueRoutes
from engage.people.routes import PeopleRoutes
from engage.people.service import People
from engage.people.sign_in.routes.factors import FactorRoutes
from engage.people.sign_in.routes.passwords import PasswordRoutes
from engage.people.sign_in.routes.sessions import SessionRoutes
from engage.people.sign_in.settings import SecuritySettings
from engage.processes.link import PartLink, PbxLink
from engage.processes.status import SupervisorStatus
from engage.push.part import PushPart
from engage.push.routes import PushRoutes
from engage.settings import Settings
from engage.storage.database import Database
from engage.system import http_server
from engage.system.actor import SYSTEM, Module
from engage.system.configuration import Configuration
from engage.system.events import SectionChanged
from engage.system.http_server import HttpServer, PublicAddress
from engage.system.http_server_routes import CertificateUpload, HttpServerRoutes
from engage.system.operation_log import OperationLog
from engage.system.routes import SystemRoutes
from engage.system.server_certificate import Certificates
from engage.system.time_settings import TimeSettings
from engage.telephony.service import Telephony
from engage.web.access import Access
from engage.web.conversations import Conversations
from engage.web.forms import FormRoutes
from engage.web.frame import frame
from engage.web.health import HealthRoutes, Metrics, Readiness
from engage.web.installing import InstallingRoutes
from engage.web.refusals import Refusals
from engage.web.site import SiteRoutes
from engage.web.sockets import WAVE, Sockets
from engage.web.static import StaticFiles
from engage.web.version import version
from pbxcore.directory import DomainSettings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from pydantic import BaseModel
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Receive, Scope, Send

    from engage.identifiers import Clock
    from engage.people.model import AgentSeat
    from engage.web.health import Part, PartState

log = logging.getLogger(__name__)
FIRST_ADMIN = "admin"
FORMS: dict[str, type[BaseModel]] = {
    "admin": AdminForm,
    "api-users": ApiUserForm,
    "email-template": EmailTemplateForm,
    "extension": ExtensionForm,
    "extension-group": GroupForm,
    "certificate": CertificateUpload,
    "livechat": LiveChatForm,
    "privilege": PrivilegeForm,
    "queue": QueueForm,
    "wave-privilege": WavePrivilegeForm,
}


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
        self._parts: _Parts | None = None
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
        self._parts = _Parts(
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
            await demo.fill(database, parts.people, parts.livechat, admin_password=given)
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
    def _running(self) -> _Parts:
        if self._parts is None:
            raise NotStarted
        return self._parts


class _Parts:
    """What exists once the database is open."""

    def __init__(
        self,
        settings: Settings,
        keyring: Keyring,
        pbx: PbxLink,
        media: PartLink,
        database: Database,
        clock: Clock = now_ms,
    ) -> None:
        self._database = database
        self._started: list[Callable[[], Awaitable[None]]] = []
        events, metrics, static = Events(), Metrics(), StaticFiles()
        self._events, self._metrics = events, metrics

        # the installation's own affairs
        configuration = Configuration(database, keyring, events, clock)
        self._configuration = configuration
        self._configuration.register("numbers", NumberRanges, Module.EXTENSIONS)
        self._configuration.register("time", TimeSettings, Module.TIME_SETTINGS)
        self._configuration.register("livechat_limits", LimitSettings, Module.LIVECHAT)
        operations = OperationLog(database)

        # how it is reached
        start = http_server.ruling(settings)
        self._configuration.register(
            http_server.SECTION,
            HttpServer,
            Module.HTTP_SERVER,
            lambda: dict.fromkeys(start, http_server.RULED),
            start,
        )
        public_url = PublicAddress(
            settings.public_url, partial(self._configuration.get, HttpServer)
        )
        certificates = Certificates(settings, database, public_url)

        # mails
        self._mailer = Outbox(database, keyring, public_url, clock)
        library = TemplateLibrary(database, languages, clock)
        configuration = self._configuration
        writing = Writing(
            library,
            configuration,
            public_url,
            lambda: configuration.get(TimeSettings).calendar().zone,
        )
        self._mails = MailSending(database, self._mailer, writing, configuration, events, clock)
        trial = Trial(database, self._mailer, writing, configuration, clock)
        previews = Previews(clock)
        rule = ruling(settings.smtp)
        configuration.register(
            EMAIL, EmailSettings, Module.EMAIL, lambda: dict.fromkeys(rule, RULED), rule
        )
        events.subscribe(SectionChanged, self._mails.section_changed)
        events.subscribe(MailSettled, metrics.mail_settled)
        metrics.follow_mails(lambda state: self._mails.figures.get(state, 0))

        # people and the way to their sockets
        self._configuration.register("security", SecuritySettings, Module.USERS)
        self.people = People(
            database,
            keyring,
            events,
            clock,
            policy=lambda: configuration.get(SecuritySettings),
            ranges=lambda: configuration.get(NumberRanges),
        )
        self.people.links.send_by(self._mailer)
        self.people.extensions.welcome_by(self.people.links, self._mailer)
        access = Access(self.people)
        self.sockets = Sockets(access)
        events.subscribe(SessionEnded, self.sockets.session_ended)

        # hub
        self._hub = Hub(database, self.sockets, events)
        presence = self._presence = Presence(self.sockets, events)
        self.sockets.on_connect(WAVE, lambda each: presence.connected(each.who))
        self.sockets.on_disconnect(WAVE, lambda each: presence.disconnected(each.who))
        events.subscribe(EventAppended, metrics.appended)

        # live chat
        configuration = self._configuration
        trusted = LOOPBACK if settings.demo or settings.demonstration else ()
        self.livechat = LiveChatService(
            database,
            self._hub,
            self.sockets,
            self.people.live_chat_seats,
            events,
            self._mailer,
            limits=lambda: configuration.get(LimitSettings).limits(trusted),
            calendar=lambda: configuration.get(TimeSettings).calendar(),
            clock=clock,
        )
        access.admit(self.livechat)
        self.people.queues.consult(self.livechat.administration)
        self.people.extensions.consult(self.livechat.administration)

        # files
        self._configuration.register(
            "im_settings",
            ImSettings,
            Module.IM_SETTINGS,
            lambda: self._configuration.get(ImSettings).ruled(),
        )
        self._files = Files(
            database,
            self._hub,
            settings.data / "files",
            keyring.derive("files"),
            lambda: self._configuration.get(ImSettings),
            self.livechat,
            events,
            clock,
        )
        conversations = Conversations(self._hub, self.livechat.desk, self._files)
        conversations.register(self.sockets)
        LiveChatSockets(self.livechat).register(self.sockets)

        # telephony and chat between colleagues
        domain = DomainSettings(domains=(urlsplit(settings.public_url).hostname or "",))
        self._telephony = Telephony(database, pbx, events, self.people, now_ms, domain=domain)
        deliveries = self._telephony.deliveries
        chat = DirectChat(
            database, self._hub, self.people, self.sockets, deliveries, events,
            public_url=public_url,
        )  # fmt: skip
        self._telephony.follow(self._hub, settings.journal, chat, presence, pbx.on_notice)
        pbx.on_request(chat.arrived)
        configuration = self._configuration
        chat_settings = partial(configuration.get, ImSettings)
        groups = GroupChats(database, self._hub, self.people, chat_settings)
        corrections = Corrections(self._hub, deliveries, events, chat_settings)
        ChatSockets(corrections).register(self.sockets)
        self._search_index = SearchIndex(database, events)
        search = Search(database, self._search_index)
        activity = Activity(database)
        self.sockets.on_connect(WAVE, lambda each: activity.saw([each.id]))
        self.sockets.on_disconnect(WAVE, lambda each: activity.saw([each.id]))
        self._inactive_mails = InactiveMails(
            database,
            activity,
            self.sockets,
            self.people,
            self.people,
            self._mailer,
            chat_settings,
        )
        self._push = PushPart(
            database,
            keyring,
            self._hub,
            self.sockets,
            self.people,
            self._agents_at,
            events,
            public_url,
        )
        own_settings = OwnSettingsService(database, self.people.extensions, self.sockets.send)

        # broadcast
        self._sending = BroadcastSending(database, self._hub, self.people, deliveries, events)
        broadcasts = Broadcasts(database, self.people, deliveries, self._sending.wake)

        # HTTPS API
        self._api = HttpsApi(
            database,
            keyring,
            operations,
            self.people,
            pbx,
            self._telephony.feed,
            clock,
            serial=keyring.derive("serial number"),
            zone=lambda: ZoneInfo(self._configuration.get(TimeSettings).time_zone),
            policy=lambda: configuration.get(SecuritySettings),
            exempt=trusted,
            answered=metrics.api_answered,
        )

        # the frame around them
        metrics.follow(self.sockets)
        supervisor = SupervisorStatus(settings.run)
        others: dict[str, Part] = {"pbx": pbx, "media": media, "supervisor": supervisor}
        self.readiness = Readiness(database.check, others)
        self.site = SiteRoutes(static, lambda: self.routes, version=version())
        self.routes: list[BaseRoute] = [
            *HealthRoutes(self.readiness, metrics).routes(),
            *PeopleRoutes(self.people, metrics.signed_in, public_url.host_names).routes(),
            *FactorRoutes(self.people, public_url.host_names).routes(),
            *SessionRoutes(self.people).routes(),
            *PasswordRoutes(self.people).routes(),
            *ExtensionRoutes(self.people.extensions).routes(),
            *ImportRoutes(self.people).routes(),
            *ExtensionGroupRoutes(self.people.groups).routes(),
            *QueueRoutes(self.people.queues, self.people.name_of).routes(),
            *AdminRoutes(self.people.administrators).routes(),
            *PrivilegeRoutes(self.people.privileges).routes(),
            *WavePrivilegeRoutes(self.people.wave_privileges).routes(),
            *ChoiceRoutes(self.people.choices).routes(),
            *SystemRoutes(self._configuration, operations).routes(),
            *HttpServerRoutes(certificates).routes(),
            *FormRoutes(FORMS).routes(),
            *conversations.routes(),
            *FileRoutes(self._files).routes(),
            *LiveChatRoutes(self.livechat).routes(),
            *LiveChatAdministrationRoutes(
                self.livechat,
                public_url,
                lambda request: public_url.under(request.url.scheme, request.url.netloc),
            ).routes(),
            *ChatRoutes(
                chat, ChatKeeping(self._hub), corrections, self._hub, self.people, presence
            ).routes(),
            *GroupRoutes(groups, self._hub, self.people).routes(),
            *SearchRoutes(search).routes(),
            *OwnSettingsRoutes(own_settings).routes(),
            *PushRoutes(self._push.push, self._push.key).routes(),
            *BroadcastRoutes(broadcasts).routes(),
            *self._api.routes(),
            *MailRoutes(self._mailer, self._mails, trial, writing, previews).routes(),
            *TemplateRoutes(library, writing, previews).routes(),
            *InstallingRoutes(static).routes(),
            *self.site.routes(),
        ]
        self.asgi: ASGIApp = frame(
            self.routes,
            gate=access,
            static=static,
            sockets=self.sockets,
            refusals=Refusals(operations),
            trusted_proxies=settings.trusted_proxies,
        )

    def _agents_at(self, livechat_id: str) -> list[AgentSeat]:
        destination = self.livechat.livechats.by_id(livechat_id).destination
        return self.people.agents_of(destination.kind, destination.values)

    async def start(self) -> None:
        """In order of need; `stop` ends what had started when one fails."""
        self._metrics.start()
        self._started = [self._database.close, self._metrics.stop]
        for part in (
            self._configuration,
            self.people,
            self._hub,
            self._files,
            self._search_index,
            self.livechat,
            self._telephony,
            self._sending,
            self._mails,
            self._inactive_mails,
            self._push,
            self._api,
        ):
            await part.start()
            self._started.append(part.stop)

    async def stop(self) -> None:
        """Close connections first, then stop what was started, last first."""
        self.readiness.draining = True
        await self.sockets.stop()
        self._presence.stop()
        while self._started:
            await self._started.pop()()
        await self._events.settled()


def build(
    settings: Settings, keyring: Keyring, pbx: PbxLink, media: PartLink, clock: Clock = now_ms
) -> Application:
    """The application; `start` it before serving. Sessions and lock-outs go by `clock`."""
    return Application(settings, keyring, pbx, media, clock)


def openapi() -> dict[str, Any]:
    """The description of the REST API, from the application as it is wired; nothing is started."""
    return asyncio.run(_described())


async def _described() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        database = await Database.open(f"sqlite+aiosqlite:///{data / 'engage.db'}")
        absent = data / "absent.sock"
        parts = _Parts(
            Settings(data=data),
            Keyring(secrets.token_bytes(32)),
            PbxLink(absent),
            PartLink("media", absent),
            database,
        )
        document = parts.site.document()
        await database.close()
    return document
