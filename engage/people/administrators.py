"""Administrators: nobody gives others, or themselves, more than they may do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engage.errors import N_, Conflict, Forbidden, Invalid, NotFound
from engage.i18n import languages
from engage.identifiers import new_id
from engage.people import policy
from engage.people.ledger import Repeated
from engage.people.model import Account, AdminLevel, UserNameTaken, check_user_name, user_name_of
from engage.people.repository import PeopleRepository
from engage.system.actor import Module
from engage.system.operation_log import check_version

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.people.admin_forms import AdminChange, NewAdmin
    from engage.people.ledger import Ledger
    from engage.people.numbering import NumberBook
    from engage.people.passwords import Passwords
    from engage.people.sessions import Sessions
    from engage.system.actor import Actor

OF_RIGHTS = frozenset({"level", "privilege_id", "enabled"})


class BeyondOwnRights(Forbidden):
    """Somebody's rights reach further than one's own."""

    code = "beyond_own_rights"
    text = N_("You cannot give or change rights that you do not have yourself.")


class OwnRights(Forbidden):
    """Nobody decides about their own rights."""

    code = "own_rights"
    text = N_("You cannot change your own rights.")


class LastSuperAdministrator(Conflict):
    """Without one, nobody could manage users any more."""

    code = "last_super_administrator"
    text = N_("There must be at least one enabled super administrator.")


class Administrators:
    """What administrators do with each other's accounts."""

    def __init__(
        self,
        ledger: Ledger,
        passwords: Passwords,
        sessions: Sessions,
        numbers: NumberBook,
        shortest: Callable[[], int],
    ) -> None:
        """`shortest`: how many characters a password has at least, as that holds now."""
        self._numbers = numbers
        self._ledger, self._passwords, self._sessions = ledger, passwords, sessions
        self._shortest = shortest

    def listed(self, actor: Actor) -> list[Account]:
        """Every administrator, by user name.

        Raises:
            Forbidden: without the right to see them.
        """
        actor.check(Module.USERS, "view")
        found = [each for each in self._ledger.book.accounts.values() if each.role == "admin"]
        return sorted(found, key=lambda each: each.user_name)

    def get(self, actor: Actor, user_name: str) -> Account:
        """One administrator.

        Raises:
            NotFound: there is none.
        """
        actor.check(Module.USERS, "view")
        return self._existing(user_name)

    async def add(self, actor: Actor, new: NewAdmin, *, demo_password: bool = False) -> Account:
        """Add an administrator; an earlier one of the same `client_id` is answered instead.

        Raises:
            UserNameTaken: an account of that name is there.
            NumberTaken: something has the name as its number.
            BeyondOwnRights: they would be allowed more than the actor is.
            Invalid: with the fields that will not do.
        """
        actor.check(Module.USERS)
        name = user_name_of(new.user_name)
        check_user_name(name)
        fields = new.model_dump(exclude={"user_name", "client_id"})
        if demo_password:
            del fields["password"]
        self._check_fields(name, fields)
        account = Account(
            new_id(),
            name,
            "admin",
            new.display_name or name,
            new.email,
            new.language,
            await self._passwords.hash(new.password),
            demo_password,
            enabled=new.enabled,
            version=1,
            client_id=new.client_id,
            level=new.level,
            privilege_id=new.privilege_id if new.level == "custom" else None,
        )
        self._check_within(actor, account)

        async def store(connection: AsyncConnection) -> None:
            rows = PeopleRepository(connection)
            if new.client_id is not None:
                known = await rows.account_by_client_id(new.client_id)
                if known is not None and known.role == "admin":
                    raise Repeated(known.user_name)
                if known is not None:
                    raise UserNameTaken
            if await rows.named([name]):
                raise UserNameTaken
            self._numbers.check(name, "", "user_name")
            await rows.add_accounts([account], self._ledger.clock())

        detail = {"level": new.level}
        try:
            async with self._numbers.assigning:
                await self._ledger.change(actor, "admin.add", subject_of(name), store, detail)
        except Repeated as known:
            return self._existing(known.key)
        return self._existing(name)

    async def update(self, actor: Actor, user_name: str, change: AdminChange) -> Account:
        """Change some fields; rights hold at once, another password ends all sessions.

        Raises:
            NotFound: there is none.
            OwnRights: one's own level, privilege or switch.
            BeyondOwnRights: they are, or would be, allowed more than the actor is.
            LastSuperAdministrator: nobody could manage users any more.
            Edited: somebody else has changed it since `change.version`.
            Invalid: with the fields that will not do.
        """
        actor.check(Module.USERS)
        account = self._existing(user_name)
        given = _given(change)
        self._check_self(actor, account, given)
        self._check_fields(account.user_name, given)
        self._check_within(actor, account)
        self._check_within(actor, _changed(account, given))
        password_hash = None
        if "password" in given:
            password_hash = await self._passwords.hash(given["password"])

        async def store(connection: AsyncConnection) -> None:
            rows = PeopleRepository(connection)
            present = await self._stored(rows, account.user_name)
            subject = subject_of(present.user_name)
            await check_version(connection, subject, present.revision, change.version)
            changed = replace(_changed(present, given), revision=present.revision + 1)
            await _check_last(rows, changed)
            await rows.change_account(
                present.id,
                {name: getattr(changed, name) for name in EDITED},
            )
            if password_hash is not None:
                await rows.change_password(present.id, password_hash, None, demo=False)
            if password_hash is not None or not changed.enabled:
                await rows.revoke_sessions(present.id, None)

        await self._ledger.change(
            actor, "admin.change", subject_of(account.user_name), store, {"fields": sorted(given)}
        )
        if password_hash is not None or given.get("enabled") is False:
            self._sessions.revoke_all(account.id)
        return self._existing(account.user_name)

    async def delete(self, actor: Actor, user_name: str) -> None:
        """Remove an administrator; their sessions end at once.

        Raises:
            NotFound: there is none.
            OwnRights: oneself.
            BeyondOwnRights: they are allowed more than the actor is.
            LastSuperAdministrator: nobody could manage users any more.
        """
        actor.check(Module.USERS)
        account = self._existing(user_name)
        if _is(actor, account):
            raise OwnRights
        self._check_within(actor, account)

        async def store(connection: AsyncConnection) -> None:
            rows = PeopleRepository(connection)
            present = await self._stored(rows, account.user_name)
            await _check_last(rows, replace(present, enabled=False))
            await rows.drop_accounts([present.id])

        await self._ledger.change(actor, "admin.delete", subject_of(account.user_name), store)
        self._sessions.revoke_all(account.id)

    def privilege_of(self, account: Account) -> str | None:
        """The name of an administrator's custom privilege."""
        privilege = self._ledger.book.privileges.get(account.privilege_id or "")
        return None if privilege is None else privilege.name

    def _existing(self, user_name: str) -> Account:
        account = self._ledger.book.account_named(user_name_of(user_name))
        if account is None or account.role != "admin":
            raise NotFound
        return account

    async def _stored(self, rows: PeopleRepository, user_name: str) -> Account:
        account = (await rows.named([user_name])).get(user_name)
        if account is None or account.role != "admin":
            raise NotFound
        return account

    def _check_self(self, actor: Actor, account: Account, given: dict[str, Any]) -> None:
        if not _is(actor, account):
            return
        if any(given[name] != getattr(account, name) for name in OF_RIGHTS & given.keys()):
            raise OwnRights
        if "password" in given:  # whoever finds an open session shall not take the account over
            raise Invalid({"password": N_("Change your own password in your own settings.")})

    def _check_within(self, actor: Actor, account: Account) -> None:
        if not actor.rights.cover(self._ledger.book.rights(account)):
            raise BeyondOwnRights

    def _check_fields(self, user_name: str, given: dict[str, Any]) -> None:
        problems: dict[str, str | None] = {}
        if "email" in given:
            problems["email"] = policy.email_problem(given["email"])
        if given.get("language") and given["language"] not in languages():
            problems["language"] = N_("This language is not available.")
        if "password" in given:
            problems["password"] = policy.password_problem(
                given["password"], user_name, self._shortest()
            )
        if given.get("level") == AdminLevel.CUSTOM and not given.get("privilege_id"):
            problems["privilege_id"] = N_("Choose a custom privilege.")
        privilege_id = given.get("privilege_id")
        if privilege_id and privilege_id not in self._ledger.book.privileges:
            problems["privilege_id"] = N_("There is no such custom privilege.")
        if refused := {name: problem for name, problem in problems.items() if problem}:
            raise Invalid(refused, shortest=self._shortest())


EDITED = (
    "display_name", "email", "language", "level", "privilege_id", "enabled", "revision",
)  # fmt: skip


def subject_of(user_name: str) -> str:
    """An administrator as the operation log names them."""
    return f"administrator:{user_name}"


def _given(change: AdminChange) -> dict[str, Any]:
    """The fields that change; an empty password changes nothing."""
    fields = change.model_dump(exclude_none=True, exclude={"version"})
    return {name: value for name, value in fields.items() if value or name != "password"}


def _changed(account: Account, given: dict[str, Any]) -> Account:
    """The account as it will be, but for its password."""
    values = {name: value for name, value in given.items() if name != "password"}
    changed = replace(account, **values)
    if changed.level != AdminLevel.CUSTOM:
        changed = replace(changed, privilege_id=None)
    return replace(changed, display_name=changed.display_name or changed.user_name)


def _is(actor: Actor, account: Account) -> bool:
    return actor.who == f"admin:{account.user_name}"


async def _check_last(rows: PeopleRepository, changed: Account) -> None:
    """Refuse a change after which no enabled super administrator is left."""
    others = [each for each in await rows.administrators() if each.id != changed.id]
    everyone = [*others, changed]
    if not any(each.level == AdminLevel.SUPER and each.enabled for each in everyone):
        raise LastSuperAdministrator
