"""Tickets between two steps of signing in: sealed values that nothing has to remember.

A stranger who begins to sign in costs no row; only a ticket that was spent is kept, until it would
have ended anyway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from engage.identifiers import new_id
from engage.keyring import SealBroken
from engage.people.guard import address_subject
from engage.people.sign_in.model import Purpose, TicketOver

if TYPE_CHECKING:
    from engage.identifiers import Clock

LASTS_MS = {
    Purpose.SECOND_STEP: 300_000,
    Purpose.PASSKEY_SIGN_IN: 300_000,
    Purpose.CONFIRM: 300_000,
    Purpose.NEW_APP: 900_000,
    Purpose.NEW_PASSKEY: 300_000,
}


class Seals(Protocol):
    """The installation's keyring."""

    def seal(self, text: str) -> str:
        """Encrypt and protect against change."""
        ...

    def open(self, sealed: str) -> str:
        """Give back what `seal` took, or raise `SealBroken`."""
        ...


class Ticket(msgspec.Struct, frozen=True):
    """What was found out so far, and what the answer must fit.

    `account_version` makes it worthless after a change of the password; `session_id` binds what is
    done while signed in; `secret` is a new app's; `challenge` a passkey's, in hexadecimal.
    """

    id: str
    purpose: Purpose
    network: str
    ends_at_ms: int
    account_id: str = ""
    account_version: int = 0
    session_id: str = ""
    challenge: str = ""
    secret: str = ""


class Tickets:
    """Issues tickets and reads them back."""

    def __init__(self, seals: Seals, clock: Clock) -> None:
        self._seals, self._clock = seals, clock

    def now(self) -> int:
        """The moment by which tickets end."""
        return self._clock()

    def issue(
        self,
        purpose: Purpose,
        address: str,
        *,
        account_id: str = "",
        account_version: int = 0,
        session_id: str = "",
        challenge: bytes = b"",
        secret: str = "",
    ) -> str:
        """A ticket for one purpose, taken from this address' network alone."""
        ticket = Ticket(
            new_id(),
            purpose,
            address_subject(address),
            self._clock() + LASTS_MS[purpose],
            account_id,
            account_version,
            session_id,
            challenge.hex(),
            secret,
        )
        return self._seals.seal(msgspec.json.encode(ticket).decode())

    def open(self, text: str, address: str, *purposes: Purpose, session_id: str = "") -> Ticket:
        """What `issue` put in; `session_id` names the session it must belong to.

        Raises:
            TicketOver: forged, too old, for something else or from elsewhere: nobody learns which.
        """
        try:
            ticket = msgspec.json.decode(self._seals.open(text), type=Ticket)
        except (SealBroken, msgspec.DecodeError, ValueError):
            raise TicketOver from None
        at = (ticket.network, ticket.session_id)
        wanted = ticket.purpose in purposes and at == (address_subject(address), session_id)
        if not wanted or ticket.ends_at_ms <= self._clock():
            raise TicketOver
        return ticket
