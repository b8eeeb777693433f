"""Second factors: what people set up for themselves, what administrators may reset."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from engage.errors import N_, Conflict, Invalid, NotFound
from engage.identifiers import new_id
from engage.people.sign_in import passkeys, recovery, totp
from engage.people.sign_in.model import (
    FRESH_MS,
    PASSKEYS_MOST,
    LastFactor,
    Passkey,
    PasskeyRefused,
    ProofNeeded,
    Purpose,
    SetupOver,
    TicketOver,
)
from engage.people.sign_in.oversight import account_under
from engage.people.sign_in.repository import FactorRepository
from engage.system.actor import Actor, Module
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.identifiers import Clock
    from engage.people.book import PeopleBook
    from engage.people.model import Account, Session
    from engage.people.sessions import Sessions
    from engage.people.sign_in.model import Factors, RelyingParty
    from engage.people.sign_in.settings import SecuritySettings
    from engage.people.sign_in.tickets import Ticket, Tickets
    from engage.storage.database import Database

CHALLENGE_BYTES = 32


class Keys(Protocol):
    """The installation's keyring."""

    def seal(self, text: str) -> str:
        """Encrypt and protect against change."""
        ...

    def open(self, sealed: str) -> str:
        """Decrypt what `seal` made."""
        ...

    def derive(self, purpose: str) -> bytes:
        """A key of its own for one purpose."""
        ...


class NewApp(NamedTuple):
    """What an authenticator app is set up with; shown to its owner once."""

    ticket: str
    secret: str
    uri: str
    picture: str


class SecondFactors:
    """Apps, passkeys and recovery codes of every account."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        tickets: Tickets,
        sessions: Sessions,
        book: Callable[[], PeopleBook],
        policy: Callable[[], SecuritySettings],
        forgive: Callable[[str], Awaitable[None]],
        clock: Clock,
    ) -> None:
        """`forgive` forgets a user name's failures at the second step."""
        self._database, self._keys, self._tickets = database, keys, tickets
        self._sessions, self._book, self._policy = sessions, book, policy
        self._forgive, self._clock = forgive, clock
        self._recovery_key = keys.derive("recovery codes")

    async def of(self, account_id: str) -> Factors:
        """What an account has."""
        async with self._database.read() as connection:
            return await FactorRepository(connection).factors(account_id)

    async def owners(self, actor: Actor) -> list[str]:
        """The user names of all who have a second factor.

        Raises:
            Forbidden: without the right to see users.
        """
        actor.check(Module.USERS, "view")
        async with self._database.read() as connection:
            found = await FactorRepository(connection).accounts_with_factor()
        accounts = self._book().accounts
        return sorted(accounts[each].user_name for each in found if each in accounts)

    def required_of(self, account_id: str) -> bool:
        """Whether an account must have a second factor."""
        return self._policy().requires_factor(self._book().accounts[account_id].role)

    async def spend_code(self, account: Account, code: str, address: str) -> bool:
        """Check an app's code or a recovery code, and use it up.

        Args:
            account: whose.
            code: as it was typed; spaces do not matter.
            address: the client's, for the operation log.
        """
        code = "".join(code.split())
        if totp.looks_like_code(code):
            return await self._spend_app_code(account.id, code)
        hashed = recovery.code_hash(self._recovery_key, code)

        async def work(connection: AsyncConnection) -> bool:
            rows = FactorRepository(connection)
            spent = await rows.spend_recovery_code(account.id, hashed)
            if spent:
                await self._note(connection, own(account, address), "recovery_code.use", account)
            return spent

        return await self._database.write(work)

    async def checked_passkey(
        self, party: RelyingParty, challenge: bytes, answer: dict[str, Any]
    ) -> tuple[Passkey, int]:
        """The passkey that answers rightly, and its new counter; `use` then stores that.

        Raises:
            PasskeyRefused: unknown, or the answer does not hold.
        """
        credential_id = passkeys.credential_of(answer)
        async with self._database.read() as connection:
            passkey = await FactorRepository(connection).passkey(credential_id)
        if passkey is None or passkey.host != party.id:
            raise PasskeyRefused
        return passkey, passkeys.confirmed(party, challenge, passkey, answer)

    async def use(self, connection: AsyncConnection, passkey: Passkey, count: int) -> None:
        """Store a passkey's use.

        Raises:
            PasskeyRefused: it was used or removed meanwhile.
        """
        if not await FactorRepository(connection).use_passkey(passkey, count, self._clock()):
            raise PasskeyRefused

    def begin_app(self, session: Session, address: str, host: str) -> NewApp:
        """A new secret; nothing is stored before the app has shown a right code.

        Raises:
            ProofNeeded: the password was not given lately.
        """
        account = self._owner(session)
        secret = totp.new_secret()
        ticket = self._tickets.issue(
            Purpose.NEW_APP, address, session_id=session.id, secret=secret, account_id=account.id
        )
        uri = totp.address(secret, account.user_name, host)
        return NewApp(ticket, secret, uri, totp.picture(uri))

    async def finish_app(self, session: Session, address: str, ticket: str, code: str) -> list[str]:
        """Store the app whose code is right; recovery codes when these are the first.

        Raises:
            SetupOver: the secret was made too long ago.
            Invalid: the code is wrong.
        """
        account, opened = self._begun(session, address, ticket, Purpose.NEW_APP)
        step = totp.matching_step(opened.secret, "".join(code.split()), self._clock(), 0)
        if step is None:
            raise Invalid({"code": N_("This code is wrong. Check the clock of your phone.")})
        sealed = self._keys.seal(opened.secret)

        async def store(rows: FactorRepository) -> None:
            await rows.put_app(account.id, sealed, step, self._clock())

        return await self._add(account, address, store, "app.add")

    async def drop_app(self, session: Session, address: str) -> None:
        """Remove one's app.

        Raises:
            NotFound: there is none.
            LastFactor: it is required.
        """

        async def gone(rows: FactorRepository, owner: str) -> bool:
            return await rows.drop_app(owner)

        await self._drop(session, address, gone, "app.delete")

    async def begin_passkey(
        self, session: Session, address: str, party: RelyingParty
    ) -> tuple[str, dict[str, Any]]:
        """A ticket, and what the browser is asked.

        Raises:
            ProofNeeded: the password was not given lately.
            Conflict: there are too many.
        """
        account = self._owner(session)
        known = (await self.of(account.id)).passkeys
        if len(known) >= PASSKEYS_MOST:
            raise Conflict
        challenge = secrets.token_bytes(CHALLENGE_BYTES)
        ticket = self._tickets.issue(
            Purpose.NEW_PASSKEY, address, session_id=session.id, challenge=challenge
        )
        return ticket, passkeys.ask_to_register(party, account, known, challenge)

    async def finish_passkey(
        self,
        session: Session,
        address: str,
        party: RelyingParty,
        *,
        ticket: str,
        name: str,
        answer: dict[str, Any],
    ) -> list[str]:
        """Store a passkey; recovery codes when these are the first.

        Raises:
            SetupOver: it was asked too long ago.
            Invalid: the browser's answer does not hold.
        """
        account, opened = self._begun(session, address, ticket, Purpose.NEW_PASSKEY)
        try:
            made = passkeys.registered(party, bytes.fromhex(opened.challenge), answer)
        except PasskeyRefused as refused:
            raise Invalid({"passkey": refused.text}) from None
        now = self._clock()
        passkey = Passkey(
            new_id(), account.id, name, made.credential_id, made.public_key, made.sign_count,
            made.transports, party.id, now, now,
        )  # fmt: skip

        async def store(rows: FactorRepository) -> None:
            if await rows.passkey(passkey.credential_id) is not None:
                raise Conflict
            await rows.add_passkey(passkey)

        return await self._add(account, address, store, "passkey.add")

    async def rename_passkey(
        self, session: Session, address: str, passkey_id: str, name: str
    ) -> None:
        """Give one's passkey another name.

        Raises:
            NotFound: it is not one's own.
        """
        account = self._book().accounts[session.account_id]

        async def work(connection: AsyncConnection) -> None:
            if not await FactorRepository(connection).rename_passkey(account.id, passkey_id, name):
                raise NotFound
            await self._note(connection, own(account, address), "passkey.change", account)

        await self._database.write(work)

    async def drop_passkey(self, session: Session, address: str, passkey_id: str) -> None:
        """Remove one's passkey.

        Raises:
            NotFound: it is not one's own.
            LastFactor: it is required.
        """

        async def gone(rows: FactorRepository, owner: str) -> bool:
            return await rows.drop_passkey(owner, passkey_id)

        await self._drop(session, address, gone, "passkey.delete")

    async def renew_recovery_codes(self, session: Session, address: str) -> list[str]:
        """Ten new codes; the old ones open nothing any more.

        Raises:
            NotFound: there is no second factor to recover from.
        """
        account = self._owner(session)

        async def work(connection: AsyncConnection) -> list[str]:
            rows = FactorRepository(connection)
            if not (await rows.factors(account.id)).any:
                raise NotFound
            await self._note(connection, own(account, address), "recovery_code.renew", account)
            return await self._new_codes(rows, account.id)

        return await self._database.write(work)

    async def of_user(self, actor: Actor, user_name: str) -> Factors:
        """What somebody has.

        Raises:
            Forbidden: without the right to see that account.
            NotFound: no such account.
        """
        return await self.of(account_under(actor, self._book(), user_name, "view").id)

    async def reset(self, actor: Actor, user_name: str) -> None:
        """Remove every second factor of an account, whose owner has lost them.

        Raises:
            Forbidden: without the right to edit that account.
            NotFound: no such account, or it has none.
        """
        account = account_under(actor, self._book(), user_name, "edit")

        async def work(connection: AsyncConnection) -> None:
            if not await FactorRepository(connection).drop_all(account.id):
                raise NotFound
            await self._note(connection, actor, "second_factor.reset", account)

        await self._database.write(work)
        await self._forgive(account.user_name)

    def _owner(self, session: Session) -> Account:
        """Who changes their own security.

        Raises:
            ProofNeeded: the password was not given lately.
        """
        if self._clock() - session.proved_at_ms > FRESH_MS:
            raise ProofNeeded
        return self._book().accounts[session.account_id]

    def _begun(
        self, session: Session, address: str, ticket: str, purpose: Purpose
    ) -> tuple[Account, Ticket]:
        """Who finishes what; the password was asked when it began.

        Raises:
            SetupOver: it began too long ago, or in another session.
        """
        try:
            opened = self._tickets.open(ticket, address, purpose, session_id=session.id)
        except TicketOver:  # its 401 would end the session
            raise SetupOver from None
        return self._book().accounts[session.account_id], opened

    async def _spend_app_code(self, account_id: str, code: str) -> bool:
        found = await self.of(account_id)
        if not found.sealed_secret:
            return False
        secret = self._keys.open(found.sealed_secret)
        step = totp.matching_step(secret, code, self._clock(), found.last_step)
        if step is None:
            return False

        async def work(connection: AsyncConnection) -> bool:
            rows = FactorRepository(connection)
            return await rows.spend_step(account_id, found.sealed_secret, step)

        return await self._database.write(work)

    async def _add(
        self,
        account: Account,
        address: str,
        store: Callable[[FactorRepository], Awaitable[None]],
        action: str,
    ) -> list[str]:
        async def work(connection: AsyncConnection) -> list[str]:
            rows = FactorRepository(connection)
            first = not (await rows.factors(account.id)).any
            await store(rows)
            await rows.end_enrolment(account.id)
            await self._note(connection, own(account, address), action, account)
            return await self._new_codes(rows, account.id) if first else []

        codes = await self._database.write(work)
        self._sessions.enrolled(account.id)
        return codes

    async def _drop(
        self,
        session: Session,
        address: str,
        gone: Callable[[FactorRepository, str], Awaitable[bool]],
        action: str,
    ) -> None:
        account = self._owner(session)
        required = self._policy().requires_factor(account.role)

        async def work(connection: AsyncConnection) -> None:
            rows = FactorRepository(connection)
            if not await gone(rows, account.id):
                raise NotFound
            if not (await rows.factors(account.id)).any:
                if required:
                    raise LastFactor
                await rows.put_recovery_codes(account.id, ())
            await self._note(connection, own(account, address), action, account)

        await self._database.write(work)

    async def _new_codes(self, rows: FactorRepository, account_id: str) -> list[str]:
        codes = recovery.new_codes()
        hashes = [recovery.code_hash(self._recovery_key, each) for each in codes]
        await rows.put_recovery_codes(account_id, hashes)
        return codes

    async def _note(
        self, connection: AsyncConnection, actor: Actor, action: str, account: Account
    ) -> None:
        await note(connection, actor, action, own(account).who, at_ms=self._clock())


def own(account: Account, address: str = "") -> Actor:
    """Someone who acts for themselves, as the operation log names them."""
    return Actor(f"{account.role}:{account.user_name}", address)
