"""Numbers of a trunk that are shown by who calls out by it (direct outward dialling), as a form."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from engage.errors import N_
from engage.form_hints import groups_hint, hint
from engage.partial_body import Body
from engage.people import policy

MOST_DODS = 1000
Word = Annotated[str, StringConstraints(max_length=128), AfterValidator(policy.line)]


class Dod(Body):
    """A number of the trunk's that is shown by those who call out by it.

    Calls that ring groups and queues make or send on show theirs before that of an extension.
    """

    @property
    def callers(self) -> tuple[str, ...]:
        """The numbers that it names; the members of extension groups are known elsewhere."""
        return (*self.extensions, *self.ring_groups, *self.queues)

    def named(self, kind: str) -> list[str]:
        """The extension groups, ring groups or queues that show it."""
        named = {"extension_group": "groups", "ring_group": "ring_groups", "queue": "queues"}
        return getattr(self, named[kind]) if kind in named else []

    number: Annotated[str, StringConstraints(pattern=r"^[0-9+*#]{1,32}$")] = Field(
        title=N_("DOD Number"), json_schema_extra=hint("text")
    )
    name: Word = Field(default="", title=N_("DOD Name"), json_schema_extra=hint("text"))
    extensions: Annotated[list[Word], Field(max_length=1000)] = Field(
        default_factory=list,
        title=N_("Extensions"),
        json_schema_extra=hint(
            "multiselect",
            choices="/v1/choices/extensions",
            choice_value="number",
        ),
    )
    groups: Annotated[list[Word], Field(max_length=100)] = Field(
        default_factory=list,
        title=N_("Extension Groups"),
        json_schema_extra=groups_hint(),
    )
    ring_groups: Annotated[list[Word], Field(max_length=100)] = Field(
        default_factory=list,
        title=N_("Ring Groups"),
        json_schema_extra=hint("multiselect", choices="/v1/choices/ring-groups"),
    )
    queues: Annotated[list[Word], Field(max_length=100)] = Field(
        default_factory=list,
        title=N_("Queues"),
        json_schema_extra=hint("multiselect", choices="/v1/choices/queues", choice_value="number"),
    )


Dods = Annotated[list[Dod], Field(max_length=MOST_DODS)]
