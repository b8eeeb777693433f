"""Which number belongs to what: a number is unique over all kinds of objects."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engage.errors import N_, Invalid
from engage.people.directory_repository import DirectoryRepository
from engage.people.model import NameTaken
from engage.people.numbers import NumberRanges
from engage.people.repository import PeopleRepository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Self

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.people.ledger import Ledger
    from engage.people.numbers import Span


class NumberTaken(NameTaken):
    """Something has the number; each kind says so in words of its own."""

    code = "number_taken"
    field = "number"

    def __init__(self, number: str, name: str) -> None:
        """`name`: of what has it."""
        super().__init__(number=number, name=name)

    def at(self, field: str) -> Self:
        """The same, where the number was given in a field of this name."""
        self.fields = {field: self.text}
        return self


class NumberOfExtension(NumberTaken):
    """An extension has it, or a place of its shared line."""

    text = N_("The number %(number)s belongs to the extension “%(name)s”.")


class NumberOfQueue(NumberTaken):
    """A queue has it."""

    text = N_("The number %(number)s belongs to the call queue “%(name)s”.")


class NumberOfAdministrator(NumberTaken):
    """An administrator signs in with it."""

    text = N_("The number %(number)s is the user name of the administrator “%(name)s”.")


class NumberOfRingGroup(NumberTaken):
    """A ring group has it."""

    text = N_("The number %(number)s belongs to the ring group “%(name)s”.")


class NumberOfVoicemailGroup(NumberTaken):
    """A voicemail group has it."""

    text = N_("The number %(number)s belongs to the voicemail group “%(name)s”.")


class NumberOfIvr(NumberTaken):
    """An IVR has it."""

    text = N_("The number %(number)s belongs to the IVR “%(name)s”.")


class NumberOfDirectory(NumberTaken):
    """A name directory has it."""

    text = N_("The number %(number)s belongs to the name directory “%(name)s”.")


class NumberOfFaxExtension(NumberTaken):
    """A fax extension has it."""

    text = N_("The number %(number)s belongs to the fax extension “%(name)s”.")


class NumberOfConferenceRoom(NumberTaken):
    """A conference room has it."""

    text = N_("The number %(number)s belongs to the conference room “%(name)s”.")


class NumberOfParkingLot(NumberTaken):
    """A parking lot has it, or one of its slots."""

    text = N_("The number %(number)s belongs to the parking lot “%(name)s”.")


class NumberOfPagingGroup(NumberTaken):
    """A paging group has it."""

    text = N_("The number %(number)s belongs to the paging group “%(name)s”.")


class NumberOfSpeedDial(NumberTaken):
    """It is the code of a speed dial."""

    text = N_("The number %(number)s is the code of a speed dial.")


class NumberOfEmergency(NumberTaken):
    """It is an emergency number."""

    text = N_("The number %(number)s is the emergency number “%(name)s”.")


class NumberOfFeature(NumberTaken):
    """It is a feature code; `name` is a `Label`."""

    text = N_("The number %(number)s is the feature code of “%(name)s”.")


class NumberOfMiniBar(NumberTaken):
    """The mini bars of the hotel's rooms are told it."""

    text = N_("The number %(number)s is the code of the mini bar.")


@dataclass(frozen=True, slots=True)
class Owner:
    """A kind of objects that have numbers.

    `taken` words a refusal. `holds(number, but)` gives the name of the object that has a number,
    unless `but` is what its kind tells it by; None when there is no such object.
    """

    taken: type[NumberTaken]
    holds: Callable[[str, str], str | None]


class NumberBook:
    """Everything that has a number. Each kind registers itself; each asks before it takes one."""

    def __init__(self, ranges: Callable[[], NumberRanges] = NumberRanges) -> None:
        """`ranges` gives the plan of numbers as it holds."""
        self._owners: list[Owner] = []
        self._ranges = ranges
        self.assigning = asyncio.Lock()
        """Held from the question whether a number is free until memory knows whose it is."""

    def register(self, owner: Owner) -> None:
        """Know one more kind."""
        self._owners.append(owner)

    def taken(self, number: str, but: str = "") -> NumberTaken | None:
        """What has a number, if it is another object than `but`."""
        for each in self._owners:
            if (name := each.holds(number, but)) is not None:
                return each.taken(number, name)
        return None

    def check(self, number: str, but: str, field: str) -> None:
        """Refuse a number that another object than `but` has.

        Raises:
            NumberTaken: at `field`.
        """
        if (found := self.taken(number, but)) is not None:
            raise found.at(field)

    def check_range(self, span: Span, number: str, field: str) -> None:
        """Refuse a number outside the range of its kind, while that is checked.

        Raises:
            Invalid: at `field`.
        """
        ranges = self._ranges()
        if (problem := ranges.problem(span, number)) is not None:
            raise Invalid({field: problem}, **ranges.spans)

    async def check_free(self, connection: AsyncConnection, numbers: Iterable[str]) -> None:
        """Refuse numbers that something has, by what is known and by what other processes stored.

        Raises:
            NumberTaken: `number` and `name` tell which, and of what.
        """
        numbers = list(numbers)
        for number in numbers:
            if (found := self.taken(number)) is not None:
                raise found
        stored = await DirectoryRepository(connection).numbers_in_use(numbers)
        for number, (kind, name) in stored.items():
            raise (NumberOfExtension if kind == "extension" else NumberOfQueue)(number, name)
        for account in (await PeopleRepository(connection).named(numbers)).values():
            raise NumberOfAdministrator(account.user_name, account.display_name)


def owners_among(ledger: Ledger) -> Iterator[Owner]:
    """Extensions, queues and administrators, each told by its number or user name."""

    def extension(number: str, but: str) -> str | None:
        book = ledger.book
        line = number if number in book.extensions else book.line_of_place.get(number, but)
        return None if line == but else book.extensions[line].name

    def queue(number: str, but: str) -> str | None:
        found = ledger.book.queues.get(number) if number != but else None
        return None if found is None else found.name

    def administrator(number: str, but: str) -> str | None:
        found = ledger.book.account_named(number) if number != but else None
        return None if found is None else found.display_name

    yield Owner(NumberOfExtension, extension)
    yield Owner(NumberOfQueue, queue)
    yield Owner(NumberOfAdministrator, administrator)
