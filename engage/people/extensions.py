"""Extensions with their users: each change is one transaction and one row in the operation log."""

from __future__ import annotations

import json
import secrets
import string
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engage.errors import N_, Invalid, NotFound
from engage.i18n import languages
from engage.identifiers import new_id
from engage.people import (
    agent_rules,
    call_options,
    call_rules,
    mailbox_rules,
    phone_rules,
    policy,
    shared_lines,
)
from engage.people.directory_repository import DirectoryRepository
from engage.people.ledger import Repeated
from engage.people.model import (
    UNUSABLE,
    Account,
    ExtensionEntry,
    NameTaken,
    NumberOfAdministrator,
    NumberOfExtension,
    NumberOfQueue,
    NumberTaken,
    Reference,
)
from engage.people.repository import DIRECTORY_VERSION, PeopleRepository
from engage.system.actor import Module
from engage.system.editing import InUse
from engage.system.networks import networks_problem
from engage.system.operation_log import check_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.mailing import Mailer
    from engage.people.forms import ExtensionChange, NewExtension
    from engage.people.ledger import Ledger
    from engage.people.model import Invitations, References, Secrets
    from engage.people.numbers import NumberRanges
    from engage.people.passwords import Passwords
    from engage.people.sessions import Sessions
    from engage.system.actor import Actor

SECRET_LENGTH = 16
LONGEST_OPTIONS = 32_768
ALPHABET = string.ascii_letters + string.digits
RULES = (
    *phone_rules.FIELDS,
    *call_rules.FIELDS,
    *call_options.FIELDS,
    *mailbox_rules.FIELDS,
    *agent_rules.FIELDS,
)
"""Fields that lie among the options."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A change of one extension: what is stored, the fields that change, the password's hash."""

    present: ExtensionEntry
    given: Mapping[str, Any]
    password_hash: str | None = None

    @property
    def ends_sessions(self) -> bool:
        """Another password, or switched off."""
        return self.password_hash is not None or self.given.get("enabled") is False

    def changed(self, seal: Callable[[str], str]) -> ExtensionEntry:
        """The next version; what `options` names is put over what is kept."""
        values = {
            name: value
            for name, value in self.given.items()
            if name not in ("sip_secret", "wave_password", "options", *RULES)
        }
        if "sip_secret" in self.given:
            values["sealed_secret"] = seal(self.given["sip_secret"])
        changes = {
            **self.given.get("options", {}),
            **phone_rules.options_for(self.given, self.present.phone_rules),
            **call_rules.options_for(self.given, self.present.call_rules),
            **call_options.options_for(self.given, self.present.options),
            **mailbox_rules.options_for(self.given, seal, self.present.mailbox_rules),
            **agent_rules.options_for(self.given, self.present.agent_rules),
        }
        if changes:
            values["options"] = {**self.present.options, **changes}
        return replace(self.present, **values, version=self.present.version + 1)


class Extensions:
    """What administrators and programs do with extensions."""

    def __init__(
        self,
        ledger: Ledger,
        keyring: Secrets,
        passwords: Passwords,
        sessions: Sessions,
        ranges: Callable[[], NumberRanges],
        shortest: Callable[[], int],
    ) -> None:
        """`shortest`: how many characters a password has at least, as that holds now."""
        self._ledger, self._keyring = ledger, keyring
        self._passwords, self._sessions, self._ranges = passwords, sessions, ranges
        self._shortest = shortest
        self._references: list[References] = []
        self._invitations: tuple[Invitations, Mailer] | None = None

    def consult(self, references: References) -> None:
        """Ask these too who refers to an extension."""
        self._references.append(references)

    def welcome_by(self, invitations: Invitations, mailer: Mailer) -> None:
        """Send new users without a password a mail with a link to set one."""
        self._invitations = invitations, mailer

    def listed(self, actor: Actor) -> list[ExtensionEntry]:
        """Every extension, by number.

        Raises:
            Forbidden: without the right to see them.
        """
        actor.check(Module.EXTENSIONS, "view")
        return sorted(self._ledger.book.extensions.values(), key=lambda each: each.number)

    def get(self, actor: Actor, number: str) -> ExtensionEntry:
        """One extension.

        Raises:
            NotFound: there is none.
        """
        actor.check(Module.EXTENSIONS, "view")
        return self._existing(number)

    async def secret(self, actor: Actor, number: str) -> str:
        """The SIP secret in clear, for those who may set it; that it was read is noted.

        Raises:
            NotFound: there is none.
        """
        actor.check(Module.EXTENSIONS)
        entry = self._existing(number)

        async def store(_: AsyncConnection) -> None:
            """Only the row in the operation log."""

        await self._ledger.change(actor, "extension.read_secret", subject_of(number), store)
        return self._keyring.open(entry.sealed_secret)

    async def add(
        self, actor: Actor, new: NewExtension, *, demo_password: bool = False
    ) -> ExtensionEntry:
        """Add an extension with its user, whose user name is the number.

        Args:
            actor: who does it.
            new: what to add. Without a SIP secret a random one is made; without a Wave password
                the user gets a mail with a link to set one.
            demo_password: known to everybody, and so exempt from the policy.

        Returns:
            what was added, or what an earlier call with the same `client_id` has added.

        Raises:
            NumberTaken: something has the number.
            Invalid: with the fields that will not do.
        """
        actor.check(Module.EXTENSIONS)
        if problems := self.problems(new, lenient=demo_password):
            raise Invalid(problems, **self.spans)
        account, entry = await self.prepared(new, demo_password=demo_password)

        async def store(connection: AsyncConnection) -> None:
            await self._check_repeated(connection, new.client_id)
            await self.insert(connection, [(account, entry)])

        detail = {"name": entry.name}
        try:
            await self._ledger.change(actor, "extension.add", subject_of(new.number), store, detail)
        except Repeated as known:
            return self._existing(known.key)
        self._ledger.tell_saved([new.number])
        return self._existing(new.number)

    async def update(self, actor: Actor, number: str, change: ExtensionChange) -> ExtensionEntry:
        """Change some fields; what `options` names is put over what is kept.

        Another password, or switching it off, ends the user's sessions.

        Raises:
            NotFound: there is none.
            Edited: somebody else has changed it since `change.version`.
            Invalid: with the fields that will not do.
        """
        actor.check(Module.EXTENSIONS)
        self._existing(number)
        given = change.given()
        if problems := self.change_problems(number, given):
            raise Invalid(problems, **self.spans)
        password = given.get("wave_password")
        password_hash = await self._passwords.hash(password) if password else None

        async def store(connection: AsyncConnection) -> Rewrite:
            present = (await self.stored(connection, [number]))[number]
            await check_version(connection, subject_of(number), present.version, change.version)
            rewrite = Rewrite(present, given, password_hash)
            await self.rewrite(connection, [rewrite])
            return rewrite

        rewrite = await self._ledger.change(
            actor, "extension.change", subject_of(number), store, {"fields": sorted(given)}
        )
        self.tell_rewritten([rewrite])
        return self._existing(number)

    async def delete(self, actor: Actor, numbers: Sequence[str]) -> None:
        """Remove extensions and their users; registrations, sessions and sockets end at once.

        Raises:
            NotFound: one is not there.
            InUse: something could not work without one of them.
        """
        actor.check(Module.EXTENSIONS)
        numbers = list(dict.fromkeys(numbers))

        async def store(connection: AsyncConnection) -> list[ExtensionEntry]:
            found = list((await self.stored(connection, numbers)).values())
            referring = await self._referring(connection, numbers)
            if blocking := [each for each in referring if each.blocking]:
                raise InUse([each.named() for each in blocking])
            await PeopleRepository(connection).drop_accounts(each.account_id for each in found)
            await PeopleRepository(connection).bump(DIRECTORY_VERSION)
            return found

        subject = subject_of(numbers[0] if len(numbers) == 1 else "")
        dropped = await self._ledger.change(
            actor, "extension.delete", subject, store, {"numbers": numbers}
        )
        for each in dropped:
            self._sessions.revoke_all(each.account_id)
        self._ledger.tell_dropped(numbers)

    async def references(self, actor: Actor, numbers: Sequence[str]) -> list[Reference]:
        """What refers to these extensions: to be shown before they are deleted."""
        actor.check(Module.EXTENSIONS, "view")
        async with self._ledger.database.read() as connection:
            return await self._referring(connection, numbers)

    # --- for the import, which writes many at once --------------------------------------------

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

    async def prepared(
        self, new: NewExtension, *, demo_password: bool = False, without: str = UNUSABLE
    ) -> tuple[Account, ExtensionEntry]:
        """The rows of an extension to be added; its password is hashed, or `without` in place."""
        password_hash = without
        if new.wave_password:
            password_hash = await self._passwords.hash(new.wave_password)
        account = Account(
            new_id(),
            new.number,
            "user",
            f"{new.first_name} {new.last_name}".strip() or new.number,
            new.email,
            new.language,
            password_hash,
            demo_password,
            enabled=new.enabled,
            version=1,
            client_id=new.client_id,
        )
        given = new.model_dump(exclude_unset=True)  # what is left out leaves the options alone
        entry = ExtensionEntry(
            new.number,
            account.id,
            new.first_name,
            new.last_name,
            self._keyring.seal(new.sip_secret or random_secret()),
            new.max_contacts,
            new.permission,
            enabled=new.enabled,
            email=new.email,
            language=new.language,
            phone_number=new.phone_number,
            department=new.department,
            job_title=new.job_title,
            wave_privilege_id=new.wave_privilege_id,
            options={
                **new.options,
                **phone_rules.options_for(given),
                **call_rules.options_for(given),
                **call_options.options_for(given, new.options),
                **mailbox_rules.options_for(given, self._keyring.seal),
                **agent_rules.options_for(given),
            },
        )
        return account, entry

    async def insert(
        self, connection: AsyncConnection, prepared: Sequence[tuple[Account, ExtensionEntry]]
    ) -> None:
        """Store new extensions and write their users' welcome mails.

        Raises:
            NumberTaken: something has one of the numbers.
        """
        people, directory = PeopleRepository(connection), DirectoryRepository(connection)
        await check_free(connection, [entry.number for _, entry in prepared])
        await people.add_accounts([account for account, _ in prepared], self._ledger.clock())
        await directory.add_extensions([entry for _, entry in prepared])
        await people.bump(DIRECTORY_VERSION)
        for account, _ in prepared:
            if account.password_hash == UNUSABLE:
                await self.welcome(connection, account)

    async def welcome(self, connection: AsyncConnection, account: Account) -> None:
        """Write a new user's mail down, in the caller's transaction; without an address, none."""
        if self._invitations is None or not account.email:
            return
        invitations, mailer = self._invitations
        await invitations.invite(
            connection,
            mailer,
            "welcome",
            account,
            name=account.display_name,
            number=account.user_name,
        )

    async def stored(
        self, connection: AsyncConnection, numbers: Sequence[str]
    ) -> dict[str, ExtensionEntry]:
        """Extensions as they are stored, by number.

        Raises:
            NotFound: one is not there.
        """
        found = await DirectoryRepository(connection).extensions(numbers)
        if len(found) < len(numbers):
            raise NotFound
        return {each.number: each for each in found}

    async def rewrite(self, connection: AsyncConnection, rewrites: Sequence[Rewrite]) -> None:
        """Store changes of extensions and their users."""
        people = PeopleRepository(connection)
        changed = [each.changed(self._keyring.seal) for each in rewrites]
        await DirectoryRepository(connection).change_extensions(changed)
        await people.change_users(changed)
        await people.change_passwords(
            {each.present.account_id: each.password_hash for each in rewrites
             if each.password_hash is not None}
        )  # fmt: skip
        await people.revoke_all_sessions(
            [each.present.account_id for each in rewrites if each.ends_sessions]
        )
        await people.bump(DIRECTORY_VERSION)

    def tell_rewritten(self, rewrites: Sequence[Rewrite]) -> None:
        """After the commit: end what must end, tell the others."""
        for each in rewrites:
            if each.ends_sessions:
                self._sessions.revoke_all(each.present.account_id)
        self._ledger.tell_saved(each.present.number for each in rewrites)

    # --- inside -------------------------------------------------------------------------------

    def _existing(self, number: str) -> ExtensionEntry:
        entry = self._ledger.book.extensions.get(number)
        if entry is None:
            raise NotFound
        return entry

    async def _check_repeated(self, connection: AsyncConnection, client_id: str | None) -> None:
        if client_id is None:
            return
        known = await PeopleRepository(connection).account_by_client_id(client_id)
        if known is not None:
            if known.role != "user":
                raise NameTaken
            raise Repeated(known.user_name)

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

    async def _referring(
        self, connection: AsyncConnection, numbers: Sequence[str]
    ) -> list[Reference]:
        """Groups and queues among ours, then what others know."""
        wanted, book = set(numbers), self._ledger.book
        found = [
            Reference("extension_group", group.id, group.name)
            for group in book.groups.values()
            if wanted.intersection(group.members)
        ]
        found += [
            Reference("queue", queue.number, queue.name)
            for queue in book.queues.values()
            if any(agent.number in wanted for agent in queue.agents)
        ]
        for each in self._references:
            found += await each.referring(connection, "extension", numbers)
        return found


def subject_of(number: str) -> str:
    """An extension as the operation log names it."""
    return f"extension:{number}"


def random_secret() -> str:
    """A SIP secret that phones can be given by hand: letters and digits of both kinds."""
    while True:
        made = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))
        if any(each.isdigit() for each in made) and any(each.isalpha() for each in made):
            return made


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
