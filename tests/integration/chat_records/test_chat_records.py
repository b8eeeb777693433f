"""Records of live chats: who sees which, what finds them, what removes them."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from engage.chat.search_index import SearchIndex
from engage.chat.search_rules import terms
from engage.chat_records.model import EVERYTHING, Order, Scope, StillOpen, Wanted
from engage.chat_records.queries import RecordRepository
from engage.chat_records.service import ChatRecords
from engage.chat_records.writing import Page, as_html, as_text
from engage.errors import Conflict, Forbidden, NotFound
from engage.livechat.form import Form
from engage.livechat.model import Destination
from engage.people.model import Grant, Principal
from engage.storage.tables import livechat_counters, message_texts, operations
from engage.system.actor import NO_RIGHTS, SYSTEM, Actor, Module, Rights
from tests.support.office import ANA, BEN, CHEN, Clock, Office, Seats, visitor_author
from tests.support.written_sockets import Sockets

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from engage.chat_records.model import Record
    from engage.hub.service import HubTransaction
    from engage.livechat.desk import Agent
    from engage.livechat.reception import Session
    from engage.storage.database import Database


class Desk:
    """An office with its records and its search."""

    def __init__(self, office: Office) -> None:
        self.office, self.export = office, False
        office.seats.chairmen = frozenset({CHEN.number})
        self.index = SearchIndex(office.database, office.events)
        service = office.service
        self.records = ChatRecords(
            office.database, office.hub, service.livechats, service.handing_over,
            service.oversight, office.events, lambda: self.export, self.index.settled,
        )  # fmt: skip

    async def talk(
        self, name: str, agent: Agent | None, *said: str, public_id: str = "chat"
    ) -> str:
        form = Form(name, f"{name.lower()}@example.test", "+49 30 123", consent=True)
        session = await self.office.begin(public_id, form=form)
        conversation = str(session.conversation_id)
        self.office.clock.pass_s(10)
        if agent is not None:
            await self.office.service.desk.accept(agent, conversation, 0)
        await self.say(session, *said)
        await self.office.service.desk.end(
            visitor_author(session).stored, visitor_author(session), conversation
        )
        self.office.clock.pass_s(60)
        await self.office.events.settled()
        return conversation

    async def say(self, session: Session, *said: str) -> None:
        author, conversation = visitor_author(session), str(session.conversation_id)
        for at, words in enumerate(said):
            await self.office.hub.post(
                author.stored, author, conversation, client_id=f"c{at}", text=words, epoch=None
            )
        await self.office.events.settled()

    async def found(
        self, wanted: Wanted | None = None, scope: Scope = EVERYTHING, order: Order | None = None
    ) -> list[str]:
        records, total = await self.records.page(
            scope, wanted or Wanted(), order or Order("queued_at", descending=False), 50
        )
        assert total == len(records)
        return [each.visitor.name for each in records]


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    office = await Office(database, Sockets(), Seats(), Clock()).start()
    office.seats.others["extensions", ("1000", "1001")] = office.seats.agents
    await office.add()
    await office.add("other", destination=Destination("extensions", ("1000", "1001")))
    made = Desk(office)
    await made.index.start()
    yield made
    await made.index.stop()
    await office.stop()


def user(agent: Agent, *grants: Grant) -> Principal:
    return Principal(
        "user", agent.number, agent.name, agent.who, "s", grants=frozenset(map(str, grants))
    )


def may(level: str) -> Actor:
    return Actor("admin:a", "", Rights({Module.LIVECHAT_RECORDS: level}))  # type: ignore[dict-item]


async def test_each_filter_finds_what_it_names(desk: Desk) -> None:
    began = desk.office.clock.ms
    await desk.talk("Ada", ANA, "My kettle is broken")
    await desk.talk("Bob", BEN, "Où est le café?", public_id="other")
    await desk.talk("Cyd", None, "Hello?")
    [other] = [each.id for each in desk.office.service.livechats.all() if each.public_id == "other"]
    assert await desk.found() == ["Ada", "Bob", "Cyd"]
    assert await desk.found(Wanted(livechat=other)) == ["Bob"]
    assert await desk.found(Wanted(agent="1000")) == ["Ada"]
    assert await desk.found(Wanted(visitor="BOB@example")) == ["Bob"]
    assert await desk.found(Wanted(state="missed")) == ["Cyd"]
    assert await desk.found(Wanted(from_ms=began + 70_000, until_ms=began + 140_000)) == ["Bob"]
    assert await desk.found(Wanted(words=tuple(terms("kettle broken")))) == ["Ada"]
    assert await desk.found(Wanted(words=tuple(terms("cafe")))) == ["Bob"]
    assert await desk.found(Wanted(words=tuple(terms("is")))) == ["Ada"]
    assert await desk.found(Wanted(number=1002)) == ["Bob"]
    assert await desk.found(Wanted(rating=0)) == ["Ada", "Bob", "Cyd"]


async def test_pages_follow_each_other_in_every_order(desk: Desk) -> None:
    for name in ("Ada", "Bob", "Ada", "Cyd", "Bob"):
        await desk.talk(name, ANA)
    for by in ("queued_at", "ended_at", "visitor", "agent", "rating"):
        for descending in (False, True):
            order = Order(by, descending)  # type: ignore[arg-type]
            whole, _ = await desk.records.page(EVERYTHING, Wanted(), order, 50)
            assert len(whole) == 5
            paged: list[Record] = []
            while len(paged) < 5:
                some, _ = await desk.records.page(EVERYTHING, Wanted(), order, 2)
                paged += some
                last = some[-1]
                order = Order(by, descending, (last.found.place, last.inquiry.number))  # type: ignore[arg-type]
            assert [each.inquiry.number for each in paged] == [
                each.inquiry.number for each in whole
            ]


async def test_an_agent_sees_their_own_and_a_chairman_those_of_the_queue(desk: Desk) -> None:
    await desk.talk("Ada", ANA)
    ben = await desk.talk("Bob", BEN)
    await desk.talk("Cyd", None)
    await desk.talk("Dee", BEN, public_id="other")
    own = desk.records.own_scope(user(ANA, Grant.LIVE_CHAT))
    assert await desk.found(scope=own) == ["Ada"]
    chairs = desk.records.own_scope(user(CHEN, Grant.LIVE_CHAT))
    assert await desk.found(scope=chairs) == ["Ada", "Bob", "Cyd"]
    with pytest.raises(NotFound):
        await desk.records.get(own, ben)
    with pytest.raises(Forbidden):
        desk.records.own_scope(user(ANA))
    with pytest.raises(Forbidden):
        desk.records.scope_of(Actor("admin:a", "", NO_RIGHTS))


async def test_a_chairman_keeps_transcripts_of_others_only_where_allowed(desk: Desk) -> None:
    conversation = await desk.talk("Bob", BEN, "Hello")
    chen = desk.records.own_scope(user(CHEN, Grant.LIVE_CHAT))
    ben = desk.records.own_scope(user(BEN, Grant.LIVE_CHAT))
    with pytest.raises(Forbidden):
        await desk.records.transcript(chen, conversation)
    assert await desk.found(scope=desk.records.export_scope(chen)) == []
    await desk.records.transcript(ben, conversation)
    desk.export = True
    await desk.records.transcript(chen, conversation)
    assert await desk.found(scope=desk.records.export_scope(chen)) == ["Bob"]


async def test_a_chairman_watches_a_running_chat_and_comes_in(desk: Desk) -> None:
    session = await desk.office.begin()
    conversation = str(session.conversation_id)
    chen = user(CHEN, Grant.LIVE_CHAT)
    scope = desk.records.own_scope(chen)
    with pytest.raises(Conflict):
        await desk.records.join(chen, conversation)  # nobody serves the visitor yet
    await desk.office.service.desk.accept(ANA, conversation, 0)
    await desk.say(session, "Hello")
    state, said, more = await desk.records.said(scope, conversation, 0)
    assert (state, more) == ("active", False)
    assert [each["text"] for each in said if each["kind"] == "message"][-1] == "Hello"
    assert not await desk.records.is_own(scope, conversation)
    with pytest.raises(NotFound):
        await desk.records.join(user(BEN, Grant.LIVE_CHAT), conversation)
    await desk.records.join(chen, conversation)
    await desk.office.hub.post(
        CHEN.who, CHEN.author, conversation, client_id="chair", text="May I help?", epoch=None
    )
    assert await desk.records.is_own(scope, conversation)


async def test_a_record_is_removed_for_good_and_its_figures_stay(desk: Desk) -> None:
    conversation = await desk.talk("Ada", ANA, "My kettle is broken")
    await desk.index.settled()
    with pytest.raises(Forbidden):
        await desk.records.delete(may("view"), conversation)
    await desk.records.delete(may("edit"), conversation)
    assert await desk.found() == []
    async with desk.office.database.read() as connection:
        assert (await connection.execute(select(message_texts))).all() == []
        [counter] = (await connection.execute(select(livechat_counters))).all()
        [row] = (await connection.execute(select(operations))).all()
    assert (counter.inquiries, counter.accepted, counter.agent) == (1, 1, "1000")
    assert (row.action, row.object) == (
        "livechat_record.delete",
        f"livechat_record:{conversation}",
    )
    assert "Ada" not in str(row.detail)


async def test_what_goes_on_is_not_removed(desk: Desk) -> None:
    session = await desk.office.begin()
    with pytest.raises(StillOpen):
        await desk.records.delete(SYSTEM, str(session.conversation_id))


async def test_a_transcript_shows_what_people_wrote_as_text(desk: Desk) -> None:
    conversation = await desk.talk("Ada", ANA, "<img src=x onerror=alert(1)>")
    record, consent, said = await desk.records.transcript(EVERYTHING, conversation)
    page = Page("ar", UTC)
    html = as_html(record, consent, said, page)
    assert "<img" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert '<html lang="ar" dir="rtl">' in html
    text = as_text(record, consent, said, Page("en", UTC))
    assert "Ada: <img src=x onerror=alert(1)>" in text
    assert "Agent: Ana Costa" in text


async def test_a_page_of_many_is_read_from_an_index(desk: Desk) -> None:
    if desk.office.database.dialect != "sqlite":
        return  # PostgreSQL plans by what it has counted
    async with desk.office.database.read() as connection:
        query = RecordRepository(connection, "sqlite").select(EVERYTHING, Wanted(), Order())
        options = {"dialect": connection.dialect, "compile_kwargs": {"literal_binds": True}}
        statement = text(f"EXPLAIN QUERY PLAN {query.limit(31).compile(**options)}")
        plan = [row.detail for row in await connection.execute(statement)]
    assert "ORDER BY" not in " ".join(plan)  # neither sorted, nor read as a whole
    assert plan[0].startswith("SCAN inquiry USING INDEX")


async def test_who_was_given_a_chat_and_taken_off_does_not_read_its_record(desk: Desk) -> None:
    conversation = await desk.talk("Ada", BEN)

    async def given_and_taken_off(transaction: HubTransaction) -> None:
        await transaction.join(conversation, ANA.who, ANA.name, sees_notes=True)
        await transaction.leave(conversation, ANA.who)

    await desk.office.hub.transact(given_and_taken_off)
    assert await desk.found(scope=desk.records.own_scope(user(ANA, Grant.LIVE_CHAT))) == []
    assert await desk.found(scope=desk.records.own_scope(user(BEN, Grant.LIVE_CHAT))) == ["Ada"]
