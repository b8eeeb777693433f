"""Many extensions at once: numbers in a row, and what they have in common."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, StringConstraints, create_model

from engage.errors import N_
from engage.partial_body import Body
from engage.people.extension_forms import ExtensionForm, NewExtension, tabs

MOST: Final = 500
OF_ONE_ALONE: Final = frozenset(
    (
        *("number", "first_name", "last_name", "email", "phone_number", "job_title"),
        *("sip_secret", "wave_password", "auth_id", "voicemail_pin", "outbound_pin"),
        *("caller_id", "shared_line"),
    )
)
"""What no two extensions have in common, or must not; secrets are made for each."""
ClientId = Annotated[str, StringConstraints(min_length=1, max_length=44)]
"""With a number after it, it is that of one extension."""
NUMBERS: Final = N_("Numbers")


class BatchNumbers(Body):
    """Which numbers they have."""

    model_config = ConfigDict(json_schema_extra={"tabs": tabs(NUMBERS)})

    first: Annotated[str, StringConstraints(pattern=r"^[0-9]{2,15}$")] = Field(
        title=N_("First Extension"),
        description=N_("Further ones have as many digits at least: 0100, 0101, 0102."),
        json_schema_extra={"control": "text", "section": NUMBERS},
    )
    step: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=1,
        title=N_("Step"),
        description=N_("By how much each number is more than the one before it."),
        json_schema_extra={"control": "number", "section": NUMBERS},
    )
    count: Annotated[int, Field(ge=1, le=MOST)] = Field(
        default=10,
        title=N_("How Many"),
        description=N_("At most 500. Each gets a SIP password of its own."),
        json_schema_extra={"control": "number", "section": NUMBERS},
    )

    @property
    def numbers(self) -> list[str]:
        """Each of them, in order."""
        begin, width = int(self.first), len(self.first)
        return [str(begin + at * self.step).zfill(width) for at in range(self.count)]

    def forms(self) -> list[NewExtension]:
        """The extensions to be added."""
        own = BatchNumbers.model_fields.keys() | {"client_id"}
        common = self.model_dump(exclude_unset=True, exclude=set(own))
        called: str | None = getattr(self, "client_id", None)
        return [
            NewExtension.model_validate(
                {**common, "number": each, "client_id": f"{called}:{each}" if called else None}
            )
            for each in self.numbers
        ]


_COMMON: dict[str, Any] = {
    name: (field.rebuild_annotation(), field)
    for name, field in ExtensionForm.model_fields.items()
    if name not in OF_ONE_ALONE
}
ExtensionBatchForm: type[BatchNumbers] = create_model(
    "ExtensionBatchForm",
    __base__=BatchNumbers,
    __doc__="Extensions in a row, as an administrator fills them in.",
    **_COMMON,
)
NewExtensions: type[BatchNumbers] = create_model(
    "NewExtensions",
    __base__=ExtensionBatchForm,
    __doc__="Extensions to be added, all or none.",
    client_id=(ClientId | None, None),
)
