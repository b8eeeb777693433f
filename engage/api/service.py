"""What administrators do with API users, and what the API asks about them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engage.api.index import DENIABLE
from engage.api.model import (
    ApiUser,
    UserTaken,
    check_password,
    check_user,
    key_of,
    permitted_of,
)
from engage.api.permitted import Permitted, permits
from engage.api.repository import ApiUserRepository
from engage.errors import N_, Invalid, NotFound
from engage.identifiers import new_id, now_ms
from engage.system.actor import Module
from engage.system.operation_log import check_version, note

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.api.forms import ApiUserChange, NewApiUser
    from engage.api.lockout import Lockout
    from engage.api.model import Secrets
    from engage.api.permitted import Names
    from engage.api.sessions import ApiSessions
    from engage.identifiers import Clock
    from engage.storage.database import Database
    from engage.system.actor import Actor


class ApiUsers:
    """API users in memory; a change is written first and then taken over."""

    def __init__(
        self,
        database: Database,
        keyring: Secrets,
        sessions: ApiSessions,
        lockout: Lockout,
        names: Names,
        clock: Clock = now_ms,
    ) -> None:
        self._database, self._keyring, self._clock = database, keyring, clock
        self._sessions, self._lockout, self._names = sessions, lockout, names
        self._users: dict[str, ApiUser] = {}

    async def start(self) -> None:
        """Read every API user."""
        async with self._database.read() as connection:
            found = await ApiUserRepository(connection).all()
        self._users = {each.id: each for each in found}

    async def stop(self) -> None:
        """Nothing runs in the background."""

    def list(self, actor: Actor) -> list[ApiUser]:
        """Every API user, by name.

        Raises:
            Forbidden: without the right to see them.
        """
        actor.check(Module.API_USERS, "view")
        return sorted(self._users.values(), key=lambda each: each.key)

    def get(self, actor: Actor, which: str) -> ApiUser:
        """One API user, by id or name.

        Raises:
            NotFound: there is none.
        """
        actor.check(Module.API_USERS, "view")
        return self._existing(which)

    async def add(self, actor: Actor, new: NewApiUser) -> ApiUser:
        """Add an API user, or give back what an earlier call with the same `client_id` has added.

        Raises:
            UserTaken: another has the name.
            Invalid: with the fields that will not do.
        """
        actor.check(Module.API_USERS)
        check_user(new.user)
        check_password(new.password, new.user)
        permitted = permitted_of(new.permitted)
        user = ApiUser(
            id=new_id(),
            user=new.user,
            sealed_password=self._keyring.seal(new.password),
            enabled=new.enabled,
            permitted=permitted,
            denied=_denied(new.denied_actions),
            version=1,
            created_at_ms=self._clock(),
            allowed=Permitted.of(permitted),
        )

        async def work(connection: AsyncConnection) -> ApiUser:
            rows = ApiUserRepository(connection)
            if new.client_id and (known := await rows.by_client_id(new.client_id)) is not None:
                return known
            if await rows.taken(user.key):
                raise UserTaken
            await rows.add(user, new.client_id)
            await note(connection, actor, "api_user.add", _subject(user.id), {"name": user.user})
            return user

        return await self._written(work)

    async def change(self, actor: Actor, which: str, change: ApiUserChange) -> ApiUser:
        """Change some fields. Another password, or switching it off, ends its sessions.

        Raises:
            NotFound: there is none.
            Edited: somebody else has changed it since `change.version`.
            UserTaken: another has the name.
            Invalid: with the fields that will not do.
        """
        actor.check(Module.API_USERS)
        user_id = self._existing(which).id
        fields = change.model_dump(exclude_none=True, exclude={"version"})
        if not fields.get("password"):
            fields.pop("password", None)

        async def work(connection: AsyncConnection) -> ApiUser:
            rows = ApiUserRepository(connection)
            present = await rows.get(user_id)
            if present is None:
                raise NotFound
            subject = _subject(user_id)
            await check_version(connection, subject, present.version, change.version)
            changed = self._changed(present, change)
            if await rows.taken(changed.key, but=user_id):
                raise UserTaken
            await rows.put(changed)
            detail = {"name": changed.user, "fields": sorted(fields)}
            await note(connection, actor, "api_user.change", _subject(user_id), detail)
            return changed

        changed = await self._written(work)
        if "password" in fields or not changed.enabled:
            self._sessions.end_of(user_id)
        if "password" in fields:
            await self._lockout.forgive([changed.user])
        return changed

    async def delete(self, actor: Actor, which: str) -> None:
        """Remove an API user; its sessions end at once.

        Raises:
            NotFound: there is none.
        """
        actor.check(Module.API_USERS)
        user_id = self._existing(which).id

        async def work(connection: AsyncConnection) -> None:
            rows = ApiUserRepository(connection)
            present = await rows.get(user_id)
            if present is None:
                raise NotFound
            await rows.drop(user_id)
            detail = {"name": present.user}
            await note(connection, actor, "api_user.delete", _subject(user_id), detail)

        await self._database.write(work)
        self._users.pop(user_id, None)
        self._sessions.end_of(user_id)

    def of_id(self, user_id: str) -> ApiUser | None:
        """The API user of a session."""
        return self._users.get(user_id)

    def named(self, user: str) -> ApiUser | None:
        """The API user of that name."""
        key = key_of(user)
        return next((each for each in self._users.values() if each.key == key), None)

    def password(self, user: ApiUser) -> str:
        """The password in clear, to check a token with."""
        return self._keyring.open(user.sealed_password)

    async def permits(self, user: ApiUser, address: str) -> bool:
        """Whether this user may come from there."""
        return await permits(user.allowed, address, self._names)

    async def admits(self, address: str) -> bool:
        """Whether any user may come from there; without users nobody is turned away here."""
        enabled = [each for each in self._users.values() if each.enabled]
        if not enabled or any(each.allowed.everyone for each in enabled):
            return True
        for each in enabled:
            if await self.permits(each, address):
                return True
        return False

    def _existing(self, which: str) -> ApiUser:
        """By id, or by name as scripts know it."""
        found = self._users.get(which) or self.named(which)
        if found is None:
            raise NotFound
        return found

    def _changed(self, present: ApiUser, change: ApiUserChange) -> ApiUser:
        user = present.user if change.user is None else change.user
        check_user(user)
        sealed = present.sealed_password
        if change.password:
            check_password(change.password, user)
            sealed = self._keyring.seal(change.password)
        permitted = present.permitted
        if change.permitted is not None:
            permitted = permitted_of(change.permitted)
        denied = change.denied_actions
        return replace(
            present,
            user=user,
            sealed_password=sealed,
            enabled=present.enabled if change.enabled is None else change.enabled,
            permitted=permitted,
            denied=present.denied if denied is None else _denied(denied),
            version=present.version + 1,
            allowed=Permitted.of(permitted),
        )

    async def _written(self, work: Callable[[AsyncConnection], Awaitable[ApiUser]]) -> ApiUser:
        written = await self._database.write(work)
        present = self._users.get(written.id)
        if present is None or present.version < written.version:
            self._users[written.id] = written
        return written


def _denied(actions: list[str]) -> frozenset[str]:
    known = {each.lower(): each for each in DENIABLE}
    if unknown := [each for each in actions if each.lower() not in known]:
        text = N_("There is no action “%(action)s”.")
        raise Invalid({"denied_actions": text}, action=unknown[0])
    return frozenset(known[each.lower()] for each in actions)


def _subject(user_id: str) -> str:
    return f"api_user:{user_id}"
