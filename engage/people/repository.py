"""Rows of people in, values out; holds no rule and opens no transaction."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, or_, select, update

from engage.people.book import PeopleBook
from engage.people.directory_repository import DirectoryRepository
from engage.people.guard import Guard
from engage.people.model import Account, ExtensionEntry, Session
from engage.storage.tables import accounts, facts, sessions, sign_in_guards

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

PEOPLE_VERSION, DIRECTORY_VERSION = "people_version", "directory_version"


class PeopleRepository:
    """Accounts, sessions, guards, and how often everything has changed."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def book(self) -> PeopleBook:
        """Read everyone."""
        directory = DirectoryRepository(self._connection)
        return PeopleBook.of(
            await self.version(PEOPLE_VERSION),
            await self.version(DIRECTORY_VERSION),
            [account_of(row) for row in await self._connection.execute(select(accounts))],
            await directory.extensions(),
            await directory.groups(),
            await directory.queues(),
            await directory.privileges(),
            await directory.wave_privileges(),
        )

    async def version(self, name: str) -> int:
        """A version fact; 0 before the first change."""
        query = select(facts.c.value).where(facts.c.name == name)
        value = (await self._connection.execute(query)).scalar_one_or_none()
        return int(value) if value is not None else 0

    async def bump(self, name: str) -> int:
        """Move a version fact on, and return it; others who would do so wait for our commit."""
        query = select(facts.c.value).where(facts.c.name == name).with_for_update()
        value = (await self._connection.execute(query)).scalar_one_or_none()
        version = 1 if value is None else int(value) + 1
        if value is None:
            await self._connection.execute(insert(facts).values(name=name, value=str(version)))
        else:
            await self._connection.execute(
                update(facts).where(facts.c.name == name).values(value=str(version))
            )
        return version

    async def named(self, user_names: Iterable[str]) -> dict[str, Account]:
        """The stored accounts of these names."""
        query = select(accounts).where(accounts.c.user_name.in_(list(user_names)))
        found = [account_of(row) for row in await self._connection.execute(query)]
        return {each.user_name: each for each in found}

    async def account_by_client_id(self, client_id: str) -> Account | None:
        """The account that a creation of this `client_id` has made."""
        query = select(accounts).where(accounts.c.client_id == client_id)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else account_of(row)

    async def administrators(self) -> list[Account]:
        """Every stored administrator."""
        query = select(accounts).where(accounts.c.role == "admin")
        return [account_of(row) for row in await self._connection.execute(query)]

    async def add_accounts(self, new: Sequence[Account], created_at_ms: int) -> None:
        """Store new accounts."""
        rows = [asdict(each) | {"created_at_ms": created_at_ms} for each in new]
        await self._connection.execute(insert(accounts), rows)

    async def change_account(self, account_id: str, values: Mapping[str, Any]) -> None:
        """Store some fields of an account."""
        if values:
            query = update(accounts).where(accounts.c.id == account_id)
            await self._connection.execute(query.values(**values))

    async def change_users(self, changed: Sequence[ExtensionEntry]) -> None:
        """Store what extensions say of their users."""
        if not changed:
            return
        query = (
            update(accounts)
            .where(accounts.c.id == bindparam("account"))
            .values(
                display_name=bindparam("shown"),
                email=bindparam("address"),
                language=bindparam("tag"),
                enabled=bindparam("on"),
            )
        )
        rows = [
            {
                "account": each.account_id,
                "shown": each.name,
                "address": each.email,
                "tag": each.language,
                "on": each.enabled,
            }
            for each in changed
        ]
        await self._connection.execute(query, rows)

    async def change_passwords(self, hashes: Mapping[str, str]) -> None:
        """Store other hashes by account, and outdate what was granted before."""
        if not hashes:
            return
        query = (
            update(accounts)
            .where(accounts.c.id == bindparam("account"))
            .values(
                password_hash=bindparam("hash"),
                demo_password=False,
                version=accounts.c.version + 1,
            )
        )
        rows = [{"account": account_id, "hash": hashed} for account_id, hashed in hashes.items()]
        await self._connection.execute(query, rows)

    async def with_hash(self, password_hash: str, most: int) -> list[Account]:
        """Some accounts whose password is what it cannot be: a mark in its place."""
        query = select(accounts).where(accounts.c.password_hash == password_hash).limit(most)
        return [account_of(row) for row in await self._connection.execute(query)]

    async def mark(self, account_ids: Iterable[str], password_hash: str) -> None:
        """Put another mark in place of these accounts' passwords; nothing was granted by it."""
        query = update(accounts).where(accounts.c.id.in_(list(account_ids)))
        await self._connection.execute(query.values(password_hash=password_hash))

    async def revoke_all_sessions(self, account_ids: Iterable[str]) -> None:
        """Revoke every session of these accounts."""
        query = update(sessions).where(sessions.c.account_id.in_(list(account_ids)))
        await self._connection.execute(query.values(expires_at_ms=0))

    async def drop_accounts(self, account_ids: Iterable[str]) -> None:
        """Remove accounts and what hangs on them."""
        query = delete(accounts).where(accounts.c.id.in_(list(account_ids)))
        await self._connection.execute(query)

    async def change_password(
        self, account_id: str, password_hash: str, granted: int | None, *, demo: bool
    ) -> bool:
        """Store another hash and outdate what was granted before.

        False when the account is gone, or its version is not `granted` (None: any).
        """
        query = update(accounts).where(accounts.c.id == account_id)
        if granted is not None:
            query = query.where(accounts.c.version == granted)
        changed = await self._connection.execute(
            query.values(
                password_hash=password_hash, demo_password=demo, version=accounts.c.version + 1
            )
        )
        return changed.rowcount == 1

    async def rehash(self, account_id: str, password_hash: str) -> None:
        """Store today's hash of the same password; sessions stay."""
        await self._connection.execute(
            update(accounts).where(accounts.c.id == account_id).values(password_hash=password_hash)
        )

    async def sessions(self) -> list[Session]:
        """Every session still kept, ended ones too."""
        return [_session(row) for row in await self._connection.execute(select(sessions))]

    async def add_session(self, session: Session) -> None:
        """Store a session just begun."""
        await self._connection.execute(
            insert(sessions).values(
                id=session.id,
                token_hash=session.token_hash,
                account_id=session.account_id,
                account_version=session.account_version,
                kind=session.kind,
                address=session.address,
                user_agent=session.user_agent,
                created_at_ms=session.created_at_ms,
                expires_at_ms=session.expires_at_ms,
                ends_at_ms=session.ends_at_ms,
                used_at_ms=session.used_at_ms,
                proved_at_ms=session.proved_at_ms,
                enrolling=session.enrolling,
            )
        )

    async def keep_session(
        self, session_id: str, expires_at_ms: int, used_at_ms: int | None = None
    ) -> None:
        """Move a session's expiry (0 revokes it, for good) and when it was last used."""
        query = update(sessions).where(sessions.c.id == session_id, sessions.c.expires_at_ms > 0)
        used = {} if used_at_ms is None else {"used_at_ms": used_at_ms}
        await self._connection.execute(query.values(expires_at_ms=expires_at_ms, **used))

    async def prove_session(self, session_id: str, now_ms: int) -> None:
        """Remember when its owner last showed who they are."""
        query = update(sessions).where(sessions.c.id == session_id)
        await self._connection.execute(query.values(proved_at_ms=now_ms))

    async def adopt_session(self, session_id: str, account_id: str) -> None:
        """Let one session keep its grant over a change of the account's version."""
        version = select(accounts.c.version).where(accounts.c.id == account_id).scalar_subquery()
        query = update(sessions).where(sessions.c.id == session_id)
        await self._connection.execute(query.values(account_version=version))

    async def revoke_sessions(self, account_id: str, but: str | None) -> None:
        """Revoke an account's sessions, all or all but one."""
        query = update(sessions).where(sessions.c.account_id == account_id)
        if but is not None:
            query = query.where(sessions.c.id != but)
        await self._connection.execute(query.values(expires_at_ms=0))

    async def forget_sessions(self, ended_before_ms: int) -> None:
        """Delete sessions that expired before this moment; revoked ones when they would have."""
        expired = (sessions.c.expires_at_ms > 0) & (sessions.c.expires_at_ms < ended_before_ms)
        await self._connection.execute(
            delete(sessions).where(or_(sessions.c.ends_at_ms < ended_before_ms, expired))
        )

    async def guards(self) -> list[Guard]:
        """Every guard still kept."""
        return [
            Guard(row.subject, row.failures, row.window_ends_at_ms, row.locked_until_ms)
            for row in await self._connection.execute(select(sign_in_guards))
        ]

    async def put_guard(self, guard: Guard) -> None:
        """Store a guard as it stands."""
        values = {
            "failures": guard.failures,
            "window_ends_at_ms": guard.window_ends_at_ms,
            "locked_until_ms": guard.locked_until_ms,
        }
        changed = await self._connection.execute(
            update(sign_in_guards).where(sign_in_guards.c.subject == guard.subject).values(**values)
        )
        if changed.rowcount == 0:
            await self._connection.execute(
                insert(sign_in_guards).values(subject=guard.subject, **values)
            )

    async def forget_guards(self, now_ms: int, subject: str | None = None) -> None:
        """Delete what need not be remembered, or one subject."""
        over = (sign_in_guards.c.window_ends_at_ms <= now_ms) & (
            sign_in_guards.c.locked_until_ms <= now_ms
        )
        condition = over if subject is None else or_(over, sign_in_guards.c.subject == subject)
        await self._connection.execute(delete(sign_in_guards).where(condition))


def account_of(row: Any) -> Account:
    """A row of the table as a value."""
    return Account(
        id=row.id,
        user_name=row.user_name,
        role=row.role,
        display_name=row.display_name,
        email=row.email,
        language=row.language,
        password_hash=row.password_hash,
        demo_password=row.demo_password,
        enabled=row.enabled,
        version=row.version,
        client_id=row.client_id,
        level=row.level,
        privilege_id=row.privilege_id,
        revision=row.revision,
    )


def _session(row: Any) -> Session:
    return Session(
        id=row.id,
        token_hash=row.token_hash,
        account_id=row.account_id,
        account_version=row.account_version,
        kind=row.kind,
        address=row.address,
        user_agent=row.user_agent,
        created_at_ms=row.created_at_ms,
        expires_at_ms=row.expires_at_ms,
        ends_at_ms=row.ends_at_ms,
        used_at_ms=row.used_at_ms,
        proved_at_ms=row.proved_at_ms,
        enrolling=row.enrolling,
    )
