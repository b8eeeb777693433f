"""Groups: made, joined, handed over and left, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from engage.chat.group_rules import (
    MEMBERS_LIMIT,
    GroupOver,
    NoNewGroups,
    NotGroupAdmin,
    NotGroupOwner,
)
from engage.errors import Invalid, NotFound
from engage.files.settings import ImSettings
from engage.hub.model import ConversationClosed, NotParticipant
from engage.storage.tables import events
from tests.support.colleagues import NAMES, Office, person

if TYPE_CHECKING:
    from engage.storage.database import Database

ANA, BEN, CHEN, DANA = (person(number) for number in NAMES)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def made(office: Office, *members: str, **more: Any) -> str:
    numbers = members or ("1001", "1002")
    group, new = await office.groups.create(ANA, name="  Release   party ", members=numbers, **more)
    assert new
    return group


def codes(events: list[dict[str, object]]) -> list[object]:
    return [each.get("code", each["kind"]) for each in events]


async def test_group_is_made_once_and_heard_of_by_everybody(office: Office) -> None:
    group = await made(office, client_id="g-1")
    again = await office.groups.create(ANA, name="Other", members=["1003"], client_id="g-1")
    assert again == (group, False)
    summary = await office.hub.summary("user:1001", group)
    assert (summary["kind"], summary["title"]) == ("group", "Release party")
    assert summary["owner"] == {"id": "1000", "name": "Ana Costa"}
    assert [each["who"] for each in summary["participants"]] == [
        "user:1000", "user:1001", "user:1002",
    ]  # fmt: skip
    assert [each["code"] for each in office.connections.told("user:1002")] == ["group_created"]
    await office.say("1001", group, "Hello all")
    assert [each["kind"] for each in await office.seen("1002", group)] == ["system", "message"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " ", "members": ["1001"]},
        {"name": "x" * 65, "members": ["1001"]},
        {"name": "A", "members": ["9"]},
        {"name": "A", "members": ["1001"], "notice": "x" * 501},
        {"name": "A\x00", "members": ["1001"]},
    ],
)
async def test_group_that_cannot_be_is_refused(office: Office, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        await office.groups.create(ANA, **wrong)


async def test_groups_can_be_switched_off(office: Office) -> None:
    office.settings = ImSettings(allow_group_chats=False)
    with pytest.raises(NoNewGroups):
        await office.groups.create(ANA, name="A", members=["1001"])


async def test_new_members_see_what_comes_after_them(office: Office) -> None:
    group = await made(office)
    await office.say("1000", group, "Before")
    await office.groups.add(ANA, group, ["1003", "1001"])
    await office.say("1000", group, "After")
    assert codes(await office.seen("1003", group)) == ["members_added", "message"]
    assert office.connections.told("user:1003")[0]["prev"] == 0
    [summary] = await office.hub.hello("user:1003", {})
    assert summary["unread"] == 1
    everything = await made(office, history="all")
    await office.say("1000", everything, "Before")
    await office.groups.add(ANA, everything, ["1003"])
    assert codes(await office.seen("1003", everything)) == [
        "group_created", "message", "members_added",
    ]  # fmt: skip
    summary = await office.hub.summary("user:1003", everything)
    assert summary["unread"] == 0


async def test_who_comes_back_does_not_see_what_was_said_without_them(office: Office) -> None:
    group = await made(office)
    await office.say("1000", group, "One")
    await office.groups.remove(ANA, group, "1001")
    assert codes(office.connections.told("user:1001"))[-1] == "member_removed"
    assert office.connections.told("user:1001", "conversation_gone") == [
        {"conversation": group, "reason": "member_removed"}
    ]
    with pytest.raises(NotParticipant):
        await office.say("1001", group, "May I?")
    await office.say("1000", group, "Secret")
    await office.groups.add(ANA, group, ["1001"])
    assert codes(await office.seen("1001", group)) == ["members_added"]
    assert await Office(office.database).seen("1001", group)  # and so it stands on disk


async def test_members_administrators_and_owner_have_their_rights(office: Office) -> None:
    group = await made(office, "1001", "1002", "1003")
    with pytest.raises(NotGroupAdmin):
        await office.groups.change(BEN, group, name="Mine")
    with pytest.raises(NotGroupAdmin):
        await office.groups.remove(BEN, group, "1002")
    with pytest.raises(NotGroupOwner):
        await office.groups.appoint(BEN, group, "1001", "admin")
    await office.groups.appoint(ANA, group, "1001", "admin")
    await office.groups.appoint(ANA, group, "1002", "admin")
    await office.groups.change(BEN, group, name="Ours", notice="Be kind")
    with pytest.raises(NotGroupOwner):
        await office.groups.remove(BEN, group, "1002")
    with pytest.raises(NotGroupOwner):
        await office.groups.dissolve(BEN, group)
    await office.groups.remove(BEN, group, "1003")
    with pytest.raises(NotParticipant):
        await office.groups.get(DANA, group)
    shown = await office.groups.get(CHEN, group)
    assert (shown.name, shown.notice, shown.owner) == ("Ours", "Be kind", "1000")
    assert [shown.role(each.number) for each in shown.members] == ["owner", "admin", "admin"]


async def test_group_passes_to_its_oldest_administrator_then_member(office: Office) -> None:
    group = await made(office, "1001", "1002", "1003")
    office.offset_ms = 10
    await office.groups.appoint(ANA, group, "1002", "admin")
    await office.groups.remove(ANA, group, "1000")
    assert (await office.groups.get(BEN, group)).owner == "1002"
    assert codes(await office.seen("1001", group))[-2:] == ["owner_changed", "member_left"]
    await office.groups.appoint(CHEN, group, "1003", "owner")
    await office.groups.remove(DANA, group, "1003")
    assert (await office.groups.get(BEN, group)).owner == "1001"
    await office.groups.remove(BEN, group, "1002")
    await office.groups.remove(BEN, group, "1001")
    assert (await office.hub.conversation(group)).state == "ended"


async def test_dissolved_group_can_be_read_and_no_longer_written(office: Office) -> None:
    group = await made(office)
    await office.say("1000", group, "Bye")
    await office.groups.dissolve(ANA, group)
    with pytest.raises(ConversationClosed):
        await office.say("1001", group, "Wait")
    with pytest.raises(GroupOver):
        await office.groups.add(ANA, group, ["1003"])
    assert len(await office.seen("1001", group)) == 3


async def test_strangers_learn_nothing_of_a_group(office: Office) -> None:
    group = await made(office)
    for step in (
        office.groups.get(DANA, group),
        office.groups.change(DANA, group, name="Mine"),
        office.groups.remove(DANA, group, "1001"),
        office.groups.add(DANA, group, ["1003"]),
        office.groups.get(ANA, "none"),
    ):
        with pytest.raises(NotParticipant):
            await step
    with pytest.raises(NotFound):
        await office.groups.remove(ANA, group, "1003")


async def test_mentions_and_replies_name_what_is_there(office: Office) -> None:
    group = await made(office)
    first = await office.say("1000", group, "Lunch?")
    await office.say("1001", group, "@Ana Costa yes", reply_to=first, mentions=["1000", "1000"])
    said = (await office.seen("1002", group))[-1]
    assert (said["reply_to"], said["mentions"]) == (first, ["1000"])
    with pytest.raises(Invalid):
        await office.say("1001", group, "@Dana Novak", mentions=["1003"])
    with pytest.raises(Invalid):
        await office.say("1001", group, "To what?", reply_to=99)
    await office.say("1001", group, "@all", mentions=["all"])


async def test_group_takes_as_many_members_as_it_may_and_one_event_is_one_row(
    database: Database,
) -> None:
    names = NAMES | {str(number): f"Person {number}" for number in range(2000, 2600)}
    office = Office(database, names)
    everybody = list(names)[1:]
    with pytest.raises(Invalid):
        await office.groups.create(ANA, name="Too many", members=everybody[:MEMBERS_LIMIT])
    group = await made(office, *everybody[: MEMBERS_LIMIT - 1])
    assert len((await office.groups.get(ANA, group)).members) == MEMBERS_LIMIT
    seq = await office.say("1000", group, "Hello")
    await office.hub.read("user:2005", group, seq)
    await office.hub.stop()  # writes the marks
    assert office.connections.told("user:2005", "watermark")  # one's other windows
    assert not office.connections.told("user:1000", "watermark")  # 500 would tell 500
    await office.groups.remove(ANA, group, "2001")
    await office.groups.add(ANA, group, ["2599"])
    with pytest.raises(Invalid):
        await office.groups.add(ANA, group, ["2598"])
    async with database.read() as connection:
        rows = await connection.execute(
            select(func.count()).where(events.c.conversation_id == group)
        )
        assert rows.scalar_one() == 4
