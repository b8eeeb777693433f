"""An announcement as an administrator fills it in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from engage.dialplan.fields import Destination, Ident, missing_value
from engage.dialplan.model import NamedForm
from engage.errors import N_
from pbxcore.apps.announcement import Announcement

if TYPE_CHECKING:
    from collections.abc import Callable


class AnnouncementForm(NamedForm):
    """A prompt that callers hear before their call goes on."""

    prompt: Ident = Field(
        title=N_("Prompt"),
        json_schema_extra={"control": "select", "choices": "/v1/choices/custom-prompts"},
    )
    repeats: Annotated[int, Field(ge=1, le=5)] = Field(
        default=1, title=N_("Times Played"), json_schema_extra={"control": "number"}
    )
    skippable: bool = Field(
        default=False,
        title=N_("Skip with a Key"),
        json_schema_extra={"control": "switch"},
    )
    destination: Destination = Field(
        default=Destination(kind="hang_up"),
        title=N_("Next Destination"),
        json_schema_extra={"control": "group"},
    )

    def announcement(self, path_of: Callable[[str], str]) -> Announcement:
        """As the PBX knows it."""
        path, place = path_of(self.prompt), self.destination.place
        return Announcement(self.name, path, self.repeats, self.skippable, place)

    def needs(self) -> set[str]:
        """The prompts that it plays."""
        return {self.prompt}

    def problems(self) -> dict[str, str]:
        """What does not fit together, by field."""
        found = {"destination.value": missing_value(self.destination)}
        if self.destination.kind == "by_did":
            found["destination.kind"] = N_("This is none of the choices.")
        return {name: problem for name, problem in found.items() if problem is not None}
