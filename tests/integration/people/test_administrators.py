"""Administrators and privileges on both databases: nobody gets more than somebody has to give."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from engage.errors import Forbidden, Invalid, NotFound
from engage.people.admin_forms import AdminChange, NewAdmin
from engage.people.administrators import BeyondOwnRights, LastSuperAdministrator, OwnRights
from engage.people.model import Grant, NameTaken, SessionRevoked, UserNameTaken
from engage.people.privilege_forms import (
    NewPrivilege,
    NewWavePrivilege,
    PrivilegeChange,
    WavePrivilegeChange,
)
from engage.people.wave_privileges import DefaultPrivilege
from engage.system.actor import SYSTEM, Actor, Module
from engage.system.editing import Edited, InUse
from tests.support.people import ANOTHER, PASSWORD, extension

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.people import Office

ROOT = Actor("admin:root", "192.0.2.9", SYSTEM.rights)


def admin(name: str, level: str = "super", **fields: object) -> NewAdmin:
    given = {"user_name": name, "password": PASSWORD, "level": level, **fields}
    return NewAdmin.model_validate(given)


@pytest_asyncio.fixture
async def council(office: Office) -> AsyncIterator[Office]:
    """One super administrator."""
    await office.people.administrators.add(SYSTEM, admin("root"))
    yield office


async def actor_of(office: Office, name: str) -> Actor:
    """Somebody as their next request would come."""
    signed_in = await office.sign_in(name)
    principal = await office.people.principal(signed_in.token)
    return Actor(principal.who, "192.0.2.1", principal.rights)


async def test_levels_open_what_they_say(council: Office) -> None:
    people = council.people
    await people.administrators.add(ROOT, admin("usual", "administrator"))
    privilege = await people.privileges.add(
        ROOT, NewPrivilege(name="Desk", modules={"queues": "edit", "livechat": "view"})
    )
    await people.administrators.add(ROOT, admin("desk", "custom", privilege_id=privilege.id))
    everything = (await actor_of(council, "root")).rights
    usual = (await actor_of(council, "usual")).rights
    desk = (await actor_of(council, "desk")).rights
    assert all(everything.level(module) == "edit" for module in Module)
    closed = [module for module in Module if usual.level(module) == "none"]
    assert closed == [Module.USERS, Module.OPERATION_LOG]
    assert desk.levels == {Module.QUEUES: "edit", Module.LIVECHAT: "view"}
    for field in ({"level": "custom"}, {"level": "custom", "privilege_id": "gone"}):
        with pytest.raises(Invalid) as refused:
            await people.administrators.add(ROOT, admin("x", **field))
        assert list(refused.value.fields) == ["privilege_id"]


async def test_names_are_shared_with_extensions_and_taken_once(council: Office) -> None:
    people = council.people
    await people.extensions.add(ROOT, extension("1000"))
    for name in ("ROOT", "1000"):
        with pytest.raises(UserNameTaken):
            await people.administrators.add(ROOT, admin(name))
    adding = [people.administrators.add(ROOT, admin("new", client_id="c")) for _ in range(3)]
    made = await asyncio.gather(*adding)
    assert len({each.id for each in made}) == 1


async def test_of_two_who_demote_each_other_one_stays(council: Office) -> None:
    administrators = council.people.administrators
    await administrators.add(ROOT, admin("second"))
    root, second = await actor_of(council, "root"), await actor_of(council, "second")
    results = await asyncio.gather(
        administrators.update(root, "second", AdminChange(level="administrator")),
        administrators.update(second, "root", AdminChange(enabled=False)),
        return_exceptions=True,
    )
    assert [type(each).__name__ for each in results] == ["Account", "LastSuperAdministrator"]
    with pytest.raises(LastSuperAdministrator):
        await administrators.delete(SYSTEM, "root")


async def test_another_password_ends_the_sessions_and_rights_change_at_once(
    council: Office,
) -> None:
    people = council.people
    await people.administrators.add(ROOT, admin("second", "administrator"))
    token = (await council.sign_in("second")).token
    assert (await people.principal(token)).rights.level(Module.QUEUES) == "edit"
    privilege = await people.privileges.add(ROOT, NewPrivilege(name="Few", modules={}))
    change = AdminChange(level="custom", privilege_id=privilege.id, version=1)
    assert (await people.administrators.update(ROOT, "second", change)).revision == 2
    assert (await people.principal(token)).rights.level(Module.QUEUES) == "none"
    await people.privileges.update(
        ROOT, privilege.id, PrivilegeChange(modules={"queues": "view"}, version=1)
    )
    assert (await people.principal(token)).rights.level(Module.QUEUES) == "view"
    with pytest.raises(Edited):
        await people.administrators.update(ROOT, "second", AdminChange(email="", version=1))
    await people.administrators.update(ROOT, "second", AdminChange(password=ANOTHER))
    with pytest.raises(SessionRevoked):
        await people.principal(token)
    assert (await council.sign_in("second", ANOTHER)).token


async def test_nobody_reaches_beyond_their_own_rights(council: Office) -> None:
    people = council.people
    own = await people.privileges.add(
        ROOT, NewPrivilege(name="Own", modules={"users": "edit", "queues": "view"})
    )
    wide = await people.privileges.add(ROOT, NewPrivilege(name="Wide", modules={"email": "edit"}))
    await people.administrators.add(ROOT, admin("helper", "custom", privilege_id=own.id))
    helper = await actor_of(council, "helper")
    for work in (
        people.administrators.add(helper, admin("x")),
        people.administrators.add(helper, admin("x", "administrator")),
        people.administrators.add(helper, admin("x", "custom", privilege_id=wide.id)),
        people.administrators.update(helper, "root", AdminChange(password=ANOTHER)),
        people.administrators.update(helper, "root", AdminChange(email="h@x.test")),
        people.administrators.delete(helper, "root"),
        people.privileges.add(helper, NewPrivilege(name="y", modules={"queues": "edit"})),
        people.privileges.update(helper, wide.id, PrivilegeChange(name="z")),
    ):
        with pytest.raises(BeyondOwnRights):
            await work
    for work_on_self in (
        people.administrators.update(helper, "helper", AdminChange(level="super")),
        people.administrators.update(helper, "helper", AdminChange(privilege_id=wide.id)),
        people.administrators.update(helper, "helper", AdminChange(enabled=False)),
        people.administrators.delete(helper, "helper"),
        people.privileges.update(helper, own.id, PrivilegeChange(modules={"users": "edit"})),
    ):
        with pytest.raises(OwnRights):
            await work_on_self
    with pytest.raises(Invalid):  # their own password takes the present one, elsewhere
        await people.administrators.update(helper, "helper", AdminChange(password=ANOTHER))
    renamed = await people.administrators.update(
        helper, "helper", AdminChange(display_name="Hal", level="custom", privilege_id=own.id)
    )
    assert renamed.display_name == "Hal"
    assert (await people.administrators.add(helper, admin("y", "custom", privilege_id=own.id))).id
    viewer = Actor("admin:x")
    with pytest.raises(Forbidden):
        people.administrators.listed(viewer)


async def test_a_privilege_that_somebody_has_stays(council: Office) -> None:
    people = council.people
    privilege = await people.privileges.add(ROOT, NewPrivilege(name="Desk", modules={}))
    with pytest.raises(NameTaken):
        await people.privileges.add(ROOT, NewPrivilege(name="desk", modules={}))
    await people.administrators.add(ROOT, admin("desk", "custom", privilege_id=privilege.id))
    with pytest.raises(InUse) as refused:
        await people.privileges.delete(ROOT, privilege.id)
    assert refused.value.params["names"] == "desk"
    await people.administrators.delete(ROOT, "desk")
    await people.privileges.delete(ROOT, privilege.id)
    with pytest.raises(NotFound):
        people.privileges.get(ROOT, privilege.id)


async def test_wave_privileges_grant_at_once_and_fall_back(council: Office) -> None:
    people = council.people
    privileges = people.wave_privileges
    [default] = privileges.listed(ROOT)
    assert default.is_default
    assert Grant.DELETE_CHAT not in default.grants
    keen = await privileges.add(ROOT, NewWavePrivilege(name="Keen", grants=list(Grant)))
    await people.extensions.add(ROOT, extension("1000", wave_privilege_id=keen.id))
    token = (await council.sign_in("1000")).token
    assert (await people.principal(token)).grants == frozenset(Grant)
    await privileges.update(ROOT, keen.id, WavePrivilegeChange(grants=[Grant.CHAT], version=1))
    assert (await people.principal(token)).grants == {Grant.CHAT}
    with pytest.raises(Edited):
        await privileges.update(ROOT, keen.id, WavePrivilegeChange(name="x", version=1))
    await privileges.delete(ROOT, keen.id)
    assert (await people.principal(token)).grants == default.grants
    assert people.extensions.get(ROOT, "1000").version == 2
    with pytest.raises(DefaultPrivilege):
        await privileges.delete(ROOT, "0")
    emptied = await privileges.update(ROOT, "0", WavePrivilegeChange(grants=[]))
    assert emptied.grants == frozenset()
    assert (await people.principal(token)).grants == frozenset()
