"""Settings of telephony, wherever administrators find them, and what the PBX is told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from engage.api.settings import SECTION as HTTPS_API
from engage.api.settings import ApiSettings
from engage.calls.recording_settings import SECTION as RECORDING
from engage.calls.recording_settings import RecordingSettings
from engage.dialplan.voice_prompts import VoicePrompts
from engage.people.event_settings import SECTION as EVENTS
from engage.people.event_settings import EventSettings
from engage.system.actor import Module
from engage.telephony.media_settings import SECTION as MEDIA
from engage.telephony.media_settings import MediaSettings
from engage.telephony.security import FAIL2BAN, SIP_LIMITS, Fail2banSettings, SipLimitSettings
from engage.telephony.sip_settings import SECTION as SIP
from engage.telephony.sip_settings import SipSettings
from engage.telephony.stir_settings import SECTION as STIR
from engage.telephony.stir_settings import StirSettings
from engage.telephony.tls_settings import SIP_TLS, SipTlsSettings
from pbxcore.domain_settings import DomainSettings

if TYPE_CHECKING:
    from engage.app.platform import Platform


class PhoneSettings:
    """The sections, and the PBX's view of them."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        register = platform.configuration.register
        register(FAIL2BAN, Fail2banSettings, Module.SIP_SECURITY)
        register(SIP_LIMITS, SipLimitSettings, Module.SIP_SECURITY)
        register(SIP_TLS, SipTlsSettings, Module.SIP_SECURITY)
        register(STIR, StirSettings, Module.TRUNKS)
        register(SIP, SipSettings, Module.SIP_SECURITY)
        register(EVENTS, EventSettings, Module.EMAIL)
        register(MEDIA, MediaSettings, Module.SIP_SECURITY)
        register(RECORDING, RecordingSettings, Module.RECORDINGS)
        register(HTTPS_API, ApiSettings, Module.API_USERS)

    def domain(self) -> DomainSettings:
        """What the PBX needs of them, as they hold now."""
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
