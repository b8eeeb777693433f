"""What may stand in an extension, and what has a number already."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from engage.errors import N_
from engage.i18n import languages
from engage.people import phone_rules, policy, shared_lines
from engage.system.networks import networks_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engage.people.extension_forms import NewExtension
    from engage.people.ledger import Ledger
    from engage.people.numbering import NumberBook
    from engage.people.numbers import NumberRanges

LONGEST_OPTIONS = 32_768


class ExtensionChecks:
    """Looks extensions through before they are stored, by what is known now."""

    def __init__(
        self,
        ledger: Ledger,
        numbers: NumberBook,
        ranges: Callable[[], NumberRanges],
        shortest: Callable[[], int],
    ) -> None:
        """`shortest`: how many characters a password has at least, as that holds now."""
        self._ledger, self._ranges, self._shortest = ledger, ranges, shortest
        self.numbers = numbers

    def problems(self, new: NewExtension, *, lenient: bool = False) -> dict[str, str]:
        """What is wrong with an extension to be added, by field; `lenient` spares its secrets."""
        problems = self.change_problems(new.number, _filled(new), lenient=lenient)
        number = self._ranges().problem("extensions", new.number)
        return problems | ({"number": number} if number else {})

    @property
    def spans(self) -> dict[str, int]:
        """What the messages of `problems` name."""
        return {**self._ranges().spans, "shortest": self._shortest()}

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
            "shared_line": lambda form: shared_lines.problem(form, self._not_free(number)),
        }
        if not lenient:
            rules["sip_secret"] = lambda secret: policy.secret_problem(secret, number)
            rules["wave_password"] = lambda text: policy.password_problem(
                text, number, self._shortest()
            )
        found = ((name, rule(given[name])) for name, rule in rules.items() if name in given)
        return {name: problem for name, problem in found if problem is not None}

    def _not_free(self, line: str) -> Callable[[str], bool]:
        """Whether a place of that extension's line may not have a number."""
        return lambda number: number == line or self.numbers.taken(number, line) is not None

    def _wave_privilege_problem(self, privilege_id: str) -> str | None:
        known = privilege_id in self._ledger.book.wave_privileges
        return None if known else N_("There is no such Wave privilege.")


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
