"""Extension groups and call queues on both databases: names, members, versions, races."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from engage.errors import Forbidden, Invalid, NotFound
from engage.people.group_forms import GroupChange, NewGroup
from engage.people.model import NameTaken, QueueAgent, Reference
from engage.people.numbering import NumberTaken
from engage.people.queue_bodies import NewQueue, QueueChange
from engage.people.queues import AlwaysOnDuty, NotAgent
from engage.people.wire import queue_json
from engage.system.actor import SYSTEM, Actor, Module, Rights
from engage.system.editing import Edited, InUse
from tests.support.people import extension

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.people import Office

ROOT = Actor("admin:root", "192.0.2.9", SYSTEM.rights)
ANA = Actor("user:1000", "192.0.2.1")


@pytest_asyncio.fixture
async def staff(office: Office) -> AsyncIterator[Office]:
    for number in ("1000", "1001", "1002"):
        await office.people.extensions.add(ROOT, extension(number))
    yield office


async def test_groups_keep_their_members_and_forget_who_left(staff: Office) -> None:
    groups = staff.people.groups
    group = await groups.add(ROOT, NewGroup(name="Desk", members=["1001", "1000", "1001"]))
    assert (group.members, group.version) == (("1000", "1001"), 1)
    group = await groups.update(ROOT, group.id, GroupChange(members=["1002"], version=1))
    assert (group.name, group.members, group.version) == ("Desk", ("1002",), 2)
    await staff.people.extensions.delete(ROOT, ["1002"])
    assert groups.get(ROOT, group.id).members == ()
    await groups.delete(ROOT, [group.id])
    with pytest.raises(NotFound):
        groups.get(ROOT, group.id)
    with pytest.raises(NotFound):
        await groups.delete(ROOT, [group.id])
    assert [action for _, action, _ in await staff.log()][-4:] == [
        "group.add", "group.change", "extension.delete", "group.delete",
    ]  # fmt: skip


async def test_group_names_are_unique_whatever_their_case(staff: Office) -> None:
    groups = staff.people.groups
    adding = [groups.add(ROOT, NewGroup(name=name)) for name in ("Straße", "STRASSE", "strasse")]
    results = await asyncio.gather(*adding, return_exceptions=True)
    assert [isinstance(each, NameTaken) for each in results] == [False, True, True]
    other = await groups.add(ROOT, NewGroup(name="Desk"))
    with pytest.raises(NameTaken):
        await groups.update(ROOT, other.id, GroupChange(name="strasse"))
    same = await groups.update(ROOT, other.id, GroupChange(name="DESK"))
    assert same.name == "DESK"


async def test_the_second_editor_of_a_group_is_told_and_loses_nothing(staff: Office) -> None:
    groups = staff.people.groups
    group = await groups.add(ROOT, NewGroup(name="Desk"))
    editing = [
        groups.update(Actor(f"admin:{who}", rights=ROOT.rights), group.id,
                      GroupChange(name=who, version=1))
        for who in ("ann", "bob")
    ]  # fmt: skip
    first, second = await asyncio.gather(*editing, return_exceptions=True)
    assert isinstance(second, Edited)
    assert second.params["by"] == "ann"
    assert groups.get(ROOT, group.id) == first


async def test_repeated_creations_make_one_group_and_one_queue(staff: Office) -> None:
    new = NewGroup(name="Desk", client_id="g1")
    made = await asyncio.gather(*(staff.people.groups.add(ROOT, new) for _ in range(3)))
    assert len({each.id for each in made}) == 1
    queue = NewQueue(number="6500", name="Support", client_id="q1")
    queues = await asyncio.gather(*(staff.people.queues.add(ROOT, queue) for _ in range(3)))
    assert {each.number for each in queues} == {"6500"}


async def test_what_is_no_extension_serves_nowhere(staff: Office) -> None:
    for work, field in (
        (staff.people.groups.add(ROOT, NewGroup(name="Desk", members=["1000", "1009"])), "members"),
        (
            staff.people.queues.add(
                ROOT, NewQueue(number="6500", name="x", static_agents=["6500"])
            ),
            "static_agents",
        ),
        (
            staff.people.queues.add(
                ROOT, NewQueue(number="6500", name="x", dynamic_agents=["1009"])
            ),
            "dynamic_agents",
        ),
    ):
        with pytest.raises(Invalid) as refused:
            await work
        assert list(refused.value.fields) == [field]
    assert staff.people.queues.listed(ROOT) == []


async def test_who_belongs_to_a_group_serves_the_queues_of_the_group(staff: Office) -> None:
    groups, queues = staff.people.groups, staff.people.queues
    group = await groups.add(ROOT, NewGroup(name="Desk", members=["1000", "1001"]))
    unknown = NewQueue(number="6500", name="x", static_agent_groups=["nothing"])
    with pytest.raises(Invalid) as refused:
        await queues.add(ROOT, unknown)
    assert list(refused.value.fields) == ["static_agent_groups"]
    new = NewQueue(
        number="6500", name="Support", static_agents=["1001"], dynamic_agents=["1002"],
        static_agent_groups=[group.id],
    )  # fmt: skip

    def seats() -> list[tuple[str, bool, bool]]:
        return [(each.number, each.static, each.paused) for each in queues.known["6500"].agents]

    await queues.add(ROOT, new)
    assert seats() == [("1001", True, False), ("1000", True, False), ("1002", False, False)]
    served = queues.call_queues(lambda name: name)["6500"].settings.agents
    assert [each.number for each in served] == ["1001", "1000", "1002"]
    await queues.set_paused(ROOT, "6500", "1000", paused=True)
    await queues.update(ROOT, "6500", QueueChange(name="Help"))
    assert seats()[1] == ("1000", True, True)
    shown = queue_json(queues.known["6500"], queues.rules(queues.known["6500"]), str)
    assert (shown["static_agents"], shown["static_agent_groups"]) == (["1001"], [group.id])
    assert await groups.references(ROOT, group.id) == [Reference("queue", "6500", "Help")]
    await groups.update(ROOT, group.id, GroupChange(members=["1002"], version=1))
    assert [number for number, static, _ in seats() if static] == ["1001", "1002"]
    await groups.delete(ROOT, [group.id])
    assert seats() == [("1001", True, False), ("1002", False, False)]
    await queues.update(ROOT, "6500", QueueChange(name="Support"))


async def test_agents_who_are_named_stay_so_while_they_are_members_of_a_group(
    staff: Office,
) -> None:
    groups, queues = staff.people.groups, staff.people.queues
    group = await groups.add(ROOT, NewGroup(name="Desk", members=["1000", "1002"]))
    new = NewQueue(
        number="6500", name="Support", static_agents=["1001"], dynamic_agents=["1002"],
        static_agent_groups=[group.id],
    )  # fmt: skip
    await queues.add(ROOT, new)

    def form() -> dict[str, list[str]]:
        shown = queue_json(queues.known["6500"], queues.rules(queues.known["6500"]), str)
        return {name: shown[name] for name in ("static_agents", "dynamic_agents")}

    assert form() == {"static_agents": ["1001"], "dynamic_agents": ["1002"]}
    await queues.set_paused(ROOT, "6500", "1002", paused=True)
    assert [each.paused for each in queues.known["6500"].agents if each.number == "1002"] == [True]
    await queues.update(ROOT, "6500", QueueChange.model_validate(form()))
    await groups.update(ROOT, group.id, GroupChange(members=["1000"], version=1))
    assert form() == {"static_agents": ["1001"], "dynamic_agents": ["1002"]}
    assert [(each.number, each.static) for each in queues.known["6500"].agents] == [
        ("1001", True), ("1000", True), ("1002", False),
    ]  # fmt: skip


@pytest.mark.parametrize("leaves", ["extension", "group", "queue"])
async def test_what_a_member_did_is_forgotten_with_the_membership(
    staff: Office, leaves: str
) -> None:
    groups, queues = staff.people.groups, staff.people.queues
    group = await groups.add(ROOT, NewGroup(name="Desk", members=["1000", "1001"]))
    new = NewQueue(number="6500", name="Support", static_agent_groups=[group.id], static_login=True)
    await queues.add(ROOT, new)
    for agent in ("1000", "1001"):
        await queues.set_logged_in(ROOT, "6500", agent, here=False)
    match leaves:
        case "extension":
            await staff.people.extensions.delete(ROOT, ["1001"])
            await staff.people.extensions.add(ROOT, extension("1001"))
        case "group":
            await groups.update(ROOT, group.id, GroupChange(members=["1000"], version=1))
        case _:
            await queues.update(ROOT, "6500", QueueChange(static_agent_groups=[]))
            await queues.update(ROOT, "6500", QueueChange(static_agent_groups=[group.id]))
    version = groups.get(ROOT, group.id).version
    await groups.update(ROOT, group.id, GroupChange(members=["1000", "1001"], version=version))
    here = {each.number: each.logged_in for each in queues.known["6500"].agents}
    assert here == {"1000": leaves == "queue", "1001": True}


async def test_a_queue_keeps_the_order_and_the_state_of_its_agents(staff: Office) -> None:
    queues = staff.people.queues
    new = NewQueue(
        number="6500", name="Support", static_agents=["1002", "1000"], dynamic_agents=["1001"],
        options={"strategy": "linear"},
    )  # fmt: skip
    await queues.add(ROOT, new)
    await queues.log_in(Actor("user:1001"), "6500", "1001", here=True)
    await queues.set_paused(ROOT, "6500", "1000", paused=True)
    change = QueueChange(
        static_agents=["1000", "1001"], dynamic_agents=["1002"], options={"wrapup": 5}, version=1
    )
    queue = await queues.update(ROOT, "6500", change)
    assert queue.agents == (
        QueueAgent("1000", paused=True),
        QueueAgent("1001"),
        QueueAgent("1002", static=False, logged_in=True),
    )
    assert queue.options == {"strategy": "linear", "wrapup": 5}
    seats = staff.people.agents_of("queue", ["6500"])
    assert [(seat.number, seat.paused) for seat in seats] == [
        ("1000", True), ("1001", False), ("1002", False),
    ]  # fmt: skip
    renamed = await queues.update(ROOT, "6500", QueueChange(name="Help"))
    assert (renamed.name, renamed.agents, renamed.version) == ("Help", queue.agents, 3)


async def test_who_is_seated_at_once_with_others_has_one_seat(staff: Office) -> None:
    queues = staff.people.queues
    await queues.add(ROOT, NewQueue(number="6501", name="Desk", static_agents=["1002"]))
    asked = [queues.seat(ROOT, "6501", each) for each in ("1000", "1001", "1001", "1002")]
    seated = await asyncio.gather(*asked)
    assert (seated[0], sorted(seated[1:3]), seated[3]) == (True, [False, True], False)
    agents = {each.number: each.static for each in queues.get(ROOT, "6501").agents}
    assert agents == {"1000": False, "1001": False, "1002": True}
    assert [action for _, action, _ in await staff.log()].count("queue.change") == 2
    with pytest.raises(Invalid):
        await queues.seat(ROOT, "6501", "1999")
    with pytest.raises(NotFound):
        await queues.seat(ROOT, "6599", "1000")


async def test_agents_decide_about_their_own_duty_alone(staff: Office) -> None:
    queues = staff.people.queues
    await queues.add(
        ROOT,
        NewQueue(number="6500", name="Support", static_agents=["1000"], dynamic_agents=["1001"]),
    )
    with pytest.raises(AlwaysOnDuty):
        await queues.log_in(ANA, "6500", "1000", here=False)
    with pytest.raises(AlwaysOnDuty):
        await queues.set_logged_in(ROOT, "6500", "1000", here=False)
    for work in (
        queues.log_in(Actor("user:1002"), "6500", "1002", here=True),
        queues.take_break(Actor("user:1002"), "6500", "1002", paused=True),
        queues.take_break(Actor("user:1002"), "6599", "1002", paused=True),
    ):
        with pytest.raises(NotAgent):
            await work
    with pytest.raises(Forbidden):
        await queues.set_paused(ANA, "6500", "1001", paused=True)
    await queues.take_break(ANA, "6500", "1000", paused=True)
    assert [each.number for each in queues.of_agent("1000")] == ["6500"]
    assert staff.people.agents_of("queue", ["6500"])[0].paused
    assert queues.get(ROOT, "6500").version == 1  # nobody has edited it


async def test_two_who_add_one_queue_at_once_make_one(staff: Office) -> None:
    adding = [
        staff.people.queues.add(ROOT, NewQueue(number="6500", name=name)) for name in ("a", "b")
    ]
    first, second = await asyncio.gather(*adding, return_exceptions=True)
    assert not isinstance(first, BaseException)
    assert isinstance(second, NumberTaken)
    assert second.params == {"number": "6500", "name": "a"}


async def test_a_queue_in_use_stays_and_an_unused_one_goes(staff: Office) -> None:
    queues = staff.people.queues
    for number in ("6500", "6501"):
        await queues.add(ROOT, NewQueue(number=number, name=number))
    staff.referring.to["queue", "6500"] = [Reference("livechat", "x", "Demo", blocking=True)]
    with pytest.raises(InUse):
        await queues.delete(ROOT, ["6501", "6500"])
    assert len(queues.listed(ROOT)) == 2
    await queues.delete(ROOT, ["6501"])
    assert [each.number for each in queues.listed(ROOT)] == ["6500"]


async def test_each_module_opens_its_own_objects_alone(staff: Office) -> None:
    grouper = Actor("admin:g", rights=Rights({Module.EXTENSION_GROUPS: "edit"}))
    queuer = Actor("admin:q", rights=Rights({Module.QUEUES: "view"}))
    await staff.people.groups.add(grouper, NewGroup(name="Desk", members=["1000"]))
    assert [each.id for each in staff.people.choices.of(grouper, "extensions")] == [
        "1000", "1001", "1002",
    ]  # fmt: skip
    assert staff.people.queues.listed(queuer) == []
    for refused in (
        lambda: staff.people.extensions.listed(grouper),
        lambda: staff.people.queues.listed(grouper),
        lambda: staff.people.groups.listed(queuer),
        lambda: staff.people.choices.of(queuer, "privileges"),
    ):
        with pytest.raises(Forbidden):
            refused()
    with pytest.raises(Forbidden):
        await staff.people.queues.add(queuer, NewQueue(number="6500", name="x"))


class _Told:
    """Notes what calls are told of agents' duty."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, str, tuple[str, ...]]] = []

    async def change_duty(
        self, agent: str, change: str, queues: tuple[str, ...] = (), reason: str = ""
    ) -> None:
        self.changes.append((agent, change, queues))


async def test_a_break_of_all_queues_is_told_as_one_and_seen_in_each(staff: Office) -> None:
    queues = staff.people.queues
    for number in "6500", "6501":
        await queues.add(ROOT, NewQueue(number=number, name=number, static_agents=["1000"]))
    queues.duty = told = _Told()
    for paused in True, False:
        await queues.set_paused_everywhere(ROOT, "1000", paused=paused)
        assert [each.agents[0].paused for each in queues.of_agent("1000")] == [paused, paused]
    assert told.changes == [("1000", "take_break", ()), ("1000", "end_break", ())]
    with pytest.raises(NotFound):
        await queues.set_paused_everywhere(ROOT, "1002", paused=True)


async def test_static_agents_log_out_where_the_queue_lets_them_and_get_no_chats_then(
    staff: Office,
) -> None:
    queues = staff.people.queues
    await queues.add(
        ROOT,
        NewQueue(number="6500", name="Support", static_agents=["1000", "1001"], static_login=True),
    )
    await queues.log_in(ANA, "6500", "1000", here=False)
    await queues.set_logged_in(ROOT, "6500", "1001", here=False)
    assert staff.people.agents_of("queue", ["6500"]) == []
    await queues.update(ROOT, "6500", QueueChange(static_agents=["1000"], dynamic_agents=["1001"]))
    await queues.update(ROOT, "6500", QueueChange(static_agents=["1001", "1000"]))
    assert [each.logged_in for each in queues.get(ROOT, "6500").agents] == [True, False]
    await queues.update(ROOT, "6500", QueueChange(static_login=False))
    await queues.log_in(ANA, "6500", "1000", here=True)  # who is away may always come back
    assert [each.number for each in staff.people.agents_of("queue", ["6500"])] == ["1001", "1000"]
    with pytest.raises(AlwaysOnDuty):
        await queues.log_in(ANA, "6500", "1000", here=False)
