"""Settings that protect the PBX from the network: bans of addresses, and limits of SIP."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from engage.errors import N_
from engage.system.networks import Networks
from pbxcore.domain_settings import BanPolicy, SipLimits

FAIL2BAN, SIP_LIMITS = "fail2ban", "sip_limits"
MOST_WHITELISTED = 50
DAY_S, YEAR_S = 86_400, 31_536_000
USUAL_BANS, USUAL_LIMITS = BanPolicy(), SipLimits()
MESSAGES, ADDRESSES = N_("Messages"), N_("Addresses")


class Fail2banSettings(BaseModel):
    """When an address that fails to sign in by SIP is shut out."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("Fail2ban"))

    enabled: bool = Field(
        default=USUAL_BANS.enabled,
        title=N_("Enable Fail2ban"),
        description=N_("Off: nobody is banned, and present bans end at once."),
        json_schema_extra={"control": "switch"},
    )
    max_retries: int = Field(
        default=USUAL_BANS.most_failures,
        ge=1,
        le=1000,
        title=N_("Maximum Retries"),
        description=N_("So many failed SIP sign-ins from one address ban that address."),
        json_schema_extra={"control": "number"},
    )
    find_time: int = Field(
        default=USUAL_BANS.within_s,
        ge=1,
        le=DAY_S,
        title=N_("Find Time"),
        description=N_("Failures count while they are no older than this."),
        json_schema_extra={"control": "number", "unit": N_("seconds")},
    )
    ban_duration: int = Field(
        default=USUAL_BANS.lasts_s,
        ge=0,
        le=YEAR_S,
        title=N_("Ban Duration"),
        description=N_("0: until somebody ends it here. Holds for bans from now on."),
        json_schema_extra={"control": "number", "unit": N_("seconds")},
    )
    ignore_self: bool = Field(
        default=USUAL_BANS.ignore_self,
        title=N_("Never Ban This Computer"),
        description=N_(
            "The addresses 127.0.0.0/8 and ::1, where a proxy in front of the PBX would be."
        ),
        json_schema_extra={"control": "switch"},
    )
    whitelist: Networks = Field(
        default=(),
        max_length=MOST_WHITELISTED,
        title=N_("Whitelist"),
        description=N_(
            "At most 50 addresses or networks, such as 192.0.2.7 or 10.0.0.0/8. They are never "
            "banned, and those banned now are let in."
        ),
        json_schema_extra={"control": "hosts", "placeholder": "192.0.2.7"},
    )

    @property
    def policy(self) -> BanPolicy:
        """As the PBX follows it."""
        return BanPolicy(
            enabled=self.enabled,
            most_failures=self.max_retries,
            within_s=self.find_time,
            lasts_s=self.ban_duration,
            whitelist=self.whitelist,
            ignore_self=self.ignore_self,
        )


class SipLimitSettings(BaseModel):
    """What one message and one address may take of the PBX."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("SIP Limits"))

    message_size: int = Field(
        default=USUAL_LIMITS.message_bytes // 1024,
        ge=8,
        le=1024,
        title=N_("Largest Message"),
        description=N_(
            "Head and body of a message over TCP, TLS or WebSocket. Holds for new connections."
        ),
        json_schema_extra={"control": "number", "unit": N_("kB"), "section": MESSAGES},
    )
    header_lines: int = Field(
        default=USUAL_LIMITS.header_lines,
        ge=32,
        le=2000,
        title=N_("Header Lines"),
        description=N_("More in one message are refused."),
        json_schema_extra={"control": "number", "section": MESSAGES},
    )
    vias: int = Field(
        default=USUAL_LIMITS.vias,
        ge=4,
        le=70,
        title=N_("Via Entries"),
        description=N_("A message that passed more servers is refused."),
        json_schema_extra={"control": "number", "section": MESSAGES},
    )
    connections: int = Field(
        default=USUAL_LIMITS.connections,
        ge=4,
        le=4096,
        title=N_("Connections per Address"),
        description=N_("Counts those that have not signed in."),
        json_schema_extra={"control": "number", "section": ADDRESSES},
    )
    requests: int = Field(
        default=USUAL_LIMITS.requests_per_s,
        ge=50,
        le=100_000,
        title=N_("Messages per Address"),
        description=N_(
            "Once somebody has signed in from there. Trusted peers, the whitelist and this "
            "computer have more."
        ),
        json_schema_extra={"control": "number", "unit": N_("per second"), "section": ADDRESSES},
    )
    strangers: int = Field(
        default=USUAL_LIMITS.strangers_per_s,
        ge=1,
        le=10_000,
        title=N_("Messages per Unknown Address"),
        description=N_("Before anybody has signed in from there."),
        json_schema_extra={"control": "number", "unit": N_("per second"), "section": ADDRESSES},
    )
    subscriptions: int = Field(
        default=USUAL_LIMITS.subscriptions,
        ge=10,
        le=10_000,
        title=N_("Subscriptions per User"),
        json_schema_extra={"control": "number", "section": N_("Users")},
    )

    @property
    def limits(self) -> SipLimits:
        """As the PBX keeps them."""
        return SipLimits(
            message_bytes=self.message_size * 1024,
            header_lines=self.header_lines,
            vias=self.vias,
            connections=self.connections,
            requests_per_s=self.requests,
            strangers_per_s=self.strangers,
            subscriptions=self.subscriptions,
        )
