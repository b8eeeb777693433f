"""Administrators and privileges over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from starlette.responses import Response
from starlette.routing import Route

from engage.people.admin_forms import AdminChange, NewAdmin
from engage.people.privilege_forms import (
    NewPrivilege,
    NewWavePrivilege,
    PrivilegeChange,
    WavePrivilegeChange,
)
from engage.people.wire import (
    ShownReferences,
    admin_json,
    privilege_json,
    wave_privilege_json,
)
from engage.system.actor import Module
from engage.web.collections import QUERY, asked, csv_file, in_order, matching, page
from engage.web.openapi import operation
from engage.web.requests import actor, answer, named, read

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.people.administrators import Administrators
    from engage.people.model import Account, Privilege, WavePrivilege
    from engage.people.privileges import Privileges
    from engage.people.wave_privileges import WavePrivileges

ADMIN_SORTS = ("user_name", "display_name", "email", "level", "enabled")
ADMIN_COLUMNS = ("user_name", "display_name", "email", "language", "level", "privilege", "enabled")


class ShownAdmin(BaseModel):
    """An administrator; `privilege` is the name of their custom privilege."""

    user_name: str
    display_name: str
    email: str
    language: str
    level: str
    privilege_id: str | None
    privilege: str | None
    enabled: bool
    version: int


class AdminPage(BaseModel):
    """A page of administrators; `cursor` asks for the next, `total` counts all that match."""

    items: list[ShownAdmin]
    cursor: str | None
    total: int


class ShownPrivilege(BaseModel):
    """A custom privilege; modules that are not named are closed."""

    id: str
    name: str
    modules: dict[str, str]
    version: int


class PrivilegePage(BaseModel):
    """A page of custom privileges."""

    items: list[ShownPrivilege]
    cursor: str | None
    total: int


class ShownWavePrivilege(BaseModel):
    """What its users may do in Wave."""

    id: str
    name: str
    grants: list[str]
    is_default: bool
    version: int


class WavePrivilegePage(BaseModel):
    """A page of Wave privileges."""

    items: list[ShownWavePrivilege]
    cursor: str | None
    total: int


class AdminRoutes:
    """The HTTP edge of administrators."""

    def __init__(self, administrators: Administrators) -> None:
        self._administrators = administrators

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/v1/admins", self.admins, methods=["GET"]),
            Route("/v1/admins", self.add, methods=["POST"]),
            Route("/v1/admins/{user}", self.admin, methods=["GET"]),
            Route("/v1/admins/{user}", self.change, methods=["PATCH"]),
            Route("/v1/admins/{user}", self.delete, methods=["DELETE"]),
        ]

    @operation("List administrators", answer=AdminPage, roles=("admin",), query=QUERY)
    async def admins(self, request: Request) -> Response:
        """Searched in names and addresses."""
        who = await actor(request, "admin")
        wanted = asked(request, sorts=ADMIN_SORTS)
        found = matching(self._administrators.listed(who), wanted, _admin_words)
        if wanted.as_csv:
            ordered = in_order(found, wanted, key=getattr, ident=_user_name)
            rows = ([self._json(each)[name] for name in ADMIN_COLUMNS] for each in ordered)
            return csv_file("users", ADMIN_COLUMNS, rows)
        return answer(page(found, wanted, key=getattr, ident=_user_name, shown=self._json))

    @operation(
        "Add an administrator", body=NewAdmin, answer=ShownAdmin, status=201, roles=("admin",)
    )
    async def add(self, request: Request) -> Response:
        """Nobody gives more rights than they have."""
        who = await actor(request, "admin")
        who.check(Module.USERS)
        body = await read(request, NewAdmin)
        return answer(self._json(await self._administrators.add(who, body)), 201)

    @operation("Read an administrator", answer=ShownAdmin, roles=("admin",))
    async def admin(self, request: Request) -> Response:
        """By user name."""
        who = await actor(request, "admin")
        return answer(self._json(self._administrators.get(who, named(request, "user"))))

    @operation("Change an administrator", body=AdminChange, answer=ShownAdmin, roles=("admin",))
    async def change(self, request: Request) -> Response:
        """Rights hold at once; another password ends all sessions."""
        who = await actor(request, "admin")
        who.check(Module.USERS)
        user = named(request, "user")
        self._administrators.get(who, user)
        body = await read(request, AdminChange)
        return answer(self._json(await self._administrators.update(who, user, body)))

    @operation("Delete an administrator", status=204, roles=("admin",))
    async def delete(self, request: Request) -> Response:
        """Their sessions end at once. Nobody deletes themselves, or the last of all."""
        who = await actor(request, "admin")
        await self._administrators.delete(who, named(request, "user"))
        return Response(status_code=204)

    def _json(self, account: Account) -> dict[str, Any]:
        return admin_json(account, self._administrators.privilege_of(account))


class PrivilegeRoutes:
    """The HTTP edge of custom privileges."""

    def __init__(self, privileges: Privileges) -> None:
        self._privileges = privileges

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/v1/privileges", self.privileges, methods=["GET"]),
            Route("/v1/privileges", self.add, methods=["POST"]),
            Route("/v1/privileges/{id}", self.privilege, methods=["GET"]),
            Route("/v1/privileges/{id}", self.change, methods=["PATCH"]),
            Route("/v1/privileges/{id}", self.delete, methods=["DELETE"]),
            Route("/v1/privileges/{id}/references", self.references, methods=["GET"]),
        ]

    @operation("List custom privileges", answer=PrivilegePage, roles=("admin",), query=QUERY)
    async def privileges(self, request: Request) -> Response:
        """Searched by name."""
        who = await actor(request, "admin")
        wanted = asked(request, sorts=("name",))
        found = matching(self._privileges.listed(who), wanted, lambda each: (each.name,))
        if wanted.as_csv:
            ordered = in_order(found, wanted, key=getattr, ident=_id)
            rows = ([each.name, _levels(each)] for each in ordered)
            return csv_file("privileges", ("name", "modules"), rows)
        return answer(page(found, wanted, key=getattr, ident=_id, shown=privilege_json))

    @operation(
        "Add a custom privilege",
        body=NewPrivilege,
        answer=ShownPrivilege,
        status=201,
        roles=("admin",),
    )
    async def add(self, request: Request) -> Response:
        """Nobody makes one that allows more than they may do."""
        who = await actor(request, "admin")
        who.check(Module.USERS)
        body = await read(request, NewPrivilege)
        return answer(privilege_json(await self._privileges.add(who, body)), 201)

    @operation("Read a custom privilege", answer=ShownPrivilege, roles=("admin",))
    async def privilege(self, request: Request) -> Response:
        """With the level of each module that is open."""
        who = await actor(request, "admin")
        return answer(privilege_json(self._privileges.get(who, named(request))))

    @operation(
        "Change a custom privilege", body=PrivilegeChange, answer=ShownPrivilege, roles=("admin",)
    )
    async def change(self, request: Request) -> Response:
        """Whoever has it may do the new things, and no others, at once."""
        who = await actor(request, "admin")
        who.check(Module.USERS)
        privilege_id = named(request)
        self._privileges.get(who, privilege_id)
        body = await read(request, PrivilegeChange)
        return answer(privilege_json(await self._privileges.update(who, privilege_id, body)))

    @operation("Delete a custom privilege", status=204, roles=("admin",))
    async def delete(self, request: Request) -> Response:
        """Refused while an administrator has it."""
        who = await actor(request, "admin")
        await self._privileges.delete(who, named(request))
        return Response(status_code=204)

    @operation("Tell who has a custom privilege", answer=ShownReferences, roles=("admin",))
    async def references(self, request: Request) -> Response:
        """To be shown before it is deleted."""
        who = await actor(request, "admin")
        found = self._privileges.references(who, named(request))
        return answer(ShownReferences.of(found).model_dump())


class WavePrivilegeRoutes:
    """The HTTP edge of Wave privileges."""

    def __init__(self, privileges: WavePrivileges) -> None:
        self._privileges = privileges

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/v1/wave-privileges", self.privileges, methods=["GET"]),
            Route("/v1/wave-privileges", self.add, methods=["POST"]),
            Route("/v1/wave-privileges/{id}", self.privilege, methods=["GET"]),
            Route("/v1/wave-privileges/{id}", self.change, methods=["PATCH"]),
            Route("/v1/wave-privileges/{id}", self.delete, methods=["DELETE"]),
            Route("/v1/wave-privileges/{id}/references", self.references, methods=["GET"]),
        ]

    @operation("List Wave privileges", answer=WavePrivilegePage, roles=("admin",), query=QUERY)
    async def privileges(self, request: Request) -> Response:
        """Searched by name."""
        who = await actor(request, "admin")
        wanted = asked(request, sorts=("name",))
        found = matching(self._privileges.listed(who), wanted, lambda each: (each.name,))
        if wanted.as_csv:
            ordered = in_order(found, wanted, key=getattr, ident=_id)
            rows = ([each.name, sorted(each.grants)] for each in ordered)
            return csv_file("wave-privileges", ("name", "grants"), rows)
        return answer(page(found, wanted, key=getattr, ident=_id, shown=wave_privilege_json))

    @operation(
        "Add a Wave privilege",
        body=NewWavePrivilege,
        answer=ShownWavePrivilege,
        status=201,
        roles=("admin",),
    )
    async def add(self, request: Request) -> Response:
        """To be given to extensions."""
        who = await actor(request, "admin")
        who.check(Module.WAVE_PRIVILEGES)
        body = await read(request, NewWavePrivilege)
        return answer(wave_privilege_json(await self._privileges.add(who, body)), 201)

    @operation("Read a Wave privilege", answer=ShownWavePrivilege, roles=("admin",))
    async def privilege(self, request: Request) -> Response:
        """`0` is the default set."""
        who = await actor(request, "admin")
        return answer(wave_privilege_json(self._privileges.get(who, named(request))))

    @operation(
        "Change a Wave privilege",
        body=WavePrivilegeChange,
        answer=ShownWavePrivilege,
        roles=("admin",),
    )
    async def change(self, request: Request) -> Response:
        """It holds at once for whoever has it."""
        who = await actor(request, "admin")
        who.check(Module.WAVE_PRIVILEGES)
        privilege_id = named(request)
        self._privileges.get(who, privilege_id)
        body = await read(request, WavePrivilegeChange)
        return answer(wave_privilege_json(await self._privileges.update(who, privilege_id, body)))

    @operation("Delete a Wave privilege", status=204, roles=("admin",))
    async def delete(self, request: Request) -> Response:
        """Extensions that have it get the default set, which itself cannot go."""
        who = await actor(request, "admin")
        await self._privileges.delete(who, named(request))
        return Response(status_code=204)

    @operation("Tell who has a Wave privilege", answer=ShownReferences, roles=("admin",))
    async def references(self, request: Request) -> Response:
        """To be shown before it is deleted."""
        who = await actor(request, "admin")
        found = self._privileges.references(who, named(request))
        return answer(ShownReferences.of(found).model_dump())


def _user_name(account: Account) -> str:
    return account.user_name


def _admin_words(account: Account) -> tuple[str, ...]:
    return account.user_name, account.display_name, account.email


def _id(privilege: Privilege | WavePrivilege) -> str:
    return privilege.id


def _levels(privilege: Privilege) -> list[str]:
    return [f"{module}:{level}" for module, level in sorted(privilege.modules.items())]
