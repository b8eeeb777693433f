"""Rows of extensions, groups, queues and privileges in, values out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, bindparam, delete, insert, select, update

from engage.people.model import (
    ExtensionEntry,
    Group,
    Privilege,
    QueueAgent,
    QueueEntry,
    WavePrivilege,
)
from engage.storage.tables import (
    accounts,
    extension_group_members,
    extension_groups,
    extensions,
    privileges,
    queue_agents,
    queues,
    wave_privileges,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection


class DirectoryRepository:
    """What administrators arrange; a number is unique over extensions and queues."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def extensions(self, numbers: Iterable[str] | None = None) -> list[ExtensionEntry]:
        """Every extension, or these, by number."""
        query = (
            select(extensions, accounts.c.email, accounts.c.language)
            .join(accounts, accounts.c.id == extensions.c.account_id)
            .order_by(extensions.c.number)
        )
        if numbers is not None:
            query = query.where(extensions.c.number.in_(list(numbers)))
        return [_extension(row) for row in await self._connection.execute(query)]

    async def add_extensions(self, new: Sequence[ExtensionEntry]) -> None:
        """Store new extensions; their accounts are stored."""
        await self._connection.execute(insert(extensions), [_extension_row(each) for each in new])

    async def change_extensions(self, changed: Sequence[ExtensionEntry]) -> None:
        """Store extensions as they are now; their accounts stay."""
        if not changed:
            return
        rows = [_extension_row(each) for each in changed]
        columns = rows[0].keys() - {"number", "account_id"}
        query = (
            update(extensions)
            .where(extensions.c.number == bindparam("its_number"))
            .values({name: bindparam(f"new_{name}") for name in columns})
        )
        await self._connection.execute(
            query,
            [
                {"its_number": row["number"], **{f"new_{name}": row[name] for name in columns}}
                for row in rows
            ],
        )

    async def numbers_in_use(self, numbers: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Which of these numbers are taken: the kind and the name of what has them."""
        wanted = list(numbers)
        taken = {each.number: ("extension", each.name) for each in await self.extensions(wanted)}
        query = select(queues.c.number, queues.c.name).where(queues.c.number.in_(wanted))
        for row in await self._connection.execute(query):
            taken[row.number] = ("queue", row.name)
        return taken

    async def groups(self, only: ColumnElement[bool] | None = None) -> list[Group]:
        """Every group, or those that fit, in the order of their making."""
        members: dict[str, list[str]] = {}
        query = select(extension_group_members).order_by(extension_group_members.c.number)
        for row in await self._connection.execute(query):
            members.setdefault(row.group_id, []).append(row.number)
        found = select(extension_groups).order_by(extension_groups.c.id)
        if only is not None:
            found = found.where(only)
        return [
            Group(row.id, row.name, tuple(members.get(row.id, ())), row.client_id, row.version)
            for row in await self._connection.execute(found)
        ]

    async def group(self, group_id: str) -> Group | None:
        """One group."""
        return next(iter(await self.groups(extension_groups.c.id == group_id)), None)

    async def put_group(self, group: Group, name_key: str) -> None:
        """Store a group, new or in its next version, with its members."""
        await self._put(
            extension_groups,
            {"id": group.id},
            {
                "client_id": group.client_id,
                "name": group.name,
                "name_key": name_key,
                "version": group.version,
            },
        )
        await self._connection.execute(
            delete(extension_group_members).where(extension_group_members.c.group_id == group.id)
        )
        if group.members:
            rows = [{"group_id": group.id, "number": number} for number in group.members]
            await self._connection.execute(insert(extension_group_members), rows)

    async def drop_group(self, group_id: str) -> None:
        """Remove a group."""
        await self._connection.execute(
            delete(extension_groups).where(extension_groups.c.id == group_id)
        )

    async def queues(self, only: ColumnElement[bool] | None = None) -> list[QueueEntry]:
        """Every queue, or those that fit, by number; agents in their order."""
        agents: dict[str, list[QueueAgent]] = {}
        query = select(queue_agents).order_by(queue_agents.c.position, queue_agents.c.number)
        for row in await self._connection.execute(query):
            agent = QueueAgent(row.number, row.paused, row.static, row.logged_in)
            agents.setdefault(row.queue, []).append(agent)
        found = select(queues).order_by(queues.c.number)
        if only is not None:
            found = found.where(only)
        return [
            QueueEntry(
                row.number,
                row.name,
                tuple(agents.get(row.number, ())),
                row.options,
                row.client_id,
                row.version,
            )
            for row in await self._connection.execute(found)
        ]

    async def queue(self, number: str) -> QueueEntry | None:
        """One queue."""
        return next(iter(await self.queues(queues.c.number == number)), None)

    async def put_queue(self, queue: QueueEntry) -> None:
        """Store a queue, new or in its next version, with its agents."""
        await self._put(
            queues,
            {"number": queue.number},
            {
                "client_id": queue.client_id,
                "name": queue.name,
                "options": dict(queue.options),
                "version": queue.version,
            },
        )
        await self._connection.execute(
            delete(queue_agents).where(queue_agents.c.queue == queue.number)
        )
        if queue.agents:
            rows = [
                {
                    "queue": queue.number,
                    "number": agent.number,
                    "static": agent.static,
                    "logged_in": agent.logged_in,
                    "paused": agent.paused,
                    "position": position,
                }
                for position, agent in enumerate(queue.agents)
            ]
            await self._connection.execute(insert(queue_agents), rows)

    async def change_agent(self, queue: str, number: str, values: Mapping[str, Any]) -> None:
        """Store an agent's state in a queue, or in all ("")."""
        query = update(queue_agents).where(queue_agents.c.number == number)
        if queue:
            query = query.where(queue_agents.c.queue == queue)
        await self._connection.execute(query.values(**values))

    async def drop_queue(self, number: str) -> None:
        """Remove a queue."""
        await self._connection.execute(delete(queues).where(queues.c.number == number))

    async def privileges(self) -> list[Privilege]:
        """Every custom privilege, in the order of their making."""
        query = select(privileges).order_by(privileges.c.id)
        return [
            Privilege(row.id, row.name, row.modules, row.client_id, row.version)
            for row in await self._connection.execute(query)
        ]

    async def put_privilege(self, privilege: Privilege, name_key: str) -> None:
        """Store a custom privilege, new or in its next version."""
        await self._put(
            privileges,
            {"id": privilege.id},
            {
                "client_id": privilege.client_id,
                "name": privilege.name,
                "name_key": name_key,
                "modules": dict(privilege.modules),
                "version": privilege.version,
            },
        )

    async def drop_privilege(self, privilege_id: str) -> None:
        """Remove a custom privilege that nobody has."""
        await self._connection.execute(delete(privileges).where(privileges.c.id == privilege_id))

    async def wave_privileges(self) -> list[WavePrivilege]:
        """Every Wave privilege; the default set first."""
        query = select(wave_privileges).order_by(wave_privileges.c.id)
        return [
            WavePrivilege(row.id, row.name, frozenset(row.grants), row.client_id, row.version)
            for row in await self._connection.execute(query)
        ]

    async def put_wave_privilege(self, privilege: WavePrivilege, name_key: str) -> None:
        """Store a Wave privilege, new or in its next version."""
        await self._put(
            wave_privileges,
            {"id": privilege.id},
            {
                "client_id": privilege.client_id,
                "name": privilege.name,
                "name_key": name_key,
                "grants": sorted(privilege.grants),
                "version": privilege.version,
            },
        )

    async def drop_wave_privilege(self, privilege_id: str, instead: str) -> None:
        """Remove a Wave privilege; who had it gets another."""
        await self._connection.execute(
            update(extensions)
            .where(extensions.c.wave_privilege_id == privilege_id)
            .values(wave_privilege_id=instead, version=extensions.c.version + 1)
        )
        await self._connection.execute(
            delete(wave_privileges).where(wave_privileges.c.id == privilege_id)
        )

    async def _put(self, table: Table, key: Mapping[str, str], values: Mapping[str, Any]) -> None:
        """Update a row by its key, or insert it."""
        [(name, value)] = key.items()
        changed = await self._connection.execute(
            update(table).where(table.c[name] == value).values(**values)
        )
        if changed.rowcount == 0:
            await self._connection.execute(insert(table).values(**key, **values))


def _extension_row(entry: ExtensionEntry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "account_id": entry.account_id,
        "first_name": entry.first_name,
        "last_name": entry.last_name,
        "sip_secret": entry.sealed_secret,
        "max_contacts": entry.max_contacts,
        "permission": entry.permission,
        "enabled": entry.enabled,
        "phone_number": entry.phone_number,
        "department": entry.department,
        "job_title": entry.job_title,
        "wave_privilege_id": entry.wave_privilege_id,
        "options": dict(entry.options),
        "version": entry.version,
    }


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
        email=row.email,
        language=row.language,
        phone_number=row.phone_number,
        department=row.department,
        job_title=row.job_title,
        wave_privilege_id=row.wave_privilege_id,
        options=row.options,
        version=row.version,
    )
