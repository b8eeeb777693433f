"""Everyone in memory, as sign-in, queues and the PBX's directory read it on their hot paths."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engage.people.model import AdminLevel, AgentSeat, Contact, QueueAgent
from engage.people.queue_groups import with_members
from engage.people.shared_lines import private_numbers
from engage.system.actor import ALL_RIGHTS, NO_RIGHTS, Module, Rights

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engage.people.model import (
        Account,
        ExtensionEntry,
        Group,
        Privilege,
        QueueEntry,
        WavePrivilege,
    )
    from engage.system.actor import Level

NOT_FOR_ADMINISTRATORS = (Module.USERS, Module.OPERATION_LOG)
"""What is left to super administrators and those whom a custom privilege lets in."""
ADMINISTRATOR_RIGHTS = Rights(
    {module: level for module, level in ALL_RIGHTS.levels.items()
     if module not in NOT_FOR_ADMINISTRATORS}
)  # fmt: skip


def rights_of(modules: Mapping[str, str]) -> Rights:
    """The rights a custom privilege names; modules that are not there any more are left out."""
    levels: dict[Module, Level] = {}
    for module in Module:
        match modules.get(module.value):
            case "view":
                levels[module] = "view"
            case "edit":
                levels[module] = "edit"
    return Rights(levels)


@dataclass(slots=True)
class PeopleBook:
    """One consistent state of accounts, extensions, groups, queues and privileges.

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
    privileges: dict[str, Privilege] = field(default_factory=dict)
    wave_privileges: dict[str, WavePrivilege] = field(default_factory=dict)
    number_of_account: dict[str, str] = field(default_factory=dict)
    line_of_place: dict[str, str] = field(default_factory=dict)
    """The extension that shares its line, by the private number of each place."""

    @classmethod
    def of(
        cls,
        version: int,
        directory_version: int,
        accounts: Iterable[Account],
        extensions: Iterable[ExtensionEntry],
        groups: Iterable[Group],
        queues: Iterable[QueueEntry],
        privileges: Iterable[Privilege] = (),
        wave_privileges: Iterable[WavePrivilege] = (),
    ) -> PeopleBook:
        """Index what was read."""
        book = cls(version, directory_version)
        for account in accounts:
            book.accounts[account.id] = account
            book.account_ids[account.user_name] = account.id
        for extension in extensions:
            book.extensions[extension.number] = extension
            book.number_of_account[extension.account_id] = extension.number
            for place in private_numbers(extension.options):
                book.line_of_place[place] = extension.number
        book.groups = {group.id: group for group in groups}
        book.queues = {queue.number: with_members(queue, book.groups) for queue in queues}
        book.privileges = {each.id: each for each in privileges}
        book.wave_privileges = {each.id: each for each in wave_privileges}
        return book

    def rights(self, account: Account) -> Rights:
        """What an account may do in the administration."""
        match account.level:
            case AdminLevel.SUPER:
                return ALL_RIGHTS
            case AdminLevel.ADMINISTRATOR:
                return ADMINISTRATOR_RIGHTS
            case AdminLevel.CUSTOM:
                privilege = self.privileges.get(account.privilege_id or "")
                return rights_of(privilege.modules) if privilege else NO_RIGHTS
        return NO_RIGHTS

    def grants(self, number: str) -> frozenset[str]:
        """What an extension's user may do in Wave."""
        extension = self.extensions.get(number)
        privilege = self.wave_privileges.get(extension.wave_privilege_id) if extension else None
        return privilege.grants if privilege else frozenset()

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
            agents = queue.agents if queue else ()
            if kind == "extensions":
                agents = (QueueAgent(value),)
            for agent in agents:
                number, paused = agent.number, agent.paused
                if not agent.logged_in or (contact := self.contact(number)) is None:
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
