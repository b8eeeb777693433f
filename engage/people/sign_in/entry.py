"""The way in: password, then a second factor where there is one, then a session."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from engage.errors import N_, Invalid
from engage.people.model import WrongCredentials, user_name_of
from engage.people.sign_in import passkeys
from engage.people.sign_in.factors import CHALLENGE_BYTES
from engage.people.sign_in.model import (
    PasskeyRefused,
    PasskeysAway,
    Purpose,
    SecondFactorNeeded,
    TicketOver,
    WrongCode,
)
from engage.people.sign_in.repository import FactorRepository

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.people.book import PeopleBook
    from engage.people.model import Account, Session, SignedIn
    from engage.people.passwords import Passwords
    from engage.people.sessions import Sessions
    from engage.people.sign_in.desk import SignInDesk
    from engage.people.sign_in.factors import SecondFactors
    from engage.people.sign_in.model import Caller, Factors, Passkey, RelyingParty
    from engage.people.sign_in.settings import SecuritySettings
    from engage.people.sign_in.tickets import Ticket, Tickets

Used = tuple["Passkey", int]


class Entry:
    """Lets people in, and lets those inside show again who they are."""

    def __init__(
        self,
        desk: SignInDesk,
        passwords: Passwords,
        sessions: Sessions,
        factors: SecondFactors,
        tickets: Tickets,
        book: Callable[[], PeopleBook],
        policy: Callable[[], SecuritySettings],
        rehash: Callable[[Account, str], Awaitable[None]],
    ) -> None:
        """`rehash` stores today's hash of a password whose hash is outdated."""
        self._desk, self._passwords, self._sessions = desk, passwords, sessions
        self._factors, self._tickets = factors, tickets
        self._book, self._policy, self._rehash = book, policy, rehash

    async def by_password(
        self,
        user: str,
        password: str,
        caller: Caller,
        *,
        code: str = "",
        party: RelyingParty | None = None,
    ) -> SignedIn:
        """Begin a session, or ask for the second step.

        Args:
            user: the user name, in any case.
            password: in clear.
            caller: who asks.
            code: of the second factor, by those who send both at once.
            party: the site of the page that asks, where passkeys work.

        Raises:
            WrongCredentials: unknown, wrong or disabled: nobody learns which.
            SecondFactorNeeded: right so far; `by_second` goes on.
            WrongCode: the code given at once is wrong.
            Locked: too many failures lately, by this name or from this address.
            Unavailable: too many sign in at once.
        """
        name = user_name_of(user)

        async def check() -> Account | None:
            account = self._book().account_named(name)
            known = account.password_hash if account is not None and account.enabled else None
            return account if await self._passwords.matches(password, known) else None

        account = await self._desk.admit(name, caller.address, check)
        if self._passwords.outdated(account.password_hash):
            await self._rehash(account, password)
        factors = await self._factors.of(account.id)
        if factors.any and not code:
            raise self._second_step(account, factors, caller, party)
        if factors.any:
            await self._check_code(account, code, caller.address)
        needed = self._policy().requires_factor(account.role) and not factors.any
        return await self._sessions.begin(account, caller, enrolling=needed)

    async def by_second(
        self,
        ticket: str,
        caller: Caller,
        *,
        code: str = "",
        passkey: dict[str, Any] | None = None,
        party: RelyingParty | None = None,
    ) -> SignedIn:
        """Finish what `by_password` or `ask_passkey` began.

        Raises:
            TicketOver: too late, or the account has changed since.
            WrongCode: also for codes used before.
            PasskeyRefused: its answer does not hold.
            Locked: too many failures lately.
        """
        purposes = (Purpose.SECOND_STEP, Purpose.PASSKEY_SIGN_IN)
        opened = self._tickets.open(ticket, caller.address, *purposes)
        if opened.purpose is Purpose.PASSKEY_SIGN_IN and passkey is None:
            raise TicketOver
        used: Used | None = None
        if passkey is not None:
            used = await self._check_passkey(opened, passkey, caller.address, party)
            account = self._standing(used[0].account_id)
        else:
            account = self._standing(opened.account_id, opened.account_version)
            await self._check_code(account, code, caller.address)

        async def also(connection: AsyncConnection) -> None:
            await self._spend(connection, opened, used)

        return await self._sessions.begin(account, caller, also=also)

    def ask_passkey(self, caller: Caller, party: RelyingParty | None) -> tuple[str, dict[str, Any]]:
        """A ticket, and what the browser is asked to sign in by a passkey alone.

        Raises:
            PasskeysAway: not at this address.
        """
        if party is None:
            raise PasskeysAway
        challenge = secrets.token_bytes(CHALLENGE_BYTES)
        ticket = self._tickets.issue(Purpose.PASSKEY_SIGN_IN, caller.address, challenge=challenge)
        return ticket, passkeys.ask_to_confirm(party, (), challenge)

    async def prove_by_password(self, session: Session, password: str, address: str) -> None:
        """Show again who one is.

        Raises:
            Invalid: the field `password` is wrong.
            Locked: too many wrong passwords.
        """
        account = self._book().accounts[session.account_id]

        async def check() -> Account | None:
            matches = await self._passwords.matches(password, account.password_hash)
            return account if matches else None

        try:
            await self._desk.admit(account.user_name, address, check)
        except WrongCredentials:
            raise Invalid({"password": N_("This is not your present password.")}) from None
        await self._sessions.prove(session)

    async def ask_proof(
        self, session: Session, address: str, party: RelyingParty | None
    ) -> tuple[str, dict[str, Any]]:
        """A ticket, and what the browser is asked to prove by a passkey who one is.

        Raises:
            PasskeysAway: none of one's own works at this address.
        """
        known = (await self._factors.of(session.account_id)).passkeys_at(party)
        if party is None or not known:
            raise PasskeysAway
        challenge = secrets.token_bytes(CHALLENGE_BYTES)
        ticket = self._tickets.issue(
            Purpose.CONFIRM,
            address,
            account_id=session.account_id,
            session_id=session.id,
            challenge=challenge,
        )
        return ticket, passkeys.ask_to_confirm(party, known, challenge)

    async def prove_by_passkey(
        self,
        session: Session,
        address: str,
        party: RelyingParty | None,
        *,
        ticket: str,
        passkey: dict[str, Any],
    ) -> None:
        """Show again who one is.

        Raises:
            Invalid: the passkey's answer does not hold, or comes too late.
        """
        try:
            opened = self._tickets.open(ticket, address, Purpose.CONFIRM, session_id=session.id)
            used = await self._check_passkey(opened, passkey, address, party)

            async def also(connection: AsyncConnection) -> None:
                await self._spend(connection, opened, used)

            await self._sessions.prove(session, also)
        except (PasskeyRefused, TicketOver) as refused:  # their 401 would end the session
            raise Invalid({"passkey": refused.text}) from None

    def _second_step(
        self, account: Account, factors: Factors, caller: Caller, party: RelyingParty | None
    ) -> SecondFactorNeeded:
        challenge = secrets.token_bytes(CHALLENGE_BYTES)
        ticket = self._tickets.issue(
            Purpose.SECOND_STEP,
            caller.address,
            account_id=account.id,
            account_version=account.version,
            challenge=challenge,
        )
        known = factors.passkeys_at(party)
        asked = passkeys.ask_to_confirm(party, known, challenge) if party and known else None
        return SecondFactorNeeded(ticket, factors.methods(party), asked)

    async def _check_code(self, account: Account, code: str, address: str) -> None:
        async def check() -> Account | None:
            return account if await self._factors.spend_code(account, code, address) else None

        await self._desk.confirm(account.user_name, address, check, WrongCode)

    async def _check_passkey(
        self,
        ticket: Ticket,
        answer: dict[str, Any],
        address: str,
        party: RelyingParty | None,
    ) -> Used:
        """The passkey that answers rightly; who owns it must be who the ticket is for."""

        async def check() -> Used | None:
            try:
                if party is None:
                    return None
                challenge = bytes.fromhex(ticket.challenge)
                used = await self._factors.checked_passkey(party, challenge, answer)
            except PasskeyRefused:
                return None
            fits = ticket.account_id in ("", used[0].account_id)
            return used if fits else None

        account = self._book().accounts.get(ticket.account_id)
        name = account.user_name if account is not None else None
        return await self._desk.confirm(name, address, check, PasskeyRefused)

    def _standing(self, account_id: str, version: int | None = None) -> Account:
        """An account that may sign in now.

        Raises:
            TicketOver: it is gone, disabled or changed.
        """
        account = self._book().accounts.get(account_id)
        if account is None or not account.enabled:
            raise TicketOver
        if version is not None and version != account.version:
            raise TicketOver
        return account

    async def _spend(self, connection: AsyncConnection, ticket: Ticket, used: Used | None) -> None:
        rows = FactorRepository(connection)
        if not await rows.spend_ticket(ticket.id, ticket.ends_at_ms, self._tickets.now()):
            raise TicketOver
        if used is not None:
            await self._factors.use(connection, *used)
