"""The mini bars: what is in them, who looks after them, and by which number they tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from engage.dialplan.model import ObjectForm
from engage.errors import N_
from engage.form_hints import hint
from engage.people import policy
from engage.people.numbering import NumberOfMiniBar, Owner

if TYPE_CHECKING:
    from collections.abc import Callable

SECTION = "mini_bar"
USUAL_CODE = "*25"
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,16}$")]
Dialled = Annotated[str, StringConstraints(pattern=r"^(\*?[0-9]{2,18})?$")]
Password = Annotated[str, StringConstraints(pattern=r"^([0-9]{1,16})?$")]
Line = Annotated[str, StringConstraints(max_length=64), AfterValidator(policy.line)]


class MiniBarSettings(BaseModel):
    """What is dialled from a room to tell what was taken from its mini bar."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("Mini Bar"))

    code: Dialled = Field(
        default=USUAL_CODE,
        title=N_("Code"),
        description=N_("Dialled in a room by whoever fills up its mini bar. Empty: none."),
        json_schema_extra=hint("text"),
    )
    name: Line = Field(default="", title=N_("Name"), json_schema_extra=hint("text"))
    prompt: Annotated[str, StringConstraints(max_length=64)] = Field(
        default="",
        title=N_("Prompt"),
        description=N_("Heard first."),
        json_schema_extra=hint(
            "select", choices="/v1/choices/custom-prompts", placeholder=N_("Built-in")
        ),
    )
    skips_password: bool = Field(
        default=False,
        title=N_("Skip Password"),
        description=N_("Maids enter their code alone."),
        json_schema_extra=hint("switch"),
    )
    list_goods: bool = Field(
        default=False,
        title=N_("List Goods"),
        json_schema_extra=hint("switch"),
    )


def owner(settings: Callable[[], MiniBarSettings]) -> Owner:
    """Whoever asks for its number is told; the mini bar has no name, only a code."""

    def holds(number: str, but: str) -> str | None:
        return "" if but != SECTION and number == settings().code else None

    return Owner(NumberOfMiniBar, holds)


class MiniBarGoodsForm(ObjectForm):
    """Something that mini bars hold."""

    named_by: ClassVar[str] = "code"

    code: Code = Field(
        title=N_("Goods Code"),
        description=N_("Entered by phone when it was taken."),
        json_schema_extra={"control": "text"},
    )
    name: Line = Field(title=N_("Name"), json_schema_extra={"control": "text"})


class MiniBarMaidForm(ObjectForm):
    """Somebody who fills up mini bars."""

    named_by: ClassVar[str] = "code"

    code: Code = Field(title=N_("Maid Code"), json_schema_extra={"control": "text"})
    password: Password = Field(
        default="",
        title=N_("Password"),
        description=N_("Digits that are entered by phone."),
        json_schema_extra={"control": "text"},
    )
