"""Signing in as values and errors."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from engage.errors import N_, Conflict, Forbidden, Unauthenticated

FRESH_MS = 300_000  # after it, changes of one's own security ask for the password again
PASSKEYS_MOST = 20
Method = Literal["totp", "passkey", "recovery"]


class Purpose(StrEnum):
    """What a ticket is for."""

    SECOND_STEP = "second"
    PASSKEY_SIGN_IN = "passkey"
    CONFIRM = "confirm"
    NEW_APP = "app"
    NEW_PASSKEY = "register"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as the guard and the list of sessions know it. `kind`: `browser` or `program`."""

    address: str
    user_agent: str = ""
    kind: str = "program"


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The site that passkeys belong to: its host, and the origin its pages have (WebAuthn §4)."""

    id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as it is stored; `credential_id` and `public_key` in hexadecimal."""

    id: str
    account_id: str
    name: str
    credential_id: str
    public_key: str
    sign_count: int
    transports: tuple[str, ...]
    host: str
    created_at_ms: int
    used_at_ms: int


@dataclass(frozen=True, slots=True)
class Factors:
    """What an account has beside its password; `sealed_secret` empty: no app."""

    sealed_secret: str = ""
    last_step: int = 0
    app_added_at_ms: int = 0
    passkeys: tuple[Passkey, ...] = ()
    recovery_left: int = 0

    @property
    def any(self) -> bool:
        """Whether a second step is asked at all."""
        return bool(self.sealed_secret or self.passkeys)

    def passkeys_at(self, party: RelyingParty | None) -> tuple[Passkey, ...]:
        """Those that this site's pages can use."""
        return tuple(each for each in self.passkeys if party is not None and each.host == party.id)

    def methods(self, party: RelyingParty | None) -> list[Method]:
        """What the second step may be answered with."""
        methods: list[Method] = ["totp"] if self.sealed_secret else []
        if self.passkeys_at(party):
            methods.append("passkey")
        if self.recovery_left:
            methods.append("recovery")
        return methods


class SecondFactorNeeded(Unauthenticated):
    """The password was right; `ticket` and an answer to one of `methods` finish signing in."""

    code = "second_factor"
    text = N_("Please confirm with your second factor.")

    def __init__(self, ticket: str, methods: list[Method], passkey: dict[str, Any] | None) -> None:
        super().__init__(ticket=ticket, methods=methods)
        if passkey is not None:
            self.params["passkey"] = passkey


class WrongCode(Unauthenticated):
    """Wrong, too old or used before: nobody learns which."""

    code = "wrong_code"
    text = N_("This code is wrong, too old or used already.")


class PasskeyRefused(Unauthenticated):
    """The answer of a passkey that cannot be taken."""

    code = "passkey_refused"
    text = N_("This passkey was not accepted.")


class TicketOver(Unauthenticated):
    """The time between two steps was too long, or the ticket is none."""

    code = "ticket_over"
    text = N_("This took too long. Please start again.")


class ProofNeeded(Forbidden):
    """A change of one's own security asks for the password again."""

    code = "proof_needed"
    text = N_("Please confirm that it is you.")


class EnrolmentNeeded(Forbidden):
    """The installation asks for a second factor, and this account has none yet."""

    code = "second_factor_required"
    text = N_("Please set up a second factor first.")


class LastFactor(Conflict):
    """The installation asks for a second factor: the last one stays."""

    code = "last_factor"
    text = N_("A second factor is required here. Add another one before you remove this one.")


class PasskeysAway(Conflict):
    """Passkeys belong to a name; this page was opened at an address that can have none."""

    code = "passkeys_unavailable"
    text = N_("Passkeys cannot be used at this address. Open the page by its name over HTTPS.")


class SetupOver(Conflict):
    """A second factor was begun too long ago, or in another session."""

    code = "setup_over"
    text = TicketOver.text


class LinkOver(Conflict):
    """A link from a mail that was used, replaced or is too old."""

    code = "link_over"
    text = N_("This link is no longer valid. Ask for a new one.")
