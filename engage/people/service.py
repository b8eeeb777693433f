"""What people can do with their accounts, and what the rest of the house asks about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.identifiers import now_ms
from engage.mailing import Recipient
from engage.people import queue_options
from engage.people.administrators import Administrators
from engage.people.call_handling import (
    needs_of,
    ringtone_of,
)
from engage.people.call_options import allows_webrtc
from engage.people.choices import Choices
from engage.people.extension_checks import ExtensionChecks
from engage.people.extension_rows import ExtensionRows
from engage.people.extensions import Extensions
from engage.people.group_import import GroupImport
from engage.people.groups import Groups
from engage.people.importing import Importing
from engage.people.ledger import Ledger
from engage.people.numbering import NumberBook, owners_among
from engage.people.numbers import NumberRanges
from engage.people.passwords import Passwords
from engage.people.pbx_directory import PbxDirectory
from engage.people.phone_features import PhoneFeatures
from engage.people.privileges import Privileges
from engage.people.queue_duty import QueueDuty
from engage.people.queue_import import QueueImport
from engage.people.queues import Queues
from engage.people.seats import LiveChatSeats
from engage.people.sessions import Sessions
from engage.people.sign_in.desk import SignInDesk
from engage.people.sign_in.entry import Entry
from engage.people.sign_in.factors import SecondFactors
from engage.people.sign_in.links import PasswordLinks
from engage.people.sign_in.model import Caller
from engage.people.sign_in.password_changes import PasswordChanges
from engage.people.sign_in.session_list import SessionList
from engage.people.sign_in.settings import SecuritySettings
from engage.people.sign_in.tickets import Tickets
from engage.people.wave_privileges import WavePrivileges
from engage.people.welcoming import Welcoming
from engage.system.actor import is_there

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.events import Events
    from engage.identifiers import Clock
    from engage.people.book import PeopleBook
    from engage.people.model import (
        Account,
        AgentSeat,
        Contact,
        ExtensionEntry,
        Principal,
        Secrets,
        Session,
        SignedIn,
    )
    from engage.storage.database import Database
    from engage.system.actor import Rights

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
        self._policy = policy
        self._passwords = passwords or Passwords()
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
        self.password_changes = PasswordChanges(
            self._ledger, self._passwords, self._sessions, self._desk, policy
        )
        self.entry = Entry(
            self._desk, self._passwords, self._sessions, self.factors, tickets, book, policy,
            self.password_changes.rehash,
        )  # fmt: skip
        self.session_list = SessionList(self._sessions, book, clock)
        self.links = PasswordLinks(database, book, self.password_changes.set_by_link, clock)

        def shortest() -> int:
            return policy().password_length

        self.number_book = NumberBook(ranges)
        for owner in owners_among(self._ledger):
            self.number_book.register(owner)
        checks = ExtensionChecks(self._ledger, self.number_book, ranges, shortest)
        rows = ExtensionRows(
            self._ledger, keyring, self._passwords, self._sessions, self.number_book
        )
        self.extensions = Extensions(
            self._ledger, keyring, self._passwords, self._sessions, checks, rows
        )
        self._welcoming = Welcoming(self._ledger, rows)
        self.importing = Importing(
            self._ledger, checks, rows, self._passwords, self._welcoming.wake
        )
        self.groups = Groups(self._ledger)
        self.group_import = GroupImport(self._ledger)
        self.queues = Queues(self._ledger, keyring, self.number_book, ranges)
        self.queue_import = QueueImport(self._ledger, keyring, self.number_book, ranges)
        self.administrators = Administrators(
            self._ledger, self._passwords, self._sessions, self.number_book, shortest
        )
        self.privileges = Privileges(self._ledger)
        self.wave_privileges = WavePrivileges(self._ledger)
        self.choices = Choices(self._ledger)
        self.live_chat_seats = LiveChatSeats(self._ledger)
        self.phone_features = PhoneFeatures(self._ledger)
        self.queue_duty = QueueDuty(self._ledger)
        self.pbx_directory = PbxDirectory(self._ledger, keyring)

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

    def wants_faxes(self, number: str) -> bool:
        """Whether the faxes that an extension received are to be mailed."""
        found = self._book.extensions.get(number)
        return found is None or found.options.get("sendtofax") != "no"

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

    def calls_in_browser(self, number: str) -> bool:
        """Whether browsers may register for an extension."""
        entry = self._book.extensions.get(number)
        return entry is not None and allows_webrtc(entry.options)

    def members_of_groups(self, ids: Iterable[str]) -> list[str]:
        """The extensions of these extension groups, in their order; unknown groups have none."""
        groups = (self._book.groups.get(each) for each in ids)
        return [number for each in groups if each is not None for number in each.members]

    @property
    def _book(self) -> PeopleBook:
        return self._ledger.book

    def _name(self, account: Account) -> str:
        number = self._book.number_of_account.get(account.id)
        return self._book.extensions[number].name if number else account.display_name
