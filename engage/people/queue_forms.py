"""How a call queue treats callers and agents, as an administrator fills it in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from engage.errors import N_
from engage.form_hints import extensions_hint, groups_hint
from engage.people import policy
from engage.people.call_forms import RING_WORDS, Ring
from engage.people.call_rules import RECORDED_WORDS, Recorded
from engage.people.fields import Ident
from engage.people.permissions import PERMISSION_WORDS, Permission
from engage.people.queue_counting_forms import CountingRules
from engage.people.queue_fields import (
    CALLBACK,
    DUTY,
    EMPTY,
    HANG_UP,
    LONGEST_S,
    QUEUE,
    RINGING,
    SAID,
    SAY_WHY,
    SECONDS,
    WAITING,
    Digits,
    Numbers,
    PromptId,
    QueueDestination,
    Seconds,
    number,
    prompt,
    switch,
)

if TYPE_CHECKING:
    from pydantic.config import JsonDict

Strategy = Literal[
    "ring_all",
    "linear",
    "least_recent",
    "fewest_calls",
    "random",
    "round_robin",
    "ring_progressively",
    "longest_idle",
    "weighted_random",
    "skills",
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
    "weighted_random": N_("Weighted Random"),
    "skills": N_("Most Skilled"),
}
Prefix = Annotated[str, StringConstraints(max_length=32), AfterValidator(policy.line)]
Blend = Literal["any", "room", "few"]
BLENDS: JsonDict = {
    "any": N_("Always"),
    "room": N_("As long as the agent could take another chat"),
    "few": N_("With up to a number of chats"),
}
QueuePermission = Literal["", Permission]
Policy = Literal["yes", "no", "strict", "custom"]
ConditionName = Literal[
    "on_break", "level", "in_use", "ringing", "unavailable", "invalid", "unknown", "wrap_up"
]
CONDITIONS: JsonDict = {
    "on_break": N_("On a break"),
    "level": N_("Of another level"),
    "in_use": N_("In a call"),
    "ringing": N_("Ringing"),
    "unavailable": N_("Not to be reached"),
    "invalid": N_("Without an extension"),
    "unknown": N_("Not known"),
    "wrap_up": N_("In wrap-up"),
}
Conditions = Annotated[list[ConditionName], Field(max_length=8)]
OWN_CHOICE = N_("When each agent is one of those below")


def _conditions(title: str, policy: str) -> Any:
    hints: JsonDict = {
        "control": "checkboxes",
        "section": EMPTY,
        "labels": CONDITIONS,
        "when": {"field": policy, "is": "custom"},
    }
    return Field(default_factory=list, title=title, json_schema_extra=hints)


Groups = Annotated[list[Ident], Field(max_length=100)]


class QueueRules(CountingRules):
    """How a call queue treats callers and agents."""

    static_agent_groups: Groups = Field(
        default_factory=list,
        title=N_("Groups of Static Agents"),
        description=N_(
            "Whoever belongs to these groups always serves the queue, after the agents above. Who"
            " is to have a level of his own is named there."
        ),
        json_schema_extra=groups_hint(QUEUE),
    )
    strategy: Strategy = Field(
        default="ring_all",
        title=N_("Ring Strategy"),
        json_schema_extra={"control": "select", "section": RINGING, "labels": STRATEGIES},
    )
    ring_s: Annotated[int, Field(ge=5, le=LONGEST_S)] = number(
        N_("Ring Time"), RINGING, 30, N_("How long the phones of one agent ring."), unit=SECONDS
    )
    progress_s: Annotated[int, Field(ge=1, le=LONGEST_S)] = number(
        N_("Next Agent after"),
        RINGING,
        10,
        N_("One more agent rings each time."),
        unit=SECONDS,
        when={"field": "strategy", "is": "ring_progressively"},
    )
    retry_s: Annotated[int, Field(ge=1, le=LONGEST_S)] = number(
        N_("Retry Time"), RINGING, 5, N_("The pause before an agent rings again."), unit=SECONDS
    )
    wrap_up_s: Seconds = number(
        N_("Wrap-up Time"), RINGING, 10, N_("After a call, before the next one."), unit=SECONDS
    )
    rings_busy: bool = switch(
        N_("Ring Agents in a Call"), RINGING, N_("Agents with call waiting ring while they talk.")
    )
    blend: Blend = Field(
        default="room",
        title=N_("Calls beside Chats"),
        description=N_("Whether the phones of agents with live chats ring."),
        json_schema_extra={"control": "select", "section": RINGING, "labels": BLENDS},
    )
    beside_chats: Annotated[int, Field(ge=0, le=200)] = number(
        N_("Chats beside a Call"),
        RINGING,
        1,
        N_("Agents with more chats than this are not called."),
        when={"field": "blend", "is": "few"},
    )
    autofill: bool = switch(
        N_("Serve Callers in Parallel"),
        RINGING,
        N_("Without it, only the caller at the head is offered to agents."),
        on=True,
    )
    missed_to_pause: Annotated[int, Field(ge=0, le=100)] = number(
        N_("Pause after Missed Calls"),
        RINGING,
        0,
        N_("An agent who misses so many calls in a row is on a break; 0: never."),
    )
    weight: Annotated[int, Field(ge=0, le=1000)] = number(
        N_("Weight"), RINGING, 0, N_("Of queues with the same agents, the heavier goes first.")
    )
    tells_hold_time: bool = switch(
        N_("Report Hold Time"), RINGING, N_("The agent hears how long the caller has waited.")
    )
    name_on_phones: bool = switch(
        N_("Send Queue Name to Phones"),
        RINGING,
        N_("Phones that know how show which queue calls."),
        on=True,
    )
    replaces_name: bool = switch(
        N_("Replace Display Name"), RINGING, N_("Phones show the queue's name before the caller's.")
    )
    name_prefix: Prefix = Field(
        default="",
        title=N_("Caller ID Prefix"),
        description=N_("Stands before the caller's name on agents' phones."),
        json_schema_extra={"control": "text", "section": RINGING},
    )
    alert_info: Ring = Field(
        default="none",
        title=N_("Alert-Info"),
        description=N_("Told to the phones that ring, which may ring otherwise then."),
        json_schema_extra={
            "control": "select",
            "section": RINGING,
            "labels": {each: word for each, word in RING_WORDS.items() if each != "custom"},
        },
    )
    auto_record: Recorded = Field(
        default="off",
        title=N_("Auto Record"),
        description=N_("Which calls with agents are recorded without being asked for."),
        json_schema_extra={
            "control": "select",
            "section": RINGING,
            "labels": RECORDED_WORDS,
        },
    )
    record_code: bool = switch(
        N_("Enable Record Feature Code"),
        RINGING,
        N_("Agents may pause and resume by code what is recorded by itself."),
    )
    survey: bool = switch(
        N_("Satisfaction Survey"),
        RINGING,
        N_("Once the agent has hung up, callers rate the call from 1 to 5."),
    )
    service_level_s: Annotated[int, Field(ge=1, le=3600)] = number(
        N_("Service Level"),
        RINGING,
        60,
        N_("Callers shall be answered within this time."),
        unit=SECONDS,
    )
    max_length: Annotated[int, Field(ge=0, le=100_000)] = number(
        N_("Maximum Queue Length"), WAITING, 0, N_("Callers who may wait; 0: any number.")
    )
    max_wait_s: Seconds = number(
        N_("Maximum Wait Time"), WAITING, 60, N_("0: as long as the caller likes."), unit=SECONDS
    )
    timeout_destination: QueueDestination = Field(
        default=HANG_UP,
        title=N_("Maximum Wait Time Destination"),
        json_schema_extra={"control": "group", "section": WAITING},
    )
    music: PromptId = prompt(
        N_("Music On Hold"),
        WAITING,
        N_("Left empty, the music that callers on hold hear."),
        choices="/v1/choices/music-classes",
    )
    welcome: PromptId = prompt(
        N_("Welcome Prompt"),
        WAITING,
        N_("Heard in full, also when an agent has answered: it is best short."),
    )
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
    announces_position: bool = switch(N_("Announce Position"), SAID)
    announces_wait: bool = switch(
        N_("Announce Wait Time"), SAID, N_("The estimate in minutes, from two minutes on.")
    )
    announce_every_s: Annotated[int, Field(ge=0, le=LONGEST_S)] = number(
        N_("Announcement Interval"), SAID, 20, unit=SECONDS
    )
    announces_better: bool = switch(
        N_("Announce Better Places at Once"),
        SAID,
        N_("Not only when the interval is over."),
        when={"field": "announces_position", "is": True},
    )
    highest_position: Annotated[int, Field(ge=0, le=1000)] = number(
        N_("Highest Place Told"),
        SAID,
        0,
        N_("Beyond it, callers hear that at least so many are before them; 0: any."),
        when={"field": "announces_position", "is": True},
    )
    wait_told_from_s: Seconds = number(
        N_("Wait Told from"),
        SAID,
        120,
        N_("Shorter estimates are not told."),
        unit=SECONDS,
        when={"field": "announces_wait", "is": True},
    )
    repeated: PromptId = prompt(N_("Repeated Prompt"), SAID, N_("Said again and again."))
    repeated_every_s: Annotated[int, Field(ge=15, le=3600)] = number(
        N_("Repeated Prompt Interval"), SAID, 60, unit=SECONDS
    )
    more_repeated: Annotated[list[PromptId], Field(max_length=20)] = Field(
        default_factory=list,
        title=N_("More Repeated Prompts"),
        description=N_("They take turns with the first one."),
        json_schema_extra={
            "control": "multiselect",
            "section": SAID,
            "choices": "/v1/choices/custom-prompts",
            "choice_value": "id",
            "choice_label": "name",
        },
    )
    repeated_by_chance: bool = switch(N_("Repeated Prompts in Any Order"), SAID)
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
                "custom": OWN_CHOICE,
            },
        },
    )
    leave_conditions: Conditions = _conditions(N_("Leave When"), "leave_when_empty")
    empty_wait_s: Seconds = number(
        N_("Longest Wait for Agents"),
        EMPTY,
        0,
        N_("While nobody at all is there, callers go on elsewhere after this time; 0: never."),
        unit=SECONDS,
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
                "custom": N_("Not when each agent is one of those below"),
            },
        },
    )
    join_conditions: Conditions = _conditions(N_("Do not Enter When"), "dial_in_empty")
    empty_destination: QueueDestination = Field(
        default=SAY_WHY,
        title=N_("Empty or Full Queue Destination"),
        json_schema_extra={"control": "group", "section": EMPTY},
    )
    permission: QueuePermission = Field(
        default="",
        title=N_("Permission"),
        description=N_("How far callers may go who leave the queue for an external number."),
        json_schema_extra={
            "control": "select",
            "section": EMPTY,
            "labels": {"": N_("As the caller may"), **PERMISSION_WORDS},
        },
    )
    mailbox_prompt: PromptId = prompt(
        N_("Voicemail Prompt"),
        EMPTY,
        N_("What callers hear before they leave the queue for a mailbox."),
    )
    virtual_queue: bool = switch(
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
    virtual_after_s: Seconds = number(
        N_("Virtual Queue Period"),
        CALLBACK,
        20,
        unit=SECONDS,
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
    virtual_ring_s: Annotated[int, Field(ge=5, le=600)] = number(
        N_("Callback Timeout"),
        CALLBACK,
        60,
        unit=SECONDS,
        when={"field": "virtual_queue", "is": True},
    )
    virtual_retries: Annotated[int, Field(ge=0, le=20)] = number(
        N_("Callback Retries"),
        CALLBACK,
        3,
        N_("So often a customer who did not answer is called again."),
        when={"field": "virtual_queue", "is": True},
    )
    virtual_retry_s: Seconds = number(
        N_("Callback Retry Time"),
        CALLBACK,
        600,
        unit=SECONDS,
        when={"field": "virtual_queue", "is": True},
    )
    virtual_lasts_s: Annotated[int, Field(ge=60, le=604_800)] = number(
        N_("Callback Expiry"),
        CALLBACK,
        86_400,
        N_("Nobody is called back later than this after the call."),
        unit=SECONDS,
        when={"field": "virtual_queue", "is": True},
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
    feature_codes: bool = switch(
        N_("Enable Feature Codes"), DUTY, N_("Agents may pause and resume by code.")
    )
    static_login: bool = switch(
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
        json_schema_extra=extensions_hint(DUTY),
    )


FIELDS = tuple(QueueRules.model_fields)


def given_rules(body: QueueRules) -> dict[str, Any]:
    """The rules that a request names, as plain values."""
    return body.model_dump(include=body.model_fields_set & set(FIELDS))
