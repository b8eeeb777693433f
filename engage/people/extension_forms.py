"""What may be said of an extension and its user: bodies of requests, and the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from engage.errors import N_
from engage.partial_body import Body
from engage.people import policy
from engage.people.agent_forms import AGENT, AgentChanges, AgentFields
from engage.people.call_forms import (
    FOLLOWING,
    MEDIA,
    PRESENCE,
    RINGING,
    SHARING,
    CallChanges,
    CallFields,
)
from engage.people.call_rules import RECORDED_WORDS, Recorded
from engage.people.fields import Email, Ident, Language, Line, Number, Options, Password, Version
from engage.people.mailbox_forms import VOICEMAIL, MailboxChanges, MailboxFields
from engage.people.model import DEFAULT_WAVE_PRIVILEGE
from engage.people.outbound_forms import OUTSIDE, OutboundChanges, OutboundFields
from engage.people.permissions import PERMISSION_WORDS, Permission
from engage.people.phone_rules import ALGORITHMS, LONGEST_INTERVAL_S, MOST_NETWORKS

if TYPE_CHECKING:
    from pydantic.config import JsonValue

MOST_CONTACTS = 10

Secret = Annotated[str, StringConstraints(max_length=policy.SECRET_LONGEST)]
Contacts = Annotated[int, Field(ge=1, le=MOST_CONTACTS)]
AuthId = Annotated[str, StringConstraints(max_length=32), AfterValidator(policy.line)]
Networks = Annotated[
    list[Annotated[str, StringConstraints(max_length=64)]], Field(max_length=MOST_NETWORKS)
]
Algorithms = list[Literal["MD5", "SHA-256", "SHA-512-256"]]
Interval = Annotated[int, Field(ge=0, le=LONGEST_INTERVAL_S)]
Supervisors = Annotated[list[Number], Field(max_length=100)]

IDENTITY, CALLS, WAVE = N_("Person"), N_("Phone"), N_("Wave")


class AccountFields(Body):
    """An extension and its user: who it is, how its phones sign in."""

    number: Number = Field(
        title=N_("Extension"),
        description=N_("The number to dial, and the user name in Wave."),
        json_schema_extra={"control": "text", "section": IDENTITY},
    )
    first_name: Line = Field(
        default="", title=N_("First Name"), json_schema_extra={"section": IDENTITY}
    )
    last_name: Line = Field(
        default="", title=N_("Last Name"), json_schema_extra={"section": IDENTITY}
    )
    email: Email = Field(
        default="",
        title=N_("Email"),
        description=N_("Gets the welcome mail, by which a new user sets a password."),
        json_schema_extra={"section": IDENTITY},
    )
    phone_number: Line = Field(
        default="", title=N_("Phone Number"), json_schema_extra={"section": IDENTITY}
    )
    department: Line = Field(
        default="", title=N_("Department"), json_schema_extra={"section": IDENTITY}
    )
    job_title: Line = Field(
        default="", title=N_("Job Title"), json_schema_extra={"section": IDENTITY}
    )
    language: Language = Field(
        default="",
        title=N_("Language"),
        json_schema_extra={"control": "language", "section": IDENTITY},
    )
    enabled: bool = Field(
        default=True,
        title=N_("Enabled"),
        description=N_("Without it, neither phones nor Wave are let in."),
        json_schema_extra={"control": "switch", "section": CALLS},
    )
    sip_secret: Secret = Field(
        default="",
        title=N_("SIP Password"),
        description=N_("What phones register with. Left empty, a random one is made."),
        json_schema_extra={"control": "password", "section": CALLS, "secret": True},
    )
    max_contacts: Contacts = Field(
        default=1,
        title=N_("Concurrent Registrations"),
        description=N_("How many phones may be registered at the same time."),
        json_schema_extra={"control": "number", "section": CALLS},
    )
    auth_id: AuthId = Field(
        default="",
        title=N_("Authentication ID"),
        description=N_("The user name that phones sign in with. Left empty, it is the extension."),
        json_schema_extra={"control": "text", "section": CALLS},
    )
    allowed_networks: Networks = Field(
        default_factory=list,
        title=N_("Allowed Addresses"),
        description=N_(
            "IP addresses and networks that phones may use this extension from, also by way of a"
            " proxy. Left empty, they may from anywhere."
        ),
        json_schema_extra={"control": "hosts", "section": CALLS, "placeholder": "192.0.2.0/24"},
    )
    qualify_s: Interval = Field(
        default=0,
        title=N_("Qualify Interval"),
        description=N_(
            "How often registered phones are asked whether they can be reached; 0: never."
        ),
        json_schema_extra={"control": "number", "section": CALLS, "unit": N_("seconds")},
    )
    digest_algorithms: Algorithms = Field(
        default_factory=list,
        title=N_("Digest Algorithms"),
        description=N_("What phones may sign in with. None chosen: as SIP Settings say."),
        json_schema_extra={
            "control": "checkboxes",
            "section": CALLS,
            "labels": {each: each for each in ALGORITHMS},
        },
    )
    permission: Permission = Field(
        default="internal",
        title=N_("Permission"),
        description=N_("How far away this extension may call."),
        json_schema_extra={
            "control": "select",
            "section": CALLS,
            "labels": PERMISSION_WORDS,
        },
    )
    auto_record: Recorded = Field(
        default="off",
        title=N_("Auto Record"),
        description=N_("Which calls of this extension are recorded without being asked for."),
        json_schema_extra={
            "control": "select",
            "section": CALLS,
            "labels": RECORDED_WORDS,
        },
    )
    supervisors: Supervisors = Field(
        default_factory=list,
        title=N_("Supervisors"),
        description=N_("Extensions that may listen, whisper and barge in by the feature codes."),
        json_schema_extra={
            "control": "multiselect",
            "section": CALLS,
            "choices": "/v1/choices/extensions",
            "choice_value": "number",
            "choice_label": "name",
        },
    )
    wave_password: Password = Field(
        default="",
        title=N_("Wave Password"),
        description=N_("Left empty, a new user gets a mail with a link to set one."),
        json_schema_extra={"control": "password", "section": WAVE, "secret": True},
    )
    wave_privilege_id: Ident = Field(
        default=DEFAULT_WAVE_PRIVILEGE,
        title=N_("Wave Privilege"),
        json_schema_extra={
            "control": "select",
            "section": WAVE,
            "choices": "/v1/choices/wave-privileges",
            "choice_value": "id",
            "choice_label": "name",
        },
    )


def tabs(*first: str) -> list[JsonValue]:
    """How the form is parted; the sections `first` stand at its beginning."""
    return [
        {"title": N_("Basic Settings"), "sections": [*first, IDENTITY, CALLS, WAVE]},
        {"title": N_("Media"), "sections": [MEDIA]},
        {"title": N_("Features"), "sections": [RINGING, OUTSIDE, PRESENCE]},
        {"title": N_("Follow Me"), "sections": [FOLLOWING]},
        {"title": N_("Voicemail"), "sections": [VOICEMAIL]},
        {"title": AGENT, "sections": [AGENT]},
        {"title": N_("Shared Call Appearance"), "sections": [SHARING]},
    ]


class ExtensionForm(OutboundFields, AgentFields, MailboxFields, CallFields, AccountFields):
    """An extension and its user, as an administrator fills them in."""

    model_config = ConfigDict(json_schema_extra={"tabs": tabs()})


class NewExtension(ExtensionForm):
    """An extension to be added."""

    client_id: Ident | None = None
    options: Options = Field(default_factory=dict)


_PINS = ("voicemail_pin", "outbound_pin")
_SECRETS = ("sip_secret", "wave_password", *_PINS)


class ExtensionChange(OutboundChanges, AgentChanges, MailboxChanges, CallChanges):
    """The fields of an extension that change; `version` is the one that was edited."""

    version: Version | None = None
    first_name: Line | None = None
    last_name: Line | None = None
    email: Email | None = None
    phone_number: Line | None = None
    department: Line | None = None
    job_title: Line | None = None
    language: Language | None = None
    enabled: bool | None = None
    sip_secret: Secret | None = None
    max_contacts: Contacts | None = None
    auth_id: AuthId | None = None
    allowed_networks: Networks | None = None
    qualify_s: Interval | None = None
    digest_algorithms: Algorithms | None = None
    permission: Permission | None = None
    auto_record: Recorded | None = None
    supervisors: Supervisors | None = None
    wave_password: Password | None = None
    wave_privilege_id: Ident | None = None
    options: Options | None = None

    def given(self) -> dict[str, Any]:
        """The fields that change, with their values.

        An empty secret changes nothing; null takes a PIN away, which is then empty here.
        """
        fields = self.model_dump(exclude_none=True, exclude={"version"})
        kept = {name: value for name, value in fields.items() if value or name not in _SECRETS}
        removed = (name for name in _PINS if name in self.model_fields_set - fields.keys())
        return kept | dict.fromkeys(removed, "")
