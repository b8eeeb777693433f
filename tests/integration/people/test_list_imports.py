"""Extension groups and call queues from worksheets: all or nothing, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engage.errors import Forbidden
from engage.people.group_forms import NewGroup
from engage.people.group_import import MOST_ROWS
from engage.people.queue_bodies import NewQueue
from engage.people.worksheets import ImportRefused
from engage.system.actor import SYSTEM, Actor
from tests.support.people import extension

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from engage.people.worksheets import Outcome
    from tests.support.people import Office

    Run = Callable[..., Awaitable[Outcome]]

ROOT = Actor("admin:root", "192.0.2.9", SYSTEM.rights)


async def wrong(run: Run, text: str, *, update: bool = False) -> list[tuple[int, str]]:
    """Lines and columns that both a dry run and an import refuse."""
    with pytest.raises(ImportRefused) as raised:
        await run(ROOT, text.encode(), update=update, dry_run=False)
    looked = await run(ROOT, text.encode(), update=update, dry_run=True)
    assert looked == raised.value.outcome
    return [(each.line, each.field) for each in looked.problems]


@pytest.fixture
async def staffed(office: Office) -> Office:
    for number in ("1000", "1001"):
        await office.people.extensions.add(ROOT, extension(number))
    return office


async def test_groups_are_added_and_changed_as_a_whole(staffed: Office) -> None:
    people = staffed.people
    sales = await people.groups.add(ROOT, NewGroup(name="Sales", members=["1000"]))
    text = b"name;members\nSALES;1001, 1000\nDesk;1000 1000\nEmpty;\n"
    outcome = await people.group_import.run(ROOT, text, update=True, dry_run=True)
    assert (outcome.added, outcome.changed, outcome.problems) == (2, 1, [])
    assert [each.name for each in people.groups.listed(ROOT)] == ["Sales"]
    await people.group_import.run(ROOT, text, update=True, dry_run=False)
    found = {each.name: each for each in people.groups.listed(ROOT)}
    assert {name: each.members for name, each in found.items()} == {
        "Desk": ("1000",), "Empty": (), "SALES": ("1000", "1001"),
    }  # fmt: skip
    assert (found["SALES"].id, found["SALES"].version) == (sales.id, sales.version + 1)
    assert (await staffed.log())[-1] == ("admin:root", "group.import", "group:")


async def test_a_column_that_is_missing_changes_no_members(staffed: Office) -> None:
    people = staffed.people
    await people.groups.add(ROOT, NewGroup(name="sales", members=["1000"]))
    await people.group_import.run(ROOT, b"name\nSales\n", update=True, dry_run=False)
    [group] = people.groups.listed(ROOT)
    assert (group.name, group.members) == ("Sales", ("1000",))


async def test_mistakes_in_groups_are_named_and_nothing_is_done(staffed: Office) -> None:
    people = staffed.people
    await people.groups.add(ROOT, NewGroup(name="Sales", members=["1000"]))
    before = await staffed.log()
    text = f"name,members\nsales,1000\nDesk,1000 9999\nDESK,\n,1000\n{'x' * 65},\n"
    assert set(await wrong(people.group_import.run, text)) == {
        (2, "name"), (3, "members"), (4, "name"), (5, "name"), (6, "name"),
    }  # fmt: skip
    assert await wrong(people.group_import.run, "members\n1000\n") == [(1, "name")]
    many = "name\n" + "".join(f"Group {n}\n" for n in range(MOST_ROWS + 1))
    assert await wrong(people.group_import.run, many) == [(MOST_ROWS + 2, "")]
    assert await staffed.log() == before


async def test_queues_are_added_and_changed_as_a_whole(staffed: Office) -> None:
    people = staffed.people
    await people.queues.add(ROOT, NewQueue(number="6500", name="Support", static_agents=["1000"]))
    await people.queues.set_paused(ROOT, "6500", "1000", paused=True)
    text = b"number,static_agents,dynamic_agents,name\n6500,1001 1000,,Help\n6501,,1001,Sales\n"
    await people.queue_import.run(ROOT, text, update=True, dry_run=False)
    support, sales = people.queues.listed(ROOT)
    assert (support.name, [(each.number, each.paused) for each in support.agents]) == (
        "Help", [("1001", False), ("1000", True)],
    )  # fmt: skip
    assert [(each.number, each.static, each.logged_in) for each in sales.agents] == [
        ("1001", False, False)
    ]
    assert (await staffed.log())[-1] == ("admin:root", "queue.import", "queue:")


async def test_mistakes_in_queues_are_named_and_nothing_is_done(staffed: Office) -> None:
    people = staffed.people
    await people.queues.add(ROOT, NewQueue(number="6500", name="Support"))
    before = await staffed.log()
    text = (
        "number,name,static_agents,dynamic_agents\n"
        "6500,Known,,\n"
        "6501,,,\n"
        "6502,Agents,9999,1000 9998\n"
        "70,Range,,\n"
        "6502,Twice,,\n"
        ",Nothing,,\n"
        "1000,A person,,\n"
    )
    assert set(await wrong(people.queue_import.run, text)) == {
        (2, "number"), (3, "name"), (4, "static_agents"), (4, "dynamic_agents"), (5, "number"),
        (6, "number"), (7, "number"), (8, "number"),
    }  # fmt: skip
    assert [each.number for each in people.queues.listed(ROOT)] == ["6500"]
    assert await staffed.log() == before


async def test_only_who_may_edit_imports(staffed: Office) -> None:
    nobody = Actor("admin:helper")
    for run in (staffed.people.group_import.run, staffed.people.queue_import.run):
        with pytest.raises(Forbidden):
            await run(nobody, b"name\n", update=False, dry_run=True)
