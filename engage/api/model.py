"""API users: programs that may use the HTTPS API, as values and rules."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Protocol

from engage.api.permitted import NotPermissible, Permitted, entry_of
from engage.errors import N_, Conflict, Invalid

USER_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._@+-]{0,63}")
PASSWORD_SHORTEST, PASSWORD_LONGEST = 8, 200
MOST_PERMITTED = 50


class UserTaken(Conflict):
    """Another API user has this name, whatever its case."""

    code = "name_taken"
    text = N_("This name is taken already.")

    def __init__(self) -> None:
        super().__init__()
        self.fields = {"user": self.text}


class Secrets(Protocol):
    """What must be recovered in clear is sealed with the installation's key."""

    def seal(self, clear: str) -> str:
        """Encrypt."""
        ...

    def open(self, sealed: str) -> str:
        """Decrypt what `seal` made."""
        ...


@dataclass(frozen=True, slots=True)
class ApiUser:
    """One program's account.

    The password is kept sealed, not hashed: the protocol's token is made of the password itself.
    `permitted` are networks and host names, none meaning every address; `denied` are actions.
    """

    id: str
    user: str
    sealed_password: str
    enabled: bool
    permitted: tuple[str, ...]
    denied: frozenset[str]
    version: int
    created_at_ms: int
    allowed: Permitted = field(compare=False, repr=False)

    @property
    def key(self) -> str:
        """What the name is found by."""
        return key_of(self.user)


def key_of(user: str) -> str:
    """Names are told apart without case."""
    return user.strip().casefold()


def check_user(user: str) -> None:
    """Refuse what is no name for an API user.

    Raises:
        Invalid: with the field `user`.
    """
    if USER_NAME.fullmatch(user) is None:
        raise Invalid({"user": N_("Use up to 64 letters, digits or any of . _ @ + -")})


def check_password(password: str, user: str) -> None:
    """Refuse passwords that are guessed first.

    Raises:
        Invalid: with the field `password`.
    """
    problem = None
    if len(password) < PASSWORD_SHORTEST:
        problem = N_("Use at least 8 characters.")
    elif len(password) > PASSWORD_LONGEST:
        problem = N_("Use at most 200 characters.")
    elif key_of(password) == key_of(user):
        problem = N_("The password must not be the user name.")
    if problem is not None:
        raise Invalid({"password": problem})


def permitted_of(entries: list[str]) -> tuple[str, ...]:
    """The entries as they are kept: without blanks around them, each once.

    Raises:
        Invalid: with the field of each that is neither a network nor a host name.
    """
    kept = tuple(dict.fromkeys(each.strip() for each in entries if each.strip()))
    if len(kept) > MOST_PERMITTED:
        raise Invalid({"permitted": N_("The list holds up to 50 entries.")})
    for entry in kept:
        try:
            entry_of(entry)
        except NotPermissible:
            text = N_("“%(entry)s” is neither a network such as 192.0.2.0/24 nor a host name.")
            raise Invalid({"permitted": text}, entry=entry) from None
    return kept
