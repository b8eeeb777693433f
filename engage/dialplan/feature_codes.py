"""Feature codes, as a section of settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from engage.dialplan.dialled_features import Code, DialledFeatures
from engage.errors import N_, Refused
from pbxcore.apps import room_status
from pbxcore.dialplan import plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SECTION = "feature_codes"
DIALLED, PRESSED = N_("Dialled"), N_("Pressed during a call")


PressedBy = Literal["both", "caller", "callee", "none"]
IN_CALLS = (
    *("park", "record", "blind_transfer", "attended_transfer", "seamless_transfer"),
    "disconnect",
)
"""Codes that are pressed: of each a field of the same name and `_by` says by whom."""
BY = {f"{each}_by" for each in IN_CALLS}
AFTERWARDS = {"queue_log_in", "queue_log_out"}
"""Codes that go after a number, and may be what others have before one."""
OF_SERVICES = {"wake_up", "remote_wake_up", "room_status", "announcement_center", "echo"}
"""Codes that services are reached at, as numbers."""


def _by(title: str) -> Any:
    return Field(
        default="both",
        title=title,
        json_schema_extra={
            "control": "select",
            "section": PRESSED,
            "labels": {
                "both": N_("Caller and callee"),
                "caller": N_("Caller"),
                "callee": N_("Callee"),
                "none": N_("Nobody"),
            },
        },
    )


class FeatureCodes(DialledFeatures):
    """What is dialled, or pressed during a call, to have something done."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("Feature Codes"))

    pickup: Code = Field(
        default="**",
        title=N_("Call Pickup on Ringing"),
        description=N_("Before the number of the extension that rings."),
        json_schema_extra={"control": "text", "section": DIALLED},
    )
    group_pickup: Code = Field(
        default="*8",
        title=N_("Pickup Extension"),
        description=N_("Takes the call that rings longest in the own pickup groups."),
        json_schema_extra={"control": "text", "section": DIALLED},
    )
    intercom: Code = Field(
        default="*80",
        title=N_("Intercom Prefix"),
        description=N_("Before an extension whose phone is to answer by itself."),
        json_schema_extra={"control": "text", "section": DIALLED},
    )
    paging: Code = Field(
        default="*81",
        title=N_("Paging Prefix"),
        description=N_("Before an extension, or a group, that is to hear the caller."),
        json_schema_extra={"control": "text", "section": DIALLED},
    )
    own_mailbox: Code = Field(
        default="*97",
        title=N_("My Voicemail"),
        description=N_("Opens the mailbox of the extension that calls."),
        json_schema_extra={"control": "text", "section": DIALLED},
    )
    any_mailbox: Code = Field(
        default="*98",
        title=N_("Voicemail Access"),
        description=N_("Opens a mailbox whose number and PIN are known."),
        json_schema_extra={"control": "text", "section": DIALLED},
    )
    to_voicemail: Code = Field(
        default="*",
        title=N_("Direct Dial Voicemail Prefix"),
        description=N_("Before the number of the extension that is to get a message."),
        json_schema_extra={"control": "text", "section": DIALLED},
    )
    queue_log_in: Code = Field(
        default="*",
        title=N_("Agent Login Postfix"),
        description=N_("After the number of the queue that a dynamic agent is going to serve."),
        json_schema_extra={"control": "text", "section": DIALLED},
    )
    queue_log_out: Code = Field(
        default="**",
        title=N_("Agent Logout Postfix"),
        description=N_("After the number of the queue that a dynamic agent serves no more."),
        json_schema_extra={"control": "text", "section": DIALLED},
    )
    wake_up: Code = Field(
        default="*35",
        title=N_("Wake-up Service"),
        description=N_("Asks for the time of a wake-up call."),
        json_schema_extra={"control": "text", "section": DIALLED},
    )
    remote_wake_up: Code = Field(
        default="*36",
        title=N_("Remote Wake-up"),
        description=N_(
            "Asks for a room, or an extension, and for the time of a wake-up call there. Those may"
            " dial it who may set features of others."
        ),
        json_schema_extra={"control": "text", "section": DIALLED},
    )
    room_status: Code = Field(
        default="*23",
        title=N_("Update Room Status"),
        description=N_("Dialled in a hotel room, before the digit of its new status."),
        json_schema_extra={"control": "text", "section": DIALLED},
    )
    announcement_center: Code = Field(
        default="*88",
        title=N_("Announcement Center Prefix"),
        description=N_("Before the codes of an announcement and of a group."),
        json_schema_extra={"control": "text", "section": DIALLED},
    )
    echo: Code = Field(
        default="*43",
        title=N_("Echo Test"),
        description=N_("Lets the caller hear himself."),
        json_schema_extra={"control": "text", "section": DIALLED},
    )
    park: Code = Field(
        default="#72",
        title=N_("Call Park"),
        description=N_("Parks whom one talks to."),
        json_schema_extra={"control": "text", "section": PRESSED},
    )

    record: Code = Field(
        default="*3",
        title=N_("Call Recording"),
        description=N_(
            "Begins a recording of the call, or ends it; one that began by itself is paused."
        ),
        json_schema_extra={"control": "text", "section": PRESSED},
    )
    blind_transfer: Code = Field(
        default="#1",
        title=N_("Blind Transfer"),
        description=N_("Followed by a number, and by # if it is to ring at once."),
        json_schema_extra={"control": "text", "section": PRESSED},
    )
    attended_transfer: Code = Field(
        default="*2",
        title=N_("Attended Transfer"),
        description=N_(
            "Followed by a number to ask there first: hanging up, or the code again, hands the"
            " call on, and the code of Disconnect brings it back."
        ),
        json_schema_extra={"control": "text", "section": PRESSED},
    )
    seamless_transfer: Code = Field(
        default="*44",
        title=N_("Seamless Transfer"),
        description=N_("Followed by a number: the two talk on until somebody answers there."),
        json_schema_extra={"control": "text", "section": PRESSED},
    )
    disconnect: Code = Field(
        default="*0",
        title=N_("Disconnect"),
        description=N_("Ends the call."),
        json_schema_extra={"control": "text", "section": PRESSED},
    )
    listen: Code = Field(
        default="*54",
        title=N_("Listen"),
        description=N_("Before the extension whose call is to be heard."),
        json_schema_extra={"control": "text", "section": DIALLED},
    )
    whisper: Code = Field(
        default="*55",
        title=N_("Whisper"),
        description=N_("The extension alone hears who dials it."),
        json_schema_extra={"control": "text", "section": DIALLED},
    )
    barge: Code = Field(
        default="*56",
        title=N_("Barge"),
        description=N_("Both who talk hear who dials it."),
        json_schema_extra={"control": "text", "section": DIALLED},
    )

    hide_caller: Code = Field(
        default="*67",
        title=N_("Hide Caller ID"),
        description=N_("Before a number that is not to see who calls."),
        json_schema_extra={"control": "text", "section": DIALLED},
    )
    show_caller: Code = Field(
        default="*82",
        title=N_("Show Caller ID"),
        description=N_("Before a number that is to see who calls, though the phone hides it."),
        json_schema_extra={"control": "text", "section": DIALLED},
    )

    park_by: PressedBy = _by(N_("Who may press Call Park"))
    record_by: PressedBy = _by(N_("Who may press Call Recording"))
    blind_transfer_by: PressedBy = _by(N_("Who may press Blind Transfer"))
    attended_transfer_by: PressedBy = _by(N_("Who may press Attended Transfer"))
    seamless_transfer_by: PressedBy = _by(N_("Who may press Seamless Transfer"))
    disconnect_by: PressedBy = _by(N_("Who may press Disconnect"))
    digit_timeout_ms: Annotated[int, Field(ge=500, le=10_000)] = Field(
        default=2000,
        title=N_("Feature Code Digit Timeout"),
        description=N_("A key that is pressed later than this after another begins a code anew."),
        json_schema_extra={"control": "number", "section": PRESSED, "unit": N_("milliseconds")},
    )

    @model_validator(mode="before")
    @classmethod
    def _yielding(cls, values: Any) -> Any:
        """A feature that is newer than what is stored has no code where others have its usual one.

        Else what an administrator set before there was this feature would not be valid any more.
        """
        if not isinstance(values, dict):
            return values
        given = {each for name, each in values.items() if name in cls._meant_by_themselves()}
        usual = {
            name: cls.model_fields[name].default
            for name in cls._meant_by_themselves()
            if name not in values
        }
        yielding = [name for name, code in usual.items() if numbers_of(name, code) & given]
        return values | dict.fromkeys(yielding, "")

    @model_validator(mode="after")
    def _different(self) -> Self:
        numbers = [number for each in self.dialled().items() for number in numbers_of(*each)]
        if len(set(numbers)) < len(numbers):
            raise Refused(N_("Each feature needs a code of its own."))
        return self

    def dialled(self) -> dict[str, str]:
        """The codes that mean something by themselves, by field."""
        codes = {name: getattr(self, name) for name in self._meant_by_themselves()}
        return {name: code for name, code in codes.items() if code}

    def field_of(self, number: str) -> str | None:
        """The feature whose code a number is, or whose code it is with the digit dialled next."""
        found = (name for name, code in self.dialled().items() if number in numbers_of(name, code))
        return next(found, None)

    def has(self, number: str) -> bool:
        """Whether a number is a code, or one with the digit that it is dialled with."""
        return self.field_of(number) is not None

    @classmethod
    def _meant_by_themselves(cls) -> set[str]:
        """The fields whose codes mean something by themselves."""
        codes = {name for name, each in cls.model_fields.items() if isinstance(each.default, str)}
        return codes - AFTERWARDS - BY

    def codes(self, members_of: Callable[[list[str]], Iterable[str]]) -> plan.FeatureCodes:
        """As the PBX knows them; `members_of` tells the members of extension groups."""
        others = {*OF_SERVICES, *DialledFeatures.model_fields, *BY, "digit_timeout_ms"}
        fields = self.model_dump(exclude=others)
        return plan.FeatureCodes(
            **fields,
            features=self.features(),
            remote_callers=tuple(self.remote_callers),
            priority_callers=tuple(
                dict.fromkeys([*self.priority_callers, *members_of(self.priority_groups)])
            ),
            priority_for_all=self.priority_for_all,
            spy_for_all=self.spy_for_all,
            mode_callers=tuple(self.mode_callers),
            between_s=self.digit_timeout_ms / 1000,
            pressed_by={each: getattr(self, f"{each}_by") for each in IN_CALLS},
        )


def numbers_of(field: str, code: str) -> set[str]:
    """What is dialled as the code of a feature, wherever it stands alone."""
    return room_status.numbers(code) if code and field == "room_status" else {code} - {""}
