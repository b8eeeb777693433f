"""Custom privileges: which modules of the administration an administrator may use."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engage.errors import NotFound
from engage.identifiers import new_id
from engage.people.administrators import BeyondOwnRights, OwnRights
from engage.people.book import rights_of
from engage.people.directory_repository import DirectoryRepository
from engage.people.ledger import Repeated, check_name
from engage.people.model import Privilege, Reference
from engage.people.policy import name_key
from engage.people.repository import PeopleRepository
from engage.system.actor import Module
from engage.system.editing import InUse
from engage.system.operation_log import check_version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.people.ledger import Ledger
    from engage.people.model import Account
    from engage.people.privilege_forms import NewPrivilege, PrivilegeChange
    from engage.system.actor import Actor


class Privileges:
    """Custom privileges of administrators."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def listed(self, actor: Actor) -> list[Privilege]:
        """Every custom privilege, by name.

        Raises:
            Forbidden: without the right to see them.
        """
        actor.check(Module.USERS, "view")
        return sorted(self._ledger.book.privileges.values(), key=lambda each: name_key(each.name))

    def get(self, actor: Actor, privilege_id: str) -> Privilege:
        """One custom privilege.

        Raises:
            NotFound: there is none.
        """
        actor.check(Module.USERS, "view")
        return self._existing(privilege_id)

    async def add(self, actor: Actor, new: NewPrivilege) -> Privilege:
        """Add a custom privilege; an earlier one of the same `client_id` is answered instead.

        Raises:
            NameTaken: one of that name is there.
            BeyondOwnRights: it would allow more than the actor may do.
        """
        actor.check(Module.USERS)
        privilege = Privilege(new_id(), new.name, _opened(new.modules), new.client_id)
        _check_within(actor, privilege)

        async def store(connection: AsyncConnection) -> None:
            rows = DirectoryRepository(connection)
            for each in await rows.privileges():
                if new.client_id is not None and each.client_id == new.client_id:
                    raise Repeated(each.id)
            await _put(rows, privilege)

        subject, detail = f"privilege:{privilege.id}", {"name": new.name}
        try:
            await self._ledger.change(actor, "privilege.add", subject, store, detail)
        except Repeated as known:
            return self._existing(known.key)
        return self._existing(privilege.id)

    async def update(self, actor: Actor, privilege_id: str, change: PrivilegeChange) -> Privilege:
        """Change it; whoever has it may do the new things, and no others, at once.

        Raises:
            NotFound: there is none.
            OwnRights: it is one's own.
            BeyondOwnRights: it allows, or would allow, more than the actor may do.
            Edited: somebody else has changed it since `change.version`.
            NameTaken: another one has that name.
        """
        actor.check(Module.USERS)

        async def store(connection: AsyncConnection) -> None:
            rows = DirectoryRepository(connection)
            present = await self._stored(rows, privilege_id)
            holders = await self._holders(connection, privilege_id)
            if change.modules is not None and any(_is(actor, each) for each in holders):
                raise OwnRights
            _check_within(actor, present)
            subject = f"privilege:{privilege_id}"
            await check_version(connection, subject, present.version, change.version)
            modules = present.modules if change.modules is None else _opened(change.modules)
            changed = replace(
                present,
                name=change.name or present.name,
                modules=modules,
                version=present.version + 1,
            )
            _check_within(actor, changed)
            await _put(rows, changed)

        fields = sorted(change.model_dump(exclude_none=True, exclude={"version"}))
        await self._ledger.change(
            actor, "privilege.change", f"privilege:{privilege_id}", store, {"fields": fields}
        )
        return self._existing(privilege_id)

    async def delete(self, actor: Actor, privilege_id: str) -> None:
        """Remove a custom privilege that nobody has.

        Raises:
            NotFound: there is none.
            InUse: administrators have it.
        """
        actor.check(Module.USERS)

        async def store(connection: AsyncConnection) -> None:
            rows = DirectoryRepository(connection)
            await self._stored(rows, privilege_id)
            if holders := await self._holders(connection, privilege_id):
                raise InUse([_reference(each).named() for each in holders])
            await rows.drop_privilege(privilege_id)

        await self._ledger.change(actor, "privilege.delete", f"privilege:{privilege_id}", store)

    def references(self, actor: Actor, privilege_id: str) -> list[Reference]:
        """Who has it."""
        self.get(actor, privilege_id)
        accounts = self._ledger.book.accounts.values()
        return [_reference(each) for each in accounts if each.privilege_id == privilege_id]

    def _existing(self, privilege_id: str) -> Privilege:
        found = self._ledger.book.privileges.get(privilege_id)
        if found is None:
            raise NotFound
        return found

    async def _stored(self, rows: DirectoryRepository, privilege_id: str) -> Privilege:
        found = {each.id: each for each in await rows.privileges()}
        if privilege_id not in found:
            raise NotFound
        return found[privilege_id]

    async def _holders(self, connection: AsyncConnection, privilege_id: str) -> list[Account]:
        administrators = await PeopleRepository(connection).administrators()
        return [each for each in administrators if each.privilege_id == privilege_id]


def _opened(modules: Mapping[Module, str]) -> dict[str, str]:
    """The modules that are open; a closed one need not be kept."""
    return {module.value: level for module, level in modules.items() if level != "none"}


def _check_within(actor: Actor, privilege: Privilege) -> None:
    if not actor.rights.cover(rights_of(privilege.modules)):
        raise BeyondOwnRights


def _is(actor: Actor, account: Account) -> bool:
    return actor.who == f"admin:{account.user_name}"


def _reference(account: Account) -> Reference:
    return Reference("admin", account.user_name, account.display_name, blocking=True)


async def _put(rows: DirectoryRepository, privilege: Privilege) -> None:
    check_name(privilege, await rows.privileges())
    await rows.put_privilege(privilege, name_key(privilege.name))
