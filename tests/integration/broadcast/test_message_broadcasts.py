"""Broadcasts from the administrator's request to phones, Wave and the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from engage.broadcast.model import (
    BroadcastNotFound,
    BroadcastOver,
    NothingToRetry,
    OnlyAdministrators,
    ReadOnly,
)
from engage.errors import Invalid, TooMany
from engage.hub.model import Author
from engage.storage.tables import events, operations
from tests.support.messaging import ADMIN, ANA, Book, Desk, eventually
from tests.support.phone import Phone

if TYPE_CHECKING:
    from engage.storage.database import Database
    from tests.support.exchange import Exchange
    from tests.support.messaging_fixtures import VirtualClock


async def test_notice_reaches_phones_and_wave_and_is_seen_to_be_read(
    desk: Desk, exchange: Exchange
) -> None:
    async with Phone("1001", "Sip-1001!", exchange.address) as ben:
        await ben.register()
        await desk.phones("1001", 1)
        sent = await desk.broadcast("1001", "1002")
        await desk.reaches(sent.broadcast.id, "finished")
        assert ben.texts == ["Fire drill at ten."]
        assert ben.seen[0].sender.startswith('"Facilities" <sip:broadcast@')
        rows = {(each.number, each.leg): each for each in await desk.rows(sent.broadcast.id)}
        assert {place: (each.state, each.sip_code) for place, each in rows.items()} == {
            ("1001", "phone"): ("delivered", 200),
            ("1001", "wave"): ("accepted", None),
            ("1002", "phone"): ("offline", None),
            ("1002", "wave"): ("accepted", None),
        }
        assert rows["1001", "phone"].device == ben.contact
        [summary] = await desk.hub.hello("user:1002", {})
        assert (summary["kind"], summary["title"], summary["unread"]) == (
            "broadcast",
            "Facilities",
            1,
        )
        assert summary["last"]["text"] == "Fire drill at ten."
        await desk.hub.delivered("user:1001", await _conversation(desk, "1001"), 1)
        await desk.hub.read("user:1002", summary["conversation"], 1)
        await desk.reaches(sent.broadcast.id, "finished")
        await _state(desk, sent.broadcast.id, "1002", "read")
        await _state(desk, sent.broadcast.id, "1001", "delivered")


async def test_named_sender_has_one_read_only_conversation_with_each_person(desk: Desk) -> None:
    for _ in range(2):
        sent = await desk.broadcast("1001", deliver_to=["wave"])
        await desk.reaches(sent.broadcast.id, "finished")
    [summary] = await desk.hub.hello("user:1001", {})
    assert summary["head"] == 2
    with pytest.raises(ReadOnly) as refused:
        await desk.hub.post(
            "user:1001",
            Author("user", "1001", "Ben Osei"),
            summary["conversation"],
            client_id="0123456789",
            text="Why?",
        )
    assert refused.value.code == "read_only"


async def test_extension_as_sender_writes_into_the_chat_of_the_two(desk: Desk) -> None:
    conversation, _ = await desk.chat.open(ANA, "1001")
    sent = await desk.broadcast("1001", "1000", sender="1000", kind="extension")
    await desk.reaches(sent.broadcast.id, "partly_failed")  # Ana has no phone and skips herself
    [summary] = await desk.hub.hello("user:1001", {})
    assert summary["conversation"] == conversation
    assert summary["last"]["author"] == {"kind": "user", "id": "1000", "name": "Ana Costa"}
    states = {(each.number, each.leg): each.state for each in await desk.rows(sent.broadcast.id)}
    assert states["1000", "wave"] == "skipped"


async def test_person_named_twice_gets_it_once(desk: Desk, exchange: Exchange) -> None:
    async with Phone("1001", "Sip-1001!", exchange.address) as ben:
        await ben.register()
        await desk.phones("1001", 1)
        sent = await desk.broadcast("1001", "1001", groups=["Everyone", "Everyone"])
        await desk.reaches(sent.broadcast.id, "finished")
        assert ben.texts == ["Fire drill at ten."]
        assert sent.recipients == 4
        assert len(await desk.rows(sent.broadcast.id)) == 8


async def test_each_phone_of_a_person_gets_it(desk: Desk, exchange: Exchange) -> None:
    async with (
        Phone("1001", "Sip-1001!", exchange.address, user_agent="Desk") as one,
        Phone("1001", "Sip-1001!", exchange.address, user_agent="Cordless") as two,
    ):
        await one.register()
        await two.register()
        await desk.phones("1001", 2)
        sent = await desk.broadcast("1001", deliver_to=["phones"])
        await desk.reaches(sent.broadcast.id, "finished")
        assert one.texts == two.texts == ["Fire drill at ten."]
        names = {each.device_name for each in await desk.rows(sent.broadcast.id)}
        assert names == {"Desk", "Cordless"}


async def test_double_click_makes_one_broadcast(desk: Desk, database: Database) -> None:
    first = await desk.broadcast("1001", client_id="click-0001")
    for _ in range(10):
        again = await desk.broadcast("1001", client_id="click-0001")
        assert again.broadcast.id == first.broadcast.id
    assert len(await desk.broadcasts.page(ADMIN, None, 10)) == 1
    async with database.read() as connection:
        rows = (await connection.execute(select(operations))).all()
    assert [(each.actor, each.action, each.object) for each in rows] == [
        ("admin:admin", "broadcast.create", f"broadcast:{first.broadcast.id}")
    ]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"message": ""}, "message"),
        ({"message": "x" * 1001}, "message"),
        ({"message": "a\0b"}, "message"),
        ({"sender": ""}, "sender"),
        ({"sender": "x" * 33}, "sender"),
        ({"sender": "Ben Osei"}, "sender"),
        ({"sender": "1001"}, "sender"),
        ({"sender": "9999", "kind": "extension"}, "sender"),
        ({"deliver_to": []}, "deliver_to"),
        ({"groups": ["Nobody"]}, "extension_groups"),
        ({"send_at_ms": 2**45}, "send_at"),
    ],
)
async def test_wrong_field_is_named(desk: Desk, wrong: dict[str, object], field: str) -> None:
    to = [] if field == "extension_groups" else ["1001"]
    with pytest.raises(Invalid) as refused:
        await desk.broadcast(*to, **wrong)  # type: ignore[arg-type]
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize("to", [[], ["9999"], ["1001", "9999"]])
async def test_broadcast_to_nobody_or_somebody_unknown_is_refused(
    desk: Desk, to: list[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        await desk.broadcast(*to)
    assert list(refused.value.fields) == ["extensions"]


async def test_users_have_no_broadcasts(desk: Desk) -> None:
    with pytest.raises(OnlyAdministrators):
        await desk.broadcasts.page(ANA, None, 10)
    with pytest.raises(BroadcastNotFound):
        await desk.broadcasts.get(ADMIN, "nothing")


async def test_too_many_at_once_are_told_when_to_come_back(desk: Desk, clock: VirtualClock) -> None:
    for _ in range(5):
        sent = await desk.broadcast("1001", deliver_to=["wave"])
        await desk.reaches(sent.broadcast.id, "finished")
    with pytest.raises(TooMany) as refused:
        await desk.broadcast("1001", deliver_to=["wave"])
    assert refused.value.retry_after_s == 10
    clock.pass_s(10)
    await desk.broadcast("1001", deliver_to=["wave"])


async def test_scheduled_broadcast_waits_and_resolves_its_group_when_it_begins(
    desk: Desk, clock: VirtualClock
) -> None:
    later = clock() + 3_600_000
    sent = await desk.broadcast(groups=["Everyone"], deliver_to=["wave"], send_at_ms=later)
    assert (sent.state, sent.recipients) == ("scheduled", 4)
    desk.book.groups["Everyone"] = ["1002", "1003"]
    clock.pass_s(3599)
    desk.sending.wake()
    assert await desk.state(sent.broadcast.id) == "scheduled"
    clock.pass_s(1)
    desk.sending.wake()
    await desk.reaches(sent.broadcast.id, "finished")
    assert [each.number for each in await desk.rows(sent.broadcast.id)] == ["1002", "1003"]


async def test_extension_gone_before_the_time_comes_is_skipped(
    desk: Desk, clock: VirtualClock
) -> None:
    sent = await desk.broadcast("1001", "1002", deliver_to=["wave"], send_at_ms=clock() + 1000)
    del desk.book.names["1002"]
    clock.pass_s(1)
    desk.sending.wake()
    await desk.reaches(sent.broadcast.id, "finished")
    states = {each.number: each.state for each in await desk.rows(sent.broadcast.id)}
    assert states == {"1001": "accepted", "1002": "skipped"}


async def test_cancelled_before_its_time_it_is_never_sent(desk: Desk, clock: VirtualClock) -> None:
    sent = await desk.broadcast("1001", send_at_ms=clock() + 1000)
    assert (await desk.broadcasts.cancel(ADMIN, "", sent.broadcast.id)).state == "cancelled"
    clock.pass_s(5)
    await desk.sending.step()
    assert await desk.rows(sent.broadcast.id) == []
    with pytest.raises(BroadcastOver):
        await desk.broadcasts.cancel(ADMIN, "", sent.broadcast.id)


async def test_cancelled_while_sending_it_keeps_what_arrived(
    desk: Desk, exchange: Exchange, clock: VirtualClock
) -> None:
    async with (
        Phone("1001", "Sip-1001!", exchange.address) as ben,
        Phone("1002", "Sip-1002!", exchange.address, usual=480) as chen,
    ):
        for phone in (ben, chen):
            await phone.register()
            await desk.phones(phone.number, 1)
        sent = await desk.broadcast("1001", "1002", deliver_to=["phones"])
        await ben.receive(1)
        await chen.asked(1)
        await eventually(lambda: not desk.telephony.deliveries.busy)
        assert (await desk.broadcasts.cancel(ADMIN, "", sent.broadcast.id)).state == "cancelled"
        clock.pass_s(3600)
        await desk.telephony.deliveries.step()
        await desk.telephony.deliveries.idle()
        assert len(chen.seen) == 1
        states = {each.number: each.state for each in await desk.rows(sent.broadcast.id)}
        assert states == {"1001": "delivered", "1002": "cancelled"}


async def test_failed_deliveries_are_retried_and_new_phones_found(
    desk: Desk, exchange: Exchange
) -> None:
    async with (
        Phone("1001", "Sip-1001!", exchange.address, usual=403) as ben,
        Phone("1002", "Sip-1002!", exchange.address) as chen,
    ):
        await ben.register()
        await desk.phones("1001", 1)
        sent = await desk.broadcast("1001", "1002", deliver_to=["phones"])
        await desk.reaches(sent.broadcast.id, "failed")
        ben.usual = 200
        await chen.register()
        await desk.phones("1002", 1)
        await desk.broadcasts.retry(ADMIN, "", sent.broadcast.id)
        await desk.reaches(sent.broadcast.id, "finished")
        assert (len(ben.seen), chen.texts) == (2, ["Fire drill at ten."])
        with pytest.raises(NothingToRetry):
            await desk.broadcasts.retry(ADMIN, "", sent.broadcast.id)


async def test_history_is_paged_and_filtered(desk: Desk) -> None:
    sent = [await desk.broadcast("1001", deliver_to=["wave"]) for _ in range(3)]
    first = await desk.broadcasts.page(ADMIN, None, 2)
    rest = await desk.broadcasts.page(ADMIN, first[-1].broadcast.id, 2)
    found = [each.broadcast.id for each in (*first, *rest)]
    assert found == [each.broadcast.id for each in reversed(sent)]
    everyone = await desk.broadcast(groups=["Everyone"])
    await desk.reaches(everyone.broadcast.id, "finished")
    one = everyone.broadcast.id
    assert [each.number for each in await desk.rows(one, leg="wave", search="OSEI")] == ["1001"]
    assert len(await desk.rows(one, states=("offline",))) == 4
    assert await desk.rows(one, search="%") == []
    some = await desk.rows(one, limit=3)
    more = await desk.rows(one, after=some[-1].place)
    assert len({each.id for each in (*some, *more)}) == 8


async def test_crash_between_wave_legs_writes_none_twice(
    database: Database, exchange: Exchange, clock: VirtualClock
) -> None:
    book = Book({str(number): f"Person {number}" for number in range(2000, 2120)})
    async with Desk(database, exchange, book, clock) as desk:
        await desk.sending.stop()
        sent = await desk.broadcast(groups=["Everyone"], deliver_to=["wave"])
        await desk.sending.step()  # begins, and writes the first of many batches
        assert await desk.state(sent.broadcast.id) == "sending"
    async with Desk(database, exchange, book, clock) as desk:
        await desk.reaches(sent.broadcast.id, "finished")
    async with database.read() as connection:
        written = (await connection.execute(select(events.c.client_id))).scalars().all()
    assert len(written) == len(set(written)) == 120


async def _conversation(desk: Desk, number: str) -> str:
    [summary] = await desk.hub.hello(f"user:{number}", {})
    found: str = summary["conversation"]
    return found


async def _state(desk: Desk, broadcast_id: str, number: str, state: str) -> None:
    await desk.reaches(broadcast_id, "finished")
    while not await desk.rows(broadcast_id, leg="wave", states=(state,), search=number):
        await desk.events.settled()
