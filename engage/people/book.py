"""Everyone in memory, as sign-in, queues and the PBX's directory read it on their hot paths."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engage.people.model import AgentSeat, Contact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engage.people.model import Account, ExtensionEntry, Group, QueueEntry


@dataclass(slots=True)
class PeopleBook:
    """One consistent state of accounts, extensions, groups and queues.

    `version` grows with every change of anything here; `directory_version` with those the PBX must
    hear of.
    """

    version: int = 0
    directory_version: int = 0
    accounts: dict[str, Account] = field(default_factory=dict)
    account_ids: dict[str, str] = field(default_factory=dict)
    extensions: dict[str, ExtensionEntry] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    queues: dict[str, QueueEntry] = field(default_factory=dict)
    number_of_account: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        version: int,
        directory_version: int,
        accounts: Iterable[Account],
        extensions: Iterable[ExtensionEntry],
        groups: Iterable[Group],
        queues: Iterable[QueueEntry],
    ) -> PeopleBook:
        """Index what was read."""
        book = cls(version, directory_version)
        for account in accounts:
            book.accounts[account.id] = account
            book.account_ids[account.user_name] = account.id
        for extension in extensions:
            book.extensions[extension.number] = extension
            book.number_of_account[extension.account_id] = extension.number
        book.groups = {group.id: group for group in groups}
        book.queues = {queue.number: queue for queue in queues}
        return book

    def account_named(self, user_name: str) -> Account | None:
        """The account of that name (given in lower case)."""
        account_id = self.account_ids.get(user_name)
        return None if account_id is None else self.accounts[account_id]

    def contact(self, number: str) -> Contact | None:
        """The person at an enabled extension."""
        extension = self.extensions.get(number)
        if extension is None or not extension.enabled:
            return None
        account = self.accounts.get(extension.account_id)
        return Contact(number, extension.name, account.email if account else "")

    def contacts(self) -> list[Contact]:
        """Everyone with an enabled extension, by name."""
        found = [each for number in self.extensions if (each := self.contact(number))]
        return sorted(found, key=lambda contact: (contact.name.casefold(), contact.number))

    def agents_of(self, kind: str, values: Iterable[str]) -> list[AgentSeat]:
        """Who serves a destination (`queue` or `extensions`); each once, in the order given."""
        seats: dict[str, AgentSeat] = {}
        for value in values:
            queue = self.queues.get(value) if kind == "queue" else None
            agents = queue.agents if queue else ((value, False),) if kind == "extensions" else ()
            for number, paused in agents:
                if (contact := self.contact(number)) is None:
                    continue
                known = seats.get(number)
                idle = paused and (known is None or known.paused)
                language = self.accounts[self.extensions[number].account_id].language
                seats[number] = AgentSeat(number, contact.name, idle, contact.email, language)
        return list(seats.values())

    def names_of(self, kind: str, values: Iterable[str]) -> dict[str, str]:
        """The names of a destination's queues or extensions; unknown ones are left out."""
        known: Mapping[str, QueueEntry | ExtensionEntry] = (
            self.queues if kind == "queue" else self.extensions if kind == "extensions" else {}
        )
        return {value: known[value].name for value in values if value in known}

    def members(self, extensions: Iterable[str], groups: Iterable[str]) -> list[Contact]:
        """The people at these extensions and in these groups (by id or name), each once."""
        numbers = dict.fromkeys(extensions)
        by_name = {group.name: group for group in self.groups.values()}
        for key in groups:
            group = self.groups.get(key) or by_name.get(key)
            numbers.update(dict.fromkeys(group.members if group else ()))
        return [contact for number in numbers if (contact := self.contact(number))]
