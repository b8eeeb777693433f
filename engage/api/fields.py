"""Tables of fields: what an object of the protocol consists of, declared once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engage.api.status import bad_value
from engage.api.values import BadValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from engage.api.values import Kind


class _Kept:
    """A field that has no default: null leaves it as it is."""


KEPT = _Kept()


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    Args:
        name: as the protocol spells it.
        kind: what it may be.
        default: what holds, and is answered, until it is set; null resets to it.
        nullable: whether null and the empty text are values of their own.
        aliases: further names under which it is taken.
        home: where its value lives, by the store's own name; empty: it is kept among the options.
        effective: whether it steers something while it is kept among the options.
        written: whether programs may set it.
        shown: whether it is answered.
        secret: encrypted at rest.
    """

    name: str
    kind: Kind
    default: Any = KEPT
    nullable: bool = False
    aliases: tuple[str, ...] = ()
    home: str = ""
    written: bool = True
    shown: bool = True
    secret: bool = False
    effective: bool = False

    @property
    def optional(self) -> bool:
        """Kept among the options."""
        return self.written and not self.home

    @property
    def inert(self) -> bool:
        """Set by programs, kept and answered, but without effect as yet."""
        return self.optional and not self.effective

    def read(self, given: Any) -> Any:
        """The value as it is kept.

        Raises:
            Refused: -15 or -50, with the field's name.
        """
        if given is None:
            return self._unset
        try:
            return self.kind.read(given)
        except BadValue as bad:
            if given in ("", "null") and self._unset is not KEPT:
                return self._unset  # as forms send what was left empty
            raise bad_value(self.name, bad.text, bad.params, bad.status) from None

    @property
    def _unset(self) -> Any:
        return None if self.nullable else self.default


@dataclass(frozen=True)
class Fields:
    """The fields of one kind of object, found by every name they are known under."""

    fields: tuple[Field, ...]
    _by_name: dict[str, Field] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index names and aliases."""
        for each in self.fields:
            for name in (each.name, *each.aliases):
                if name in self._by_name:
                    raise ValueError(f"two fields are called {name}")
                self._by_name[name] = each

    def __iter__(self) -> Iterator[Field]:
        """In the order of the table."""
        return iter(self.fields)

    def named(self, name: str) -> Field | None:
        """The field of that name or alias."""
        return self._by_name.get(name)

    def given(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that a request sets, by their own names; whatever else it holds is ignored.

        Raises:
            Refused: for the first value that cannot be taken.
        """
        found: dict[str, Any] = {}
        for name, given in parameters.items():
            known = self._by_name.get(name)
            if known is None or not known.written:
                continue
            if known.name in found and name != known.name:
                continue  # an alias beside the name itself
            value = known.read(given)
            if value is not KEPT:
                found[known.name] = value
        return found

    def answered(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Every field that is shown, with its default where none is set."""
        return {
            each.name: values.get(each.name, None if each.default is KEPT else each.default)
            for each in self.fields
            if each.shown
        }

    def asked(self, parameters: Iterable[str]) -> set[str]:
        """The shown fields that a request names."""
        known = (self._by_name.get(name) for name in parameters)
        return {each.name for each in known if each is not None and each.shown}
