"""The visitor's card: where they come from, what was before, and what an agent corrects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.event import listen

from engage.errors import Invalid, NotFound
from engage.livechat.form import Form
from engage.livechat.model import Arrival, Destination
from engage.livechat.related import RelatedRows
from engage.livechat.visitor_card import PastCall
from engage.livechat.visits import Told
from engage.people.model import AgentSeat
from tests.support.office import ANA, BEN, CHEN, FORM, visitor_author

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.livechat.reception import Session
    from tests.support.office import Office

TOLD = Told("Prices", "https://search.example/?q=prices", "Europe/Lisbon")


async def served(office: Office, **start: object) -> tuple[Session, str]:
    session = await office.begin(**start)
    conversation = str(session.conversation_id)
    await office.service.desk.accept(ANA, conversation, None)
    return session, conversation


async def over(office: Office, **start: object) -> tuple[Session, str]:
    session, conversation = await served(office, **start)
    author = visitor_author(session)
    await office.service.desk.end(author.stored, author, conversation)
    return session, conversation


async def test_the_card_says_where_a_visitor_comes_from(office: Office) -> None:
    _, conversation = await served(office, told=TOLD)
    card = await office.service.cards.read(ANA, conversation)
    told = {name: card["inquiry"][name] for name in ("page_title", "referrer", "time_zone")}
    assert told == {
        "page_title": "Prices",
        "referrer": "https://search.example/?q=prices",
        "time_zone": "Europe/Lisbon",
    }
    assert (card["visitor"]["user_agent"], card["visitor"]["address"]) == ("Browser/1", "192.0.2.7")
    assert (card["visitor"]["visits"], card["visitor"]["here"]) == (1, False)
    assert (card["ban"], card["may_ban"]) == (None, False)


async def test_what_is_no_title_address_or_zone_is_dropped(office: Office) -> None:
    odd = Told("Bell\x07", "javascript:alert(1)", "../../etc/passwd")
    _, conversation = await served(office, told=odd)
    inquiry = (await office.service.cards.read(ANA, conversation))["inquiry"]
    assert (inquiry["page_title"], inquiry["referrer"], inquiry["time_zone"]) == ("", "", "")


async def test_who_comes_again_after_half_an_hour_is_counted_again(office: Office) -> None:
    session, conversation = await served(office)
    reception = office.service.reception
    for _ in range(3):
        office.clock.pass_s(120)
        await reception.find("chat", str(session.token))
    card = await office.service.cards.read(ANA, conversation)
    assert card["visitor"]["visits"] == 1
    office.clock.pass_s(3600)
    await reception.find("chat", str(session.token))
    card = await office.service.cards.read(ANA, conversation)
    assert card["visitor"]["visits"] == 2
    await office.connect(f"visitor:{card['visitor']['id']}")
    assert (await office.service.cards.read(ANA, conversation))["visitor"]["here"]


async def test_an_inquiry_tells_that_its_visitor_was_here_before(office: Office) -> None:
    session, _ = await over(office)
    [first] = [each["visitor"]["returning"] for each in office.sockets.told(ANA.who, "inquiry")]
    assert first is False
    office.clock.pass_s(5)
    await office.begin(token=session.token)
    assert office.sockets.told(ANA.who, "inquiry")[-1]["visitor"]["returning"] is True


async def test_the_timeline_knows_a_person_by_browser_email_and_number(office: Office) -> None:
    await office.add("elsewhere", destination=Destination("queue", ("6501",)))
    office.seats.others["queue", ("6501",)] = [AgentSeat(CHEN.number, CHEN.name, False, "", "")]
    session, first = await over(office)
    _, by_email = await over(office, form=Form("V", "VERA@example.test", "+1 555", consent=True))
    _, by_phone = await over(office, form=Form("V", "other@example.test", FORM.phone, consent=True))
    await over(office, form=Form("X", "x@example.test", "+1 555 000", consent=True))
    await office.begin("elsewhere")  # Ana does not serve it
    _, now = await served(office, token=session.token)
    found = await office.service.cards.timeline(ANA, now)
    assert [(each["conversation"], each["by"]) for each in found] == [
        (by_phone, "phone"),
        (by_email, "email"),
        (first, "visitor"),
    ]
    assert {each["agent"] for each in found} == {"Ana Costa"}
    with pytest.raises(NotFound):
        await office.service.cards.timeline(CHEN, now)


async def test_an_address_is_known_however_it_is_written(office: Office) -> None:
    for email, phone in (("JÜRGEN@example.test", "+1 555 1"), ("jürgen@Example.test", "+1 555 2")):
        await over(office, form=Form("J", email, phone, consent=True))
    _, now = await served(office, form=Form("J", "Jürgen@example.test", "+1 555 3", consent=True))
    found = await office.service.cards.timeline(ANA, now)
    assert [each["by"] for each in found] == ["email", "email"]


async def test_past_chats_are_found_without_looking_through_all_visitors(office: Office) -> None:
    session, conversation = await served(office)
    assert session.visitor is not None
    async with office.database.read() as connection:
        asked: list[tuple[str, Any]] = []

        def note(_: object, __: object, statement: str, values: Any, *___: object) -> None:
            asked.append((statement, values))

        listen(connection.sync_connection, "before_cursor_execute", note)
        livechat = session.visitor.livechat_id
        await RelatedRows(connection).chats(session.visitor, [livechat], conversation, 100)
        if connection.dialect.name == "sqlite":
            for statement, values in asked.copy():
                plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                steps = [str(row.detail) for row in plan]
                scans = ("SCAN visitor", "SCAN inquiry", "SCAN conversation", "livechat_id")
                assert not [each for each in steps if any(scan in each for scan in scans)], steps
            assert [each for each in asked if "email_key" in each[0]]


async def test_a_past_chat_is_read_by_the_agents_of_its_live_chat(office: Office) -> None:
    session, past = await served(office)
    author = visitor_author(session)
    text = {"client_id": "c-1", "text": "Where is it?"}
    await office.hub.post(author.stored, author, past, **text)
    await office.service.desk.note(ANA, past, "c-2", "Regular customer")
    await office.service.desk.end(author.stored, author, past)
    _, now = await served(office, token=session.token)
    events = await office.service.cards.past(BEN, now, past)
    assert [each["text"] for each in events][1:] == ["Where is it?", "Regular customer"]
    _, foreign = await over(office, form=Form("X", "x@example.test", "+1 555 000", consent=True))
    for who, of in ((ANA, foreign), (CHEN, past)):
        with pytest.raises(NotFound):
            await office.service.cards.past(who, now, of)


async def test_calls_are_asked_for_as_far_as_the_agent_may_know(office: Office) -> None:
    asked: list[tuple[object, ...]] = []

    class Calls:
        async def of(
            self, conversation_ids: Sequence[str], phone: str, agent: str, queues: Sequence[str]
        ) -> list[PastCall]:
            asked.append((tuple(conversation_ids), phone, agent, tuple(queues)))
            return [
                PastCall("k", office.clock(), "inbound", "answered", 65, "Ben", phone, "", "phone")
            ]

    office.service.cards.calls = Calls()
    _, conversation = await served(office)
    [call] = await office.service.cards.timeline(ANA, conversation)
    assert (call["kind"], call["talk_s"], call["agent"]) == ("call", 65, "Ben")
    assert asked == [((conversation,), "+49 30 123", "1000", ("6500",))]


async def test_an_agent_corrects_a_visitor_and_colleagues_read_of_it(office: Office) -> None:
    _, conversation = await served(office)
    given = {"full_name": "Vera Lind", "email": "vera.lind@example.test"}
    card = await office.service.cards.edit(ANA, conversation, given)
    assert (card["visitor"]["name"], card["visitor"]["phone"]) == ("Vera Lind", "+49 30 123")
    summary = await office.hub.summary(ANA.who, conversation)
    assert summary["title"] == "Vera Lind"
    assert summary["events"][-1]["kind"] == "note"
    expected = "Vera <b> → Vera Lind\nvera@example.test → vera.lind@example.test"
    assert summary["events"][-1]["text"] == expected
    before = len(summary["events"])
    await office.service.cards.edit(ANA, conversation, given)  # nothing is different
    assert len((await office.hub.summary(ANA.who, conversation))["events"]) == before
    wrong = {"email": "nobody", "phone": "x"}
    with pytest.raises(Invalid) as refused:
        await office.service.cards.edit(ANA, conversation, wrong)
    assert set(refused.value.fields) == {"email", "phone"}
    with pytest.raises(NotFound):
        await office.service.cards.edit(BEN, conversation, given)


async def test_a_chat_shows_the_address_it_began_from(office: Office) -> None:
    session, first = await over(office)
    moved = Arrival("198.51.100.9", "Browser/2", "en")
    _, now = await served(office, token=session.token, arrival=moved)
    shown = [
        (await office.service.cards.read(ANA, each))["visitor"]["address"] for each in (first, now)
    ]
    assert shown == ["192.0.2.7", "198.51.100.9"]


async def test_no_more_past_chats_are_fetched_than_are_shown(office: Office) -> None:
    past = [(await over(office))[1] for _ in range(3)]  # one address, three browsers
    session, now = await served(office)
    assert session.visitor is not None
    async with office.database.read() as connection:
        counting: Any = Counting(connection)
        livechat = session.visitor.livechat_id
        found = await RelatedRows(counting).chats(session.visitor, [livechat], now, 2)
    assert [each.conversation_id for each in found] == past[:0:-1]
    assert counting.rows == [2, 2]


class Counting:
    """A connection that counts the rows it is asked for."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection, self.rows = connection, list[int]()

    async def execute(self, query: Any) -> Any:
        found = (await self._connection.execute(query)).freeze()
        self.rows.append(len(found().all()))
        return found()
