"""What people can do with their accounts, and what the rest of the house asks about them."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from engage.errors import N_, Conflict, EngageError, Invalid, NotFound
from engage.identifiers import new_id, now_ms
from engage.people.book import PeopleBook
from engage.people.events import ExtensionDropped, ExtensionSaved, PeopleChanged
from engage.people.model import (
    Account,
    AgentSeat,
    Contact,
    ExtensionEntry,
    Group,
    NameTaken,
    Principal,
    QueueEntry,
    SignedIn,
    WrongCredentials,
    check_number,
    check_password,
    check_user_name,
    user_name_of,
)
from engage.people.passwords import Passwords
from engage.people.repository import DIRECTORY_VERSION, PEOPLE_VERSION, PeopleRepository
from engage.people.sessions import Sessions
from engage.people.sign_in.desk import SignInDesk
from engage.people.sign_in.entry import Entry
from engage.people.sign_in.factors import SecondFactors, own
from engage.people.sign_in.links import PasswordLinks
from engage.people.sign_in.model import Caller
from engage.people.sign_in.session_list import SessionList
from engage.people.sign_in.settings import SecuritySettings
from engage.people.sign_in.tickets import Tickets
from engage.system.actor import Actor
from engage.system.operation_log import note
from pbxcore.directory import Extension

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.events import Events
    from engage.identifiers import Clock
    from engage.people.model import Session
    from engage.storage.database import Database

    Also = Callable[[AsyncConnection], Awaitable[None]]

log = logging.getLogger(__name__)
WATCH_S = 2.0  # how soon another process's change is seen


class Secrets(Protocol):
    """What must be recovered in clear is sealed with the installation's key."""

    def seal(self, clear: str) -> str:
        """Encrypt."""
        ...

    def open(self, sealed: str) -> str:
        """Decrypt what `seal` made."""
        ...

    def derive(self, purpose: str) -> bytes:
        """A key of its own for one purpose."""
        ...


class People:
    """Accounts, sessions, extensions, groups and queues.

    Everything is read from memory; a change is written first and then taken over.
    """

    def __init__(
        self,
        database: Database,
        keyring: Secrets,
        events: Events,
        clock: Clock = now_ms,
        passwords: Passwords | None = None,
        policy: Callable[[], SecuritySettings] = SecuritySettings,
    ) -> None:
        """`policy` gives the settings of signing in as they hold now."""
        self._database, self._keyring, self._events = database, keyring, events
        self._clock = clock
        self._passwords = passwords or Passwords()
        self._book = PeopleBook()
        self._policy = policy
        self._sessions = Sessions(database, events, clock, policy)
        self._desk = SignInDesk(database, clock, policy)
        tickets = Tickets(keyring, clock)

        def book() -> PeopleBook:
            return self._book

        self.factors = SecondFactors(
            database, keyring, tickets, self._sessions, book, policy,
            self._desk.forgive_second, clock,
        )  # fmt: skip
        self.entry = Entry(
            self._desk, self._passwords, self._sessions, self.factors, tickets, book, policy,
            self._rehash,
        )  # fmt: skip
        self.session_list = SessionList(self._sessions, book, clock)
        self.links = PasswordLinks(database, book, self._set_by_link, clock)
        self._watcher: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Read everyone into memory and keep that current."""
        await self.reload()
        await self._sessions.start(lambda: self._book)
        await self._desk.start()
        self._watcher = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Stop what runs in the background."""
        if self._watcher is not None:
            self._watcher.cancel()
            with suppress(asyncio.CancelledError):
                await self._watcher
        await self.links.settled()
        await self._sessions.stop()
        self._passwords.close()

    async def reload(self) -> None:
        """Read everyone again."""
        async with self._database.read() as connection:
            book = await PeopleRepository(connection).book()
        if book.version >= self._book.version:  # else a later reading was faster
            self._book = book

    # --- sign-in and sessions ---------------------------------------------------------------

    async def sign_in(
        self, user: str, password: str, *, address: str, user_agent: str, kind: str
    ) -> SignedIn:
        """Begin a session by a password alone.

        Raises:
            WrongCredentials: unknown, wrong or disabled: nobody learns which.
            SecondFactorNeeded: right so far; `entry.by_second` goes on.
            Locked: too many failures lately, by this name or from this address.
            Unavailable: too many sign in at once.
        """
        return await self.entry.by_password(user, password, Caller(address, user_agent, kind))

    async def principal(self, token: str, *, enrolling: bool = False) -> Principal:
        """Who this token stands for.

        Args:
            token: as it was given.
            enrolling: whether someone who must set up a second factor first is let through.

        Raises:
            SessionOver: code `invalid`, `expired` or `revoked`.
            EnrolmentNeeded: a second factor comes first.
        """
        return self._sessions.principal(token, enrolling=enrolling)

    def session(self, token: str) -> Session:
        """The session of a token.

        Raises:
            SessionOver: code `invalid`, `expired` or `revoked`.
        """
        return self._sessions.session(token)

    @property
    def policy(self) -> SecuritySettings:
        """The settings of signing in as they hold now."""
        return self._policy()

    async def sign_out(self, token: str) -> None:
        """End the session; its sockets close at once. A token already over is no error."""
        await self._sessions.end(token)

    async def refresh(self, token: str) -> int:
        """Let the session live on, up to its absolute end; returns the new expiry in ms."""
        return await self._sessions.refresh(token)

    async def change_password(self, token: str, old: str, new: str, *, address: str) -> None:
        """Change one's own password; every other session of the account ends.

        Raises:
            Invalid: the field `old` or `password` is wrong.
            Locked: too many wrong old passwords.
            Conflict: the password was changed by somebody else meanwhile.
        """
        account = self._book.accounts[self._sessions.session(token).account_id]
        check_password(new, account.user_name)

        async def check() -> Account | None:
            matches = await self._passwords.matches(old, account.password_hash)
            return account if matches else None

        try:
            await self._desk.admit(account.user_name, address, check)
        except WrongCredentials:
            raise Invalid({"old": N_("This is not your present password.")}) from None
        await self._store_password(account, new, demo=False, keep=self._sessions.session(token))

    @property
    def longest_s(self) -> int:
        """How long a session lasts at most, in seconds: a browser keeps its cookie as long."""
        return self._policy().longest_ms // 1000

    def me(self, token: str) -> dict[str, Any]:
        """What someone signed in may know of their own account and session."""
        session = self._sessions.session(token)
        account = self._book.accounts[session.account_id]
        number = self._book.number_of_account.get(account.id)
        principal = self._sessions.principal(token, enrolling=True)
        rights = principal.rights
        return {
            "user": {
                "kind": account.role,
                "id": number or account.user_name,
                "user_name": account.user_name,
                "name": self._name(account),
                "email": account.email,
                "language": account.language,
                "number": number,
                "demo_password": account.demo_password,
            },
            "rights": {str(module): level for module, level in rights.levels.items()},
            "grants": sorted(principal.grants),
            "enrolling": session.enrolling,
            "expires_at_ms": session.expires_at_ms,
        }

    # --- what others ask ----------------------------------------------------------------------

    def contacts(self) -> list[Contact]:
        """Everyone with an enabled extension, by name."""
        return self._book.contacts()

    def contact(self, number: str) -> Contact | None:
        """The person at an extension."""
        return self._book.contact(number)

    def name_of(self, number: str) -> str | None:
        """The name shown for an extension."""
        contact = self._book.contact(number)
        return contact.name if contact is not None else None

    def agents_of(self, kind: str, values: Iterable[str]) -> list[AgentSeat]:
        """Who serves a destination: `queue` with queue numbers, or `extensions`."""
        return self._book.agents_of(kind, values)

    def names_of(self, kind: str, values: Iterable[str]) -> dict[str, str]:
        """The names of a live chat's destination; what does not exist (any more) is left out."""
        return self._book.names_of(kind, values)

    def members(self, extensions: Iterable[str], groups: Iterable[str]) -> list[Contact]:
        """The people at these extensions and in these groups (ids or names), each once."""
        return self._book.members(extensions, groups)

    def extensions(self) -> list[ExtensionEntry]:
        """Every extension, by number."""
        return [self._book.extensions[number] for number in sorted(self._book.extensions)]

    def groups(self) -> list[Group]:
        """Every extension group, by name."""
        return sorted(self._book.groups.values(), key=lambda group: group.name.casefold())

    def queues(self) -> list[QueueEntry]:
        """Every queue, by number."""
        return sorted(self._book.queues.values(), key=lambda queue: queue.number)

    def accounts(self) -> list[Account]:
        """Every account, by user name."""
        return sorted(self._book.accounts.values(), key=lambda account: account.user_name)

    def names_taken(self) -> set[str]:
        """What anybody with an account is called, enabled or not: user names and shown names."""
        names = {name for each in self.accounts() for name in (each.user_name, each.display_name)}
        return names | {contact.name for contact in self.contacts()}

    def demo_passwords(self) -> list[str]:
        """User names that still have a password of the demonstration data."""
        return [each.user_name for each in self.accounts() if each.demo_password and each.enabled]

    def directory(self) -> tuple[list[Extension], int]:
        """The PBX's view of all extensions, secrets in clear, and its version."""
        entries = [self.directory_entry(number) for number in sorted(self._book.extensions)]
        return [each for each in entries if each is not None], self._book.directory_version

    def directory_entry(self, number: str) -> Extension | None:
        """The PBX's view of one extension, or None when there is none."""
        entry = self._book.extensions.get(number)
        if entry is None:
            return None
        secret = self._keyring.open(entry.sealed_secret)
        return Extension(number, entry.name, secret, entry.max_contacts, entry.enabled)

    # --- changes ------------------------------------------------------------------------------

    async def add_extension(
        self,
        number: str,
        *,
        first_name: str,
        last_name: str = "",
        email: str = "",
        password: str,
        sip_secret: str,
        max_contacts: int = 1,
        permission: str = "internal",
        language: str = "",
        demo_password: bool = False,
        actor: str = "system:",
    ) -> None:
        """Add an extension with its user, whose user name is the number.

        Raises:
            NameTaken: an account, extension or queue of that name is there.
            Invalid: the number or the password will not do.
        """
        check_number(number)
        if not demo_password:
            check_password(password, number)
        account = await self._new_account(
            number,
            "user",
            f"{first_name} {last_name}".strip(),
            email,
            language,
            password,
            demo=demo_password,
        )
        sealed = self._keyring.seal(sip_secret)
        entry = ExtensionEntry(
            number,
            account.id,
            first_name,
            last_name,
            sealed,
            max_contacts,
            permission,
            enabled=True,
        )

        async def store(rows: PeopleRepository) -> None:
            if await rows.user_name_exists(number) or await rows.number_exists(number):
                raise NameTaken
            await rows.add_account(account, self._clock())
            await rows.add_extension(entry)
            await rows.bump(DIRECTORY_VERSION)

        await self._change(store, actor, "extension.add", number)
        self._events.publish(ExtensionSaved(number))

    async def drop_extension(self, number: str, *, actor: str = "system:") -> None:
        """Remove an extension and its user; sessions and registrations end.

        Raises:
            NotFound: there is none.
        """
        entry = self._book.extensions.get(number)
        if entry is None:
            raise NotFound

        async def store(rows: PeopleRepository) -> None:
            await rows.drop_account(entry.account_id)
            await rows.bump(DIRECTORY_VERSION)

        await self._change(store, actor, "extension.drop", number)
        self._sessions.revoke_all(entry.account_id)
        self._events.publish(ExtensionDropped(number))

    async def add_admin(
        self,
        user_name: str,
        password: str,
        *,
        display_name: str = "Administrator",
        email: str = "",
        language: str = "",
        demo_password: bool = False,
        actor: str = "system:",
    ) -> None:
        """Add an administrator.

        Raises:
            NameTaken: an account of that name is there.
            Invalid: the name or the password will not do.
        """
        name = user_name_of(user_name)
        check_user_name(name)
        if not demo_password:
            check_password(password, name)
        account = await self._new_account(
            name, "admin", display_name, email, language, password, demo=demo_password
        )

        async def store(rows: PeopleRepository) -> None:
            if await rows.user_name_exists(name):
                raise NameTaken
            await rows.add_account(account, self._clock())

        await self._change(store, actor, "admin.add", name)

    async def set_password(
        self, user_name: str, password: str, *, demo: bool = False, actor: str = "system:"
    ) -> None:
        """Set anyone's password, as an administrator may; all sessions of the account end.

        Raises:
            NotFound: no such account.
            Invalid: the password will not do.
        """
        name = user_name_of(user_name)
        account = self._book.account_named(name)
        if account is None:
            raise NotFound
        if not demo:
            check_password(password, name)
        await self._store_password(account, password, demo=demo, keep=None, actor=actor)
        await self._desk.forgive(name)

    async def add_group(self, name: str, members: Sequence[str], *, actor: str = "system:") -> str:
        """Add an extension group; returns its id.

        Raises:
            NameTaken: a group of that name is there.
        """
        group = Group(new_id(), name, tuple(dict.fromkeys(members)))

        async def store(rows: PeopleRepository) -> None:
            if await rows.group_name_exists(name):
                raise NameTaken
            await rows.add_group(group)

        await self._change(store, actor, "group.add", name)
        return group.id

    async def add_queue(
        self, number: str, name: str, agents: Sequence[str], *, actor: str = "system:"
    ) -> None:
        """Add a call queue with static agents.

        Raises:
            NameTaken: an extension or queue of that number is there.
        """
        check_number(number)
        queue = QueueEntry(number, name, tuple((each, False) for each in dict.fromkeys(agents)))

        async def store(rows: PeopleRepository) -> None:
            if await rows.number_exists(number):
                raise NameTaken
            await rows.add_queue(queue)

        await self._change(store, actor, "queue.add", number)

    # --- inside -------------------------------------------------------------------------------

    async def _new_account(
        self,
        name: str,
        role: str,
        display_name: str,
        email: str,
        language: str,
        password: str,
        *,
        demo: bool,
    ) -> Account:
        hashed = await self._passwords.hash(password)
        return Account(
            new_id(),
            name,
            role,
            display_name or name,
            email,
            language,
            hashed,
            demo,
            enabled=True,
            version=1,
        )

    async def _change(
        self,
        store: Callable[[PeopleRepository], Awaitable[None]],
        actor: str,
        action: str,
        subject: str,
        also: Also | None = None,
    ) -> None:
        """Write a change with its record and version, `also` first; then read the new state."""

        async def work(connection: AsyncConnection) -> int:
            rows = PeopleRepository(connection)
            if also is not None:
                await also(connection)
            await store(rows)
            await note(connection, Actor(actor), action, subject, at_ms=self._clock())
            return await rows.bump(PEOPLE_VERSION)

        version = await self._database.write(work)
        await self.reload()
        self._events.publish(PeopleChanged(version))

    async def _store_password(
        self,
        account: Account,
        password: str,
        *,
        demo: bool,
        keep: Session | None,
        actor: str | None = None,
        also: Also | None = None,
    ) -> None:
        """Store another password.

        Args:
            account: whose.
            password: in clear.
            demo: whether it belongs to the demonstration data.
            keep: the session that asks for it and lives on.
            actor: who sets it, unless the owner.
            also: is written before it in the same transaction, or nothing is.

        Raises:
            Conflict: the password was changed since that session asked.
        """
        hashed = await self._passwords.hash(password)

        async def store(rows: PeopleRepository) -> None:
            granted = None if keep is None else keep.account_version
            if not await rows.change_password(account.id, hashed, granted, demo=demo):
                raise Conflict
            await rows.revoke_sessions(account.id, kept)
            if keep is not None:
                await rows.adopt_session(keep.id, account.id)

        kept = None if keep is None else keep.id
        await self._change(store, actor or own(account).who, "password", own(account).who, also)
        self._sessions.revoke_all(account.id, but=kept)

    async def _set_by_link(self, account: Account, password: str, address: str, also: Also) -> None:
        """Set the password of whoever followed a link; all sessions of the account end."""
        check_password(password, account.user_name)
        await self._store_password(account, password, demo=False, keep=None, also=also)
        await self._desk.forgive(account.user_name)

    async def _rehash(self, account: Account, password: str) -> None:
        hashed = await self._passwords.hash(password)

        async def work(connection: AsyncConnection) -> None:
            await PeopleRepository(connection).rehash(account.id, hashed)

        await self._database.write(work)
        await self.reload()

    def _name(self, account: Account) -> str:
        number = self._book.number_of_account.get(account.id)
        return self._book.extensions[number].name if number else account.display_name

    async def _watch(self) -> None:
        """Notice what another process changed: the CLI, another node."""
        while True:
            await asyncio.sleep(WATCH_S)
            try:
                async with self._database.read() as connection:
                    stored = await PeopleRepository(connection).version(PEOPLE_VERSION)
                if stored != self._book.version:
                    await self._follow()
            except EngageError as problem:
                log.warning("people not read", extra={"problem": problem.code})
            except Exception:
                log.exception("people not read")

    async def _follow(self) -> None:
        before = self._book
        await self.reload()
        await self._sessions.reload()
        for number in before.extensions.keys() - self._book.extensions.keys():
            self._events.publish(ExtensionDropped(number))
        for number, entry in self._book.extensions.items():
            if before.extensions.get(number) != entry:
                self._events.publish(ExtensionSaved(number))
        self._events.publish(PeopleChanged(self._book.version))
