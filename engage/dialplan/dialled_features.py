"""The codes of `pbxcore.features.codes`, as fields of a form."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from engage.errors import N_
from engage.form_hints import extensions_hint, groups_hint
from pbxcore.features.codes import CODES

OWN, OTHERS, CALLS = N_("Features of the own extension"), N_("Features of others"), N_("Calls")
Code = Annotated[str, StringConstraints(pattern=r"^([*#]{1,2}[0-9]{0,6})?$")]
Extensions = Annotated[
    list[Annotated[str, StringConstraints(max_length=18)]], Field(max_length=500)
]

Groups = Annotated[list[Annotated[str, StringConstraints(max_length=64)]], Field(max_length=100)]


def _code(name: str, title: str, section: str) -> Any:
    return Field(
        default=CODES[name].usual,
        title=title,
        json_schema_extra={"control": "text", "section": section},
    )


def _chosen(title: str, description: str, section: str) -> Any:
    return Field(
        default_factory=list,
        title=title,
        description=description,
        json_schema_extra=extensions_hint(section),
    )


class DialledFeatures(BaseModel):
    """What is dialled to set something, or to have it done."""

    dnd_on: Code = _code("dnd_on", N_("Do Not Disturb On"), OWN)
    dnd_off: Code = _code("dnd_off", N_("Do Not Disturb Off"), OWN)
    forward_on: Code = _code("forward_on", N_("Call Forward Always On"), OWN)
    forward_off: Code = _code("forward_off", N_("Call Forward Always Off"), OWN)
    forward_busy_on: Code = _code("forward_busy_on", N_("Call Forward Busy On"), OWN)
    forward_busy_off: Code = _code("forward_busy_off", N_("Call Forward Busy Off"), OWN)
    forward_no_answer_on: Code = _code("forward_no_answer_on", N_("Call Forward No Answer On"), OWN)
    forward_no_answer_off: Code = _code(
        "forward_no_answer_off", N_("Call Forward No Answer Off"), OWN
    )
    presence: Code = _code("presence", N_("Presence Status"), OWN)
    remote_forward_on: Code = _code(
        "remote_forward_on", N_("Remote Call Forward Always On"), OTHERS
    )
    remote_forward_off: Code = _code(
        "remote_forward_off", N_("Remote Call Forward Always Off"), OTHERS
    )
    remote_forward_busy_on: Code = _code(
        "remote_forward_busy_on", N_("Remote Call Forward Busy On"), OTHERS
    )
    remote_forward_busy_off: Code = _code(
        "remote_forward_busy_off", N_("Remote Call Forward Busy Off"), OTHERS
    )
    remote_forward_no_answer_on: Code = _code(
        "remote_forward_no_answer_on", N_("Remote Call Forward No Answer On"), OTHERS
    )
    remote_forward_no_answer_off: Code = _code(
        "remote_forward_no_answer_off", N_("Remote Call Forward No Answer Off"), OTHERS
    )
    remote_dnd_on: Code = _code("remote_dnd_on", N_("Remote Do Not Disturb On"), OTHERS)
    remote_dnd_off: Code = _code("remote_dnd_off", N_("Remote Do Not Disturb Off"), OTHERS)
    remote_callers: Extensions = _chosen(
        N_("Who may set features of others"),
        N_("The extensions that may dial these codes; none: nobody."),
        OTHERS,
    )
    blacklist_add: Code = _code("blacklist_add", N_("Blacklist Add"), CALLS)
    blacklist_remove: Code = _code("blacklist_remove", N_("Blacklist Remove"), CALLS)
    blacklist_last: Code = _code("blacklist_last", N_("Blacklist Last Caller"), CALLS)
    queue_break: Code = _code("queue_break", N_("Agent Pause"), CALLS)
    queue_break_over: Code = _code("queue_break_over", N_("Agent Unpause"), CALLS)
    inbound_mode: Code = _code("inbound_mode", N_("Inbound Mode 1"), CALLS)
    inbound_mode_default: Code = _code("inbound_mode_default", N_("Default Inbound Mode"), CALLS)
    mode_callers: Extensions = _chosen(
        N_("Who may switch the inbound mode"),
        N_("The extensions that may dial these codes; none: every extension."),
        CALLS,
    )
    completion: Code = _code("completion", N_("Call Completion Request"), CALLS)
    completion_cancel: Code = _code("completion_cancel", N_("Call Completion Cancel"), CALLS)
    call_flip: Code = _code("call_flip", N_("Call Flip"), CALLS)
    take_over: Code = _code("take_over", N_("Pickup In-call"), CALLS)
    desk_login: Code = _code("desk_login", N_("Hot Desk Login"), CALLS)
    desk_logout: Code = _code("desk_logout", N_("Hot Desk Logout"), CALLS)
    line_private_hold: Code = _code("line_private_hold", N_("SCA Private Hold"), CALLS)
    line_retrieve: Code = _code("line_retrieve", N_("SCA Retrieve"), CALLS)
    line_bridge: Code = _code("line_bridge", N_("SCA Bridge"), CALLS)
    priority: Code = _code("priority", N_("Priority Call"), CALLS)
    priority_callers: Extensions = _chosen(
        N_("Priority Call Whitelist"),
        N_("The extensions whose calls may end those of who is called; none: nobody."),
        CALLS,
    )

    priority_groups: Groups = Field(
        default_factory=list,
        title=N_("Priority Call Whitelist: Extension Groups"),
        json_schema_extra=groups_hint(CALLS),
    )
    priority_for_all: bool = Field(
        default=False,
        title=N_("Priority Calls by Every Extension"),
        json_schema_extra={"control": "switch", "section": CALLS},
    )
    spy_for_all: bool = Field(
        default=False,
        title=N_("Enable Spy"),
        description=N_(
            "Every extension may listen, whisper and barge in at every other by the codes, whoever"
            " its supervisors are. Mind the privacy of those who talk, and the law."
        ),
        json_schema_extra={"control": "switch", "section": CALLS},
    )

    def features(self) -> dict[str, str]:
        """The codes by feature, as the PBX knows them."""
        return {name: getattr(self, name) for name in CODES}
