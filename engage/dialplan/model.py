"""The dialplan's objects as they are kept: routes, groups, menus and whatever has a form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from engage.dialplan.fields import Name, Number
from engage.errors import N_, Conflict
from engage.partial_body import Body
from engage.people.policy import name_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from sqlalchemy import Table

    from engage.people.numbering import NumberTaken
    from engage.people.numbers import Span
    from engage.system.actor import Module


class ObjectForm(Body):
    """What the forms of the dialplan's objects have in common."""

    named_by: ClassVar[str] = "name"
    """The field that tells them apart."""
    trunks_in: ClassVar[str] = "trunks"
    """The field that names trunks."""

    @property
    def own_name(self) -> str:
        """What it is found by."""
        return str(getattr(self, self.named_by))

    def problems(self) -> dict[str, str]:
        """What does not fit together, by field."""
        return {}

    def uses(self) -> set[str]:
        """The ids of the trunks it names."""
        return set()

    def numbers(self) -> dict[str, str]:
        """Every number it takes, with the field it is given in."""
        return {}


class NamedForm(ObjectForm):
    """What the forms of objects with a plain name have in common."""

    name: Name


class NumberedForm(NamedForm):
    """What the forms of objects have in common that are called at a number of their own."""

    number: Number

    def numbers(self) -> dict[str, str]:
        """Every number it takes, with the field it is given in."""
        return {self.number: "number"}


Form = TypeVar("Form", bound=ObjectForm)


class ObjectNameTaken(Conflict):
    """Another object of the kind has this name, whatever its case."""

    code = "name_taken"
    text = N_("This name is taken already.")

    def __init__(self, field: str = "name") -> None:
        super().__init__()
        self.fields = {field: self.text}


class KindFull(Conflict):
    """There are as many of a kind as there may be."""

    code = "full"
    text = N_("There are %(most)d already, and no more are possible.")


@dataclass(frozen=True, slots=True)
class DialplanObject(Generic[Form]):
    """An object. Of two that match equally the one with the lower `position` is taken."""

    id: str
    position: int
    form: Form
    version: int
    created_at_ms: int
    client_id: str | None = None
    """What the request called it that added it."""

    @property
    def key(self) -> str:
        """What the name is found by."""
        return name_key(self.form.own_name)

    @property
    def settings(self) -> Mapping[str, Any]:
        """What its row holds besides the name."""
        return self.form.model_dump(mode="json", exclude={self.form.named_by})


@dataclass(frozen=True, slots=True)
class ObjectKind(Generic[Form]):
    """One kind: what the operation log calls it, where it is kept, who may see it, how many."""

    word: str
    table: Table
    module: Module
    form: type[Form]
    most: int = 0
    """0: as many as are wanted."""
    owner: type[NumberTaken] | None = None
    """What says that one of them has a number; None: they have no numbers."""
    span: Span | None = None
    """The range of their numbers; None: any."""
