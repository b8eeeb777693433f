"""Fax extensions as an administrator fills them in: numbers whose faxes are sent by e-mail."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from engage.dialplan.fields import Ident, Name
from engage.dialplan.model import NumberedForm
from engage.errors import N_
from engage.form_hints import extensions_hint
from engage.people.addresses import address_list


class FaxExtensionForm(NumberedForm):
    """A fax machine of the PBX's own."""

    name: Name = Field(title=N_("Name"), json_schema_extra={"control": "text"})
    number: Annotated[str, StringConstraints(pattern=r"^[0-9]{2,18}$")] = Field(
        title=N_("Extension"),
        description=N_("The number that is called; 7200 to 8200 are usual."),
        json_schema_extra={"control": "text"},
    )
    email: Annotated[str, StringConstraints(max_length=1000), AfterValidator(address_list)] = Field(
        default="",
        title=N_("Email"),
        description=N_(
            "Gets every fax as a PDF file; several addresses are parted by semicolons. With none"
            " here and no members, faxes go to the default address."
        ),
        json_schema_extra={"control": "text"},
    )
    members: Annotated[list[Ident], Field(max_length=500)] = Field(
        default_factory=list,
        title=N_("Send to"),
        description=N_("Extensions whose users get every fax at their own address."),
        json_schema_extra=extensions_hint(),
    )
