"""Visitors who are kept out: asked for by agents, decided by chairmen and administrators."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, insert, select

from engage.errors import Forbidden, NotFound
from engage.identifiers import new_id
from engage.livechat.banning.model import AlreadyDecided, network_to_ban
from engage.livechat.banning.service import Decider
from engage.livechat.events import ConversationsErased
from engage.livechat.limits import LOOPBACK, Limits
from engage.livechat.model import Arrival, TokenBanned, UnknownLiveChat
from engage.livechat.repository import LiveChatRepository
from engage.people.events import SessionEnded
from engage.storage.tables import conversations, inquiries, livechat_bans
from engage.system.actor import ALL_RIGHTS, Actor, Module, Rights
from tests.support.office import ANA, BEN, CHEN, FORM

if TYPE_CHECKING:
    from engage.livechat.desk import Agent
    from engage.livechat.reception import Session
    from tests.support.office import Office

ADMIN = Decider(Actor("admin:root", "192.0.2.1", ALL_RIGHTS), "root")
HOUR_S = 3600


def decider(agent: Agent) -> Decider:
    return Decider(Actor(agent.who), agent.name)


async def served(office: Office, **start: object) -> tuple[Session, str]:
    session = await office.begin(**start)
    conversation = str(session.conversation_id)
    await office.service.desk.accept(ANA, conversation, None)
    return session, conversation


async def test_an_agent_asks_and_the_chairman_bans(office: Office) -> None:
    office.seats.chairmen = frozenset({CHEN.number})
    ended: list[SessionEnded] = []
    office.events.subscribe(SessionEnded, lambda fact: _append(ended, fact))
    session, conversation = await served(office)
    asked = await office.service.bans.ask(decider(ANA), conversation, "24h", "Insults")
    assert asked.state == "asked"
    assert await office.service.visitor(str(session.token))  # nothing has happened yet
    assert office.sockets.told(CHEN.who, "ban")[-1]["state"] == "asked"
    assert office.service.bans.listed(Actor(CHEN.who)) == [asked]
    assert office.service.bans.listed(Actor(ANA.who)) == []
    banned = await office.service.bans.confirm(decider(CHEN), asked.id, "1h")
    await office.events.settled()
    assert (banned.state, banned.duration, banned.decided_by_name) == ("banned", "1h", "Chen Li")
    with pytest.raises(TokenBanned) as refused:
        await office.service.visitor(str(session.token))
    assert refused.value.code == "banned"
    assert [(each.session_id, each.reason) for each in ended] == [(asked.visitor_id, "banned")]
    summary = await office.hub.summary(ANA.who, conversation)
    assert (summary["state"], summary["events"][-1]["reason"]) == ("ended", "banned")


async def _append(facts: list[SessionEnded], fact: SessionEnded) -> None:
    facts.append(fact)


async def test_who_is_banned_finds_no_live_chat_by_token_or_address(office: Office) -> None:
    session, conversation = await served(office)
    await office.service.bans.ask(ADMIN, conversation, "permanent", "")
    reception = office.service.reception
    with pytest.raises(UnknownLiveChat):
        await reception.find("chat", str(session.token))
    elsewhere = Arrival("198.51.100.9", "Browser/1", "en")
    with pytest.raises(UnknownLiveChat):
        await office.begin(token=session.token, arrival=elsewhere)
    livechat = office.service.livechats.by_public_id("chat")
    assert office.service.bans.shuts_out(livechat.id, "192.0.2.7")
    assert not office.service.bans.shuts_out(livechat.id, "192.0.2.8")
    await office.add("other")
    other = office.service.livechats.by_public_id("other")
    assert not office.service.bans.shuts_out(other.id, "192.0.2.7")


async def test_what_the_banned_have_open_in_other_browsers_ends_too(office: Office) -> None:
    ended: list[SessionEnded] = []
    office.events.subscribe(SessionEnded, lambda fact: _append(ended, fact))
    _, conversation = await served(office)
    by_email = await office.begin(form=replace(FORM, email=FORM.email.upper(), phone="+1 555 1"))
    by_phone = await office.begin(form=replace(FORM, email="other@example.test"))
    elsewhere = await office.begin(arrival=Arrival("198.51.100.9", "Browser/1", "en"))
    stranger = replace(FORM, email="colleague@example.test", phone="+1 555 2")
    colleague = await office.begin(form=stranger)
    await office.add("other")
    other = await office.begin("other")
    await office.service.bans.ask(ADMIN, conversation, "1h", "")
    await office.events.settled()
    states = {
        session: (await office.hub.conversation(str(session.conversation_id))).state
        for session in (by_email, by_phone, elsewhere, colleague, other)
    }
    assert states == {
        by_email: "missed",
        by_phone: "missed",
        elsewhere: "waiting",
        colleague: "waiting",
        other: "waiting",
    }
    gone = {each.visitor.id for each in (by_email, by_phone) if each.visitor is not None}
    assert gone < {each.session_id for each in ended}
    assert len(ended) == 3


async def test_whose_address_stands_for_others_has_the_one_chat_ended(office: Office) -> None:
    behind = Arrival("127.0.0.1", "Browser/1", "en")
    _, conversation = await served(office, arrival=behind)
    same = await office.begin(arrival=behind)
    await office.service.bans.ask(ADMIN, conversation, "1h", "")
    found = await office.hub.conversation(str(same.conversation_id))
    assert found.state == "waiting"


async def test_an_ipv6_subscriber_is_banned_with_the_whole_of_its_64(office: Office) -> None:
    arrival = Arrival("2001:db8:1:2:aaaa::1", "Browser/1", "en")
    _, conversation = await served(office, arrival=arrival)
    ban = await office.service.bans.ask(ADMIN, conversation, "1h", "")
    assert ban.network == "2001:db8:1:2::/64"
    shuts_out = office.service.bans.shuts_out
    assert shuts_out(ban.livechat_id, "2001:db8:1:2:bbbb::9")
    assert not shuts_out(ban.livechat_id, "2001:db8:1:3::1")


def test_addresses_that_stand_for_others_are_not_banned() -> None:
    limits = Limits(exempt=LOOPBACK)
    assert network_to_ban("192.0.2.7", limits) == "192.0.2.7"
    assert network_to_ban("::ffff:192.0.2.7", limits) == "192.0.2.7"
    for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0", "", "unix:"):  # noqa: S104
        assert network_to_ban(address, Limits()) == "", address


async def test_a_ban_ends_by_itself(office: Office) -> None:
    session, conversation = await served(office)
    ban = await office.service.bans.ask(ADMIN, conversation, "1h", "")
    office.clock.pass_s(HOUR_S - 1)
    assert office.service.bans.is_banned(ban.livechat_id, ban.visitor_id)
    office.clock.pass_s(1)
    assert not office.service.bans.is_banned(ban.livechat_id, ban.visitor_id)
    assert ban.shown_state(office.clock()) == "expired"
    assert (await office.begin(token=session.token)).conversation_id != conversation


async def test_a_ban_is_lifted_and_outlives_a_restart(office: Office) -> None:
    _, conversation = await served(office)
    ban = await office.service.bans.ask(ADMIN, conversation, "permanent", "")
    again = await office.restarted()
    try:
        assert again.service.bans.is_banned(ban.livechat_id, ban.visitor_id)
        lifted = await again.service.bans.lift(ADMIN, ban.id)
        assert (lifted.state, lifted.lifted_by_name) == ("lifted", "root")
        assert not again.service.bans.is_banned(ban.livechat_id, ban.visitor_id)
        with pytest.raises(AlreadyDecided):
            await again.service.bans.lift(ADMIN, ban.id)
    finally:
        await again.stop()


async def test_a_waiting_visitor_who_is_banned_is_missed(office: Office) -> None:
    session = await office.begin()
    await office.service.bans.ask(ADMIN, str(session.conversation_id), "1h", "")
    await office.events.settled()
    assert await office.service.desk.inquiries(ANA) == []
    assert office.sockets.told(ANA.who, "inquiry_gone")


async def test_agents_ask_once_and_decide_nothing(office: Office) -> None:
    office.seats.chairmen = frozenset({CHEN.number})
    _, conversation = await served(office)
    bans = office.service.bans
    asked = await bans.ask(decider(ANA), conversation, "1h", "Insults")
    assert (await bans.ask(decider(ANA), conversation, "30d", "Again")).id == asked.id
    with pytest.raises(NotFound):
        await bans.ask(decider(BEN), conversation, "1h", "")
    for work in (bans.confirm, bans.refuse, bans.lift):
        with pytest.raises(NotFound):
            await work(decider(ANA), asked.id)
    viewer = Decider(Actor("admin:v", "", Rights({Module.LIVECHAT: "view"})), "v")
    with pytest.raises(Forbidden):
        await bans.confirm(viewer, asked.id)
    refused = await bans.refuse(decider(CHEN), asked.id)
    assert refused.state == "refused"
    with pytest.raises(AlreadyDecided):
        await bans.confirm(decider(CHEN), asked.id)
    assert await office.service.visitor((await office.begin(form=FORM)).token or "")


async def test_a_person_who_is_erased_leaves_no_ban_in_memory(office: Office) -> None:
    _, conversation = await served(office)
    ban = await office.service.bans.ask(ADMIN, conversation, "permanent", "")
    await office.database.write(lambda each: each.execute(delete(livechat_bans)))
    office.events.publish(ConversationsErased((conversation,)))
    await office.events.settled()
    assert office.service.bans.listed(ADMIN.actor) == []
    assert not office.service.bans.is_banned(ban.livechat_id, ban.visitor_id)


async def test_bans_over_for_long_are_forgotten(office: Office) -> None:
    _, conversation = await served(office)
    await office.service.bans.ask(ADMIN, conversation, "1h", "")
    office.clock.pass_s(91 * 24 * HOUR_S)
    await office.service.bans.load()
    assert office.service.bans.listed(ADMIN.actor) == []


async def test_a_ban_is_kept_that_was_stored_while_all_were_read_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, conversation = await served(office)
    bans, write = office.service.bans, office.database.write

    async def then_somebody_bans(*work: Any, **options: Any) -> Any:
        found = await write(*work, **options)
        monkeypatch.undo()
        await bans.ask(ADMIN, conversation, "1h", "")
        return found

    monkeypatch.setattr(office.database, "write", then_somebody_bans)
    await bans.load()
    assert len(bans.listed(ADMIN.actor)) == 1


async def test_the_open_chat_is_found_although_a_message_was_left_after_it(office: Office) -> None:
    session, conversation = await served(office)
    left = new_id()

    async def work(connection: Any) -> None:
        for table, key in ((conversations, "id"), (inquiries, "conversation_id")):
            found = await connection.execute(select(table).where(table.c[key] == conversation))
            row = dict(found.mappings().one())
            other = {key: left, "client_id": left, "number": 9_999, "state": "offline"}
            changed = {name: value for name, value in other.items() if name in row}
            await connection.execute(insert(table).values(row | changed))
        latest = await LiveChatRepository(connection).latest_inquiry_of(
            str(session.visitor and session.visitor.id)
        )
        assert latest is not None
        assert latest.conversation_id == conversation

    await office.database.write(work)
