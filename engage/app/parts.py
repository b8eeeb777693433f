"""What exists once the database is open: every slice, in order of need."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from engage.api import https_api as api
from engage.app.announcements import Announcements
from engage.app.chat_records import ChatRecordsPart
from engage.app.colleagues import Colleagues
from engage.app.everyone import Everyone
from engage.app.livechat_figures import LiveChatFigures
from engage.app.mail import Mail
from engage.app.messaging import Messaging
from engage.app.phones import Phones
from engage.app.platform import Platform
from engage.app.privacy import Privacy
from engage.app.replies import Answers
from engage.app.uploads import Uploads
from engage.app.visitors import Visitors
from engage.identifiers import now_ms
from engage.processes.status import SupervisorStatus
from engage.web.frame import frame
from engage.web.health import HealthRoutes, Readiness
from engage.web.installing import InstallingRoutes
from engage.web.refusals import Refusals
from engage.web.site import SiteRoutes
from engage.web.static import StaticFiles
from engage.web.version import version

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp

    from engage.identifiers import Clock
    from engage.keyring import Keyring
    from engage.processes.link import PartLink, PbxLink
    from engage.settings import Settings
    from engage.storage.database import Database
    from engage.web.health import Part


class Parts:
    """Builds all slices, starts and stops them."""

    def __init__(
        self,
        settings: Settings,
        keyring: Keyring,
        pbx: PbxLink,
        media: PartLink,
        database: Database,
        clock: Clock = now_ms,
    ) -> None:
        platform = self._platform = Platform(settings, keyring, database, clock)
        self._mail = Mail(platform)
        outbox = self._mail.outbox
        self._everyone = everyone = Everyone(platform, outbox)
        self._messaging = messaging = Messaging(platform, everyone.sockets)
        self._visitors = visitors = Visitors(platform, everyone, messaging.hub, outbox)
        self._uploads = uploads = Uploads(
            platform, messaging.hub, visitors.livechat, everyone.sockets
        )
        answers = Answers(platform, self._mail, messaging.hub, visitors.livechat, uploads.files)
        self._phones = phones = Phones(platform, pbx, everyone, messaging, visitors, outbox)
        self._colleagues = Colleagues(
            platform, everyone, messaging, visitors, uploads, phones, outbox
        )
        self._livechat_figures = LiveChatFigures(platform, everyone, visitors, outbox)
        phones.queues.report_files.livechats = self._livechat_figures.reports.tables
        chat_records = ChatRecordsPart(
            platform, everyone, messaging, visitors, uploads, self._colleagues
        )
        self._privacy = privacy = Privacy(
            platform, messaging, uploads, phones.records, chat_records, phones.faxes.received
        )
        self._announcements = Announcements(
            platform, everyone.people, messaging.hub, phones.telephony.deliveries
        )
        self._api = self._programs(pbx)
        self._started: list[Callable[[], Awaitable[None]]] = []
        self.people, self.sockets = everyone.people, everyone.sockets
        self.livechat = visitors.livechat
        self.ring_groups = phones.dialplan.ring_groups
        self.conference_rooms = phones.dialplan.rooms.conference_rooms
        others: dict[str, Part] = {
            "pbx": pbx,
            "media": media,
            "supervisor": SupervisorStatus(settings.run),
        }
        self.readiness = Readiness(database.check, others)
        static = StaticFiles()
        self.site = SiteRoutes(static, lambda: self.routes, version=version())
        health = HealthRoutes(self.readiness, platform.metrics, settings.metrics_networks)
        self.routes: list[BaseRoute] = [
            *platform.routes,
            *self._mail.routes,
            *everyone.routes,
            *visitors.routes,
            *uploads.routes,
            *answers.routes,
            *chat_records.routes,
            *privacy.routes,
            *self._livechat_figures.routes,
            *phones.routes,
            *self._colleagues.routes,
            *self._announcements.routes,
            *self._api.routes(),
            *health.routes(),
            *InstallingRoutes(static).routes(),
            *self.site.routes(),
        ]
        self.asgi = self._framed(static)

    def _programs(self, pbx: PbxLink) -> api.HttpsApi:
        """The HTTPS API."""
        platform, phones = self._platform, self._phones
        backend = api.Backend(
            database=platform.database,
            keyring=platform.keyring,
            operations=platform.operations,
            people=self._everyone.people,
            pbx=pbx,
            feed=phones.telephony.feed,
            records=phones.records,
            voicemail=platform.settings.voicemail,
            queues=phones.queues,
            dialplan=phones.for_programs(),
            messages=api.Messages(self._announcements.broadcasts, self._colleagues.keeping),
            events=platform.events,
            clock=platform.clock,
            zone=lambda: ZoneInfo(platform.time().time_zone),
        )
        return api.HttpsApi(
            backend,
            serial=platform.keyring.derive("serial number"),
            server=self._registrar,
            policy=platform.security,
            exempt=platform.exempt,
            answered=platform.metrics.api_answered,
        )

    def _registrar(self) -> str:
        """Where phones register: the public host, at the port of SIP."""
        at = self._platform.settings.sip
        host = urlsplit(self._platform.public_url()).hostname or "localhost"
        return host if at is None else f"{host}:{at.port}"

    def _framed(self, static: StaticFiles) -> ASGIApp:
        """What stands around all routes."""
        return frame(
            self.routes,
            gate=self._everyone.access,
            static=static,
            sockets=self.sockets,
            refusals=Refusals(self._platform.operations),
            others={"/sip": self._phones.sip_sockets, "/websockify": self._api.sockets},
            trusted_proxies=self._platform.settings.trusted_proxies,
        )

    async def start(self) -> None:
        """In order of need; `stop` ends what had started when one fails."""
        self._platform.metrics.start()
        self._started = [self._platform.database.close, self._platform.metrics.stop]
        for part in (
            self._platform.configuration,
            self.people,
            self._phones.trunks,
            self._phones.dialplan,
            self._messaging.hub,
            self._uploads.files,
            self._colleagues.search_index,
            self.livechat,
            self._visitors.webhooks,
            self._phones.telephony,
            self._phones.records.mover,
            self._phones.records.cleaner,
            self._phones.faxes.retention,
            self._phones.records.visitors_forgotten,
            self._privacy.personal,
            self._phones.queues.loading,
            self._phones.queues.schedules,
            self._phones.queues.clearing,
            self._announcements.sending,
            self._mail.sending,
            self._mail.collecting,
            self._livechat_figures.summary,
            self._colleagues.inactive_mails,
            self._colleagues.push,
            self._api,
        ):
            await part.start()
            self._started.append(part.stop)

    async def stop(self) -> None:
        """Close connections first, then stop what was started, last first."""
        self.readiness.draining = True
        await self.sockets.stop()
        self._phones.sip_sockets.close_all()
        self._messaging.presence.stop()
        while self._started:
            await self._started.pop()()
        await self._platform.events.settled()
