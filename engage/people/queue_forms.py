"""How a call queue treats callers and agents, as an administrator fills it in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, StringConstraints

from engage.errors import N_
from engage.partial_body import Body

if TYPE_CHECKING:
    from pydantic.config import JsonDict

QUEUE = N_("Call Queue")
RINGING, WAITING, SAID = N_("Ringing Agents"), N_("Waiting"), N_("Announcements")
EMPTY, CALLBACK, DUTY = N_("When nobody is there"), N_("Virtual Queue"), N_("Login and Rights")
LONGEST_S = 86_400

Strategy = Literal[
    "ring_all",
    "linear",
    "least_recent",
    "fewest_calls",
    "random",
    "round_robin",
    "ring_progressively",
    "longest_idle",
]
STRATEGIES: JsonDict = {
    "ring_all": N_("Ring All"),
    "linear": N_("Linear"),
    "least_recent": N_("Least Recent"),
    "fewest_calls": N_("Fewest Calls"),
    "random": N_("Random"),
    "round_robin": N_("Round Robin with Memory"),
    "ring_progressively": N_("Ring Progressively"),
    "longest_idle": N_("Longest Idle"),
}
Blend = Literal["any", "room", "few"]
BLENDS: JsonDict = {
    "any": N_("Always"),
    "room": N_("As long as the agent could take another chat"),
    "few": N_("With up to a number of chats"),
}
Policy = Literal["yes", "no", "strict"]
Kind = Literal[
    "prompt",
    "extension",
    "voicemail",
    "queue",
    "ring_group",
    "voicemail_group",
    "ivr",
    "announcement",
    "directory",
    "external",
    "hang_up",
]
KINDS: JsonDict = {
    "prompt": N_("Say why, and hang up"),
    "extension": N_("Extension"),
    "voicemail": N_("Voicemail"),
    "queue": N_("Call Queue"),
    "ring_group": N_("Ring Group"),
    "voicemail_group": N_("Voicemail Group"),
    "ivr": N_("IVR"),
    "announcement": N_("Announcement"),
    "directory": N_("Dial by Name"),
    "external": N_("External Number"),
    "hang_up": N_("Hang up"),
}
NO_VALUE = frozenset({"prompt", "hang_up"})
_LISTS: JsonDict = {
    "extension": {"path": "/v1/choices/extensions", "value": "number"},
    "voicemail": {"path": "/v1/choices/extensions", "value": "number"},
    "queue": {"path": "/v1/choices/queues", "value": "number"},
    "ring_group": {"path": "/v1/choices/ring-groups", "value": "id"},
    "voicemail_group": {"path": "/v1/choices/voicemail-groups", "value": "id"},
    "ivr": {"path": "/v1/choices/ivrs", "value": "id"},
    "announcement": {"path": "/v1/choices/announcements", "value": "id"},
    "directory": {"path": "/v1/choices/name-directories", "value": "id"},
}

Seconds = Annotated[int, Field(ge=0, le=LONGEST_S)]
Target = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z+*#_.-]*$", max_length=64)]
PromptId = Annotated[str, StringConstraints(max_length=128)]
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]*$", max_length=18)]
Numbers = Annotated[list[Annotated[str, StringConstraints(max_length=18)]], Field(max_length=100)]
_S = N_("seconds")


class QueueDestination(Body):
    """Where callers go whom no agent serves."""

    kind: Kind = Field(
        default="hang_up",
        title=N_("Destination"),
        json_schema_extra={"control": "select", "labels": KINDS},
    )
    value: Target = Field(
        default="",
        title=N_("Number"),
        json_schema_extra={
            "control": "text",
            "choices_by": {"field": "kind", "lists": _LISTS},
            "when": {"field": "kind", "is": [each for each in KINDS if each not in NO_VALUE]},
        },
    )


HANG_UP = QueueDestination()
SAY_WHY = QueueDestination(kind="prompt")


def _prompt(title: str, section: str, text: str = "", **more: Any) -> Any:
    """A field that chooses one of the custom prompts."""
    hints: JsonDict = {
        "control": "select",
        "section": section,
        "choices": "/v1/choices/custom-prompts",
        **more,
    }
    return Field(default="", title=title, description=text or None, json_schema_extra=hints)


def _switch(title: str, section: str, text: str = "", *, on: bool = False, **more: Any) -> Any:
    hints: JsonDict = {"control": "switch", "section": section, **more}
    return Field(default=on, title=title, description=text or None, json_schema_extra=hints)


def _number(title: str, section: str, usual: int, text: str = "", **more: Any) -> Any:
    hints: JsonDict = {"control": "number", "section": section, **more}
    return Field(default=usual, title=title, description=text or None, json_schema_extra=hints)


class QueueRules(Body):
    """How a call queue treats callers and agents."""

    strategy: Strategy = Field(
        default="ring_all",
        title=N_("Ring Strategy"),
        json_schema_extra={"control": "select", "section": RINGING, "labels": STRATEGIES},
    )
    ring_s: Annotated[int, Field(ge=5, le=LONGEST_S)] = _number(
        N_("Ring Time"), RINGING, 30, N_("How long the phones of one agent ring."), unit=_S
    )
    retry_s: Annotated[int, Field(ge=1, le=LONGEST_S)] = _number(
        N_("Retry Time"), RINGING, 5, N_("The pause before an agent rings again."), unit=_S
    )
    wrap_up_s: Seconds = _number(
        N_("Wrap-up Time"), RINGING, 10, N_("After a call, before the next one."), unit=_S
    )
    rings_busy: bool = _switch(
        N_("Ring Agents in a Call"), RINGING, N_("Agents with call waiting ring while they talk.")
    )
    blend: Blend = Field(
        default="room",
        title=N_("Calls beside Chats"),
        description=N_("Whether the phones of agents with live chats ring."),
        json_schema_extra={"control": "select", "section": RINGING, "labels": BLENDS},
    )
    beside_chats: Annotated[int, Field(ge=0, le=200)] = _number(
        N_("Chats beside a Call"),
        RINGING,
        1,
        N_("Agents with more chats than this are not called."),
        when={"field": "blend", "is": "few"},
    )
    autofill: bool = _switch(
        N_("Serve Callers in Parallel"),
        RINGING,
        N_("Without it, only the caller at the head is offered to agents."),
        on=True,
    )
    missed_to_pause: Annotated[int, Field(ge=0, le=100)] = _number(
        N_("Pause after Missed Calls"),
        RINGING,
        0,
        N_("An agent who misses so many calls in a row is on a break; 0: never."),
    )
    weight: Annotated[int, Field(ge=0, le=1000)] = _number(
        N_("Weight"), RINGING, 0, N_("Of queues with the same agents, the heavier goes first.")
    )
    tells_hold_time: bool = _switch(
        N_("Report Hold Time"), RINGING, N_("The agent hears how long the caller has waited.")
    )
    name_on_phones: bool = _switch(
        N_("Send Queue Name to Phones"),
        RINGING,
        N_("Phones that know how show which queue calls."),
        on=True,
    )
    replaces_name: bool = _switch(
        N_("Replace Display Name"), RINGING, N_("Phones show the queue's name before the caller's.")
    )
    auto_record: bool = _switch(N_("Auto Record"), RINGING, N_("Calls with agents are recorded."))
    service_level_s: Annotated[int, Field(ge=1, le=3600)] = _number(
        N_("Service Level"), RINGING, 60, N_("Callers shall be answered within this time."), unit=_S
    )
    max_length: Annotated[int, Field(ge=0, le=100_000)] = _number(
        N_("Maximum Queue Length"), WAITING, 0, N_("Callers who may wait; 0: any number.")
    )
    max_wait_s: Seconds = _number(
        N_("Maximum Wait Time"), WAITING, 60, N_("0: as long as the caller likes."), unit=_S
    )
    timeout_destination: QueueDestination = Field(
        default=HANG_UP,
        title=N_("Maximum Wait Time Destination"),
        json_schema_extra={"control": "group", "section": WAITING},
    )
    music: PromptId = _prompt(
        N_("Music On Hold"),
        WAITING,
        N_("Left empty, the music that callers on hold hear."),
        choices="/v1/choices/music-classes",
    )
    welcome: PromptId = _prompt(N_("Welcome Prompt"), WAITING)
    exit_key: Annotated[str, StringConstraints(pattern=r"^[0-9*#]?$")] = Field(
        default="",
        title=N_("Exit Key"),
        description=N_("Whoever presses it while waiting goes to the destination below."),
        json_schema_extra={"control": "text", "section": WAITING},
    )
    exit_destination: QueueDestination = Field(
        default=HANG_UP,
        title=N_("Exit Key Destination"),
        json_schema_extra={"control": "group", "section": WAITING},
    )
    announces_position: bool = _switch(N_("Announce Position"), SAID)
    announces_wait: bool = _switch(
        N_("Announce Wait Time"), SAID, N_("The estimate in minutes, from two minutes on.")
    )
    announce_every_s: Annotated[int, Field(ge=0, le=LONGEST_S)] = _number(
        N_("Announcement Interval"), SAID, 20, unit=_S
    )
    repeated: PromptId = _prompt(N_("Repeated Prompt"), SAID, N_("Said again and again."))
    repeated_every_s: Annotated[int, Field(ge=15, le=3600)] = _number(
        N_("Repeated Prompt Interval"), SAID, 60, unit=_S
    )
    leave_when_empty: Policy = Field(
        default="strict",
        title=N_("Leave When Empty"),
        json_schema_extra={
            "control": "select",
            "section": EMPTY,
            "labels": {
                "yes": N_("When all agents are on a break or logged out"),
                "strict": N_("Also when none can be reached"),
                "no": N_("Never"),
            },
        },
    )
    dial_in_empty: Policy = Field(
        default="no",
        title=N_("Dial in Empty Queue"),
        json_schema_extra={
            "control": "select",
            "section": EMPTY,
            "labels": {
                "yes": N_("Always"),
                "no": N_("Not when all agents are on a break or logged out"),
                "strict": N_("Neither when none can be reached"),
            },
        },
    )
    empty_destination: QueueDestination = Field(
        default=SAY_WHY,
        title=N_("Empty or Full Queue Destination"),
        json_schema_extra={"control": "group", "section": EMPTY},
    )
    virtual_queue: bool = _switch(
        N_("Virtual Queue"), CALLBACK, N_("Callers may hang up, keep their place and be called.")
    )
    virtual_mode: Literal["periodic", "key"] = Field(
        default="periodic",
        title=N_("Offered"),
        json_schema_extra={
            "control": "select",
            "section": CALLBACK,
            "labels": {"periodic": N_("After some time"), "key": N_("By a key")},
            "when": {"field": "virtual_queue", "is": True},
        },
    )
    virtual_key: Annotated[str, StringConstraints(pattern=r"^[0-9*#]$")] = Field(
        default="2",
        title=N_("Virtual Queue Key"),
        json_schema_extra={
            "control": "text",
            "section": CALLBACK,
            "when": {"field": "virtual_mode", "is": "key"},
        },
    )
    virtual_after_s: Seconds = _number(
        N_("Virtual Queue Period"),
        CALLBACK,
        20,
        unit=_S,
        when={"field": "virtual_queue", "is": True},
    )
    virtual_prefix: Annotated[str, StringConstraints(pattern=r"^[0-9*#+]*$", max_length=16)] = (
        Field(
            default="",
            title=N_("Outbound Prefix"),
            description=N_("Dialled before the number that is called back."),
            json_schema_extra={
                "control": "text",
                "section": CALLBACK,
                "when": {"field": "virtual_queue", "is": True},
            },
        )
    )
    virtual_ring_s: Annotated[int, Field(ge=5, le=600)] = _number(
        N_("Callback Timeout"), CALLBACK, 60, unit=_S, when={"field": "virtual_queue", "is": True}
    )
    caller_id: Annotated[str, StringConstraints(pattern=r"^[0-9+]*$", max_length=32)] = Field(
        default="",
        title=N_("Callback Caller ID"),
        description=N_("The number shown to who is called back."),
        json_schema_extra={
            "control": "text",
            "section": CALLBACK,
            "when": {"field": "virtual_queue", "is": True},
        },
    )
    feature_codes: bool = _switch(
        N_("Enable Feature Codes"), DUTY, N_("Agents may pause and resume by code.")
    )
    static_login: bool = _switch(
        N_("Enable Agent Login"), DUTY, N_("Static agents may log in and out too.")
    )
    pin: Digits = Field(
        default="",
        title=N_("Dynamic Login Password"),
        description=N_("Digits that dynamic agents enter when they log in by phone."),
        json_schema_extra={"control": "text", "section": DUTY},
    )
    chairmen: Numbers = Field(
        default_factory=list,
        title=N_("Queue Chairmen"),
        description=N_("They see all agents and calls of this queue, and may act on them."),
        json_schema_extra={
            "control": "multiselect",
            "section": DUTY,
            "choices": "/v1/choices/extensions",
            "choice_value": "number",
        },
    )


FIELDS = tuple(QueueRules.model_fields)


def given_rules(body: QueueRules) -> dict[str, Any]:
    """The rules that a request names, as plain values."""
    return body.model_dump(include=body.model_fields_set & set(FIELDS))
