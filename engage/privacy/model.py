"""Whom a request for personal data is about, and what is found of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from engage.errors import N_, Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from engage.livechat.model import Visitor

T = TypeVar("T")
By = Literal["email", "phone", "visitor"]
SEPARATORS: Final = " -()./"
"""Left out of numbers when they are compared."""
PORTION: Final = 100
"""Chats and visitors that one statement names."""


class NobodyKnown(NotFound):
    """Nothing is stored of whom was asked for."""

    code = "nobody_known"
    text = N_("Nothing is stored of this person.")


class StillTalking(Conflict):
    """Somebody waits or is served at this moment."""

    code = "still_talking"
    text = N_("This person is in a chat right now. Please end it first.")


@dataclass(frozen=True, slots=True)
class Asked:
    """By what somebody is looked for."""

    by: By
    value: str


@dataclass(frozen=True, slots=True)
class Person:
    """Everything by which one person's traces are recognised.

    `numbers` are set only where a number was asked for: what a visitor typed into a form may be
    anybody's, and calls of that number somebody else's.
    """

    asked: Asked
    visitors: tuple[Visitor, ...]
    conversations: tuple[str, ...] = ()
    running: int = 0
    numbers: frozenset[str] = frozenset()

    def portions(self) -> Iterator[Person]:
        """The same person by a few chats and visitors at a time: statements have their limits."""
        for start in range(0, max(len(self.visitors), len(self.conversations), 1), PORTION):
            end = start + PORTION
            yield replace(
                self,
                visitors=self.visitors[start:end],
                conversations=self.conversations[start:end],
            )

    @property
    def emails(self) -> frozenset[str]:
        """The addresses they gave, without case."""
        given = {each.details.email.lower() for each in self.visitors}
        own = {self.asked.value.lower()} if self.asked.by == "email" else set()
        return frozenset((given | own) - {""})

    @property
    def phones(self) -> frozenset[str]:
        """The numbers they gave, as they are written, and as they are dialled."""
        given = {each.details.phone for each in self.visitors} | self.numbers
        return frozenset((given | {compact(each) for each in given}) - {""})

    @property
    def names(self) -> frozenset[str]:
        """What they are called."""
        return frozenset({each.details.full_name for each in self.visitors} - {""})

    @property
    def words(self) -> frozenset[str]:
        """What betrays them wherever it stands: longer than what might be anything."""
        return frozenset(each for each in self.emails | self.phones | self.names if len(each) > 4)


@dataclass(frozen=True, slots=True)
class Holdings:
    """How much is stored of a person, by what it is."""

    counts: Mapping[str, int] = field(default_factory=dict)
    file_bytes: int = 0


def slices(values: Iterable[T], many: int) -> Iterator[list[T]]:
    """Values, so many at a time."""
    left = iter(values)
    while some := list(islice(left, many)):
        yield some


def compact(number: str) -> str:
    """A number as it is dialled."""
    return number.translate({ord(each): None for each in SEPARATORS})
