"""Who people are: accounts, sessions, extensions, groups, queues, as values and rules."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from engage.errors import N_, Conflict, Invalid, TooMany, Unauthenticated
from engage.people import policy
from engage.people.agent_rules import AgentRules
from engage.people.call_rules import CallRules
from engage.people.mailbox_rules import MailboxRules
from engage.people.phone_rules import PhoneRules
from engage.system.actor import NO_RIGHTS, Rights

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.mailing import Mailer

PrincipalKind = Literal["visitor", "user", "admin"]

TOKEN_PREFIX = "eu_"  # noqa: S105 - tells people's tokens from visitors', holds no secret
USER_NAME = re.compile(r"[0-9a-z][0-9a-z._@+-]{0,63}")
PASSWORD_LONGEST = policy.PASSWORD_LONGEST
UNUSABLE = "!"
"""In place of a password's hash: nobody signs in before they have set one by a mailed link."""
WELCOME_DUE = "!welcome"
"""Unusable too, of a user whose welcome mail is still to be written."""
DEFAULT_WAVE_PRIVILEGE = "0"


class AdminLevel(StrEnum):
    """How far an administrator's rights reach."""

    SUPER = "super"  # everything, the other administrators too
    ADMINISTRATOR = "administrator"  # everything but users and the operation log
    CUSTOM = "custom"  # what the assigned privilege says


class Grant(StrEnum):
    """What a Wave privilege allows an extension's user."""

    CONTACTS = "contacts"
    CHAT = "chat"
    GROUP_CHAT = "group_chat"
    FILE_TRANSFER = "file_transfer"
    DELETE_CHAT = "delete_chat"
    LIVE_CHAT = "livechat"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who does something, as services check it.

    `id` is the extension's number, the administrator's user name or the visitor's id; `who` the
    same with its kind before it (`user:1000`), as conversations know it. `language` may be empty.
    `rights` open modules of the administration, `grants` what a user may do in Wave.
    """

    kind: PrincipalKind
    id: str
    name: str
    who: str
    session_id: str
    language: str = ""
    rights: Rights = NO_RIGHTS
    grants: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session just begun; the token is shown here once and kept only as a hash."""

    token: str
    csrf: str
    expires_at_ms: int
    principal: Principal
    demo_password: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """A colleague with an extension."""

    number: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class AgentSeat:
    """An agent at a destination of live chats."""

    number: str
    name: str
    paused: bool
    email: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Someone who may sign in. `role`: `admin` or `user`; `version` grows as grants are revoked.

    `revision` counts an administrator's editions; `level` and `privilege_id` are theirs alone.
    """

    id: str
    user_name: str
    role: str
    display_name: str
    email: str
    language: str
    password_hash: str
    demo_password: bool
    enabled: bool
    version: int
    client_id: str | None = None
    level: str = ""
    privilege_id: str | None = None
    revision: int = 1


@dataclass(frozen=True, slots=True)
class ExtensionEntry:
    """An extension with its user; `sealed_secret` opens with the keyring.

    `options` are fields of the HTTPS API: `phone_rules` among them, others for features to come.
    """

    number: str
    account_id: str
    first_name: str
    last_name: str
    sealed_secret: str
    max_contacts: int
    permission: str
    enabled: bool
    email: str = ""
    language: str = ""
    phone_number: str = ""
    department: str = ""
    job_title: str = ""
    wave_privilege_id: str = DEFAULT_WAVE_PRIVILEGE
    options: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1

    @property
    def phone_rules(self) -> PhoneRules:
        """How its phones sign in, from where, and how often they are asked."""
        return PhoneRules.of(self.options)

    @property
    def call_rules(self) -> CallRules:
        """What it wants of its calls."""
        return CallRules.of(self.options)

    @property
    def mailbox_rules(self) -> MailboxRules:
        """Whether it has a mailbox, and what opens that."""
        return MailboxRules.of(self.options)

    @property
    def agent_rules(self) -> AgentRules:
        """What it is as an agent."""
        return AgentRules.of(self.options)

    @property
    def name(self) -> str:
        """The name shown to others; the number where none was given."""
        return f"{self.first_name} {self.last_name}".strip() or self.number


@dataclass(frozen=True, slots=True)
class Group:
    """An extension group."""

    id: str
    name: str
    members: tuple[str, ...]
    client_id: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class QueueAgent:
    """Who serves a queue while `logged_in`: `static` from the start, others when they say so.

    `by_group`: as a member of one of its groups.
    """

    number: str
    paused: bool = False
    static: bool = True
    logged_in: bool = True
    by_group: bool = False


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """A call queue and who serves it, in order; `options` as an extension's.

    `stored`: where members of groups are among the `agents`, those it has without them.
    """

    number: str
    name: str
    agents: tuple[QueueAgent, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    client_id: str | None = None
    version: int = 1
    stored: tuple[QueueAgent, ...] | None = None

    @property
    def named(self) -> tuple[QueueAgent, ...]:
        """The agents who are named one by one, also those who are in one of its groups."""
        return self.agents if self.stored is None else self.stored


@dataclass(frozen=True, slots=True)
class Privilege:
    """What administrators of level `custom` may do: `view` or `edit` by module."""

    id: str
    name: str
    modules: Mapping[str, str]
    client_id: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class WavePrivilege:
    """What extensions' users may do in Wave."""

    id: str
    name: str
    grants: frozenset[str]
    client_id: str | None = None
    version: int = 1

    @property
    def is_default(self) -> bool:
        """The set of new extensions, and of those whose own was deleted."""
        return self.id == DEFAULT_WAVE_PRIVILEGE


@dataclass(frozen=True, slots=True)
class Reference:
    """Something that refers to an extension, group or queue.

    `blocking`: it could not work without, so that the object may not be deleted before it.
    """

    kind: str
    id: str
    name: str
    blocking: bool = False

    def named(self) -> dict[str, str]:
        """What it is, as errors tell it."""
        return {"kind": self.kind, "id": self.id, "name": self.name}


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


class References(Protocol):
    """Another slice that refers to people's objects; live chats do."""

    async def referring(
        self, connection: AsyncConnection, kind: str, keys: Iterable[str]
    ) -> list[Reference]:
        """What refers to these, as stored now.

        Args:
            connection: to look with, inside the transaction that deletes.
            kind: `extension`, `extension_group` or `queue`.
            keys: numbers; a group's id.
        """
        ...


class Invitations(Protocol):
    """Mails with a link by which somebody sets their password; signing in has them."""

    async def invite(
        self,
        connection: AsyncConnection,
        mailer: Mailer,
        kind: Literal["welcome"],
        account: Account,
        *,
        name: str,
        number: str = "",
    ) -> None:
        """Write the mail down, within the transaction that causes it."""
        ...


@dataclass(frozen=True, slots=True)
class Session:
    """What a token stands for.

    `expires_at_ms` 0: revoked; `ends_at_ms`: no refresh goes beyond; `used_at_ms` is right to
    within minutes; `proved_at_ms`: when its owner last showed who they are; `enrolling`: nothing
    else may be done before a second factor is set up.
    """

    id: str
    token_hash: str
    account_id: str
    account_version: int
    kind: str
    address: str
    user_agent: str
    created_at_ms: int
    expires_at_ms: int
    ends_at_ms: int
    used_at_ms: int = 0
    proved_at_ms: int = 0
    enrolling: bool = False

    @property
    def revoked(self) -> bool:
        """Ended by its owner, by a change of password or by an administrator."""
        return self.expires_at_ms == 0


class SessionOver(Unauthenticated):
    """A token that stands for nobody (any more). `code` is `invalid`, `expired` or `revoked`."""

    code = "invalid"


class SessionExpired(SessionOver):
    """The session was not used or renewed in time."""

    code = "expired"
    text = N_("Your session has expired. Please sign in again.")


class SessionRevoked(SessionOver):
    """The session was ended."""

    code = "revoked"
    text = N_("You have been signed out. Please sign in again.")


class WrongCredentials(Unauthenticated):
    """The name is unknown, the password wrong or the account disabled: nobody learns which."""

    code = "wrong_credentials"
    text = N_("The user name or the password is wrong.")


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time among an error's parameters; shown in the reader's words."""

    seconds: int


class Locked(TooMany):
    """Too many failures; says when to come back. Unknown names are locked like known ones."""

    code: ClassVar[str] = "locked"
    text: ClassVar[str] = N_("Too many failed attempts. Please try again in %(time_left)s.")

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(retry_after_s)
        self.params["time_left"] = Span(retry_after_s)


class NameTaken(Conflict):
    """A user name, number or group name that exists already; `fields` says where it was given."""

    code = "name_taken"
    text = N_("This name is taken already.")
    field = "name"

    def __init__(self, **params: object) -> None:
        super().__init__(**params)
        self.fields = {self.field: self.text}


class UserNameTaken(NameTaken):
    """Administrators and extensions share one space of user names."""

    text = N_("This user name is taken already.")
    field = "user_name"


def token_hash(token: str) -> str:
    """How a token is stored: tokens are long and random, so a plain hash suffices."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def csrf_of(token: str) -> str:
    """The value a browser must repeat in `X-CSRF-Token`; known only to pages of this session."""
    return hmac.new(token.encode(), b"engage csrf", hashlib.sha256).hexdigest()


def user_name_of(text: str) -> str:
    """User names are compared without case."""
    return text.strip().casefold()


def check_user_name(user_name: str) -> None:
    """Refuse what could not be typed, logged or shown safely.

    Raises:
        Invalid: with the field `user`.
    """
    if USER_NAME.fullmatch(user_name) is None:
        raise Invalid({"user": N_("Use up to 64 letters, digits or any of . _ @ + -")})


def check_password(password: str, user_name: str, shortest: int = policy.PASSWORD_SHORTEST) -> None:
    """Refuse passwords that are too easy, or too long to be worked on.

    Raises:
        Invalid: with the field `password`.
    """
    if (problem := policy.password_problem(password, user_name, shortest)) is not None:
        raise Invalid({"password": problem}, shortest=shortest)
