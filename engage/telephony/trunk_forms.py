"""What may be said of a VoIP trunk: bodies of requests, the administration's form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from engage.errors import N_
from engage.form_hints import hint
from engage.partial_body import Body, partial_of
from engage.people import policy
from engage.people.codecs import CODEC_WORDS, CODECS_HINT, DTMF_WORDS, Codecs, DtmfMode
from engage.people.signalling import PRACK_HINT, PRACK_WORDS, T38_HINT, TEL_URI_WORDS, Prack, TelUri
from engage.telephony.dod_form import Dods
from engage.telephony.trunk_limit_forms import FAX, LIMITS, TrunkFaxes, TrunkLimits
from pbxcore.directory import USUAL_FAILOVER

if TYPE_CHECKING:
    from pydantic.config import JsonDict

PROVIDER, SIGN_IN, KEEPING, INBOUND, SHOWN = (
    N_("Provider"),
    N_("Registration"),
    N_("Availability"),
    N_("Inbound"),
    N_("Caller ID"),
)
STIR, MEDIA, SIGNALLING = N_("STIR/SHAKEN"), N_("Media"), N_("Signalling")
MOST_NETWORKS = 50
MOST_HEADERS = 30

Kind = Literal["register", "peer"]
Transport = Literal["udp", "tcp", "tls", "auto"]
IdentityHeader = Literal["asserted", "preferred", "remote-party", "none"]
ForwardingHeader = Literal["diversion", "history-info", "both", "none"]
Name = policy.Name
Host = Annotated[str, StringConstraints(max_length=253), AfterValidator(policy.line)]
Word = Annotated[str, StringConstraints(max_length=128), AfterValidator(policy.line)]
Proxy = Annotated[str, StringConstraints(max_length=300), AfterValidator(policy.line)]
Password = Annotated[str, StringConstraints(max_length=128)]
Port = Annotated[int, Field(ge=1, le=65535)] | None
Expiry = Annotated[int, Field(ge=30, le=86_400)]
Frequency = Annotated[int, Field(ge=1, le=3600)]
Networks = Annotated[
    list[Annotated[str, StringConstraints(max_length=64)]], Field(max_length=MOST_NETWORKS)
]
Statuses = Annotated[
    list[Annotated[str, StringConstraints(pattern=r"^([3-6][0-9]{2}|[3-6]xx)$")]],
    Field(max_length=50),
]
RtpTimeout = Annotated[int, Field(ge=0, le=3600)] | None
Encryption = Literal["off", "optional", "required"]
ENCRYPTIONS: JsonDict = {
    "off": N_("Off"),
    "optional": N_("If the provider wants it"),
    "required": N_("Always"),
}
TRANSPORTS: JsonDict = {
    "udp": N_("UDP"),
    "tcp": N_("TCP"),
    "tls": N_("TLS"),
    "auto": N_("As the domain's DNS records say"),
}
VERIFYING: JsonDict = {
    "off": N_("Do not verify"),
    "allow": N_("Let them in"),
    "mark": N_("Let them in, with a mark before the name"),
    "reject": N_("Reject them"),
}
IDENTITIES: JsonDict = {
    "asserted": N_("P-Asserted-Identity"),
    "preferred": N_("P-Preferred-Identity"),
    "remote-party": N_("Remote-Party-ID"),
    "none": N_("None"),
}
FORWARDINGS: JsonDict = {
    "diversion": N_("Diversion"),
    "history-info": N_("History-Info"),
    "both": N_("Both"),
    "none": N_("None"),
}
PRIVACIES: JsonDict = {
    "auto": N_("Where the caller wants something of it"),
    "always": N_("Always"),
    "never": N_("Never"),
}
NUMBERED: JsonDict = {
    "shown": N_("The one that is shown"),
    "dod": N_("DOD of who calls"),
    "original": N_("Caller of the inbound call that goes out again"),
}
HeaderNumber = Literal["shown", "dod", "original"]
PrivacyHeader = Literal["auto", "always", "never"]
Headers = Annotated[
    list[Annotated[str, StringConstraints(max_length=64)]], Field(max_length=MOST_HEADERS)
]
DidFrom = Literal["request-line", "to-header"]
Verify = Literal["off", "allow", "mark", "reject"]
TrunkDtmf = Literal["default"] | DtmfMode

_REGISTERS: JsonDict = {"field": "kind", "is": "register"}
_ASSERTED: JsonDict = {"field": "identity_header", "is": "asserted"}


class TrunkForm(TrunkLimits, TrunkFaxes, Body):
    """A trunk as an administrator fills it in."""

    model_config = ConfigDict(
        json_schema_extra={
            "tabs": [
                {"title": N_("Basic Settings"), "sections": [PROVIDER, SIGN_IN]},
                {
                    "title": N_("Advanced Settings"),
                    "sections": [KEEPING, INBOUND, LIMITS, MEDIA, FAX, SIGNALLING],
                },
                {"title": SHOWN, "sections": [SHOWN]},
                {"title": STIR, "sections": [STIR]},
            ]
        }
    )

    name: Name = Field(title=N_("Provider Name"), json_schema_extra={"section": PROVIDER})
    kind: Kind = Field(
        "register",
        title=N_("Type"),
        description=N_("A peer is trusted by its addresses instead of registering with it."),
        json_schema_extra=hint(
            "select",
            PROVIDER,
            labels={"register": N_("Register SIP Trunk"), "peer": N_("Peer SIP Trunk")},
        ),
    )
    host: Host = Field(
        title=N_("Host Name"),
        description=N_("A domain or an IP address."),
        json_schema_extra=hint("text", PROVIDER, placeholder=N_("sip.provider.example")),
    )
    port: Port = Field(
        None,
        title=N_("Port"),
        description=N_("Left empty, the domain's DNS records say it, else it is the usual one."),
        json_schema_extra=hint("number", PROVIDER),
    )
    transport: Transport = Field(
        "udp",
        title=N_("Transport"),
        json_schema_extra=hint("select", PROVIDER, labels=TRANSPORTS),
    )
    uri_scheme: Literal["sip", "sips"] = Field(
        "sip",
        title=N_("SIP URI Scheme When Using TLS"),
        description=N_("How addresses are written in requests to the provider."),
        json_schema_extra=hint(
            "select",
            PROVIDER,
            labels={"sip": "sip", "sips": "sips"},
            when={"field": "transport", "is": "tls"},
        ),
    )
    outbound_proxy: Proxy = Field(
        "",
        title=N_("Outbound Proxy"),
        description=N_("Where requests go instead of the host: a host, with its port if need be."),
        json_schema_extra=hint("text", PROVIDER, placeholder=N_("proxy.provider.example:5060")),
    )
    proxy_out_of_route: bool = Field(
        False,
        title=N_("Remove OBP from Route"),
        description=N_("Requests go to the outbound proxy without a Route header that names it."),
        json_schema_extra=hint("switch", PROVIDER),
    )
    disabled: bool = Field(
        False,
        title=N_("Disable This Trunk"),
        description=N_("Its registration is taken back, and nothing is sent or accepted."),
        json_schema_extra=hint("switch", PROVIDER),
    )
    username: Word = Field(
        "",
        title=N_("Username"),
        json_schema_extra=hint("text", SIGN_IN),
    )
    auth_id: Word = Field(
        "",
        title=N_("AuthID"),
        description=N_("The name to sign in with. Left empty, it is the user name."),
        json_schema_extra=hint("text", SIGN_IN),
    )
    password: Password = Field(
        "",
        title=N_("Password"),
        description=N_("Left empty when editing, it stays as it is."),
        json_schema_extra=hint("password", SIGN_IN, secret=True, removable=True),
    )
    trunk_registration_number: Word = Field(
        "",
        title=N_("Trunk Registration Number"),
        description=N_(
            "The number to register, as the provider writes it. Left empty, it is the user name."
        ),
        json_schema_extra=hint("text", SIGN_IN),
    )
    from_domain: Host = Field(
        "",
        title=N_("From Domain"),
        description=N_(
            "Left empty, it is the host name. It tells trunks at one address apart when they call."
        ),
        json_schema_extra=hint("text", SIGN_IN),
    )
    need_registration: bool = Field(
        True,
        title=N_("Need Registration"),
        json_schema_extra=hint("switch", SIGN_IN, when=_REGISTERS),
    )
    register_expiration_s: Expiry = Field(
        3600,
        title=N_("Register Expiration"),
        description=N_("How long a registration lasts; it is renewed before that."),
        json_schema_extra=hint("number", SIGN_IN, unit=N_("seconds"), when=_REGISTERS),
    )
    heartbeat_detection: bool = Field(
        False,
        title=N_("Enable Heartbeat Detection"),
        description=N_("Asks the host regularly whether it is there, and how fast it answers."),
        json_schema_extra=hint("switch", KEEPING),
    )
    heartbeat_frequency_s: Frequency = Field(
        60,
        title=N_("Heartbeat Frequency"),
        json_schema_extra=hint(
            "number",
            KEEPING,
            unit=N_("seconds"),
            when={"field": "heartbeat_detection", "is": True},
        ),
    )
    ip_allow_list: Networks = Field(
        default_factory=list,
        title=N_("IP Allow List"),
        description=N_(
            "IP addresses and networks that may send without a password. Left empty, a peer's is"
            " its host, if that is an IP address."
        ),
        json_schema_extra=hint("hosts", INBOUND, placeholder=N_("192.0.2.0/24")),
    )
    auth_trunk: bool = Field(
        False,
        title=N_("Auth Trunk"),
        description=N_("Whoever sends from there must know the user name and the password too."),
        json_schema_extra=hint("switch", INBOUND),
    )
    direct_callback: bool = Field(
        False,
        title=N_("Direct Callback"),
        description=N_(
            "Whom an extension called by this trunk gets that extension when calling back within"
            " a week, whatever the inbound route says."
        ),
        json_schema_extra=hint("switch", INBOUND),
    )
    stir_sign: bool = Field(
        False,
        title=N_("Sign Calls Out"),
        description=N_("Whom the calls come from is signed, as STIR/SHAKEN's settings say."),
        json_schema_extra=hint("switch", STIR),
    )
    stir_verify: Verify = Field(
        "off",
        title=N_("Verify Calls In"),
        description=N_("What becomes of calls without a good signature."),
        json_schema_extra=hint("select", STIR, labels=VERIFYING),
    )
    media_encryption: Encryption = Field(
        "off",
        title=N_("Media Encryption"),
        description=N_("SRTP, with keys in the session description."),
        json_schema_extra=hint("select", PROVIDER, labels=ENCRYPTIONS),
    )
    codecs: Codecs = Field(
        default_factory=list,
        title=N_("Codec Preference"),
        description=CODECS_HINT,
        json_schema_extra=hint("multiselect", MEDIA, labels=CODEC_WORDS, placeholder=N_("All")),
    )
    dtmf_mode: TrunkDtmf = Field(
        "default",
        title=N_("DTMF Mode"),
        description=N_("How keys come and go. By default as events (RFC 4733)."),
        json_schema_extra=hint("select", MEDIA, labels={"default": N_("Default"), **DTMF_WORDS}),
    )
    t38: bool = Field(
        True,
        title=N_("T.38"),
        description=T38_HINT,
        json_schema_extra=hint("switch", MEDIA),
    )
    tel_uri: TelUri = Field(
        "disabled",
        title=N_("TEL URI"),
        description=N_(
            "How numbers are written in requests: who calls, and who is called. A number that does"
            " not begin with + has no TEL URI at an IP address; it is a SIP URI with user=phone"
            " there."
        ),
        json_schema_extra=hint("select", SIGNALLING, labels=TEL_URI_WORDS),
    )
    prack: Prack = Field(
        "supported",
        title=N_("PRACK"),
        description=PRACK_HINT,
        json_schema_extra=hint("select", SIGNALLING, labels=PRACK_WORDS),
    )
    early_media: bool = Field(
        True,
        title=N_("Early Media"),
        description=N_(
            "Announcements and tones are heard before a call is answered. Without it, callers hear"
            " their phone ring."
        ),
        json_schema_extra=hint("switch", SIGNALLING),
    )
    passed_headers: Headers = Field(
        default_factory=list,
        title=N_("Headers Passed On"),
        description=N_(
            "Headers of a call's INVITE that go on: from the provider to phones and trunks, and"
            " from phones to the provider. All others end here."
        ),
        json_schema_extra=hint("hosts", SIGNALLING, placeholder="X-Account"),
    )
    rtp_timeout_s: RtpTimeout = Field(
        None,
        title=N_("RTP Timeout"),
        description=N_(
            "A talk ends when the provider sends no sound for so long; 0: never. Left empty, it is"
            " as for all."
        ),
        json_schema_extra=hint("number", MEDIA, unit=N_("seconds")),
    )
    calls_unregistered: bool = Field(
        True,
        title=N_("Allow Outgoing Calls if Registration Failed"),
        json_schema_extra=hint("switch", SIGN_IN, when=_REGISTERS),
    )
    failover_statuses: Statuses = Field(
        default_factory=lambda: list(USUAL_FAILOVER),
        title=N_("Failover Response Codes"),
        description=N_(
            "After these answers the route's next trunk is tried: codes such as 503, or 5xx for"
            " all of a kind."
        ),
        json_schema_extra=hint("hosts", KEEPING, placeholder="503"),
    )
    did_from: DidFrom = Field(
        "request-line",
        title=N_("DID Mode"),
        description=N_("Where providers write the number that was dialled."),
        json_schema_extra=hint(
            "select",
            INBOUND,
            labels={"request-line": N_("Request Line"), "to-header": N_("To Header")},
        ),
    )
    caller_id: Word = Field(
        "",
        title=N_("CallerID Number"),
        description=N_("Shown when extensions call out by the trunk."),
        json_schema_extra=hint("text", SHOWN),
    )
    caller_name: Word = Field("", title=N_("CallerID Name"), json_schema_extra=hint("text", SHOWN))
    keep_trunk_cid: bool = Field(
        False,
        title=N_("Keep Trunk CID"),
        description=N_("The trunk's own caller ID is shown, whatever DOD and extension say."),
        json_schema_extra=hint("switch", SHOWN),
    )
    keep_original_cid: bool = Field(
        False,
        title=N_("Keep Original CID"),
        description=N_("An inbound call that goes out again shows who called."),
        json_schema_extra=hint("switch", SHOWN),
    )
    from_user: Word = Field(
        "",
        title=N_("From User"),
        description=N_("Shown before all others, if the provider wants it so."),
        json_schema_extra=hint("text", SHOWN),
    )
    auto_record: bool = Field(
        False,
        title=N_("Auto Record"),
        description=N_("Calls by this trunk are recorded."),
        json_schema_extra=hint("switch", PROVIDER),
    )
    anonymous: bool = Field(
        False,
        title=N_("Send Anonymous"),
        description=N_(
            "Whom it reaches does not see who calls; the provider does where Caller ID Header"
            " tells it."
        ),
        json_schema_extra=hint("switch", SHOWN),
    )
    identity_header: IdentityHeader = Field(
        "asserted",
        title=N_("Caller ID Header"),
        description=N_("The header that names the caller beside From, as the provider wants it."),
        json_schema_extra=hint("select", SHOWN, labels=IDENTITIES),
    )
    asserted_number: Word = Field(
        "",
        title=N_("PAI Header"),
        description=N_("The number that P-Asserted-Identity names, if it is another one."),
        json_schema_extra=hint("text", SHOWN, when=_ASSERTED),
    )
    asserted_name: Word = Field(
        "",
        title=N_("PAI Name"),
        description=N_("The name beside it. Left empty, it is the caller's."),
        json_schema_extra=hint("text", SHOWN, when=_ASSERTED),
    )
    passthrough_pai: bool = Field(
        False,
        title=N_("Passthrough PAI"),
        description=N_(
            "Where an inbound call goes out again, P-Asserted-Identity names who was named when it"
            " came in, unless PAI Header names a number."
        ),
        json_schema_extra=hint("switch", SHOWN, when=_ASSERTED),
    )
    header_number: HeaderNumber = Field(
        "shown",
        title=N_("Number in Caller ID Header"),
        description=N_("If there is no such number, it is the one that is shown."),
        json_schema_extra=hint(
            "select",
            SHOWN,
            labels=NUMBERED,
            when={"field": "identity_header", "is": ["preferred", "remote-party"]},
        ),
    )
    privacy_header: PrivacyHeader = Field(
        "auto",
        title=N_("Privacy Header"),
        description=N_(
            "Tells the provider whether the caller may be shown (RFC 3323). With Never,"
            " P-Asserted-Identity and P-Preferred-Identity name hidden callers too without saying"
            " so: the provider may show their numbers."
        ),
        json_schema_extra=hint("select", SHOWN, labels=PRIVACIES),
    )
    forwarding_header: ForwardingHeader = Field(
        "diversion",
        title=N_("Forwarding Header"),
        description=N_("The header that tells the provider who sent a call on, and why."),
        json_schema_extra=hint("select", SHOWN, labels=FORWARDINGS),
    )
    dod_as_name: bool = Field(
        False,
        title=N_("DOD as From Name"),
        description=N_("The number of a DOD is shown as the caller's name, too."),
        json_schema_extra=hint("switch", SHOWN),
    )
    dods: Dods = Field(
        default_factory=list,
        title=N_("DOD"),
        description=N_(
            "Numbers that extensions, ring groups and queues show instead of their own."
        ),
        json_schema_extra=hint("rows", SHOWN, filters=["extensions", "number", "name"]),
    )


class NewTrunk(TrunkForm):
    """A trunk to be added."""

    client_id: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None


TrunkChange = partial_of("TrunkChange", TrunkForm)
