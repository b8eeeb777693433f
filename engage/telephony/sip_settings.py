"""SIP settings that hold for all: how phones sign in, what they are told, who finds servers."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from engage.errors import N_, Refused
from engage.people.phone_rules import ALGORITHMS, in_order

SECTION = "sip"
MOST_NAME_SERVERS = 4
SHORTEST_SESSION_S = 90
USUAL_PORT, LARGEST_PORT = 53, 65_535
SIGN_IN, LAMPS, DNS = N_("Authentication"), N_("Message Waiting"), N_("DNS")
CALLS, TIMERS, PUSH = N_("Calls"), N_("Session Timers"), N_("Push")
REGISTRATION = N_("Registration")

Expiry = Annotated[int, Field(ge=1, le=86_400)]


class SipSettings(BaseModel):
    """How phones sign in, what they are told, and who finds SIP servers."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("SIP Settings"))

    digest_algorithms: tuple[Literal["MD5", "SHA-256", "SHA-512-256"], ...] = Field(
        default=("MD5", "SHA-256"),
        title=N_("Digest Algorithms"),
        description=N_(
            "What phones may sign in with, unless their extension says otherwise. Old phones know"
            " MD5 alone."
        ),
        json_schema_extra={
            "control": "checkboxes",
            "section": SIGN_IN,
            "labels": {each: each for each in ALGORITHMS},
        },
    )
    digest_integrity: bool = Field(
        default=False,
        title=N_("Protect Message Bodies"),
        description=N_("Phones may include the text of a message in what they sign (auth-int)."),
        json_schema_extra={"control": "switch", "section": SIGN_IN},
    )
    unsolicited_mwi: bool = Field(
        default=False,
        title=N_("Tell Phones Unasked"),
        description=N_(
            "Phones that do not subscribe to their mailbox are told as well when messages wait."
        ),
        json_schema_extra={"control": "switch", "section": LAMPS},
    )
    unavailable_cause: Literal["404", "408", "410", "480", "486", "500", "503", "603"] = Field(
        default="480",
        title=N_("Unavailable Extension Cause"),
        description=N_(
            "Answered to calls of an extension that is disabled, or that has no phone registered."
        ),
        json_schema_extra={
            "control": "select",
            "section": CALLS,
            "labels": {
                "404": N_("404 Not Found"),
                "408": N_("408 Request Timeout"),
                "410": N_("410 Gone"),
                "480": N_("480 Temporarily Unavailable"),
                "486": N_("486 Busy Here"),
                "500": N_("500 Server Internal Error"),
                "503": N_("503 Service Unavailable"),
                "603": N_("603 Decline"),
            },
        },
    )
    send_deflection_diversion: bool = Field(
        default=False,
        title=N_("Send Deflection Diversion"),
        description=N_(
            "Calls from outside that are redirected to an external number say in Diversion that"
            " they were deflected, whatever the reason."
        ),
        json_schema_extra={"control": "switch", "section": CALLS},
    )
    block_collect_calls: bool = Field(
        default=False,
        title=N_("Block Collect Calls"),
        description=N_("Calls that we would have to pay for are refused on every inbound route."),
        json_schema_extra={"control": "switch", "section": CALLS},
    )
    sips_end_to_end: bool = Field(
        default=False,
        title=N_("Calls to sips Stay Encrypted"),
        description=N_(
            "Calls of phones that dial sips addresses reach phones and trunks over TLS alone."
            " Otherwise they also reach those over UDP and TCP."
        ),
        json_schema_extra={"control": "switch", "section": CALLS},
    )
    registration_s: Expiry = Field(
        default=3600,
        title=N_("Default Registration Time"),
        description=N_("How long a phone is registered that does not say for how long."),
        json_schema_extra={"control": "number", "section": REGISTRATION, "unit": N_("seconds")},
    )
    registration_shortest_s: Annotated[int, Field(ge=1, le=3600)] = Field(  # RFC 3261 §10.3
        default=60,
        title=N_("Minimum Registration Time"),
        description=N_("Phones that ask for less are told to ask for this."),
        json_schema_extra={"control": "number", "section": REGISTRATION, "unit": N_("seconds")},
    )
    registration_longest_s: Expiry = Field(
        default=3600,
        title=N_("Maximum Registration Time"),
        description=N_("Phones that ask for more are given this."),
        json_schema_extra={"control": "number", "section": REGISTRATION, "unit": N_("seconds")},
    )
    session_timer_s: Annotated[int, Field(ge=0, le=86_400)] = Field(
        default=1800,
        title=N_("Session Expires"),
        description=N_(
            "Calls of phones that know session timers are refreshed within so long, or end."
            " 0: only where the phone asks for it."
        ),
        json_schema_extra={"control": "number", "section": TIMERS, "unit": N_("seconds")},
    )
    session_timer_shortest_s: Annotated[int, Field(ge=90, le=86_400)] = Field(
        default=90,
        title=N_("Min-SE"),
        description=N_("Shorter session timers of phones are refused."),
        json_schema_extra={"control": "number", "section": TIMERS, "unit": N_("seconds")},
    )
    name_servers: tuple[Annotated[str, Field(max_length=64)], ...] = Field(
        default=(),
        max_length=MOST_NAME_SERVERS,
        title=N_("DNS Servers"),
        description=N_("Who finds SIP servers by name. Left empty, those of this computer."),
        json_schema_extra={"control": "hosts", "section": DNS, "placeholder": "192.0.2.53"},
    )

    push_gateway: Annotated[str, Field(max_length=300)] = Field(
        default="",
        title=N_("Push Gateway"),
        description=N_(
            "Asked by HTTPS to wake a phone that sleeps before it is called (RFC 8599). Left empty,"
            " phones are not woken."
        ),
        json_schema_extra={
            "control": "text",
            "section": PUSH,
            "placeholder": "https://push.example.com/wake",
        },
    )
    push_services: tuple[Literal["apns", "fcm", "webpush"], ...] = Field(
        default=("apns", "fcm", "webpush"),
        title=N_("Push Services"),
        description=N_("What the gateway can hand a push to."),
        json_schema_extra={
            "control": "checkboxes",
            "section": PUSH,
            "labels": {"apns": "APNs", "fcm": "FCM", "webpush": "Web Push"},
        },
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        times = (self.registration_shortest_s, self.registration_s, self.registration_longest_s)
        if list(times) != sorted(times):
            raise Refused(N_("The default registration time lies between the other two."))
        return self

    @field_validator("push_gateway")
    @classmethod
    def _secure(cls, value: str) -> str:
        value = value.strip()
        parts = urlsplit(value)
        if value and (parts.scheme != "https" or not parts.hostname):
            raise Refused(N_("Please enter an address that begins with https://."))
        return value

    @field_validator("session_timer_s")
    @classmethod
    def _long_enough(cls, value: int) -> int:
        if 0 < value < SHORTEST_SESSION_S:  # RFC 4028 §5
            raise Refused(N_("Please enter 0, or at least 90 seconds."))
        return value

    @field_validator("digest_algorithms")
    @classmethod
    def _some(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        if not values:
            raise Refused(N_("Please choose at least one."))
        return in_order(values)

    @field_validator("name_servers")
    @classmethod
    def _servers(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(server_of(each) for each in values if each.strip()))


def server_of(text: str) -> str:
    """A name server as `address:port`, an IPv6 address in brackets.

    Raises:
        Refused: it is none.
    """
    text = text.strip()
    host, colon, port = text.rpartition(":")
    if not colon or (":" in host and not host.endswith("]")):
        host, port = text, str(USUAL_PORT)
    try:
        address = ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        address = None
    if address is None or not port.isdecimal() or not 0 < int(port) <= LARGEST_PORT:
        raise Refused(N_("Please enter IP addresses such as 192.0.2.53 or 192.0.2.53:53."))
    return f"[{address}]:{int(port)}" if address.version == 6 else f"{address}:{int(port)}"
