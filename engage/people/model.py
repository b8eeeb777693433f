"""Who people are: accounts, sessions, extensions, groups, queues, as values and rules."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import ClassVar, Literal

from engage.errors import N_, Conflict, Invalid, TooMany, Unauthenticated
from engage.system.actor import NO_RIGHTS, Rights

PrincipalKind = Literal["visitor", "user", "admin"]
SessionKind = Literal["browser", "program"]

TOKEN_PREFIX = "eu_"  # noqa: S105 - tells people's tokens from visitors', holds no secret
PASSWORD_SHORTEST, PASSWORD_LONGEST = 8, 200
USER_NAME = re.compile(r"[0-9a-z][0-9a-z._@+-]{0,63}")
NUMBER = re.compile(r"[0-9]{2,18}")


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
    """Someone who may sign in. `role`: `admin` or `user`; `version` grows as grants are revoked."""

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


@dataclass(frozen=True, slots=True)
class ExtensionEntry:
    """An extension as it is stored; `sealed_secret` opens with the keyring."""

    number: str
    account_id: str
    first_name: str
    last_name: str
    sealed_secret: str
    max_contacts: int
    permission: str
    enabled: bool

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


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """A call queue and who serves it: (number, paused)."""

    number: str
    name: str
    agents: tuple[tuple[str, bool], ...]


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
    """A user name, number or group name that exists already."""

    code = "name_taken"
    text = N_("This name is taken already.")


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


def check_number(number: str) -> None:
    """Refuse what is no extension's number.

    Raises:
        Invalid: with the field `number`.
    """
    if NUMBER.fullmatch(number) is None:
        raise Invalid({"number": N_("Use 2 to 18 digits.")})


def check_password(password: str, user_name: str, field: str = "password") -> None:
    """Refuse passwords that are too easy, or too long to be worked on.

    Raises:
        Invalid: with the field named.
    """
    if len(password) < PASSWORD_SHORTEST:
        raise Invalid({field: N_("Use at least 8 characters.")})
    if len(password) > PASSWORD_LONGEST:
        raise Invalid({field: N_("Use at most 200 characters.")})
    if user_name_of(password) == user_name:
        raise Invalid({field: N_("The password must not be the user name.")})
