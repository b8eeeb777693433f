"""Users and groups: listUser, getUser, updateUser, listExtensionGroup, listDepartment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.api.account_actions import language_of
from engage.api.account_fields import NAME, PHONE
from engage.api.actions import NEED_APPLY, required
from engage.api.fields import Field, Fields
from engage.api.listing import listed
from engage.api.status import Refused, Status, bad_value, unknown
from engage.api.stored import checked, kept_in, named_as_sent, options_of
from engage.api.values import BadValue, Line, Whole
from engage.errors import N_
from engage.people.extension_forms import ExtensionChange
from engage.people.model import AdminLevel
from engage.system.actor import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engage.api.actions import Caller, Handler, Parameters
    from engage.api.model import Secrets
    from engage.api.numbers import Numbers
    from engage.people.model import Account, ExtensionEntry
    from engage.people.service import People

USER = Fields(
    (
        Field("first_name", NAME, None, nullable=True, home="first_name"),
        Field("last_name", NAME, None, nullable=True, home="last_name"),
        Field("email", Line(254), None, nullable=True, home="email"),
        Field("phone_number", PHONE, None, nullable=True, home="phone_number"),
        Field("department", NAME, None, nullable=True, home="department"),
        Field("fax", PHONE, None, nullable=True),
        Field("family_number", PHONE, None, nullable=True),
    )
)
PRIVILEGE, ORDINARY = Whole(0, 3), 3
PRIVILEGE_OF = {AdminLevel.SUPER: 0, AdminLevel.ADMINISTRATOR: 1, AdminLevel.CUSTOM: 2}
USER_KIND, GROUP_KIND, DEPARTMENT_KIND = "user", "group", "department"
GROUP_PREFIX = "group-"
FIRST_ADMIN = 0

ADMINISTRATOR = N_("Administrators are changed in the administration alone.")
NOT_HERE = N_("Rights in the administration are given there alone.")
OTHER_USER = N_("user_id and user_name name different users.")


async def group_named(people: People, numbers: Numbers, ident: str) -> str | None:
    """The group that programs know by an id (`group-1`); None: there is none."""
    groups = people.groups.listed(SYSTEM)
    await numbers.of(GROUP_KIND, (each.id for each in groups))  # whether listed before or not
    digits = ident.strip().lower().removeprefix(GROUP_PREFIX)
    whole = digits.isascii() and digits.isdigit() and len(digits) < 10
    return numbers.named(GROUP_KIND, int(digits)) if whole else None


async def members_of_group(people: People, numbers: Numbers, ident: str) -> list[str]:
    """The extensions of a group by the id that programs know it by; else nobody."""
    found = await group_named(people, numbers, ident)
    return [] if found is None else people.members_of_groups([found])


class UserActions:
    """Users of extensions, and administrators, who can only be looked at."""

    def __init__(self, people: People, keyring: Secrets, numbers: Numbers) -> None:
        self._people, self._keyring, self._numbers = people, keyring, numbers

    @property
    def handlers(self) -> dict[str, Handler]:
        """The actions by their names in lower case."""
        return {
            "listuser": self.list_users,
            "getuser": self.get,
            "updateuser": self.update,
            "listextensiongroup": self.list_groups,
            "listdepartment": self.list_departments,
        }

    async def list_users(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Everyone who can sign in."""
        rows = [
            {"user_id": number, "user_name": account.user_name, **self._fields(caller, account)}
            for account, number in (await self._numbered()).values()
        ]
        return listed("user_id", rows, asked)

    async def get(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """One of them."""
        account, number = await self._existing(required(asked, "user_name"))
        return {"user_name": {"user_id": number, **self._fields(caller, account)}}

    async def update(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Change a user of an extension."""
        account = await self._named(asked)
        if account.role == "admin":
            raise Refused(Status.NO_PERMISSION, ADMINISTRATOR)
        if asked.get("privilege") is not None and _privilege(asked["privilege"]) != ORDINARY:
            raise Refused(Status.NO_PERMISSION, NOT_HERE)
        given = USER.given(asked)
        change: dict[str, Any] = {
            field.home: given[field.name] or ""
            for field in USER
            if field.home and field.name in given
        }
        change["options"] = options_of(USER, given, self._keyring)
        with named_as_sent(USER):
            body = checked(ExtensionChange, change)
            await self._people.extensions.update(caller.actor, account.user_name, body)
        return NEED_APPLY

    async def list_groups(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Extension groups."""
        groups = self._people.groups.listed(caller.actor)
        numbers = await self._numbers.of(GROUP_KIND, (each.id for each in groups))
        rows = [
            {
                "group_id": f"{GROUP_PREFIX}{numbers[each.id]}",
                "group_name": each.name,
                "members": ",".join(each.members) or None,
                "tmp": None,
            }
            for each in groups
        ]
        return listed("extension_group", rows, asked)

    async def list_departments(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """The departments that users are said to belong to."""
        counts: dict[str, int] = {}
        for entry in self._people.extensions.listed(caller.actor):
            if entry.department:
                counts[entry.department] = counts.get(entry.department, 0) + 1
        numbers = await self._numbers.of(DEPARTMENT_KIND, sorted(counts, key=str.casefold))
        rows = [
            {
                "department_id": numbers[name],
                "father_id": 0,
                "name": name,
                "type": 0,
                "users_cnt": counts[name],
                "policy_id": None,
                "auth": None,
                "cloud_department_id": None,
                "cloud_father_id": None,
            }
            for name in numbers
        ]
        return listed("local_department_info", rows, asked)

    async def _numbered(self) -> dict[str, tuple[Account, int]]:
        """Everyone with their number, the first administrator with 0, by that number."""
        accounts = sorted(self._people.accounts(), key=lambda each: each.id)  # as they were made
        numbers = await self._numbers.of(USER_KIND, (each.id for each in accounts))
        first = next((each.id for each in accounts if each.role == "admin"), "")
        numbers[first] = FIRST_ADMIN
        ordered = sorted(accounts, key=lambda each: numbers[each.id])
        return {each.user_name: (each, numbers[each.id]) for each in ordered}

    async def _existing(self, user_name: str) -> tuple[Account, int]:
        found = (await self._numbered()).get(user_name.casefold())
        if found is None:
            raise unknown("user_name", user_name)
        return found

    async def _named(self, asked: Parameters) -> Account:
        """The user whom `user_id`, `user_name` or both name."""
        number = asked.get("user_id")
        if number is None:
            account, _ = await self._existing(required(asked, "user_name"))
            return account
        wanted = _number(number)
        users = await self._numbered()
        found = next((each for each, given in users.values() if given == wanted), None)
        if found is None:
            raise unknown("user_id", str(wanted))
        name = asked.get("user_name")
        if name is not None and required(asked, "user_name").casefold() != found.user_name:
            raise bad_value("user_name", OTHER_USER)
        return found

    def _fields(self, caller: Caller, account: Account) -> dict[str, Any]:
        number = account.user_name
        entry = None
        if account.role == "user":
            entry = self._people.extensions.get(caller.actor, number)
        return {
            **self._of_entry(entry, account),
            "enable_multiple_extension": None,
            "multiple_extension": None,
            "email_to_user": "no",
            "cookie": None,
            "login_time": None,
            "ip": None,
        }

    def _of_entry(self, entry: ExtensionEntry | None, account: Account) -> dict[str, Any]:
        if entry is None:
            values: dict[str, Any] = {
                "first_name": account.display_name or None,
                "email": account.email or None,
            }
            privilege, language = PRIVILEGE_OF[AdminLevel(account.level)], account.language or None
        else:
            ours = {field.home: getattr(entry, field.home) or None for field in USER if field.home}
            values = {**kept_in(USER, entry.options, self._keyring), **ours}
            privilege, language = ORDINARY, language_of(entry)
        return {**USER.answered(values), "privilege": privilege, "language": language}


def _privilege(given: Any) -> int:
    try:
        return PRIVILEGE.read(given)
    except BadValue as bad:
        raise bad_value("privilege", bad.text, bad.params) from None


def _number(given: Any) -> int:
    try:
        return Whole(0, 2**31).read(given)
    except BadValue as bad:
        raise bad_value("user_id", bad.text, bad.params) from None
