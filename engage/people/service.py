"""What people can do with their accounts, and what the rest of the house asks about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.errors import N_, Conflict, Invalid, NotFound
from engage.identifiers import now_ms
from engage.mailing import Recipient
from engage.people import queue_options
from engage.people.administrators import Administrators
from engage.people.call_handling import (
    features_of,
    handling_of,
    music_of,
    needs_of,
    ringtone_of,
)
from engage.people.choices import Choices
from engage.people.extension_checks import ExtensionChecks
from engage.people.extension_rows import ExtensionRows
from engage.people.extensions import Extensions
from engage.people.group_import import GroupImport
from engage.people.groups import Groups
from engage.people.importing import Importing
from engage.people.ledger import Ledger
from engage.people.model import (
    Account,
    AgentSeat,
    Contact,
    Principal,
    SignedIn,
    WrongCredentials,
    check_password,
    user_name_of,
)
from engage.people.numbers import NumberRanges
from engage.people.passwords import Passwords
from engage.people.phone_features import PhoneFeatures
from engage.people.privileges import Privileges
from engage.people.queue_duty import QueueDuty
from engage.people.queue_import import QueueImport
from engage.people.queues import Queues
from engage.people.repository import PeopleRepository
from engage.people.seats import LiveChatSeats
from engage.people.sessions import Sessions
from engage.people.shared_lines import shared_line_of
from engage.people.sign_in.desk import SignInDesk
from engage.people.sign_in.entry import Entry
from engage.people.sign_in.factors import SecondFactors, own
from engage.people.sign_in.links import PasswordLinks
from engage.people.sign_in.model import Caller
from engage.people.sign_in.session_list import SessionList
from engage.people.sign_in.settings import SecuritySettings
from engage.people.sign_in.tickets import Tickets
from engage.people.wave_privileges import WavePrivileges
from engage.people.welcoming import Welcoming
from engage.system.actor import Module, is_there
from pbxcore.directory import Extension, ExtensionGroup
from pbxcore.voicemail.rules import Box

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.events import Events
    from engage.identifiers import Clock
    from engage.people.book import PeopleBook
    from engage.people.model import ExtensionEntry, Secrets, Session
    from engage.storage.database import Database
    from engage.system.actor import Actor, Rights

    Also = Callable[[AsyncConnection], Awaitable[None]]


class People:
    """Signing in, and what the rest of the house asks about people.

    Everything is read from memory; a change is written first and then taken over. What
    administrators arrange is in the parts: `extensions`, `groups`, `queues`, `administrators` …
    """

    def __init__(
        self,
        database: Database,
        keyring: Secrets,
        events: Events,
        clock: Clock = now_ms,
        passwords: Passwords | None = None,
        policy: Callable[[], SecuritySettings] = SecuritySettings,
        ranges: Callable[[], NumberRanges] = NumberRanges,
    ) -> None:
        """`policy` gives the settings of signing in, `ranges` the plan of numbers, as they hold."""
        self._database, self._keyring, self._policy = database, keyring, policy
        self._passwords = passwords or Passwords()
        self._opened: dict[str, str] = {}  # secrets in clear: the PBX is told all of them
        self._ledger = Ledger(database, events, clock)
        self._sessions = Sessions(database, events, clock, policy)
        self._desk = SignInDesk(database, clock, policy)
        tickets = Tickets(keyring, clock)

        def book() -> PeopleBook:
            return self._ledger.book

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

        def shortest() -> int:
            return policy().password_length

        checks = ExtensionChecks(self._ledger, ranges, shortest)
        rows = ExtensionRows(self._ledger, keyring, self._passwords, self._sessions)
        self.extensions = Extensions(
            self._ledger, keyring, self._passwords, self._sessions, checks, rows
        )
        self._welcoming = Welcoming(self._ledger, rows)
        self.importing = Importing(
            self._ledger, checks, rows, self._passwords, self._welcoming.wake
        )
        self.groups = Groups(self._ledger)
        self.group_import = GroupImport(self._ledger)
        self.queues = Queues(self._ledger, keyring, ranges)
        self.queue_import = QueueImport(self._ledger, keyring, checks, ranges)
        self.administrators = Administrators(
            self._ledger, self._passwords, self._sessions, shortest
        )
        self.privileges = Privileges(self._ledger)
        self.wave_privileges = WavePrivileges(self._ledger)
        self.choices = Choices(self._ledger)
        self.live_chat_seats = LiveChatSeats(self._ledger)
        self.phone_features = PhoneFeatures(self._ledger)
        self.queue_duty = QueueDuty(self._ledger)

    async def start(self) -> None:
        """Read everyone into memory and keep that current."""
        await self._ledger.start()
        await self._sessions.start(lambda: self._ledger.book)
        await self._desk.start()
        self._ledger.watch(self._sessions.reload)
        await self._welcoming.start()

    async def stop(self) -> None:
        """Stop what runs in the background."""
        await self._welcoming.stop()
        await self._ledger.stop()
        await self.links.settled()
        await self._sessions.stop()
        self._passwords.close()

    async def reload(self) -> None:
        """Read everyone again."""
        await self._ledger.reload()

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
        check_password(new, account.user_name, self.policy.password_length)

        async def check() -> Account | None:
            matches = await self._passwords.matches(old, account.password_hash)
            return account if matches else None

        try:
            await self._desk.admit(account.user_name, address, check)
        except WrongCredentials:
            raise Invalid({"old": N_("This is not your present password.")}) from None
        session = self._sessions.session(token)
        actor = own(account, address)
        await self._store_password(account, new, demo=False, keep=session, actor=actor)

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
            "rights": {
                str(module): level for module, level in rights.levels.items() if is_there(module)
            },
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

    def has_extension(self, number: str) -> bool:
        """Whether there is an extension of that number."""
        return self._book.contact(number) is not None

    def mailbox_of(self, number: str) -> ExtensionEntry | None:
        """An enabled extension that has a mailbox."""
        found = self._book.extensions.get(number)
        has_one = found is not None and found.enabled and found.mailbox_rules.enabled
        return found if has_one else None

    def mail_to(self, number: str) -> Recipient | None:
        """Where mails to an enabled extension go, if anywhere."""
        found = self._book.extensions.get(number)
        if found is None or not found.enabled or not found.email:
            return None
        return Recipient(found.email, found.name, found.language)

    def wants_missed(self, number: str) -> Recipient | None:
        """Whom to tell of the missed calls of an extension, if anybody."""
        found = self._book.extensions.get(number)
        wanted = found is not None and found.options.get("missed_call") == "yes"
        return self.mail_to(number) if wanted else None

    def leading_to(self, kind: str, value: str) -> list[dict[str, str]]:
        """Who needs an object of the dialplan: extensions and queues whose calls go to it."""
        extensions = [
            {"kind": "extension", "id": each.number, "name": each.name}
            for each in self._book.extensions.values()
            if (kind, value) in needs_of(each.options)
        ]
        return extensions + [
            {"kind": "queue", "id": each.number, "name": each.name}
            for each in self._book.queues.values()
            if (kind, value) in queue_options.needs_of(each.options)
        ]

    def ringing_with(self, ringtone: str) -> list[str]:
        """The extensions that ring with a ringtone."""
        extensions = self._book.extensions.values()
        return [each.name for each in extensions if ringtone_of(each.options) == ringtone]

    def rings_with(self, ringtone: str) -> bool:
        """Whether any extension rings with a ringtone."""
        return bool(self.ringing_with(ringtone))

    def grants_of(self, number: str) -> frozenset[str]:
        """What an extension's user may do in Wave."""
        return self._book.grants(number)

    def agents_of(self, kind: str, values: Iterable[str]) -> list[AgentSeat]:
        """Who serves a destination: `queue` with queue numbers, or `extensions`."""
        return self._book.agents_of(kind, values)

    def names_of(self, kind: str, values: Iterable[str]) -> dict[str, str]:
        """The names of a live chat's destination; what does not exist (any more) is left out."""
        return self._book.names_of(kind, values)

    def members(self, extensions: Iterable[str], groups: Iterable[str]) -> list[Contact]:
        """The people at these extensions and in these groups (ids or names), each once."""
        return self._book.members(extensions, groups)

    def accounts(self) -> list[Account]:
        """Every account, by user name."""
        return sorted(self._book.accounts.values(), key=lambda account: account.user_name)

    def rights_of(self, account: Account) -> Rights:
        """What an account may do in the administration."""
        return self._book.rights(account)

    def names_taken(self) -> set[str]:
        """What anybody with an account is called, enabled or not: user names and shown names."""
        names = {name for each in self.accounts() for name in (each.user_name, each.display_name)}
        return names | {contact.name for contact in self.contacts()}

    def demo_passwords(self) -> list[str]:
        """User names that still have a password of the demonstration data."""
        return [each.user_name for each in self.accounts() if each.demo_password and each.enabled]

    def numbers(self) -> list[str]:
        """The numbers of all extensions."""
        return sorted(self._book.extensions)

    def presences(self) -> dict[str, str]:
        """The presence of every extension."""
        extensions = self._book.extensions.items()
        return {at: each.options.get("presence_status") or "available" for at, each in extensions}

    def members_of_groups(self, ids: Iterable[str]) -> list[str]:
        """The extensions of these extension groups, in their order; unknown groups have none."""
        groups = (self._book.groups.get(each) for each in ids)
        return [number for each in groups if each is not None for number in each.members]

    def directory_groups(self) -> tuple[ExtensionGroup, ...]:
        """The PBX's view of all extension groups."""
        groups = sorted(self._book.groups.values(), key=lambda each: each.id)
        return tuple(ExtensionGroup(each.name, each.members) for each in groups)

    def directory(self) -> tuple[list[Extension], int]:
        """The PBX's view of all extensions, secrets in clear, and its version."""
        entries = [self._book.extensions[number] for number in sorted(self._book.extensions)]
        sealed_ones = [each.sealed_secret for each in entries]
        sealed_ones += [pin for each in entries if (pin := each.mailbox_rules.sealed_pin)]
        sealed_ones += [pin for each in entries if (pin := each.call_rules.sealed_own_pin)]
        opened = {each: self._opened.get(each) for each in sealed_ones}
        self._opened = {
            sealed: self._keyring.open(sealed) if clear is None else clear
            for sealed, clear in opened.items()
        }
        found = [
            Extension(
                each.number,
                each.name,
                self._opened[each.sealed_secret],
                each.max_contacts,
                each.enabled,
                auth_id=rules.auth_id,
                networks=rules.allowed_networks,
                qualify_s=rules.qualify_s,
                digest_algorithms=rules.digest_algorithms,
                ring_s=calls.ring_s,
                longest_s=calls.longest_s,
                skips_pin=calls.skips_pin,
                own_pin=self._opened.get(calls.sealed_own_pin, ""),
                srtp=calls.srtp,
                call_waiting=calls.call_waiting,
                box=Box(box.enabled, self._opened.get(box.sealed_pin, ""), box.asks_own),
                fax_detection=each.options.get("faxdetect") == "yes",
                recorded=calls.auto_record,
                supervisors=calls.supervisors,
                most_calls=calls.most_calls,
                permission=each.permission,
                outbound_cid=str(each.options.get("cidnumber") or ""),
                emergency_cid=str(each.options.get("emergcidnumber") or ""),
                language=self._book.accounts[each.account_id].language,
                music=music_of(each.options),
                features=features_of(each.options),
                handling=handling_of(each.options),
                shared=shared_line_of(each.options),
            )
            for each in entries
            for rules, calls, box in ((each.phone_rules, each.call_rules, each.mailbox_rules),)
        ]
        return found, self._book.directory_version

    async def set_password(
        self, actor: Actor, user_name: str, password: str, *, demo: bool = False
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
        actor.check(Module.USERS if account.role == "admin" else Module.EXTENSIONS)
        if not demo:
            check_password(password, name, self.policy.password_length)
        await self._store_password(account, password, demo=demo, keep=None, actor=actor)
        await self._desk.forgive(name)

    # --- inside -------------------------------------------------------------------------------

    async def _store_password(
        self,
        account: Account,
        password: str,
        *,
        demo: bool,
        keep: Session | None,
        actor: Actor,
        also: Also | None = None,
    ) -> None:
        """Store another password.

        Args:
            account: whose.
            password: in clear.
            demo: whether it belongs to the demonstration data.
            keep: the session that asks for it and lives on.
            actor: who sets it.
            also: is written before it in the same transaction, or nothing is.

        Raises:
            Conflict: the password was changed since that session asked.
        """
        hashed = await self._passwords.hash(password)

        async def store(connection: AsyncConnection) -> None:
            if also is not None:
                await also(connection)
            rows = PeopleRepository(connection)
            granted = None if keep is None else keep.account_version
            if not await rows.change_password(account.id, hashed, granted, demo=demo):
                raise Conflict
            await rows.revoke_sessions(account.id, kept)
            if keep is not None:
                await rows.adopt_session(keep.id, account.id)

        kept = None if keep is None else keep.id
        await self._ledger.change(actor, "password.change", own(account).who, store)
        self._sessions.revoke_all(account.id, but=kept)

    async def _set_by_link(self, account: Account, password: str, address: str, also: Also) -> None:
        """Set the password of whoever followed a link; all sessions of the account end."""
        check_password(password, account.user_name, self.policy.password_length)
        actor = own(account, address)
        await self._store_password(account, password, demo=False, keep=None, actor=actor, also=also)
        await self._desk.forgive(account.user_name)

    async def _rehash(self, account: Account, password: str) -> None:
        hashed = await self._passwords.hash(password)

        async def work(connection: AsyncConnection) -> None:
            await PeopleRepository(connection).rehash(account.id, hashed)

        await self._database.write(work)
        await self.reload()

    @property
    def _book(self) -> PeopleBook:
        return self._ledger.book

    def _name(self, account: Account) -> str:
        number = self._book.number_of_account.get(account.id)
        return self._book.extensions[number].name if number else account.display_name
