"""Rows of people in, values out; holds no rule and opens no transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, or_, select, update

from engage.people.book import PeopleBook
from engage.people.guard import Guard
from engage.people.model import Account, ExtensionEntry, Group, QueueEntry, Session
from engage.storage.tables import (
    accounts,
    extension_group_members,
    extension_groups,
    extensions,
    facts,
    queue_agents,
    queues,
    sessions,
    sign_in_guards,
)

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

PEOPLE_VERSION, DIRECTORY_VERSION = "people_version", "directory_version"


class PeopleRepository:
    """Accounts, extensions, groups, queues, sessions and guards."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def book(self) -> PeopleBook:
        """Read everyone."""
        return PeopleBook.of(
            await self.version(PEOPLE_VERSION),
            await self.version(DIRECTORY_VERSION),
            [_account(row) for row in await self._connection.execute(select(accounts))],
            [_extension(row) for row in await self._connection.execute(select(extensions))],
            await self._groups(),
            await self._queues(),
        )

    async def version(self, name: str) -> int:
        """A version fact; 0 before the first change."""
        query = select(facts.c.value).where(facts.c.name == name)
        value = (await self._connection.execute(query)).scalar_one_or_none()
        return int(value) if value is not None else 0

    async def bump(self, name: str) -> int:
        """Move a version fact on, and return it."""
        version = await self.version(name) + 1
        changed = await self._connection.execute(
            update(facts).where(facts.c.name == name).values(value=str(version))
        )
        if changed.rowcount == 0:
            await self._connection.execute(insert(facts).values(name=name, value=str(version)))
        return version

    async def user_name_exists(self, user_name: str) -> bool:
        """Whether an account of this name is stored."""
        query = select(accounts.c.id).where(accounts.c.user_name == user_name)
        return (await self._connection.execute(query)).first() is not None

    async def number_exists(self, number: str) -> bool:
        """Whether an extension or a queue of this number is stored."""
        for column in (extensions.c.number, queues.c.number):
            query = select(column).where(column == number)
            if (await self._connection.execute(query)).first() is not None:
                return True
        return False

    async def group_name_exists(self, name: str) -> bool:
        """Whether a group of this name is stored."""
        query = select(extension_groups.c.id).where(extension_groups.c.name == name)
        return (await self._connection.execute(query)).first() is not None

    async def add_account(self, account: Account, created_at_ms: int) -> None:
        """Store a new account."""
        await self._connection.execute(
            insert(accounts).values(
                id=account.id,
                user_name=account.user_name,
                role=account.role,
                display_name=account.display_name,
                email=account.email,
                language=account.language,
                password_hash=account.password_hash,
                demo_password=account.demo_password,
                enabled=account.enabled,
                version=account.version,
                created_at_ms=created_at_ms,
            )
        )

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

    async def add_extension(self, extension: ExtensionEntry) -> None:
        """Store a new extension."""
        await self._connection.execute(
            insert(extensions).values(
                number=extension.number,
                account_id=extension.account_id,
                first_name=extension.first_name,
                last_name=extension.last_name,
                sip_secret=extension.sealed_secret,
                max_contacts=extension.max_contacts,
                permission=extension.permission,
                enabled=extension.enabled,
            )
        )

    async def drop_account(self, account_id: str) -> None:
        """Remove an account and what hangs on it."""
        await self._connection.execute(delete(accounts).where(accounts.c.id == account_id))

    async def add_group(self, group: Group) -> None:
        """Store a new group."""
        await self._connection.execute(
            insert(extension_groups).values(id=group.id, name=group.name)
        )
        if group.members:
            rows = [{"group_id": group.id, "number": number} for number in group.members]
            await self._connection.execute(insert(extension_group_members), rows)

    async def add_queue(self, queue: QueueEntry) -> None:
        """Store a new queue with its static agents."""
        await self._connection.execute(insert(queues).values(number=queue.number, name=queue.name))
        if queue.agents:
            rows = [
                {"queue": queue.number, "number": number, "static": True, "paused": paused}
                for number, paused in queue.agents
            ]
            await self._connection.execute(insert(queue_agents), rows)

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

    async def _groups(self) -> list[Group]:
        members: dict[str, list[str]] = {}
        query = select(extension_group_members).order_by(extension_group_members.c.number)
        for row in await self._connection.execute(query):
            members.setdefault(row.group_id, []).append(row.number)
        return [
            Group(row.id, row.name, tuple(members.get(row.id, ())))
            for row in await self._connection.execute(select(extension_groups))
        ]

    async def _queues(self) -> list[QueueEntry]:
        agents: dict[str, list[tuple[str, bool]]] = {}
        query = select(queue_agents).order_by(queue_agents.c.number)
        for row in await self._connection.execute(query):
            agents.setdefault(row.queue, []).append((row.number, row.paused))
        return [
            QueueEntry(row.number, row.name, tuple(agents.get(row.number, ())))
            for row in await self._connection.execute(select(queues))
        ]


def _account(row: Any) -> Account:
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
    )


def _extension(row: Any) -> ExtensionEntry:
    return ExtensionEntry(
        number=row.number,
        account_id=row.account_id,
        first_name=row.first_name,
        last_name=row.last_name,
        sealed_secret=row.sip_secret,
        max_contacts=row.max_contacts,
        permission=row.permission,
        enabled=row.enabled,
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
