"""Rows of second factors, spent tickets and password links; holds no rule, opens no transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, union, update

from engage.people.sign_in.model import Factors, Passkey
from engage.storage.tables import (
    accounts,
    authenticator_apps,
    passkeys,
    password_links,
    recovery_codes,
    sessions,
    spent_tickets,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.ext.asyncio import AsyncConnection

OWNED = (authenticator_apps, passkeys, recovery_codes)


class FactorRepository:
    """Apps, passkeys and recovery codes of accounts."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def factors(self, account_id: str) -> Factors:
        """What an account has."""
        query = select(authenticator_apps).where(authenticator_apps.c.account_id == account_id)
        app = (await self._connection.execute(query)).one_or_none()
        found = await self._connection.execute(
            select(passkeys).where(passkeys.c.account_id == account_id).order_by(passkeys.c.id)
        )
        left = await self._connection.execute(
            select(func.count()).where(recovery_codes.c.account_id == account_id)
        )
        return Factors(
            sealed_secret=app.secret if app is not None else "",
            last_step=app.last_step if app is not None else 0,
            app_added_at_ms=app.created_at_ms if app is not None else 0,
            passkeys=tuple(_passkey(row) for row in found),
            recovery_left=int(left.scalar_one()),
        )

    async def accounts_with_factor(self) -> set[str]:
        """The ids of all accounts that have an app or a passkey."""
        query = union(select(authenticator_apps.c.account_id), select(passkeys.c.account_id))
        return {row[0] for row in await self._connection.execute(query)}

    async def put_app(self, account_id: str, sealed_secret: str, step: int, now_ms: int) -> None:
        """Store an app in the place of any that was there."""
        await self.drop_app(account_id)
        await self._connection.execute(
            insert(authenticator_apps).values(
                account_id=account_id, secret=sealed_secret, last_step=step, created_at_ms=now_ms
            )
        )

    async def drop_app(self, account_id: str) -> bool:
        """Forget the app; whether there was one."""
        gone = await self._connection.execute(
            delete(authenticator_apps).where(authenticator_apps.c.account_id == account_id)
        )
        return gone.rowcount > 0

    async def spend_step(self, account_id: str, sealed_secret: str, step: int) -> bool:
        """Remember a code as used; False when it, or a later one, was used meanwhile."""
        changed = await self._connection.execute(
            update(authenticator_apps)
            .where(
                authenticator_apps.c.account_id == account_id,
                authenticator_apps.c.secret == sealed_secret,
                authenticator_apps.c.last_step < step,
            )
            .values(last_step=step)
        )
        return changed.rowcount == 1

    async def put_recovery_codes(self, account_id: str, hashes: Iterable[str]) -> None:
        """Store codes in the place of those that were there."""
        await self._connection.execute(
            delete(recovery_codes).where(recovery_codes.c.account_id == account_id)
        )
        rows = [{"account_id": account_id, "code_hash": each} for each in hashes]
        if rows:
            await self._connection.execute(insert(recovery_codes), rows)

    async def spend_recovery_code(self, account_id: str, code_hash: str) -> bool:
        """Use a code up; False when there is none."""
        gone = await self._connection.execute(
            delete(recovery_codes).where(
                recovery_codes.c.account_id == account_id,
                recovery_codes.c.code_hash == code_hash,
            )
        )
        return gone.rowcount == 1

    async def passkey(self, credential_id: str) -> Passkey | None:
        """The passkey of a credential, whoever owns it."""
        query = select(passkeys).where(passkeys.c.credential_id == credential_id)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _passkey(row)

    async def add_passkey(self, passkey: Passkey) -> None:
        """Store a new passkey."""
        await self._connection.execute(
            insert(passkeys).values(
                id=passkey.id,
                account_id=passkey.account_id,
                name=passkey.name,
                credential_id=passkey.credential_id,
                public_key=passkey.public_key,
                sign_count=passkey.sign_count,
                transports=list(passkey.transports),
                host=passkey.host,
                created_at_ms=passkey.created_at_ms,
                used_at_ms=passkey.used_at_ms,
            )
        )

    async def rename_passkey(self, account_id: str, passkey_id: str, name: str) -> bool:
        """Give one of the account's passkeys another name; False when there is none."""
        query = update(passkeys).where(
            passkeys.c.id == passkey_id, passkeys.c.account_id == account_id
        )
        return (await self._connection.execute(query.values(name=name))).rowcount == 1

    async def drop_passkey(self, account_id: str, passkey_id: str) -> bool:
        """Forget one of the account's passkeys; False when there is none."""
        query = delete(passkeys).where(
            passkeys.c.id == passkey_id, passkeys.c.account_id == account_id
        )
        return (await self._connection.execute(query)).rowcount == 1

    async def use_passkey(self, passkey: Passkey, sign_count: int, now_ms: int) -> bool:
        """Move its counter on; False when it was used meanwhile or is gone."""
        changed = await self._connection.execute(
            update(passkeys)
            .where(passkeys.c.id == passkey.id, passkeys.c.sign_count == passkey.sign_count)
            .values(sign_count=sign_count, used_at_ms=now_ms)
        )
        return changed.rowcount == 1

    async def drop_all(self, account_id: str) -> bool:
        """Forget every second factor of an account; whether there was any."""
        gone = 0
        for table in OWNED:
            query = delete(table).where(table.c.account_id == account_id)
            gone += (await self._connection.execute(query)).rowcount
        return gone > 0

    async def end_enrolment(self, account_id: str) -> None:
        """Its sessions may do everything from now on."""
        await self._connection.execute(
            update(sessions).where(sessions.c.account_id == account_id).values(enrolling=False)
        )

    async def spend_ticket(self, ticket_id: str, ends_at_ms: int, now_ms: int) -> bool:
        """Use a ticket up; False when it was used before. Forgets those that are over."""
        await self._connection.execute(
            delete(spent_tickets).where(spent_tickets.c.ends_at_ms <= now_ms)
        )
        query = select(spent_tickets.c.id).where(spent_tickets.c.id == ticket_id)
        if (await self._connection.execute(query)).first() is not None:
            return False
        await self._connection.execute(
            insert(spent_tickets).values(id=ticket_id, ends_at_ms=ends_at_ms)
        )
        return True


class LinkRepository:
    """Links that set a password."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self, token_hash: str, account_id: str, kind: str, now_ms: int, expires_at_ms: int
    ) -> str:
        """Store a link for the account as it stands; the account's role."""
        query = select(accounts.c.version, accounts.c.role).where(accounts.c.id == account_id)
        account = (await self._connection.execute(query)).one()
        await self._connection.execute(
            delete(password_links).where(password_links.c.expires_at_ms <= now_ms)
        )
        await self._connection.execute(
            insert(password_links).values(
                token_hash=token_hash,
                account_id=account_id,
                account_version=account.version,
                kind=kind,
                created_at_ms=now_ms,
                expires_at_ms=expires_at_ms,
            )
        )
        return str(account.role)

    async def link(self, token_hash: str, now_ms: int) -> Any:
        """The row of a link that still holds, or None."""
        query = (
            select(password_links)
            .join(accounts, accounts.c.id == password_links.c.account_id)
            .where(
                password_links.c.token_hash == token_hash,
                password_links.c.expires_at_ms > now_ms,
                password_links.c.account_version == accounts.c.version,
            )
        )
        return (await self._connection.execute(query)).one_or_none()

    async def sent_since(self, account_id: str, kind: str, since_ms: int) -> int:
        """How many links of a kind were made for an account since then."""
        query = select(func.count()).where(
            password_links.c.account_id == account_id,
            password_links.c.kind == kind,
            password_links.c.created_at_ms > since_ms,
        )
        return int((await self._connection.execute(query)).scalar_one())

    async def drop_of(self, account_id: str) -> None:
        """Forget every link of an account."""
        await self._connection.execute(
            delete(password_links).where(password_links.c.account_id == account_id)
        )


def _passkey(row: Any) -> Passkey:
    return Passkey(
        id=row.id,
        account_id=row.account_id,
        name=row.name,
        credential_id=row.credential_id,
        public_key=row.public_key,
        sign_count=row.sign_count,
        transports=tuple(row.transports),
        host=row.host,
        created_at_ms=row.created_at_ms,
        used_at_ms=row.used_at_ms,
    )
