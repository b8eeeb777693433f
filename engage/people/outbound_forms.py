"""How an extension calls outside and is called back, as an administrator fills it in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from engage.errors import N_
from engage.partial_body import Body
from engage.people.call_forms import RINGING
from engage.system.time_settings import CONDITION_WORDS, ConditionCode

OUTSIDE = N_("Outbound Calls")

CallerId = Annotated[str, StringConstraints(pattern=r"^([0-9A-Za-z+*#._-]{2,32})?$")]
OutboundPin = Annotated[str, StringConstraints(pattern=r"^([0-9]{4,10})?$")]
MostCompletions = Annotated[int, Field(ge=1, le=999)]
Skipped = Literal["never", "always", "at_times"]


class OutboundChoices(Body):
    """Who is shown as the caller, whose PIN opens outbound routes, what callers may ask for."""

    caller_id: CallerId = Field(
        default="",
        title=N_("Caller ID Number"),
        description=N_(
            "The number that those who are called see, inside and, where neither trunk nor DOD"
            " says otherwise, outside. Left empty, it is the extension."
        ),
        json_schema_extra={"control": "text", "section": OUTSIDE},
    )
    emergency_caller_id: CallerId = Field(
        default="",
        title=N_("Emergency Caller ID"),
        description=N_("The number that emergency services see, before all others."),
        json_schema_extra={"control": "text", "section": OUTSIDE},
    )
    skip_outbound_pin: Skipped = Field(
        default="never",
        title=N_("Skip PIN of Outbound Routes"),
        description=N_("Its calls go out without the PIN that a route asks for."),
        json_schema_extra={
            "control": "select",
            "section": OUTSIDE,
            "labels": {
                "never": N_("Never"),
                "always": N_("Always"),
                "at_times": N_("By time"),
            },
        },
    )
    skip_outbound_pin_condition: ConditionCode = Field(
        default=0,
        title=N_("Skip PIN: Time Condition"),
        json_schema_extra={
            "control": "select",
            "section": OUTSIDE,
            "labels": CONDITION_WORDS,
            "when": {"field": "skip_outbound_pin", "is": "at_times"},
        },
    )
    dod_on_forward: bool = Field(
        default=False,
        title=N_("Use Callee DOD on FWD or RB"),
        description=N_(
            "Calls that it forwards outside, and numbers outside that ring together with its"
            " phones, are shown its DOD. Without it, they are shown what it shows without a DOD."
        ),
        json_schema_extra={"control": "switch", "section": OUTSIDE},
    )
    dod_on_follow_me: bool = Field(
        default=False,
        title=N_("Use Callee DOD on FM"),
        description=N_("The same for the numbers outside where Follow Me looks for somebody."),
        json_schema_extra={"control": "switch", "section": OUTSIDE},
    )
    auto_answer: bool = Field(
        default=False,
        title=N_("Auto Answer"),
        description=N_("Its phones answer by themselves where the caller's phone asks for it."),
        json_schema_extra={"control": "switch", "section": RINGING},
    )
    call_completion: bool = Field(
        default=True,
        title=N_("Call Completion"),
        description=N_(
            "Whoever finds it busy, or gets no answer, may ask by a code to be called when it is"
            " free."
        ),
        json_schema_extra={"control": "switch", "section": RINGING},
    )
    completions_awaited: MostCompletions = Field(
        default=1,
        title=N_("CC Max Agents"),
        description=N_("For how many others it may wait to be called at the same time."),
        json_schema_extra={"control": "number", "section": RINGING},
    )
    completions_offered: MostCompletions = Field(
        default=2,
        title=N_("CC Max Monitors"),
        description=N_("How many may wait for it at the same time."),
        json_schema_extra={
            "control": "number",
            "section": RINGING,
            "when": {"field": "call_completion", "is": True},
        },
    )


class OutboundFields(OutboundChoices):
    """The same with the PIN, which is never shown."""

    outbound_pin: OutboundPin = Field(
        default="",
        title=N_("PIN for Outbound Routes"),
        description=N_(
            "Four to ten digits that open routes with a password to this extension, in its place."
        ),
        json_schema_extra={
            "control": "password",
            "section": OUTSIDE,
            "secret": True,
            "removable": True,
        },
    )


class OutboundChanges(Body):
    """The fields of `OutboundFields` that change."""

    caller_id: CallerId | None = None
    emergency_caller_id: CallerId | None = None
    outbound_pin: OutboundPin | None = None
    skip_outbound_pin: Skipped | None = None
    skip_outbound_pin_condition: ConditionCode | None = None
    dod_on_forward: bool | None = None
    dod_on_follow_me: bool | None = None
    auto_answer: bool | None = None
    call_completion: bool | None = None
    completions_awaited: MostCompletions | None = None
    completions_offered: MostCompletions | None = None
