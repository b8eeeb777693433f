"""Wave privileges: what extensions' users may do in Wave."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engage.errors import N_, Conflict, NotFound
from engage.identifiers import new_id
from engage.people.directory_repository import DirectoryRepository
from engage.people.ledger import Repeated, check_name
from engage.people.model import DEFAULT_WAVE_PRIVILEGE, Reference, WavePrivilege
from engage.people.policy import name_key
from engage.system.actor import Module
from engage.system.operation_log import check_version

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.people.ledger import Ledger
    from engage.people.privilege_forms import NewWavePrivilege, WavePrivilegeChange
    from engage.system.actor import Actor


class DefaultPrivilege(Conflict):
    """The set that new extensions have."""

    code = "default_privilege"
    text = N_("The default privilege can be changed, but not deleted.")


class WavePrivileges:
    """What extensions' users may do in Wave."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def listed(self, actor: Actor) -> list[WavePrivilege]:
        """Every Wave privilege, the default set first, then by name.

        Raises:
            Forbidden: without the right to see them.
        """
        actor.check(Module.WAVE_PRIVILEGES, "view")
        found = self._ledger.book.wave_privileges.values()
        return sorted(found, key=lambda each: (not each.is_default, name_key(each.name)))

    def get(self, actor: Actor, privilege_id: str) -> WavePrivilege:
        """One Wave privilege.

        Raises:
            NotFound: there is none.
        """
        actor.check(Module.WAVE_PRIVILEGES, "view")
        return self._existing(privilege_id)

    async def add(self, actor: Actor, new: NewWavePrivilege) -> WavePrivilege:
        """Add a Wave privilege; an earlier one of the same `client_id` is answered instead.

        Raises:
            NameTaken: one of that name is there.
        """
        actor.check(Module.WAVE_PRIVILEGES)
        privilege = WavePrivilege(new_id(), new.name, frozenset(new.grants), new.client_id)

        async def store(connection: AsyncConnection) -> None:
            rows = DirectoryRepository(connection)
            for each in await rows.wave_privileges():
                if new.client_id is not None and each.client_id == new.client_id:
                    raise Repeated(each.id)
            await _put(rows, privilege)

        subject, detail = f"wave_privilege:{privilege.id}", {"name": new.name}
        try:
            await self._ledger.change(actor, "wave_privilege.add", subject, store, detail)
        except Repeated as known:
            return self._existing(known.key)
        return self._existing(privilege.id)

    async def update(
        self, actor: Actor, privilege_id: str, change: WavePrivilegeChange
    ) -> WavePrivilege:
        """Change it; it holds at once for whoever has it.

        Raises:
            NotFound: there is none.
            Edited: somebody else has changed it since `change.version`.
            NameTaken: another one has that name.
        """
        actor.check(Module.WAVE_PRIVILEGES)
        subject = f"wave_privilege:{privilege_id}"

        async def store(connection: AsyncConnection) -> None:
            rows = DirectoryRepository(connection)
            present = await self._stored(rows, privilege_id)
            await check_version(connection, subject, present.version, change.version)
            grants = present.grants if change.grants is None else frozenset(change.grants)
            await _put(
                rows,
                replace(
                    present,
                    name=change.name or present.name,
                    grants=grants,
                    version=present.version + 1,
                ),
            )

        fields = sorted(change.model_dump(exclude_none=True, exclude={"version"}))
        await self._ledger.change(
            actor, "wave_privilege.change", subject, store, {"fields": fields}
        )
        return self._existing(privilege_id)

    async def delete(self, actor: Actor, privilege_id: str) -> None:
        """Remove it; who had it gets the default set.

        Raises:
            NotFound: there is none.
            DefaultPrivilege: it is the default set.
        """
        actor.check(Module.WAVE_PRIVILEGES)
        if privilege_id == DEFAULT_WAVE_PRIVILEGE:
            raise DefaultPrivilege

        async def store(connection: AsyncConnection) -> None:
            rows = DirectoryRepository(connection)
            await self._stored(rows, privilege_id)
            await rows.drop_wave_privilege(privilege_id, DEFAULT_WAVE_PRIVILEGE)

        await self._ledger.change(
            actor, "wave_privilege.delete", f"wave_privilege:{privilege_id}", store
        )

    def references(self, actor: Actor, privilege_id: str) -> list[Reference]:
        """Who has it, and will have the default set when it is deleted."""
        self.get(actor, privilege_id)
        return [
            Reference("extension", each.number, each.name)
            for each in self._ledger.book.extensions.values()
            if each.wave_privilege_id == privilege_id
        ]

    def _existing(self, privilege_id: str) -> WavePrivilege:
        found = self._ledger.book.wave_privileges.get(privilege_id)
        if found is None:
            raise NotFound
        return found

    async def _stored(self, rows: DirectoryRepository, privilege_id: str) -> WavePrivilege:
        found = {each.id: each for each in await rows.wave_privileges()}
        if privilege_id not in found:
            raise NotFound
        return found[privilege_id]


async def _put(rows: DirectoryRepository, privilege: WavePrivilege) -> None:
    check_name(privilege, await rows.wave_privileges())
    await rows.put_wave_privilege(privilege, name_key(privilege.name))
