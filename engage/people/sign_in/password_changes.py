"""Passwords set anew: by their owners, by administrators, by whoever follows a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.errors import N_, Conflict, Invalid, NotFound
from engage.people.model import WrongCredentials, check_password, user_name_of
from engage.people.repository import PeopleRepository
from engage.people.sign_in.factors import own
from engage.system.actor import Module

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.people.book import PeopleBook
    from engage.people.ledger import Ledger
    from engage.people.model import Account, Session
    from engage.people.passwords import Passwords
    from engage.people.sessions import Sessions
    from engage.people.sign_in.desk import SignInDesk
    from engage.people.sign_in.settings import SecuritySettings
    from engage.system.actor import Actor

    Also = Callable[[AsyncConnection], Awaitable[None]]


class PasswordChanges:
    """Stores passwords; the sessions of the account that are not its own end with the old one."""

    def __init__(
        self,
        ledger: Ledger,
        passwords: Passwords,
        sessions: Sessions,
        desk: SignInDesk,
        policy: Callable[[], SecuritySettings],
    ) -> None:
        self._ledger, self._passwords = ledger, passwords
        self._sessions, self._desk, self._policy = sessions, desk, policy

    async def change(self, token: str, old: str, new: str, *, address: str) -> None:
        """Change one's own password; every other session of the account ends.

        Raises:
            Invalid: the field `old` or `password` is wrong.
            Locked: too many wrong old passwords.
            Conflict: the password was changed by somebody else meanwhile.
        """
        account = self._book.accounts[self._sessions.session(token).account_id]
        check_password(new, account.user_name, self._policy().password_length)

        async def check() -> Account | None:
            matches = await self._passwords.matches(old, account.password_hash)
            return account if matches else None

        try:
            await self._desk.admit(account.user_name, address, check)
        except WrongCredentials:
            raise Invalid({"old": N_("This is not your present password.")}) from None
        session = self._sessions.session(token)
        actor = own(account, address)
        await self._store(account, new, demo=False, keep=session, actor=actor)

    async def set(self, actor: Actor, user_name: str, password: str, *, demo: bool = False) -> None:
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
            check_password(password, name, self._policy().password_length)
        await self._store(account, password, demo=demo, keep=None, actor=actor)
        await self._desk.forgive(name)

    async def set_by_link(self, account: Account, password: str, address: str, also: Also) -> None:
        """Set the password of whoever followed a link; all sessions of the account end."""
        check_password(password, account.user_name, self._policy().password_length)
        actor = own(account, address)
        await self._store(account, password, demo=False, keep=None, actor=actor, also=also)
        await self._desk.forgive(account.user_name)

    async def rehash(self, account: Account, password: str) -> None:
        """Store today's hash of a password whose hash is outdated."""
        hashed = await self._passwords.hash(password)

        async def work(connection: AsyncConnection) -> None:
            await PeopleRepository(connection).rehash(account.id, hashed)

        await self._ledger.database.write(work)
        await self._ledger.reload()

    async def _store(
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

    @property
    def _book(self) -> PeopleBook:
        return self._ledger.book
