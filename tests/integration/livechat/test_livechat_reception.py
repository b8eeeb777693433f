"""Visitors come in, come back, leave messages."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from engage.errors import Invalid, NotFound, TooMany
from engage.livechat.form import Form
from engage.livechat.limits import Limits
from engage.livechat.model import (
    Arrival,
    Busy,
    ClientIdTaken,
    Destination,
    TokenExpired,
    TokenInvalid,
)
from engage.livechat.options import text_hash
from engage.livechat.reception import Start
from engage.livechat.repository import LiveChatRepository
from engage.storage.tables import consents, conversations, events, visitors
from pbxcore.rate_limit import Rate
from tests.support.office import ANA, BEN, FORM, HERE, Office, Seats, visitor_author
from tests.support.written_sockets import Sockets

if TYPE_CHECKING:
    from engage.storage.database import Database
    from tests.support.office import Clock


async def count(database: Database, table: object) -> int:
    async with database.read() as connection:
        return int(await connection.scalar(select(func.count()).select_from(table)) or 0)  # type: ignore[arg-type]


async def test_a_new_visitor_waits_and_agents_are_told(office: Office) -> None:
    session = await office.begin(page_url="https://shop.example/a")
    assert (session.state, session.position, session.epoch) == ("waiting", 1, 0)
    assert session.visitor is not None
    assert session.visitor.name == "Vera <b>"
    for agent in (ANA, BEN):
        (inquiry,) = office.sockets.told(agent.who, "inquiry")
        assert inquiry["conversation"] == session.conversation_id
        assert inquiry["visitor"]["email"] == "vera@example.test"
        assert inquiry["page_url"] == "https://shop.example/a"
        assert inquiry["position"] == 1
        assert inquiry["number"] == 1001
    assert not office.sockets.told("user:1002", "inquiry")


async def test_the_conversation_begins_with_its_state_and_a_greeting(office: Office) -> None:
    session = await office.begin()
    assert session.visitor is not None
    page = await office.hub.resume(session.visitor.who, str(session.conversation_id), 0)
    assert [event["kind"] for event in page.events] == ["state", "message"]
    assert page.events[0]["state"] == "waiting"
    assert page.events[1]["author"]["kind"] == "system"


async def test_a_token_is_long_random_and_stored_only_as_a_hash(office: Office) -> None:
    first, second = await office.begin(), await office.begin()
    assert first.token != second.token
    assert len(str(first.token)) >= 40
    async with office.database.read() as connection:
        rows = (await connection.execute(select(visitors.c.token_hash))).scalars().all()
    assert not {first.token, second.token} & set(rows)


async def test_a_token_resumes_its_open_conversation(office: Office) -> None:
    first = await office.begin()
    again = await office.begin(token=first.token, form=Form())
    assert (again.conversation_id, again.token, again.position) == (
        first.conversation_id,
        first.token,
        1,
    )
    assert await count(office.database, conversations) == 1


async def test_the_same_client_id_is_one_conversation_with_a_new_token(office: Office) -> None:
    first = await office.begin(client_id="0190-client-id-long")
    again = await office.begin(client_id="0190-client-id-long")
    assert again.conversation_id == first.conversation_id
    assert again.token != first.token
    with pytest.raises(TokenInvalid):
        await office.service.visitor(str(first.token))
    assert (await office.service.visitor(str(again.token))).id == visitor_author(again).id


async def test_a_client_id_that_could_be_guessed_is_believed_from_its_address_only(
    office: Office,
) -> None:
    first = await office.begin(client_id="c1")
    assert (await office.begin(client_id="c1")).conversation_id == first.conversation_id
    with pytest.raises(ClientIdTaken):
        await office.begin(client_id="c1", arrival=Arrival("192.0.2.99", "", "en"))


async def test_two_tries_at_once_make_one_conversation(office: Office) -> None:
    """papercups#83: a conversation twice."""
    sessions = await asyncio.gather(
        *(office.begin(client_id="0190-client-id-long") for _ in range(8))
    )
    assert len({session.conversation_id for session in sessions}) == 1
    assert await count(office.database, conversations) == 1
    first = await office.begin()
    await office.service.desk.end(
        visitor_author(first).stored,
        visitor_author(first),
        str(first.conversation_id),
    )
    again = await asyncio.gather(*(office.begin(token=first.token) for _ in range(8)))
    assert len({session.conversation_id for session in again}) == 1


async def test_after_the_end_a_token_begins_a_new_conversation_of_the_same_visitor(
    office: Office,
) -> None:
    first = await office.begin()
    await office.service.desk.end(
        visitor_author(first).stored,
        visitor_author(first),
        str(first.conversation_id),
    )
    found = await office.service.reception.find("chat", str(first.token))
    assert (found.conversation_id, found.state) == (first.conversation_id, "missed")
    again = await office.begin(token=first.token)
    assert again.conversation_id != first.conversation_id
    assert visitor_author(again) == visitor_author(first)
    assert again.token == first.token


async def test_a_token_is_bound_to_its_live_chat(office: Office) -> None:
    await office.add("other")
    session = await office.begin()
    with pytest.raises(NotFound):
        await office.service.reception.find("other", str(session.token))
    elsewhere = await office.begin("other", token=session.token)
    assert elsewhere.conversation_id != session.conversation_id
    assert visitor_author(elsewhere) != visitor_author(session)


async def test_unknown_and_old_tokens_are_refused(office: Office) -> None:
    session = await office.begin()
    for token in ("", "ev_nonsense", "\ud800", "x" * 10_000):
        with pytest.raises(TokenInvalid) as unknown:
            await office.service.visitor(token)
        assert unknown.value.code == "invalid"
    office.clock.pass_s(24 * 3600)
    with pytest.raises(TokenExpired) as old:
        await office.service.visitor(str(session.token))
    assert old.value.code == "expired"
    with pytest.raises(NotFound):
        await office.service.reception.find("chat", str(session.token))


async def test_use_keeps_a_token_alive_while_the_conversation_is_open(office: Office) -> None:
    session = await office.begin()
    for _ in range(5):
        office.clock.pass_s(13 * 3600)
        await office.service.visitor(str(session.token))


async def test_use_does_not_keep_a_token_alive_after_the_end(office: Office) -> None:
    session = await office.begin()
    await office.service.desk.end(
        visitor_author(session).stored,
        visitor_author(session),
        str(session.conversation_id),
    )
    office.clock.pass_s(13 * 3600)
    await office.service.visitor(str(session.token))
    office.clock.pass_s(12 * 3600)
    with pytest.raises(TokenExpired):
        await office.service.visitor(str(session.token))


async def test_wrong_fields_are_refused_and_nothing_is_stored(office: Office) -> None:
    with pytest.raises(Invalid) as refused:
        await office.begin(form=Form("", "nonsense", "1"))
    assert set(refused.value.fields) == {"full_name", "email", "phone"}
    assert await count(office.database, conversations) == 0
    assert await count(office.database, visitors) == 0


async def test_a_visitor_without_a_name_is_numbered_and_keeps_the_number(office: Office) -> None:
    await office.add("plain", require_visitor_info=False)
    first = await office.begin("plain", form=Form())
    assert first.visitor is not None
    assert first.visitor.name == "Visitor 1001"
    await office.service.desk.end(
        visitor_author(first).stored, visitor_author(first), str(first.conversation_id)
    )
    again = await office.begin("plain", form=Form(), token=first.token)
    assert again.visitor is not None
    assert again.visitor.name == "Visitor 1001"
    assert (await office.service.visitor(str(first.token))).name == "Visitor 1001"


async def test_consent_is_stored_with_the_exact_text_its_hash_time_and_address(
    office: Office,
) -> None:
    notice = "Kept for ${RETENTION_DAYS} days ✓"
    await office.add("private", privacy_control=True, privacy_notice=notice, retention_days=14)
    with pytest.raises(Invalid) as refused:
        await office.begin("private", form=Form("Vera", "v@example.test", "123"))
    assert set(refused.value.fields) == {"consent"}
    session = await office.begin("private")
    async with office.database.read() as connection:
        (row,) = (await connection.execute(select(consents))).all()
    assert row.conversation_id == session.conversation_id
    assert row.visitor_id == visitor_author(session).id
    assert row.text == "Kept for 14 days ✓"
    assert row.text_hash == text_hash("Kept for 14 days ✓")
    assert row.at_ms == office.clock()
    assert row.address == HERE.address
    details = await office.service.cards.read(ANA, str(session.conversation_id))
    assert details["consent"]["text_hash"] == row.text_hash


async def test_without_privacy_control_no_consent_is_stored(office: Office) -> None:
    await office.begin()
    assert await count(office.database, consents) == 0


async def test_places_move_up_when_someone_ahead_leaves(office: Office) -> None:
    first, second, third = [await office.begin() for _ in range(3)]
    assert [first.position, second.position, third.position] == [1, 2, 3]
    await office.add("other")
    assert (await office.begin("other")).position == 1
    await office.service.desk.end(
        visitor_author(first).stored,
        visitor_author(first),
        str(first.conversation_id),
    )
    await office.events.settled()
    assert office.sockets.told(visitor_author(third).stored, "position")[-1] == {
        "conversation": third.conversation_id,
        "position": 2,
        "attended": False,
    }
    await office.service.desk.accept(ANA, str(second.conversation_id), None)
    await office.events.settled()
    assert office.sockets.told(visitor_author(third).stored, "position")[-1]["position"] == 1


async def test_too_many_new_chats_from_one_address_are_refused(
    database: Database, clock: Clock
) -> None:
    limits = Limits(new_chats=Rate.spread(2, 60.0))
    office = await Office(database, Sockets(), Seats(), clock, limits).start()
    await office.add()
    first = await office.begin()
    await office.begin()
    with pytest.raises(TooMany) as refused:
        await office.begin()
    assert refused.value.retry_after_s == 30
    await office.begin(arrival=Arrival("192.0.2.8", "", "en"))
    assert (await office.begin(token=first.token)).conversation_id == first.conversation_id
    await office.stop()


async def test_at_most_a_hundred_wait(office: Office) -> None:
    for number in range(100):
        await office.begin(arrival=Arrival(f"198.51.100.{number}", "", "en"))
    with pytest.raises(Busy):
        await office.begin(arrival=Arrival("198.51.100.200", "", "en"))


async def test_without_agents_the_visitor_is_told_and_may_leave_a_message(office: Office) -> None:
    """chatwoot#273: visitors wrote to nobody."""
    await office.add("nobody", destination=Destination("queue", ("6999",)))
    session = await office.begin("nobody")
    assert (session.state, session.offline, session.token) == ("offline", "no_agent", None)
    assert await count(office.database, conversations) == 0


async def test_all_agents_on_a_break_let_the_visitor_wait(office: Office) -> None:
    office.seats.agents = [type(each)(each.number, each.name, True) for each in office.seats.agents]
    session = await office.begin()
    assert session.state == "waiting"
    assert not office.sockets.told(ANA.who, "inquiry")
    assert await office.service.desk.inquiries(ANA) == []


async def test_a_message_left_is_shown_to_the_agents(office: Office) -> None:
    """RocketChat#2772: what was written while no agent was there was lost."""
    start = Start(FORM, client_id="0190-client-id-long")
    number = await office.service.reception.leave_message("chat", start, "Call <me>", HERE)
    again = await office.service.reception.leave_message("chat", start, "Call <me>", HERE)
    assert again == number
    (summary,) = await office.hub.hello(ANA.who, {})
    assert (summary["state"], summary["kind"]) == ("offline", "livechat")
    assert summary["last"]["text"] == "Call <me>"
    async with office.database.read() as connection:
        inquiry = await LiveChatRepository(connection).inquiry(summary["conversation"])
    assert inquiry is not None
    assert inquiry.number == number
    assert await office.service.desk.inquiries(ANA) == []


async def test_chats_and_messages_share_no_client_id(office: Office) -> None:
    start = Start(FORM, client_id="0190-client-id-long")
    await office.service.reception.leave_message("chat", start, "Call me", HERE)
    with pytest.raises(ClientIdTaken):
        await office.begin(client_id="0190-client-id-long")
    await office.begin(client_id="0191-client-id-long")
    taken = Start(FORM, client_id="0191-client-id-long")
    with pytest.raises(ClientIdTaken):
        await office.service.reception.leave_message("chat", taken, "Call me", HERE)


async def test_a_message_left_must_say_something_and_carry_consent(office: Office) -> None:
    await office.add("private", privacy_control=True)
    with pytest.raises(Invalid) as refused:
        await office.service.reception.leave_message(
            "private", Start(Form("V", "v@example.test", "123")), "\n ", HERE
        )
    assert set(refused.value.fields) == {"text", "consent"}
    for text, messages in (("a\x00", 1), ("x" * 8001, 1), ("\ud800", 1)):
        with pytest.raises(Invalid) as refused:
            await office.service.reception.leave_message("private", Start(FORM), text, HERE)
        assert len(refused.value.fields) == messages
    assert await count(office.database, events) == 0


async def test_a_disabled_link_takes_messages_but_no_chats(office: Office) -> None:
    await office.add("closed", enabled=False)
    livechat = office.service.livechats.by_public_id("closed")
    assert office.service.reception.offline(livechat) == "disabled"
    with pytest.raises(NotFound):
        await office.begin("closed")
    assert await office.service.reception.leave_message("closed", Start(FORM), "Hi", HERE)


NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "=HYPERLINK(1)",
    "'; DROP TABLE visitor; --",
    "%(name)s %s {0} ${RETENTION_DAYS}",
    "مرحبا שלום 你好 🙂",
]


@pytest.mark.parametrize("text", NASTY)
async def test_nasty_text_is_kept_as_text_in_every_field(office: Office, text: str) -> None:
    session = await office.begin(
        form=Form(text, "v@example.test", "123"), arrival=Arrival("", text, "en")
    )
    details = await office.service.cards.read(ANA, str(session.conversation_id))
    assert details["visitor"]["full_name"] == text
    assert details["visitor"]["user_agent"] == text
    (inquiry,) = await office.service.desk.inquiries(ANA)
    assert inquiry["visitor"]["name"] == text


@pytest.mark.parametrize("text", ["a\x00b", "\ud83d", "a\x07"])
async def test_text_that_cannot_be_stored_is_refused_by_its_field(
    office: Office, text: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await office.begin(form=Form(text, text, text))
    assert set(refused.value.fields) == {"full_name", "email", "phone"}
