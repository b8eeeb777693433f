"""What an extension wants of its calls, as it is filled in: by administrators, and in Wave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, StringConstraints

from engage.errors import N_, Refused
from engage.partial_body import Body
from engage.people import policy
from engage.people.codecs import CODEC_WORDS, CODECS_HINT, DTMF_WORDS, Codecs, DtmfMode
from engage.people.destination_kinds import words
from engage.people.shared_lines import SharedLineForm
from engage.people.signalling import PRACK_HINT, PRACK_WORDS, T38_HINT, TEL_URI_WORDS, Prack, TelUri
from engage.system.time_settings import CONDITION_WORDS, ConditionCode, Hours
from pbxcore.dialplan.patterns import BadPattern, parse
from pbxcore.faxes.library import installed

if TYPE_CHECKING:
    from pydantic.config import JsonDict

RINGING, PRESENCE, FOLLOWING = N_("Calls"), N_("Presence and Forwarding"), N_("Follow Me")
MEDIA, SHARING = N_("Media"), N_("Shared Call Appearance")

Presence = Literal["available", "away", "chat", "userdef", "unavailable"]
PRESENCE_WORDS: JsonDict = {
    "available": N_("Available"),
    "away": N_("Away"),
    "chat": N_("Chat"),
    "userdef": N_("Custom"),
    "unavailable": N_("Unavailable"),
}
Case = Literal["always", "busy", "no_answer"]
CASE_WORDS: JsonDict = {
    "always": N_("Always"),
    "busy": N_("When busy"),
    "no_answer": N_("When nobody answers"),
}
Kind = Literal[
    "extension",
    "voicemail",
    "queue",
    "ring_group",
    "voicemail_group",
    "ivr",
    "conference",
    "announcement",
    "prompt",
    "external",
]
SearchedKind = Literal[
    "none", "extension", "voicemail", "queue", "ring_group", "voicemail_group", "external"
]
RINGS = ("none", *(f"ring{each}" for each in range(1, 11)), *(
    f"Bellcore-dr{each}" for each in range(1, 6)
), "custom")  # fmt: skip
Ring = Literal[
    "none", "ring1", "ring2", "ring3", "ring4", "ring5", "ring6", "ring7", "ring8", "ring9",
    "ring10", "Bellcore-dr1", "Bellcore-dr2", "Bellcore-dr3", "Bellcore-dr4", "Bellcore-dr5",
    "custom",
]  # fmt: skip
RING_WORDS: JsonDict = {
    **{each: each for each in RINGS},
    "none": N_("None"),
    "custom": N_("Custom"),
}


def _pattern(text: str) -> str:
    try:
        parse(text)
    except BadPattern:
        raise Refused(N_("Give numbers, or patterns such as _2XXX.")) from None
    return text


Target = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z+*#-]*$", max_length=64)]
Callers = Annotated[
    list[Annotated[str, StringConstraints(max_length=64), AfterValidator(_pattern)]],
    Field(max_length=100),
]
Info = Annotated[
    str, StringConstraints(max_length=128, pattern=r'^[^<>",;]*$'), AfterValidator(policy.line)
]
RingTime = Annotated[int, Field(ge=3, le=600)]
Longest = Annotated[int, Field(ge=0, le=86_400)]
MostCalls = Annotated[int, Field(ge=0, le=100)]
Members = Annotated[list[Annotated[str, StringConstraints(max_length=18)]], Field(max_length=100)]
Encryption = Literal["off", "optional", "required"]


def _condition(section: str = "", **more: Any) -> JsonDict:
    hint: JsonDict = {"control": "select", "labels": CONDITION_WORDS, **more}
    return hint | ({"section": section} if section else {})


def _faxes_there(schema: JsonDict) -> None:
    """What is about faxes is hidden where this server can receive none."""
    schema["control"], schema["section"] = "switch", RINGING
    if not installed():
        schema["when"] = {"field": "fax_detection", "is": []}


class ForwardRow(Body):
    """Where calls go in one case of one presence state."""

    presence: Presence = Field(
        default="available",
        title=N_("Presence"),
        json_schema_extra={"control": "select", "labels": PRESENCE_WORDS},
    )
    case: Case = Field(
        default="always",
        title=N_("Forward"),
        json_schema_extra={"control": "select", "labels": CASE_WORDS},
    )
    kind: Kind = Field(
        default="extension",
        title=N_("Destination"),
        json_schema_extra={"control": "select", "labels": words(get_args(Kind))},
    )
    value: Annotated[Target, StringConstraints(min_length=1)] = Field(
        title=N_("Number"),
        json_schema_extra={
            "control": "text",
            "choices_by": {
                "field": "kind",
                "lists": {
                    "prompt": {"path": "/v1/choices/custom-prompts", "value": "id"},
                    "announcement": {"path": "/v1/choices/announcements", "value": "id"},
                },
            },
        },
    )
    condition: ConditionCode = Field(
        default=0, title=N_("Time Condition"), json_schema_extra=_condition()
    )


class StopRow(Body):
    """A number where somebody is looked for."""

    number: Annotated[Target, StringConstraints(min_length=1)] = Field(
        title=N_("Number"), json_schema_extra={"control": "text"}
    )
    ring_s: Annotated[int, Field(ge=1, le=300)] = Field(
        default=30, title=N_("Ring Time"), json_schema_extra={"unit": N_("seconds")}
    )


class FollowMeForm(Body):
    """Where to look for somebody who does not answer."""

    enabled: bool = Field(default=False, title=N_("Enable"))
    strategy: Literal["in_order", "simultaneously"] = Field(
        default="in_order",
        title=N_("Ring Strategy"),
        json_schema_extra={
            "control": "select",
            "labels": {
                "in_order": N_("Ring in Order"),
                "simultaneously": N_("Ring Simultaneously"),
            },
        },
    )
    stops: Annotated[list[StopRow], Field(max_length=10)] = Field(
        default_factory=list, title=N_("Numbers"), json_schema_extra={"control": "rows"}
    )
    condition: ConditionCode = Field(
        default=0, title=N_("Time Condition"), json_schema_extra=_condition()
    )
    confirms: bool = Field(
        default=False,
        title=N_("Confirm When Answering"),
        description=N_("Whoever answers hears who calls, and takes the call by 1."),
    )
    kind: SearchedKind = Field(
        default="none",
        title=N_("Destination on No Answer"),
        json_schema_extra={
            "control": "select",
            "labels": {"none": N_("None"), **words(get_args(SearchedKind)[1:])},
        },
    )
    value: Target = Field(
        default="",
        title=N_("Number"),
        json_schema_extra={
            "control": "text",
            "when": {"field": "kind", "is": [*get_args(SearchedKind)[1:]]},
        },
    )


class OwnCallFields(Body):
    """What somebody wants of his own calls, and may say himself."""

    ring_s: RingTime = Field(
        default=60,
        title=N_("Ring Timeout"),
        description=N_("How long its phones ring before the call counts as not answered."),
        json_schema_extra={"control": "number", "section": RINGING, "unit": N_("seconds")},
    )
    call_waiting: bool = Field(
        default=True,
        title=N_("Call Waiting"),
        description=N_("Who talks hears of another call. Without it, he is busy."),
        json_schema_extra={"control": "switch", "section": RINGING},
    )
    ring_too: Target = Field(
        default="",
        title=N_("Ring Simultaneously"),
        description=N_("A number, inside or outside, that rings together with its phones."),
        json_schema_extra={"control": "text", "section": RINGING},
    )
    ring_too_condition: ConditionCode = Field(
        default=0,
        title=N_("Ring Simultaneously: Time Condition"),
        json_schema_extra=_condition(RINGING),
    )
    missed_call_mails: bool = Field(
        default=False,
        title=N_("Email for Missed Calls"),
        json_schema_extra={"control": "switch", "section": RINGING},
    )
    fax_detection: bool = Field(
        default=False,
        title=N_("Fax Detection"),
        description=N_("Faxes that call from outside are received for it."),
        json_schema_extra=_faxes_there,
    )
    fax_mail: bool = Field(
        default=True,
        title=N_("Send Faxes by Email"),
        json_schema_extra={
            "control": "switch",
            "section": RINGING,
            "when": {"field": "fax_detection", "is": True},
        },
    )
    presence: Presence = Field(
        default="available",
        title=N_("Presence"),
        description=N_("Each state has forwarding of its own."),
        json_schema_extra={"control": "select", "section": PRESENCE, "labels": PRESENCE_WORDS},
    )
    do_not_disturb: bool = Field(
        default=False,
        title=N_("Do Not Disturb"),
        description=N_("Callers hear that it is busy, whatever is forwarded otherwise."),
        json_schema_extra={"control": "switch", "section": PRESENCE},
    )
    do_not_disturb_condition: ConditionCode = Field(
        default=0,
        title=N_("Do Not Disturb: Time Condition"),
        json_schema_extra=_condition(PRESENCE),
    )
    do_not_disturb_except: Callers = Field(
        default_factory=list,
        title=N_("Do Not Disturb: Whitelist"),
        description=N_("Callers who get through, as numbers or patterns."),
        json_schema_extra={"control": "hosts", "section": PRESENCE, "placeholder": "_2XXX"},
    )
    forwards: Annotated[list[ForwardRow], Field(max_length=15)] = Field(
        default_factory=list,
        title=N_("Call Forwarding"),
        json_schema_extra={"control": "rows", "section": PRESENCE},
    )
    forward_except: Callers = Field(
        default_factory=list,
        title=N_("Call Forwarding: Whitelist"),
        description=N_("Callers who are never forwarded, as numbers or patterns."),
        json_schema_extra={"control": "hosts", "section": PRESENCE, "placeholder": "_2XXX"},
    )
    specific_time: Annotated[list[Hours], Field(max_length=20)] = Field(
        default_factory=list,
        title=N_("Specific Time"),
        description=N_("What the time condition of that name means for this extension."),
        json_schema_extra={"control": "rows", "section": PRESENCE},
    )
    follow_me: FollowMeForm = Field(
        default=FollowMeForm(),
        title=N_("Follow Me"),
        description=N_("Where calls look for somebody whose phones do not answer."),
        json_schema_extra={"control": "group", "section": FOLLOWING},
    )
    follow_me_music: Annotated[str, StringConstraints(max_length=64)] = Field(
        default="",
        title=N_("Music while Looking"),
        description=N_("What callers hear while somebody is looked for."),
        json_schema_extra={
            "control": "select",
            "section": FOLLOWING,
            "choices": "/v1/choices/music-classes",
            "placeholder": N_("Ring tone"),
        },
    )


class CallFields(OwnCallFields):
    """What an extension wants of its calls."""

    most_calls: MostCalls = Field(
        default=0,
        title=N_("Concurrent Calls"),
        description=N_("How many calls it may have at the same time; 0: any number."),
        json_schema_extra={"control": "number", "section": RINGING},
    )
    longest_s: Longest = Field(
        default=0,
        title=N_("Maximum Call Duration"),
        description=N_("Calls it makes are ended after that time, also inside. 0: they may last."),
        json_schema_extra={"control": "number", "section": RINGING, "unit": N_("seconds")},
    )
    webrtc: bool = Field(
        default=True,
        title=N_("Calls in the Browser"),
        description=N_("Without it, Wave makes and takes no calls (WebRTC)."),
        json_schema_extra={"control": "switch", "section": MEDIA},
    )
    media_encryption: Encryption = Field(
        default="optional",
        title=N_("Media Encryption"),
        description=N_("SRTP, with keys in the session description."),
        json_schema_extra={
            "control": "select",
            "section": MEDIA,
            "labels": {
                "off": N_("Off"),
                "optional": N_("Where the phone wants it"),
                "required": N_("Always"),
            },
        },
    )
    codecs: Codecs = Field(
        default_factory=list,
        title=N_("Codec Preference"),
        description=CODECS_HINT,
        json_schema_extra={
            "control": "multiselect",
            "section": MEDIA,
            "labels": CODEC_WORDS,
            "placeholder": N_("All"),
        },
    )
    dtmf_mode: DtmfMode = Field(
        default="rfc4733",
        title=N_("DTMF Mode"),
        description=N_(
            "How its phones press keys. Auto: as events, as tones where none are agreed or come."
        ),
        json_schema_extra={"control": "select", "section": MEDIA, "labels": DTMF_WORDS},
    )
    t38: bool = Field(
        default=True,
        title=N_("T.38"),
        description=T38_HINT,
        json_schema_extra={"control": "switch", "section": MEDIA},
    )
    tel_uri: TelUri = Field(
        default="disabled",
        title=N_("TEL URI"),
        description=N_(
            "How its phones are told the numbers of who calls and who is called. A number that does"
            " not begin with + has no TEL URI at an IP address; it is a SIP URI with user=phone"
            " there."
        ),
        json_schema_extra={"control": "select", "section": MEDIA, "labels": TEL_URI_WORDS},
    )
    prack: Prack = Field(
        default="supported",
        title=N_("PRACK"),
        description=PRACK_HINT,
        json_schema_extra={"control": "select", "section": MEDIA, "labels": PRACK_WORDS},
    )
    alert_info: Ring = Field(
        default="none",
        title=N_("Alert-Info"),
        description=N_("By which its phones choose how they ring."),
        json_schema_extra={"control": "select", "section": MEDIA, "labels": RING_WORDS},
    )
    ringtone: Annotated[str, StringConstraints(max_length=64)] = Field(
        default="",
        title=N_("Ringtone"),
        description=N_("What phones fetch and ring with if they can: an Alert-Info Prompt."),
        json_schema_extra={
            "control": "select",
            "section": MEDIA,
            "choices": "/v1/choices/ringtones",
            "when": {"field": "alert_info", "is": "custom"},
        },
    )
    custom_alert_info: Info = Field(
        default="",
        title=N_("Custom Alert-Info"),
        json_schema_extra={
            "control": "text",
            "section": MEDIA,
            "when": {"field": "alert_info", "is": "custom"},
        },
    )
    taken_over_by: Members = Field(
        default_factory=list,
        title=N_("Seamless Transfer Members"),
        description=N_("Extensions that may go on with its calls by a code, unnoticed."),
        json_schema_extra={
            "control": "multiselect",
            "section": RINGING,
            "choices": "/v1/choices/extensions",
            "choice_value": "number",
            "choice_label": "name",
        },
    )
    hot_desk: bool = Field(
        default=False,
        title=N_("Hot Desk"),
        description=N_("Others may use its phone as their own, by a code and their voicemail PIN."),
        json_schema_extra={"control": "switch", "section": RINGING},
    )
    shared_line: SharedLineForm = Field(
        default=SharedLineForm(),
        title=N_("Shared Call Appearance"),
        description=N_("One line at several places: each sees the calls of all."),
        json_schema_extra={"control": "group", "section": SHARING},
    )
    follow_me_skips_pin: bool = Field(
        default=False,
        title=N_("Skip Trunk Auth"),
        description=N_(
            "Numbers outside are called without the PIN that an outbound route asks for. Without"
            " it, those behind a PIN do not ring, since nobody is there who could enter it."
        ),
        json_schema_extra={"control": "switch", "section": FOLLOWING},
    )
    music: Annotated[str, StringConstraints(max_length=64)] = Field(
        default="",
        title=N_("Music On Hold"),
        description=N_("What whoever it holds hears."),
        json_schema_extra={
            "control": "select",
            "section": RINGING,
            "choices": "/v1/choices/music-classes",
            "placeholder": N_("Default"),
        },
    )


class OwnCallChanges(Body):
    """The fields of `OwnCallFields` that change."""

    ring_s: RingTime | None = None
    call_waiting: bool | None = None
    ring_too: Target | None = None
    ring_too_condition: ConditionCode | None = None
    missed_call_mails: bool | None = None
    fax_detection: bool | None = None
    fax_mail: bool | None = None
    presence: Presence | None = None
    do_not_disturb: bool | None = None
    do_not_disturb_condition: ConditionCode | None = None
    do_not_disturb_except: Callers | None = None
    forwards: Annotated[list[ForwardRow], Field(max_length=15)] | None = None
    forward_except: Callers | None = None
    specific_time: Annotated[list[Hours], Field(max_length=20)] | None = None
    follow_me: FollowMeForm | None = None
    follow_me_music: Annotated[str, StringConstraints(max_length=64)] | None = None


class CallChanges(OwnCallChanges):
    """The fields of `CallFields` that change."""

    most_calls: MostCalls | None = None
    longest_s: Longest | None = None
    webrtc: bool | None = None
    media_encryption: Encryption | None = None
    codecs: Codecs | None = None
    dtmf_mode: DtmfMode | None = None
    t38: bool | None = None
    tel_uri: TelUri | None = None
    prack: Prack | None = None
    alert_info: Ring | None = None
    ringtone: Annotated[str, StringConstraints(max_length=64)] | None = None
    custom_alert_info: Info | None = None
    taken_over_by: Members | None = None
    hot_desk: bool | None = None
    shared_line: SharedLineForm | None = None
    follow_me_skips_pin: bool | None = None
    music: Annotated[str, StringConstraints(max_length=64)] | None = None
