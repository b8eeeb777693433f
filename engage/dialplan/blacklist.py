"""Who may not call in, as a section of settings."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from engage.dialplan.fields import Patterns
from engage.errors import N_
from pbxcore.dialplan import plan
from pbxcore.dialplan.patterns import patterns_of

SECTION = "blacklist"


class Blacklist(BaseModel):
    """Numbers and patterns that are turned away on every inbound route."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(
        default=False, title=N_("Blacklist Enable"), json_schema_extra={"control": "switch"}
    )
    blocked: Annotated[Patterns, Field(max_length=100_000)] = Field(
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

    def plan(self) -> plan.Blacklist:
        """As the PBX knows it."""
        blocked, allowed = patterns_of(self.blocked), patterns_of(self.allowed)
        return plan.Blacklist(self.enabled, tuple(blocked), tuple(allowed), self.anonymous)
