"""Rows of extensions and their users, in the caller's transaction: one of them, or thousands."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engage.errors import NotFound
from engage.identifiers import new_id
from engage.people import (
    agent_rules,
    call_options,
    call_rules,
    mailbox_rules,
    outbound_rules,
    phone_rules,
)
from engage.people.directory_repository import DirectoryRepository
from engage.people.model import UNUSABLE, Account, ExtensionEntry
from engage.people.repository import DIRECTORY_VERSION, PeopleRepository

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.mailing import Mailer
    from engage.people.extension_forms import NewExtension
    from engage.people.ledger import Ledger
    from engage.people.model import Invitations, Secrets
    from engage.people.numbering import NumberBook
    from engage.people.passwords import Passwords
    from engage.people.sessions import Sessions

SECRET_LENGTH = 16
ALPHABET = string.ascii_letters + string.digits
RULES = (
    *phone_rules.FIELDS,
    *call_rules.FIELDS,
    *call_options.FIELDS,
    *mailbox_rules.FIELDS,
    *agent_rules.FIELDS,
    *outbound_rules.FIELDS,
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
            **outbound_rules.options_for(self.given, seal, self.present.options),
        }
        if changes:
            values["options"] = {**self.present.options, **changes}
        return replace(self.present, **values, version=self.present.version + 1)


class ExtensionRows:
    """Makes, stores and changes the rows of extensions."""

    def __init__(
        self,
        ledger: Ledger,
        keyring: Secrets,
        passwords: Passwords,
        sessions: Sessions,
        numbers: NumberBook,
    ) -> None:
        self._ledger, self._keyring, self._numbers = ledger, keyring, numbers
        self._passwords, self._sessions = passwords, sessions
        self._invitations: tuple[Invitations, Mailer] | None = None

    def welcome_by(self, invitations: Invitations, mailer: Mailer) -> None:
        """Send new users without a password a mail with a link to set one."""
        self._invitations = invitations, mailer

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
                **outbound_rules.options_for(given, self._keyring.seal, new.options),
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
        await self._numbers.check_free(connection, [entry.number for _, entry in prepared])
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


def random_secret() -> str:
    """A SIP secret that phones can be given by hand: letters and digits of both kinds."""
    while True:
        made = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))
        if any(each.isdigit() for each in made) and any(each.isalpha() for each in made):
            return made
