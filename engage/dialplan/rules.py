"""What the objects of one kind must hold to, besides what their form says by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic

from engage.dialplan.model import Form
from engage.errors import N_, Invalid
from engage.people.numbering import NumberBook, Owner

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.dialplan.model import DialplanObject, ObjectKind


def _fits(_form: object, _but: str) -> dict[str, str]:
    return {}


def _unused(_entry: object) -> list[dict[str, str]]:
    return []


def _no_trunk(_id: str) -> bool:
    return False


@dataclass(frozen=True)  # with slots, too, Python 3.11 cannot make an `ObjectRules[Form]`
class ObjectRules(Generic[Form]):
    """What else stands of a kind's objects; by default nothing.

    Args:
        consult: what is wrong with a form, by field, of an object of an id or of a new one ("").
        users: who needs an object, so that it cannot be deleted.
        trunk_exists: whether a trunk has an id; for forms that name trunks.
        forget: removes what is kept of an object that is no more, or has another name.
    """

    consult: Callable[[Form, str], dict[str, str]] = _fits
    users: Callable[[DialplanObject[Form]], list[dict[str, str]]] = _unused
    trunk_exists: Callable[[str], bool] = _no_trunk
    forget: Callable[[AsyncConnection, Form], Awaitable[None]] | None = None

    def check(self, form: Form, but: str) -> None:
        """Look a form through.

        Raises:
            Invalid: with the fields that will not do.
        """
        problems = form.problems() | self.consult(form, but)
        if not all(map(self.trunk_exists, form.uses())):
            problems[form.trunks_in] = N_("This trunk does not exist.")
        if problems:
            raise Invalid(problems)


class ObjectNumbers(Generic[Form]):
    """The numbers that objects of one kind have, among all numbers there are.

    Args:
        kind: whose they are.
        book: knows all of them, and learns these.
    """

    def __init__(self, kind: ObjectKind[Form], book: NumberBook) -> None:
        self._kind, self._book = kind, book
        self._having: dict[str, DialplanObject[Form]] = {}
        self.assigning = book.assigning
        if kind.owner is not None:
            book.register(Owner(kind.owner, self._holds))

    def follow(self, entries: Iterable[DialplanObject[Form]]) -> None:
        """Let these objects be all there are."""
        self._having = {number: each for each in entries for number in each.form.numbers()}

    def check(self, form: Form, but: str) -> None:
        """Look through those that a form adds: ranges never move what an object has already.

        Raises:
            NumberTaken: something has one of them.
            Invalid: one is not in the range of the kind.
        """
        for number, field in form.numbers().items():
            held = self._having.get(number)
            if held is not None and held.id == but:
                continue
            self._book.check(number, but, field)
            if self._kind.span is not None:
                self._book.check_range(self._kind.span, number, field)

    def _holds(self, number: str, but: str) -> str | None:
        held = self._having.get(number)
        return None if held is None or held.id == but else held.form.own_name
