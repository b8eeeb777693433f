"""Figures of live chats: equal to the log, and to themselves once the chats are gone."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from engage.column_heads import heads
from engage.errors import Forbidden, Invalid
from engage.i18n import translate
from engage.livechat.figures import row_of
from engage.livechat.reports import OF_LINES, LiveChatReports
from engage.livechat.summary import DailySummary, Reader
from engage.storage.tables import events
from engage.system.actor import NO_RIGHTS, SYSTEM, Actor, Module, Rights
from tests.support.office import ANA, BEN, Clock, Office, visitor_author

if TYPE_CHECKING:
    from engage.livechat.desk import Agent
    from engage.livechat.figures import Report

DAY_MS = 86_400_000
NAMES = {"1000": "Ana Costa"}


def reports(office: Office) -> LiveChatReports:
    return LiveChatReports(office.database, office.service.livechats, lambda: UTC, NAMES.get)


async def report(office: Office, **only: str) -> Report:
    now = office.clock.ms
    return await reports(office).report(SYSTEM, now - 40 * DAY_MS, now + DAY_MS, **only)


async def talk(
    office: Office, agent: Agent | None, waits_s: int, *, stars: int = 0, public_id: str = "chat"
) -> str:
    session = await office.begin(public_id)
    conversation, visitor = str(session.conversation_id), visitor_author(session)
    office.clock.pass_s(waits_s)
    if agent is not None:
        await office.service.desk.accept(agent, conversation, 0)
        office.clock.pass_s(20)
        await office.hub.post(
            agent.who, agent.author, conversation, client_id="a", text="Hello", epoch=None
        )
        office.clock.pass_s(100)
    await office.service.desk.end(visitor.stored, visitor, conversation)
    if stars:
        await office.service.surveys.rate(visitor, conversation, stars, "")
    office.clock.pass_s(3600)
    await office.events.settled()
    return conversation


async def a_day(office: Office) -> None:
    await office.add("rated", satisfaction_survey=True)
    await talk(office, ANA, 10, stars=5, public_id="rated")
    await talk(office, ANA, 30, stars=2, public_id="rated")
    await talk(office, BEN, 90)
    await talk(office, None, 50)
    await office.begin()


async def test_figures_are_what_the_log_tells(office: Office) -> None:
    await a_day(office)
    found = await report(office)
    total = found.total
    async with office.database.read() as connection:
        log = [
            (row.conversation_id, row.kind, json.loads(row.body), row.at_ms, row.author)
            for row in await connection.execute(select(events).order_by(events.c.at_ms))
        ]
    accepted = [(name, at_ms) for name, kind, _, at_ms, _ in log if kind == "assigned"]
    missed = [name for name, kind, body, *_ in log if kind == "state" and body["state"] == "missed"]
    stars = [body["rating"] for _, kind, body, *_ in log if kind == "survey"]
    assert (total.inquiries, total.accepted, total.missed) == (5, len(accepted), len(missed))
    assert (total.rated, total.average_rating) == (len(stars), sum(stars) / len(stars))
    assert sorted(total.waits.elements()) == [10, 30, 50, 90]
    assert (total.average_wait_s, total.p90_wait_s) == (45, 90)
    assert (total.average_response_s, total.average_handling_s) == (round((30 + 50 + 110) / 3), 120)
    assert {key: each.accepted for key, each in found.agents.items()} == {"1000": 2, "1001": 1}
    assert (await report(office, agent="1001")).total.accepted == 1
    [rated] = [each.id for each in office.service.livechats.all() if each.public_id == "rated"]
    assert (await report(office, livechat_id=rated)).total.inquiries == 2


async def test_figures_survive_what_they_were_counted_of(office: Office) -> None:
    await a_day(office)
    await office.sweep()
    office.clock.pass_s(120)
    await office.sweep()  # the last one has waited for too long without being there
    begin, end = office.clock.ms - 3 * DAY_MS, office.clock.ms
    before = await reports(office).report(SYSTEM, begin, end)
    office.clock.pass_s(31 * 24 * 3600)
    assert await office.service.retention.sweep() == 5
    assert await reports(office).report(SYSTEM, begin, end) == before
    assert before.total.inquiries == 5


async def test_tables_for_files_hold_a_line_for_each_part(office: Office) -> None:
    await a_day(office)
    found = await report(office)
    sheets = dict(reports(office).sheets(found))
    assert list(sheets) == ["Live chats", "Agents", "Days", "Hours of the week"]
    assert [row[1] for row in sheets["Agents"][1:]] == ["Ana Costa", "1001"]
    assert list(sheets["Live chats"][-1][2:]) == row_of(found.total)
    assert sheets["Days"][0][:4] == ["Key", "Name", "Inquiries", "Accepted"]
    german = reports(office).sheets(found, "de")
    assert german[0][1][0] == heads(OF_LINES, "de") != sheets["Days"][0]
    assert [name for name, _ in german] == [translate(name, "de") for name in sheets]
    assert german[0][1][-1][1] == translate("Total", "de")
    assert dict(german).keys() != sheets.keys()


async def test_a_report_is_of_twelve_months_at_most_and_for_who_may_see_it(office: Office) -> None:
    with pytest.raises(Invalid):
        await reports(office).report(SYSTEM, 0, 367 * DAY_MS)
    with pytest.raises(Forbidden):
        await reports(office).report(Actor("admin:a", "", NO_RIGHTS), 0, DAY_MS)


class Readers:
    """Two administrators, and one who may not see live chats."""

    def __init__(self) -> None:
        self.all = {
            "ada": Reader("1", "Ada", "ada@example.test", "de", allowed=True),
            "bob": Reader("2", "Bob", "bob@example.test", "", allowed=True),
            "cyd": Reader("3", "Cyd", "cyd@example.test", "", allowed=False),
        }

    def readers(self) -> list[Reader]:
        return list(self.all.values())

    def reader(self, user_name: str) -> Reader | None:
        return self.all.get(user_name)


def summary(office: Office, readers: Readers) -> DailySummary:
    return DailySummary(
        office.database, reports(office), readers, office.outbox, lambda: UTC, office.clock
    )


def named(name: str) -> Actor:
    return Actor(f"admin:{name}", "", Rights({Module.LIVECHAT: "view"}))


def morning(clock: Clock, hour: float, day: int = 25) -> None:
    moment = datetime(2027, 1, day, tzinfo=UTC).timestamp() + hour * 3600
    clock.ms = round(moment * 1000)


async def test_a_summary_comes_once_a_day_whatever_happens(office: Office, clock: Clock) -> None:
    readers = Readers()
    morning(clock, 9, day=24)
    for name in ("ada", "cyd"):
        await summary(office, readers).choose(named(name), wanted=True)
    await a_day(office)
    morning(clock, 5.9)
    first = summary(office, readers)
    assert await first.sweep() == 0
    morning(clock, 6)
    assert await first.sweep() == 1
    assert await first.sweep() == 0
    morning(clock, 12)
    await summary(office, readers).sweep()  # as after a restart
    [mail] = await office.mails("livechat_summary")
    assert (mail["address"], mail["language"]) == ("ada@example.test", "de")
    assert mail["params"] == {
        "full_name": "Ada", "day": "2027-01-24", "link": "/admin/#/livechat-report",
        "inquiries": 5, "accepted": 3, "missed": 1, "left": 0, "average_wait": 45,
        "longest_usual_wait": 90, "first_response": 63, "handling": 120, "rating": "3.5 / 5",
    }  # fmt: skip
    morning(clock, 7, day=26)
    assert await first.sweep() == 1
    assert len(await office.mails("livechat_summary")) == 2


async def test_who_wants_it_during_the_day_gets_the_next_morning(
    office: Office, clock: Clock
) -> None:
    morning(clock, 10)
    daily = summary(office, Readers())
    await daily.choose(named("bob"), wanted=True)
    assert await daily.wish(named("bob")) == (True, "bob@example.test")
    assert await daily.sweep() == 0
    morning(clock, 6, day=26)
    assert await daily.sweep() == 1
    await daily.choose(named("bob"), wanted=False)
    assert await daily.wish(named("bob")) == (False, "bob@example.test")
