"""What may stand in an extension, and what has a number already."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from engage.errors import N_
from engage.i18n import languages
from engage.people import phone_rules, policy, shared_lines
from engage.people.directory_repository import DirectoryRepository
from engage.people.model import (
    NumberOfAdministrator,
    NumberOfExtension,
    NumberOfQueue,
    NumberTaken,
)
from engage.people.repository import PeopleRepository
from engage.system.networks import networks_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.people.extension_forms import NewExtension
    from engage.people.ledger import Ledger
    from engage.people.numbers import NumberRanges

LONGEST_OPTIONS = 32_768


class ExtensionChecks:
    """Looks extensions through before they are stored, by what is known now."""

    def __init__(
        self, ledger: Ledger, ranges: Callable[[], NumberRanges], shortest: Callable[[], int]
    ) -> None:
        """`shortest`: how many characters a password has at least, as that holds now."""
        self._ledger, self._ranges, self._shortest = ledger, ranges, shortest

    def problems(self, new: NewExtension, *, lenient: bool = False) -> dict[str, str]:
        """What is wrong with an extension to be added, by field; `lenient` spares its secrets."""
        problems = self.change_problems(new.number, _filled(new), lenient=lenient)
        number = self._ranges().extension_problem(new.number)
        if new.number in self._private_numbers(new.number):
            number = number or N_("This number is taken already.")
        return problems | ({"number": number} if number else {})

    @property
    def spans(self) -> dict[str, int]:
        """What the messages of `problems` name."""
        return {**self._ranges().spans, "shortest": self._shortest()}

    def taken(self, number: str) -> NumberTaken | None:
        """What has a number already, as far as is known now."""
        book = self._ledger.book
        if (entry := book.extensions.get(number)) is not None:
            return NumberOfExtension(number=number, name=entry.name)
        if (queue := book.queues.get(number)) is not None:
            return NumberOfQueue(number=number, name=queue.name)
        if (account := book.account_named(number)) is not None:
            return NumberOfAdministrator(number=number, name=account.display_name)
        for entry in book.extensions.values():
            if number in shared_lines.private_numbers(entry.options):
                return NumberOfExtension(number=number, name=entry.name)
        return None

    def change_problems(
        self, number: str, given: Mapping[str, Any], *, lenient: bool = False
    ) -> dict[str, str]:
        """What is wrong with these fields of the extension of that number."""
        rules: dict[str, Callable[[Any], str | None]] = {
            "email": policy.email_problem,
            "language": _language_problem,
            "wave_privilege_id": self._wave_privilege_problem,
            "options": options_problem,
            "auth_id": phone_rules.auth_id_problem,
            "allowed_networks": networks_problem,
            "shared_line": lambda form: shared_lines.problem(form, self._taken_by_others(number)),
        }
        if not lenient:
            rules["sip_secret"] = lambda secret: policy.secret_problem(secret, number)
            rules["wave_password"] = lambda text: policy.password_problem(
                text, number, self._shortest()
            )
        found = ((name, rule(given[name])) for name, rule in rules.items() if name in given)
        return {name: problem for name, problem in found if problem is not None}

    def _taken_by_others(self, number: str) -> set[str]:
        """The numbers that a place of this extension's line may not have."""
        book = self._ledger.book
        return {number, *book.extensions, *book.queues, *self._private_numbers(number)}

    def _private_numbers(self, but: str) -> set[str]:
        """Those of all lines but one."""
        others = (each for each in self._ledger.book.extensions.values() if each.number != but)
        return {each for other in others for each in shared_lines.private_numbers(other.options)}

    def _wave_privilege_problem(self, privilege_id: str) -> str | None:
        known = privilege_id in self._ledger.book.wave_privileges
        return None if known else N_("There is no such Wave privilege.")


async def check_free(connection: AsyncConnection, numbers: Iterable[str]) -> None:
    """Refuse numbers that something has already, and say what.

    Raises:
        NumberTaken: `number` and `name` tell which, and of what.
    """
    numbers = list(numbers)
    taken = await DirectoryRepository(connection).numbers_in_use(numbers)
    for number, (kind, name) in taken.items():
        raise (NumberOfExtension if kind == "extension" else NumberOfQueue)(
            number=number, name=name
        )
    for account in (await PeopleRepository(connection).named(numbers)).values():
        raise NumberOfAdministrator(number=account.user_name, name=account.display_name)


def _filled(new: NewExtension) -> dict[str, Any]:
    """The fields that hold something: secrets that are left out are made."""
    fields = new.model_dump()
    return {
        name: value
        for name, value in fields.items()
        if value or name not in ("sip_secret", "wave_password")
    }


def _language_problem(language: str) -> str | None:
    known = not language or language in languages()
    return None if known else N_("This language is not available.")


def options_problem(options: Mapping[str, Any]) -> str | None:
    """Options are kept for programs, not as a store of files."""
    fits = len(json.dumps(options)) <= LONGEST_OPTIONS
    return None if fits else N_("These are too many options.")
