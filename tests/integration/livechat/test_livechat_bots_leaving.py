"""Bots that write where they do not serve, that are gone, and visitors who are, or only seem so."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from engage.hub.model import StaleOwner
from engage.livechat.bots.model import Said
from engage.livechat.counting import CountingRepository
from engage.livechat.model import MAX_WAITING, Busy
from engage.storage.tables import webhook_deliveries, webhook_endpoints
from engage.system.actor import SYSTEM
from tests.integration.livechat.test_livechat_bots import House
from tests.support.hook_receiver import HookReceiver
from tests.support.office import ANA, visitor_author

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from engage.livechat.reception import Session
    from tests.support.office import Office


@pytest.fixture
async def house(office: Office) -> AsyncIterator[House]:
    async with HookReceiver() as receiver:
        yield House(office, receiver)


async def state(office: Office, session: Session) -> str:
    found = await office.hub.conversation(str(session.conversation_id))
    return found.state


async def test_the_newest_epoch_lets_no_bot_write_to_whom_it_does_not_serve(
    house: House, office: Office
) -> None:
    token, _ = await house.put()
    session = await office.begin()
    bot, conversation = house.registry.by_token(token), str(session.conversation_id)
    await house.bots.person_wanted(visitor_author(session).stored, conversation)
    now = (await office.hub.conversation(conversation)).owner_epoch
    with pytest.raises(StaleOwner):
        await house.bots.say(bot, conversation, now, "late", Said("Half past six"))
    assert "Half past six" not in str(await house.log(session))
    await office.service.desk.accept(ANA, conversation, None)
    seen = (await office.hub.resume(ANA.who, conversation, 0)).events
    assert [each["text"] for each in seen if each["kind"] == "note"] == ["Half past six"]


async def test_a_bot_leaves_no_note_where_it_never_served(house: House, office: Office) -> None:
    session = await office.begin()
    token, _ = await house.put()
    bot, conversation = house.registry.by_token(token), str(session.conversation_id)
    with pytest.raises(StaleOwner):
        await house.bots.say(bot, conversation, session.epoch, "x", Said("Buy now"))
    await office.service.desk.accept(ANA, conversation, None)
    assert "Buy now" not in str((await office.hub.resume(ANA.who, conversation, 0)).events)


async def test_a_bot_that_is_switched_off_by_gone_leaves_all_its_visitors(
    house: House, office: Office
) -> None:
    await house.put()
    sessions = [await office.begin() for _ in range(2)]
    await house.send()
    house.receiver.answers = [(410, "", "")]
    await house.writes(sessions[0], "Hello")
    await house.send()
    await office.sweep()
    assert [await state(office, each) for each in sessions] == ["waiting", "waiting"]


@pytest.mark.parametrize("row", ["off", "away"])
async def test_a_bot_that_a_killed_server_had_not_handed_over_is_replaced(
    house: House, office: Office, row: str
) -> None:
    await house.put()
    session = await office.begin()

    async def work(connection: object) -> None:
        values = {"enabled": False} if row == "off" else {"bot_of": None}
        await connection.execute(update(webhook_endpoints).values(values))  # type: ignore[attr-defined]

    await office.database.write(work)
    await house.webhooks.endpoints.load()
    if row == "away":
        house.webhooks.endpoints.forget(house.webhooks.endpoints.all()[0].id)
    await office.sweep()
    assert await state(office, session) == "waiting"


async def test_a_bot_that_is_being_removed_is_given_nobody(house: House, office: Office) -> None:
    await house.put()
    served = await office.begin()
    livechat = house.registry.all()[0].livechat_id
    _, other = await asyncio.gather(house.registry.remove(SYSTEM, livechat), office.begin())
    await office.sweep()
    assert [await state(office, each) for each in (served, other)] == ["waiting", "waiting"]


async def test_a_visitor_of_whom_the_bot_was_told_too_late_is_given_to_people(
    house: House, office: Office
) -> None:
    await house.put()
    session = await office.begin()
    office.clock.pass_s(5)  # the server was killed before it could tell
    told = [what for what, _ in await house.send()]
    assert "bot.started" not in told
    assert await state(office, session) == "waiting"


async def test_two_first_bots_at_once_are_one(house: House) -> None:
    made = await asyncio.gather(house.put(name="One"), house.put(name="Two"))
    assert len(house.registry.all()) == 1
    [(token, _)] = [each for each in made if each[0]]
    assert house.registry.by_token(token).endpoint.name in ("One", "Two")


async def test_whom_a_bot_serves_is_not_missed_and_no_bot_is_an_agent(
    house: House, office: Office
) -> None:
    await house.put()
    session = await office.begin()
    visitor = visitor_author(session)
    office.clock.pass_s(30)
    await office.service.desk.end(visitor.stored, visitor, str(session.conversation_id))
    async with office.database.read() as connection:
        [(place, figures)] = await CountingRepository(connection).between(0, office.clock() + 1)
    assert (figures.accepted, figures.missed, figures.average_wait_s) == (1, 0, 0)
    assert place.agent == ""


async def test_a_visitor_who_asks_over_http_is_not_ended_as_gone(
    house: House, office: Office
) -> None:
    await house.put()
    session = await office.begin()
    visitor = visitor_author(session)
    await office.connect(visitor.stored)
    await office.disconnect(visitor.stored)
    for _ in range(10):  # in all within the half hour after which silence ends a chat
        office.clock.pass_s(60)
        office.service.attendance.heard(visitor.id)
    await office.sweep()
    assert await state(office, session) == "active"
    office.clock.pass_s(14 * 60)
    await office.sweep()
    assert await state(office, session) == "active"
    office.clock.pass_s(61)
    await office.sweep()
    assert await state(office, session) == "ended"


async def test_a_full_line_keeps_nobody_from_the_bot(
    house: House, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engage.livechat.reception.MAX_WAITING", 1)
    await office.begin()
    with pytest.raises(Busy):
        await office.begin()
    await house.put()
    assert (await office.begin()).state == "active"
    assert MAX_WAITING == 100


async def test_a_slow_answer_of_a_bot_holds_up_no_other_visitor(
    house: House, office: Office
) -> None:
    await house.put()
    house.receiver.answers = [(-1, "", "")]
    await office.begin()
    await house.webhooks.sending.start()
    await house.receiver.next()  # it is never answered
    for _ in range(6):
        await office.begin()
        assert (await house.receiver.next()).type == "bot.started"
    await house.webhooks.sending.stop()


async def test_a_test_is_sent_by_nobody_else_meanwhile(office: Office) -> None:
    from engage.livechat.webhooks.model import What
    from tests.integration.livechat import test_livechat_webhooks as webhooks

    async with HookReceiver() as receiver:
        house = webhooks.House(office, receiver)
        endpoint, _ = await house.add(What.WAITING)
        receiver.answers = [(-1, "", "")]
        testing = asyncio.create_task(house.endpoints.test(SYSTEM, endpoint.id))
        await receiver.next()
        assert await house.sent() == []
        testing.cancel()
        async with office.database.read() as connection:
            leases = await connection.scalars(
                webhook_deliveries.select().with_only_columns(webhook_deliveries.c.lease_until_ms)
            )
        assert list(leases) == [office.clock() + 20_000]
