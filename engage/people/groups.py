"""Extension groups."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engage.errors import N_, Invalid, NotFound
from engage.identifiers import new_id
from engage.people.directory_repository import DirectoryRepository
from engage.people.ledger import Repeated, check_name
from engage.people.model import Group, Reference
from engage.people.policy import name_key
from engage.people.queue_groups import forget_who_left, groups_of, without_groups
from engage.system.actor import Module
from engage.system.editing import InUse
from engage.system.operation_log import check_version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.people.group_forms import GroupChange, NewGroup
    from engage.people.ledger import Ledger
    from engage.people.model import References
    from engage.system.actor import Actor


class Groups:
    """What administrators do with extension groups."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._references: list[References] = []

    def consult(self, references: References) -> None:
        """Ask these who refers to a group."""
        self._references.append(references)

    def listed(self, actor: Actor) -> list[Group]:
        """Every group, by name.

        Raises:
            Forbidden: without the right to see them.
        """
        actor.check(Module.EXTENSION_GROUPS, "view")
        return sorted(self._ledger.book.groups.values(), key=lambda each: name_key(each.name))

    def get(self, actor: Actor, group_id: str) -> Group:
        """One group.

        Raises:
            NotFound: there is none.
        """
        actor.check(Module.EXTENSION_GROUPS, "view")
        return self._existing(group_id)

    async def add(self, actor: Actor, new: NewGroup) -> Group:
        """Add a group; an earlier one of the same `client_id` is answered instead.

        Raises:
            NameTaken: a group of that name is there, whatever its case.
            Invalid: a member is no extension.
        """
        actor.check(Module.EXTENSION_GROUPS)
        group = Group(new_id(), new.name, tuple(dict.fromkeys(new.members)), new.client_id)

        async def store(connection: AsyncConnection) -> None:
            rows = DirectoryRepository(connection)
            for each in await rows.groups():
                if new.client_id is not None and each.client_id == new.client_id:
                    raise Repeated(each.id)
            await _put(rows, group)

        detail = {"name": group.name}
        try:
            await self._ledger.change(actor, "group.add", subject_of(group.id), store, detail)
        except Repeated as known:
            return self._existing(known.key)
        return self._existing(group.id)

    async def update(self, actor: Actor, group_id: str, change: GroupChange) -> Group:
        """Change a group's name, or its members as a whole.

        Raises:
            NotFound: there is none.
            Edited: somebody else has changed it since `change.version`.
            NameTaken: another group has that name.
            Invalid: a member is no extension.
        """
        actor.check(Module.EXTENSION_GROUPS)

        async def store(connection: AsyncConnection) -> None:
            rows = DirectoryRepository(connection)
            present = await rows.group(group_id)
            if present is None:
                raise NotFound
            await check_version(connection, subject_of(group_id), present.version, change.version)
            members = present.members if change.members is None else change.members
            await _put(
                rows,
                replace(
                    present,
                    name=change.name or present.name,
                    members=tuple(dict.fromkeys(members)),
                    version=present.version + 1,
                ),
            )
            await forget_who_left(rows)

        fields = sorted(change.model_dump(exclude_none=True, exclude={"version"}))
        await self._ledger.change(
            actor, "group.change", subject_of(group_id), store, {"fields": fields}
        )
        return self._existing(group_id)

    async def delete(self, actor: Actor, group_ids: Sequence[str]) -> None:
        """Remove groups; their members stay.

        Raises:
            NotFound: one is not there.
            InUse: something could not work without one of them.
        """
        actor.check(Module.EXTENSION_GROUPS)
        group_ids = list(dict.fromkeys(group_ids))

        async def store(connection: AsyncConnection) -> None:
            rows = DirectoryRepository(connection)
            for group_id in group_ids:
                if await rows.group(group_id) is None:
                    raise NotFound
            referring = await self._referring(connection, group_ids)
            if blocking := [each for each in referring if each.blocking]:
                raise InUse([each.named() for each in blocking])
            for queue in await rows.queues():
                if not set(group_ids).isdisjoint(groups_of(queue)):
                    await rows.put_queue(without_groups(queue, group_ids))
            for group_id in group_ids:
                await rows.drop_group(group_id)
            await forget_who_left(rows)

        subject = subject_of(group_ids[0] if len(group_ids) == 1 else "")
        await self._ledger.change(actor, "group.delete", subject, store, {"ids": group_ids})

    async def references(self, actor: Actor, group_id: str) -> list[Reference]:
        """What refers to a group: to be shown before it is deleted."""
        self.get(actor, group_id)
        async with self._ledger.database.read() as connection:
            return await self._referring(connection, [group_id])

    def _existing(self, group_id: str) -> Group:
        group = self._ledger.book.groups.get(group_id)
        if group is None:
            raise NotFound
        return group

    async def _referring(
        self, connection: AsyncConnection, group_ids: Sequence[str]
    ) -> list[Reference]:
        found = [
            Reference("queue", queue.number, queue.name)
            for queue in self._ledger.book.queues.values()
            if not set(group_ids).isdisjoint(groups_of(queue))
        ]
        for each in self._references:
            found += await each.referring(connection, "extension_group", group_ids)
        return found


def subject_of(group_id: str) -> str:
    """A group as the operation log names it."""
    return f"group:{group_id}"


async def _put(rows: DirectoryRepository, group: Group) -> None:
    """Store a group whose name is free and whose members exist.

    Raises:
        NameTaken: another group has the name.
        Invalid: a member is no extension.
    """
    check_name(group, await rows.groups())
    await check_extensions(rows, "members", group.members)
    await rows.put_group(group, name_key(group.name))


async def check_extensions(rows: DirectoryRepository, field: str, numbers: Sequence[str]) -> None:
    """Refuse numbers that are no extensions, and name them.

    Raises:
        Invalid: with the field.
    """
    known = {each.number for each in await rows.extensions(numbers)}
    if unknown := [number for number in numbers if number not in known]:
        problem = N_("There are no such extensions: %(unknown)s.")
        raise Invalid({field: problem}, unknown=", ".join(unknown[:20]))
