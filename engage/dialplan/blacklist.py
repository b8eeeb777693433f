"""Who may not call in, as a section of settings."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from engage.dialplan.fields import Patterns, read_patterns
from engage.errors import N_, Refused
from pbxcore.dialplan import plan
from pbxcore.dialplan.patterns import patterns_of

SECTION = "blacklist"
MOST = 1_000
LONGEST = 300_000
"""Characters, with the notes."""


def _not_too_many(text: str) -> str:
    if len(patterns_of(text)) > MOST:
        raise Refused(N_("Use at most 1,000 numbers and patterns."))
    return text


Blocked = Annotated[
    str,
    StringConstraints(max_length=LONGEST),
    AfterValidator(_not_too_many),
    AfterValidator(read_patterns),
]


class Blacklist(BaseModel):
    """Numbers and patterns that are turned away on every inbound route."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("Blacklist"))

    enabled: bool = Field(
        default=False, title=N_("Blacklist Enable"), json_schema_extra={"control": "switch"}
    )
    blocked: Blocked = Field(
        default="",
        title=N_("Blacklist"),
        description=N_("Numbers and patterns, one in each line; notes stand between /* and */."),
        json_schema_extra={"control": "textarea", "rows": 10},
    )
    allowed: Patterns = Field(
        default="",
        title=N_("Whitelist"),
        description=N_("Whoever stands here may call, whatever the blacklist says."),
        json_schema_extra={"control": "textarea"},
    )
    anonymous: bool = Field(
        default=False,
        title=N_("Reject Anonymous Calls"),
        json_schema_extra={"control": "switch"},
    )

    answer: Literal["486", "603", "prompt"] = Field(
        default="486",
        title=N_("Answer"),
        description=N_("What blocked callers hear. An announcement takes their call for so long."),
        json_schema_extra={
            "control": "select",
            "labels": {
                "486": N_("Busy"),
                "603": N_("Declined"),
                "prompt": N_("Announcement"),
            },
        },
    )
    prompt: Annotated[str, StringConstraints(max_length=64)] = Field(
        default="",
        title=N_("Announcement"),
        json_schema_extra={
            "control": "select",
            "choices": "/v1/choices/custom-prompts",
            "when": {"field": "answer", "is": "prompt"},
        },
    )

    def plan(self) -> plan.Blacklist:
        """As the PBX knows it."""
        announced = self.answer == "prompt"
        return plan.Blacklist(
            self.enabled,
            tuple(patterns_of(self.blocked)),
            tuple(patterns_of(self.allowed)),
            self.anonymous,
            486 if announced else int(self.answer),
            self.prompt if announced else "",
        )
