"""Telephony, and chats of two, which phones take part in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from engage.api import https_api as api
from engage.api.settings import SECTION as HTTPS_API
from engage.api.settings import ApiSettings
from engage.app.capacity import share_agents
from engage.app.chat_alarms import ChatAlarmCalls
from engage.app.dialplan import Dialplan
from engage.app.faxes import FaxDesk
from engage.app.mailboxes import Mailboxes
from engage.app.queues import Queues
from engage.app.records import Records
from engage.app.spoken_prompts import SpokenPrompts
from engage.app.visitor_calls import visitor_calls
from engage.app.waking import Waking
from engage.calls.recording_settings import SECTION as RECORDING
from engage.calls.recording_settings import RecordingSettings
from engage.chat.service import DirectChat
from engage.dialplan.announcements_played import AnnouncementsPlayed
from engage.dialplan.dialled_settings import DialledSettings
from engage.dialplan.feature_codes import FeatureCodes
from engage.dialplan.voice_prompts import VoicePrompts
from engage.identifiers import now_ms
from engage.people.choices import Choice
from engage.people.event_settings import SECTION as EVENTS
from engage.people.event_settings import EventSettings
from engage.system.actor import Module
from engage.telephony.alerts import PhoneAlerts
from engage.telephony.ban_routes import BanRoutes
from engage.telephony.bans import Bans
from engage.telephony.certificate_routes import NameCertificateRoutes
from engage.telephony.device_routes import DeviceRoutes
from engage.telephony.devices import SipDevices
from engage.telephony.dod_import import DodImport
from engage.telephony.media_settings import SECTION as MEDIA
from engage.telephony.media_settings import MediaSettings
from engage.telephony.name_certificates import NameCertificates
from engage.telephony.routes import PhoneRoutes
from engage.telephony.security import FAIL2BAN, SIP_LIMITS, Fail2banSettings, SipLimitSettings
from engage.telephony.service import Telephony
from engage.telephony.sip_settings import SECTION as SIP
from engage.telephony.sip_settings import SipSettings
from engage.telephony.sockets import SipSockets
from engage.telephony.standings import Standings
from engage.telephony.stir_settings import SECTION as STIR
from engage.telephony.stir_settings import StirSettings
from engage.telephony.tls_settings import SIP_TLS, SipTlsSettings
from engage.telephony.trunk_routes import TrunkRoutes
from engage.telephony.trunks import Trunks
from pbxcore.devices import KEY_PURPOSE
from pbxcore.domain_settings import DomainSettings

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
        self._register()
        self.trunks = Trunks(
            database, platform.keyring, pbx, events, platform.clock, people.members_of_groups
        )
        people.groups.consult(self.trunks)
        self.standings = Standings(pbx, events)
        self.dialplan = Dialplan(platform, people, self.trunks, pbx)
        people.choices.offer("trunks", CHOOSE_TRUNKS, self._trunk_choices)
        self.telephony = Telephony(
            database,
            pbx,
            events,
            people.pbx_directory,
            now_ms,
            domain=self._domain,
            trunks=self.trunks.directory,
            groups=people.pbx_directory.groups,
            plan=self.dialplan.plan,
        )
        self.mailboxes = Mailboxes(
            platform,
            pbx,
            people,
            self.dialplan.voicemail_groups,
            outbox,
            everyone.sockets,
        )
        self.faxes = FaxDesk(platform, people, self.dialplan.services.fax_extensions, outbox)
        alerts = PhoneAlerts(
            outbox,
            partial(platform.configuration.get, EventSettings),
            people.name_of,
            self.dialplan.location_of,
        )
        switched = partial(_switched, alerts, platform.clock)
        self.records = Records(platform, pbx, people, self.trunks.name_of, outbox, switched)
        self.queues = Queues(
            platform, pbx, people, everyone.sockets.send, self.records.live, outbox
        )
        share_agents(visitors.livechat.loads, self.queues.live, pbx, self.records.log)
        self.chat = DirectChat(
            database,
            messaging.hub,
            people,
            everyone.sockets,
            self.telephony.deliveries,
            events,
            public_url=platform.public_url,
        )
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
        realm = self._domain().realm
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

    def _register(self) -> None:
        register = self._platform.configuration.register
        register(FAIL2BAN, Fail2banSettings, Module.SIP_SECURITY)
        register(SIP_LIMITS, SipLimitSettings, Module.SIP_SECURITY)
        register(SIP_TLS, SipTlsSettings, Module.SIP_SECURITY)
        register(STIR, StirSettings, Module.TRUNKS)
        register(SIP, SipSettings, Module.SIP_SECURITY)
        register(EVENTS, EventSettings, Module.EMAIL)
        register(MEDIA, MediaSettings, Module.SIP_SECURITY)
        register(RECORDING, RecordingSettings, Module.RECORDINGS)
        register(HTTPS_API, ApiSettings, Module.API_USERS)

    def _domain(self) -> DomainSettings:
        """The settings that the PBX needs, wherever they are set."""
        settings, get = self._platform.settings, self._platform.configuration.get
        sip, tls, recording = get(SipSettings), get(SipTlsSettings), get(RecordingSettings)
        media = get(MediaSettings)
        return DomainSettings(
            domains=(urlsplit(settings.public_url).hostname or "",),
            ringtones=f"{self._platform.public_url().rstrip('/')}/ringtone/",
            trusted_proxies=tuple(map(str, settings.trusted_proxies)),
            unsolicited_mwi=sip.unsolicited_mwi,
            stir=get(StirSettings).stir(),
            unavailable_status=int(sip.unavailable_cause),
            deflection_diversion=sip.send_deflection_diversion,
            blocks_collect_calls=sip.block_collect_calls,
            sips_end_to_end=sip.sips_end_to_end,
            usual_expiry_s=sip.registration_s,
            shortest_expiry_s=sip.registration_shortest_s,
            longest_expiry_s=sip.registration_longest_s,
            bans=get(Fail2banSettings).policy,
            limits=get(SipLimitSettings).limits,
            tls_client_certificates=tls.client_certificates,
            tls_trusted=tls.trusted,
            tls_verify_servers=tls.verify_servers,
            name_servers=sip.name_servers,
            push_gateway=sip.push_gateway,
            push_services=sip.push_services,
            digest_algorithms=sip.digest_algorithms,
            digest_integrity=sip.digest_integrity,
            session_s=sip.session_timer_s,
            shortest_session_s=sip.session_timer_shortest_s,
            tone_country=media.tone_country,
            call_waiting_tone=media.call_waiting_tone,
            rtp_timeout_s=media.rtp_timeout_s,
            rtp_hold_timeout_s=media.rtp_hold_timeout_s,
            recording_stereo=recording.stereo,
            recording_notice=recording.notice,
            call_control=get(ApiSettings).call_control,
            recording_goes_on=recording.goes_on,
            language=get(VoicePrompts).language,
        )


async def _switched(
    alerts: PhoneAlerts, clock: Clock, connection: AsyncConnection, old: str, new: str, reason: str
) -> None:
    """Recordings go to another place."""
    await alerts.storage(connection, old, new, reason, clock())
