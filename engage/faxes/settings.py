"""How faxes are received, as an administrator sets it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from engage.errors import N_
from engage.people.addresses import address_list
from pbxcore.faxes.rules import FaxTerms

SECTION = "fax"
_OURS, _MAIL, _KEPT = N_("Receiving"), N_("Email"), N_("Retention")


class FaxSettings(BaseModel):
    """What holds for every fax."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("Fax Settings"))

    ident: Annotated[str, StringConstraints(pattern=r"^[0-9+ ]{0,20}$")] = Field(
        default="",
        title=N_("Fax Number"),
        description=N_("Shown by the machines that send: digits, a plus and spaces."),
        json_schema_extra={"control": "text", "section": _OURS, "placeholder": "+49 30 123456"},
    )
    error_correction: bool = Field(
        default=True,
        title=N_("Error Correction Mode"),
        description=N_("Spoilt parts of a page are sent again."),
        json_schema_extra={"control": "switch", "section": _OURS},
    )
    fastest: Literal[14400, 9600, 4800] = Field(
        default=14400,
        title=N_("Maximum Transfer Rate"),
        description=N_("Lines of poor quality may do better with less."),
        json_schema_extra={
            "control": "select",
            "section": _OURS,
            "labels": {
                "14400": N_("14400 bit/s"),
                "9600": N_("9600 bit/s"),
                "4800": N_("4800 bit/s"),
            },
        },
    )
    packets: bool = Field(
        default=True,
        title=N_("T.38"),
        description=N_("Gateways may send faxes by datagrams instead of sound."),
        json_schema_extra={"control": "switch", "section": _OURS},
    )
    email: Annotated[str, StringConstraints(max_length=1000), AfterValidator(address_list)] = Field(
        default="",
        title=N_("Default Email Address"),
        description=N_(
            "Gets the faxes for whoever has no address; several are parted by semicolons."
        ),
        json_schema_extra={"control": "text", "section": _MAIL},
    )

    keep_days: Annotated[int, Field(ge=0, le=36_500)] = Field(
        default=0,
        title=N_("Keep Received Faxes"),
        description=N_("0: for ever."),
        json_schema_extra={"control": "number", "section": _KEPT, "unit": N_("days")},
    )

    @property
    def terms(self) -> FaxTerms:
        """As the PBX knows them."""
        return FaxTerms(self.ident, self.error_correction, self.fastest, self.packets)
