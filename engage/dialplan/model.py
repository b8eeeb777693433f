"""A route as it is kept, of either kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from engage.dialplan.fields import Body, Name
from engage.errors import N_, Conflict
from engage.people.policy import name_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from sqlalchemy import Table

    from engage.system.actor import Module


class RouteBody(Body):
    """What the forms of routes have in common."""

    trunks_in: ClassVar[str] = "trunks"
    """The field that names them."""

    name: Name

    def problems(self) -> dict[str, str]:
        """What does not fit together, by field."""
        return {}

    def uses(self) -> set[str]:
        """The ids of the trunks it names."""
        return set()


Form = TypeVar("Form", bound=RouteBody)


class RouteNameTaken(Conflict):
    """Another route has this name, whatever its case."""

    code = "name_taken"
    text = N_("This name is taken already.")

    def __init__(self) -> None:
        super().__init__()
        self.fields = {"name": self.text}


@dataclass(frozen=True, slots=True)
class RouteEntry(Generic[Form]):
    """A route. Of two that match equally the one with the lower `position` is taken."""

    id: str
    position: int
    form: Form
    version: int
    created_at_ms: int

    @property
    def key(self) -> str:
        """What the name is found by."""
        return name_key(self.form.name)

    @property
    def settings(self) -> Mapping[str, Any]:
        """What its row holds besides the name."""
        return self.form.model_dump(mode="json", exclude={"name"})


@dataclass(frozen=True, slots=True)
class RouteKind(Generic[Form]):
    """One kind of routes: what the operation log calls it, where it is kept, who may see it."""

    word: str
    table: Table
    module: Module
    form: type[Form]
