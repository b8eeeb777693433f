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
from engage.telephony import security
from engage.telephony.alerts import SECTION as EVENTS
from engage.telephony.alerts import EventSettings, PhoneAlerts
from engage.telephony.ban_routes import BanRoutes
from engage.telephony.bans import Bans
from engage.telephony.device_routes import DeviceRoutes
from engage.telephony.devices import SipDevices
from engage.telephony.routes import PhoneRoutes
from engage.telephony.security import Fail2banSettings, SipLimitSettings
from engage.telephony.service import Telephony
from engage.telephony.sip_settings import SECTION as SIP
from engage.telephony.sip_settings import SipSettings
from engage.telephony.sockets import SipSockets
from engage.telephony.tls_settings import SIP_TLS, SipTlsSettings
from engage.telephony.trunk_forms import TrunkForm
from engage.telephony.trunk_routes import TrunkRoutes
from engage.telephony.trunks import Trunks
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
from pbxcore.devices import KEY_PURPOSE
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
    "trunk": TrunkForm,
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
    """What exists once the database is open: a method for each block, in order of need."""

    def __init__(
        self,
        settings: Settings,
        keyring: Keyring,
        pbx: PbxLink,
        media: PartLink,
        database: Database,
        clock: Clock = now_ms,
    ) -> None:
        self._settings, self._keyring, self._pbx = settings, keyring, pbx
        self._database, self._clock = database, clock
        self._started: list[Callable[[], Awaitable[None]]] = []
        self._events, self._metrics = Events(), Metrics()
        self._exempt = LOOPBACK if settings.demo or settings.demonstration else ()
        self.routes: list[BaseRoute] = []
        self._installation()
        self._email()
        self._everyone()
        self._messaging()
        self._visitors()
        self._uploads()
        self._phones()
        self._colleagues()
        self._broadcasts()
        self._programs()
        self._site(media)

    def _installation(self) -> None:
        """Typed settings, the operation log, and how the server is reached."""
        configuration = Configuration(self._database, self._keyring, self._events, self._clock)
        self._configuration = configuration
        self._operations = OperationLog(self._database)
        self._time = partial(configuration.get, TimeSettings)
        self._security = partial(configuration.get, SecuritySettings)
        configuration.register("numbers", NumberRanges, Module.EXTENSIONS)
        configuration.register("time", TimeSettings, Module.TIME_SETTINGS)
        configuration.register("livechat_limits", LimitSettings, Module.LIVECHAT)
        configuration.register("security", SecuritySettings, Module.USERS)
        start = http_server.ruling(self._settings)
        configuration.register(
            http_server.SECTION,
            HttpServer,
            Module.HTTP_SERVER,
            lambda: dict.fromkeys(start, http_server.RULED),
            start,
        )
        self._public_url = PublicAddress(
            self._settings.public_url, partial(configuration.get, HttpServer)
        )
        certificates = Certificates(self._settings, self._database, self._public_url)
        self.routes += SystemRoutes(configuration, self._operations).routes()
        self.routes += HttpServerRoutes(certificates).routes()
        self.routes += FormRoutes(FORMS).routes()

    def _email(self) -> None:
        database, configuration, clock = self._database, self._configuration, self._clock
        rule = ruling(self._settings.smtp)
        configuration.register(
            EMAIL, EmailSettings, Module.EMAIL, lambda: dict.fromkeys(rule, RULED), rule
        )
        self._mailer = Outbox(database, self._keyring, self._public_url, clock)
        library = TemplateLibrary(database, languages, clock)
        writing = Writing(
            library, configuration, self._public_url, lambda: self._time().calendar().zone
        )
        self._mails = MailSending(
            database, self._mailer, writing, configuration, self._events, clock
        )
        trial = Trial(database, self._mailer, writing, configuration, clock)
        previews = Previews(clock)
        self._events.subscribe(SectionChanged, self._mails.section_changed)
        self._events.subscribe(MailSettled, self._metrics.mail_settled)
        self._metrics.follow_mails(lambda state: self._mails.figures.get(state, 0))
        self.routes += MailRoutes(self._mailer, self._mails, trial, writing, previews).routes()
        self.routes += TemplateRoutes(library, writing, previews).routes()

    def _everyone(self) -> None:
        """People, and the way to their sockets."""
        people = self.people = People(
            self._database,
            self._keyring,
            self._events,
            self._clock,
            policy=self._security,
            ranges=partial(self._configuration.get, NumberRanges),
        )
        people.links.send_by(self._mailer)
        people.extensions.welcome_by(people.links, self._mailer)
        self._access = Access(people)
        self.sockets = Sockets(self._access)
        self._events.subscribe(SessionEnded, self.sockets.session_ended)
        self._metrics.follow(self.sockets)
        own_settings = OwnSettingsService(self._database, people.extensions, self.sockets.send)
        hosts = self._public_url.host_names
        self.routes += [
            *PeopleRoutes(people, self._metrics.signed_in, hosts).routes(),
            *FactorRoutes(people, hosts).routes(),
            *SessionRoutes(people).routes(),
            *PasswordRoutes(people).routes(),
            *ExtensionRoutes(people.extensions).routes(),
            *ImportRoutes(people).routes(),
            *ExtensionGroupRoutes(people.groups).routes(),
            *QueueRoutes(people.queues, people.name_of).routes(),
            *AdminRoutes(people.administrators).routes(),
            *PrivilegeRoutes(people.privileges).routes(),
            *WavePrivilegeRoutes(people.wave_privileges).routes(),
            *ChoiceRoutes(people.choices).routes(),
            *OwnSettingsRoutes(own_settings).routes(),
        ]

    def _messaging(self) -> None:
        """The hub, and who is there."""
        self._hub = Hub(self._database, self.sockets, self._events)
        presence = self._presence = Presence(self.sockets, self._events)
        self.sockets.on_connect(WAVE, lambda each: presence.connected(each.who))
        self.sockets.on_disconnect(WAVE, lambda each: presence.disconnected(each.who))
        self._events.subscribe(EventAppended, self._metrics.appended)

    def _visitors(self) -> None:
        """Live chat."""
        limits = partial(self._configuration.get, LimitSettings)
        self.livechat = LiveChatService(
            self._database,
            self._hub,
            self.sockets,
            self.people.live_chat_seats,
            self._events,
            self._mailer,
            limits=lambda: limits().limits(self._exempt),
            calendar=lambda: self._time().calendar(),
            clock=self._clock,
        )
        self._access.admit(self.livechat)
        self.people.queues.consult(self.livechat.administration)
        self.people.extensions.consult(self.livechat.administration)
        LiveChatSockets(self.livechat).register(self.sockets)
        public_url = self._public_url
        self.routes += LiveChatRoutes(self.livechat).routes()
        self.routes += LiveChatAdministrationRoutes(
            self.livechat,
            public_url,
            lambda request: public_url.under(request.url.scheme, request.url.netloc),
        ).routes()

    def _uploads(self) -> None:
        """Files, and conversations that carry them."""
        self._im = im = partial(self._configuration.get, ImSettings)
        self._configuration.register(
            "im_settings", ImSettings, Module.IM_SETTINGS, lambda: im().ruled()
        )
        self._files = Files(
            self._database,
            self._hub,
            self._settings.data / "files",
            self._keyring.derive("files"),
            im,
            self.livechat,
            self._events,
            self._clock,
        )
        conversations = Conversations(self._hub, self.livechat.desk, self._files)
        conversations.register(self.sockets)
        self.routes += conversations.routes()
        self.routes += FileRoutes(self._files).routes()

    def _phones(self) -> None:
        """Telephony, and chats of two, which phones take part in."""
        settings, pbx = self._settings, self._pbx
        configuration = self._configuration
        configuration.register(security.FAIL2BAN, Fail2banSettings, Module.SIP_SECURITY)
        configuration.register(security.SIP_LIMITS, SipLimitSettings, Module.SIP_SECURITY)
        configuration.register(SIP_TLS, SipTlsSettings, Module.SIP_SECURITY)
        configuration.register(SIP, SipSettings, Module.SIP_SECURITY)

        def domain() -> DomainSettings:
            sip, tls = configuration.get(SipSettings), configuration.get(SipTlsSettings)
            return DomainSettings(
                domains=(urlsplit(settings.public_url).hostname or "",),
                trusted_proxies=tuple(map(str, settings.trusted_proxies)),
                unsolicited_mwi=sip.unsolicited_mwi,
                bans=configuration.get(Fail2banSettings).policy,
                limits=configuration.get(SipLimitSettings).limits,
                tls_client_certificates=tls.client_certificates,
                tls_trusted=tls.trusted,
                tls_verify_servers=tls.verify_servers,
                name_servers=sip.name_servers,
                digest_algorithms=sip.digest_algorithms,
                digest_integrity=sip.digest_integrity,
            )

        self._trunks = Trunks(self._database, self._keyring, pbx, self._events, self._clock)
        self._telephony = Telephony(
            self._database,
            pbx,
            self._events,
            self.people,
            now_ms,
            domain=domain,
            trunks=self._trunks.directory,
        )
        self._chat = DirectChat(
            self._database,
            self._hub,
            self.people,
            self.sockets,
            self._telephony.deliveries,
            self._events,
            public_url=self._public_url,
        )
        self._configuration.register(EVENTS, EventSettings, Module.EMAIL)
        self._telephony.follow(
            self._hub,
            settings.journal,
            self._chat,
            self._presence,
            pbx.on_notice,
            PhoneAlerts(self._mailer, partial(self._configuration.get, EventSettings)),
        )
        self.routes += PhoneRoutes(pbx, self.people.extensions.get).routes()
        self.routes += TrunkRoutes(self._trunks).routes()
        pbx.on_request(self._chat.arrived)
        self._sip_sockets = SipSockets(pbx)
        self.routes += BanRoutes(Bans(self._database, pbx)).routes()
        devices = SipDevices(self._keyring.derive(KEY_PURPOSE), pbx, self._events, self._clock)
        host = urlsplit(settings.public_url).hostname or "localhost"
        self.routes += DeviceRoutes(devices, domain=lambda: host, realm=domain().realm).routes()

    def _colleagues(self) -> None:
        """Groups, corrections, search, and how people hear of news while they are away."""
        database, hub, people, events = self._database, self._hub, self.people, self._events
        groups = GroupChats(database, hub, people, self._im)
        corrections = Corrections(hub, self._telephony.deliveries, events, self._im)
        ChatSockets(corrections).register(self.sockets)
        self._search_index = SearchIndex(database, events)
        activity = Activity(database)
        self.sockets.on_connect(WAVE, lambda each: activity.saw([each.id]))
        self.sockets.on_disconnect(WAVE, lambda each: activity.saw([each.id]))
        self._inactive_mails = InactiveMails(
            database, activity, self.sockets, people, people, self._mailer, self._im
        )
        self._push = PushPart(
            database,
            self._keyring,
            hub,
            self.sockets,
            people,
            self._agents_at,
            events,
            self._public_url,
        )
        self.routes += [
            *ChatRoutes(
                self._chat, ChatKeeping(hub), corrections, hub, people, self._presence
            ).routes(),
            *GroupRoutes(groups, hub, people).routes(),
            *SearchRoutes(Search(database, self._search_index)).routes(),
            *PushRoutes(self._push.push, self._push.key).routes(),
        ]

    def _broadcasts(self) -> None:
        deliveries = self._telephony.deliveries
        self._sending = BroadcastSending(
            self._database, self._hub, self.people, deliveries, self._events
        )
        broadcasts = Broadcasts(self._database, self.people, deliveries, self._sending.wake)
        self.routes += BroadcastRoutes(broadcasts).routes()

    def _programs(self) -> None:
        """The HTTPS API."""
        self._api = HttpsApi(
            self._database,
            self._keyring,
            self._operations,
            self.people,
            self._pbx,
            self._telephony.feed,
            self._clock,
            serial=self._keyring.derive("serial number"),
            zone=lambda: ZoneInfo(self._time().time_zone),
            policy=self._security,
            exempt=self._exempt,
            answered=self._metrics.api_answered,
        )
        self.routes += self._api.routes()

    def _site(self, media: PartLink) -> None:
        """The frame around all of them: health, pages, files of the pages."""
        static = StaticFiles()
        supervisor = SupervisorStatus(self._settings.run)
        others: dict[str, Part] = {"pbx": self._pbx, "media": media, "supervisor": supervisor}
        self.readiness = Readiness(self._database.check, others)
        self.site = SiteRoutes(static, lambda: self.routes, version=version())
        self.routes += HealthRoutes(self.readiness, self._metrics).routes()
        self.routes += InstallingRoutes(static).routes()
        self.routes += self.site.routes()
        self.asgi: ASGIApp = frame(
            self.routes,
            gate=self._access,
            static=static,
            sockets=self.sockets,
            refusals=Refusals(self._operations),
            others={"/sip": self._sip_sockets},
            trusted_proxies=self._settings.trusted_proxies,
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
            self._trunks,
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
        self._sip_sockets.close_all()
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
