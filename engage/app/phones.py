"""Telephony, and chats of two, which phones take part in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from engage.api import https_api as api
from engage.app.capacity import share_agents
from engage.app.chat_alarms import ChatAlarmCalls
from engage.app.dialplan import Dialplan
from engage.app.faxes import FaxDesk
from engage.app.mailboxes import Mailboxes
from engage.app.phone_settings import PhoneSettings
from engage.app.queues import Queues
from engage.app.records import Records
from engage.app.spoken_prompts import SpokenPrompts
from engage.app.visitor_calls import visitor_calls
from engage.app.waking import Waking
from engage.chat.service import DirectChat
from engage.dialplan.announcements_played import AnnouncementsPlayed
from engage.dialplan.dialled_settings import DialledSettings
from engage.dialplan.feature_codes import FeatureCodes
from engage.identifiers import now_ms
from engage.people.choices import Choice
from engage.people.event_settings import EventSettings
from engage.system.actor import Module
from engage.telephony.alerts import PhoneAlerts
from engage.telephony.ban_routes import BanRoutes
from engage.telephony.bans import Bans
from engage.telephony.certificate_routes import NameCertificateRoutes
from engage.telephony.device_routes import DeviceRoutes
from engage.telephony.devices import SipDevices
from engage.telephony.dod_import import DodImport
from engage.telephony.name_certificates import NameCertificates
from engage.telephony.routes import PhoneRoutes
from engage.telephony.service import Telephony
from engage.telephony.sockets import SipSockets
from engage.telephony.standings import Standings
from engage.telephony.trunk_routes import TrunkRoutes
from engage.telephony.trunks import Trunks
from pbxcore.devices import KEY_PURPOSE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection
    from starlette.routing import BaseRoute

    from engage.app.everyone import Everyone
    from engage.app.messaging import Messaging
    from engage.app.platform import Platform
    from engage.app.visitors import Visitors
    from engage.identifiers import Clock
    from engage.notify.outbox import Outbox
    from engage.processes.link import PbxLink
    from engage.telephony.projection import Follower

CHOOSE_TRUNKS = (
    Module.TRUNKS,
    Module.OUTBOUND_ROUTES,
    Module.INBOUND_ROUTES,
    Module.EMERGENCY_NUMBERS,
)


class Phones:
    """The web part's side of the PBX: what it is to know, and what it tells."""

    def __init__(
        self,
        platform: Platform,
        pbx: PbxLink,
        everyone: Everyone,
        messaging: Messaging,
        visitors: Visitors,
        outbox: Outbox,
    ) -> None:
        self._platform, self._people = platform, everyone.people
        database, events, people = platform.database, platform.events, everyone.people
        self._settings = PhoneSettings(platform)
        self.trunks = Trunks(
            database, platform.keyring, pbx, events, platform.clock, people.members_of_groups
        )
        people.groups.consult(self.trunks)
        self.standings = Standings(pbx, events)
        self.dialplan = Dialplan(platform, people, self.trunks, pbx)
        people.choices.offer("trunks", CHOOSE_TRUNKS, self._trunk_choices)
        self.telephony = self._telephony(pbx)
        self.mailboxes = Mailboxes(
            platform,
            pbx,
            people,
            self.dialplan.voicemail_groups,
            outbox,
            everyone.sockets,
        )
        self.faxes = FaxDesk(platform, people, self.dialplan.services.fax_extensions, outbox)
        alerts = self._alerts(outbox)
        switched = partial(_switched, alerts, platform.clock)
        self.records = Records(platform, pbx, people, self.trunks.name_of, outbox, switched)
        self.queues = Queues(
            platform, pbx, people, everyone.sockets.send, self.records.live, outbox
        )
        share_agents(visitors.livechat.loads, self.queues.live, pbx, self.records.log)
        self.chat = self._chat(everyone, messaging)
        self.telephony.follow(
            messaging.hub,
            platform.settings.journal,
            self.chat,
            messaging.presence,
            pbx.on_notice,
            alerts,
            others=self._followers(everyone, messaging, visitors, pbx),
        )
        pbx.on_request(self.chat.arrived)
        self.sip_sockets = SipSockets(pbx)
        self.routes: Sequence[BaseRoute] = [*self._routes(pbx)]

    def _telephony(self, pbx: PbxLink) -> Telephony:
        """What keeps the PBX's directory current."""
        platform, people = self._platform, self._people
        return Telephony(
            platform.database,
            pbx,
            platform.events,
            people.pbx_directory,
            now_ms,
            domain=self._settings.domain,
            trunks=self.trunks.directory,
            groups=people.pbx_directory.groups,
            plan=self.dialplan.plan,
        )

    def _alerts(self, outbox: Outbox) -> PhoneAlerts:
        """Mails about what administrators should know at once."""
        return PhoneAlerts(
            outbox,
            partial(self._platform.configuration.get, EventSettings),
            self._people.name_of,
            self.dialplan.location_of,
        )

    def _chat(self, everyone: Everyone, messaging: Messaging) -> DirectChat:
        """Texts between two, whether they have phones or Wave."""
        platform = self._platform
        return DirectChat(
            platform.database,
            messaging.hub,
            self._people,
            everyone.sockets,
            self.telephony.deliveries,
            platform.events,
            public_url=platform.public_url,
        )

    def for_programs(self) -> api.Dialplan:
        """What the HTTPS API reaches of the dialplan."""
        plan = self.dialplan
        kept = plan.outbound, plan.inbound, plan.pin_groups, plan.rooms.paging_groups
        services = plan.services
        return api.Dialplan(
            self.trunks,
            self.standings,
            *kept,
            services.ivrs,
            services.prompts,
            plan.music.file_named,
            plan.members_of_ring_group,
            self._platform.configuration,
            plan.hotel.for_programs(),
        )

    def _followers(
        self, everyone: Everyone, messaging: Messaging, visitors: Visitors, pbx: PbxLink
    ) -> tuple[Follower, ...]:
        """Who takes part in the projection of the journal, in this order."""
        platform, people = self._platform, self._people
        return (
            self.records.log,
            self.records.missed,  # whatever message takes the place of what was just written
            visitor_calls(
                platform, everyone, messaging.hub, visitors.livechat, pbx, self.records.log
            ),
            ChatAlarmCalls(visitors.livechat, pbx, people.name_of, platform.clock),
            self.mailboxes.log,
            self.faxes.log,
            self.standings,
            people.phone_features,
            people.queue_duty,
            self.queues.log,
            SpokenPrompts(self.dialplan.services.prompts, platform.settings.recordings),
            Waking(self.dialplan.services.wake_ups, lambda: platform.time().time_zone),
            DialledSettings(platform.configuration, self.dialplan.inbound),
            AnnouncementsPlayed(),
            self.dialplan.hotel.log,
            self.dialplan.hotel.statuses_told,
        )

    def _routes(self, pbx: PbxLink) -> list[BaseRoute]:
        """What is served."""
        platform, people = self._platform, self._people
        devices = SipDevices(
            platform.keyring.derive(KEY_PURPOSE),
            pbx,
            platform.events,
            platform.clock,
            people.calls_in_browser,
        )
        host = urlsplit(platform.settings.public_url).hostname or "localhost"
        realm = self._settings.domain().realm
        certificates = NameCertificates(platform.settings.data, platform.database)
        return [
            *PhoneRoutes(pbx, people.extensions.get).routes(),
            *TrunkRoutes(self.trunks, DodImport(self.trunks, people.numbers)).routes(),
            *self.records.routes,
            *self.queues.routes,
            *self.dialplan.routes,
            *self.mailboxes.routes,
            *self.faxes.routes,
            *BanRoutes(Bans(platform.database, pbx)).routes(),
            *NameCertificateRoutes(certificates).routes(),
            *DeviceRoutes(
                devices,
                domain=lambda: host,
                realm=realm,
                call_flip=lambda: platform.configuration.get(FeatureCodes).call_flip,
            ).routes(),
        ]

    def _trunk_choices(self) -> list[Choice]:
        return [Choice(each.id, each.name) for each in self.trunks.directory()]


async def _switched(
    alerts: PhoneAlerts, clock: Clock, connection: AsyncConnection, old: str, new: str, reason: str
) -> None:
    """Recordings go to another place."""
    await alerts.storage(connection, old, new, reason, clock())
