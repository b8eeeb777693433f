"""Bots: served first, handed over, refused when late; nobody answers twice."""

from __future__ import annotations

import json
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.errors import NotFound
from engage.hub.model import StaleOwner
from engage.livechat.bots.model import BotTokenInvalid, Reply, Said, Terms, read_reply
from engage.livechat.bots.part import BotPart
from engage.livechat.webhooks.part import Webhooks
from engage.system.actor import SYSTEM
from pbxcore.http_client import HttpClient
from tests.support.hook_receiver import HookReceiver
from tests.support.office import ANA, KEYRING, visitor_author

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from engage.livechat.reception import Session
    from tests.support.office import Office


class House:
    """Live chat with a bot; nothing is sent but by `send`."""

    def __init__(self, office: Office, receiver: HookReceiver) -> None:
        self.office, self.receiver = office, receiver
        clock, database = office.clock, office.database
        self.webhooks = Webhooks(
            database,
            KEYRING,
            office.hub,
            office.service.livechats,
            HttpClient(private=[ip_network("127.0.0.0/8")]),
            office.events,
            clock,
        )
        part = BotPart(database, office.hub, office.service, self.webhooks, office.events, clock)
        self.registry, self.bots = part.registry, part.bots

    async def put(self, public_id: str = "chat", **changes: Any) -> tuple[str, str]:
        """Give a live chat a bot; its token and secret."""
        livechat = self.office.service.livechats.by_public_id(public_id)
        usual = {"name": "Robo", "url": self.receiver.url, "enabled": True, "terms": Terms()}
        _, token, secret = await self.registry.put(SYSTEM, livechat.id, **{**usual, **changes})
        return token or "", secret or ""

    async def send(self) -> list[tuple[str, dict[str, Any]]]:
        """Send what is due to the bot; what it was told, in order."""
        for _ in range(50):
            await self.webhooks.sending.step()
            if not self.webhooks.sending.busy:
                break
            await self.webhooks.sending.settled()
        await self.office.events.settled()
        return [(hook.type, hook.told["data"]) for hook in self.receiver.taken()]

    async def answers(self, *said: str, **more: Any) -> None:
        """What the bot answers next."""
        body = json.dumps({"messages": [{"text": each} for each in said], **more})
        self.receiver.answers.append((200, "Content-Type: application/json\r\n", body))

    async def writes(self, session: Session, text: str) -> None:
        author = visitor_author(session)
        await self.office.hub.post(
            author.stored,
            author,
            str(session.conversation_id),
            client_id=text[:9].replace(" ", "-"),
            text=text,
        )

    async def log(self, session: Session) -> list[tuple[str, str, str]]:
        """Kinds, authors and words, as the visitor sees them."""
        page = await self.office.hub.resume(
            visitor_author(session).stored, str(session.conversation_id), 0
        )
        return [
            (each["kind"], each["author"]["kind"], each.get("text") or each.get("state") or "")
            for each in page.events
        ]


@pytest.fixture
async def house(office: Office) -> AsyncIterator[House]:
    async with HookReceiver() as receiver:
        yield House(office, receiver)


async def test_a_bot_serves_first_and_agents_see_nothing(house: House, office: Office) -> None:
    await house.put()
    session = await office.begin()
    assert (session.state, session.epoch) == ("active", 1)
    assert office.sockets.told(ANA.who, "inquiry") == []
    await house.answers("Hello, I am a robot")
    await house.writes(session, "Hi")
    await house.answers("Six o'clock", "Anything else?")
    [(started, _), (message, data)] = await house.send()
    assert (started, message) == ("bot.started", "bot.message")
    assert data["conversation"]["epoch"] == 1
    assert data["event"]["body"]["text"] == "Hi"
    assert [each for each in await house.log(session) if each[0] == "message"][1:] == [
        ("message", "visitor", "Hi"),
        ("message", "bot", "Hello, I am a robot"),
        ("message", "bot", "Six o'clock"),
        ("message", "bot", "Anything else?"),
    ]
    office.clock.pass_s(31)
    assert await house.bots.run() == 0  # nothing is owed


async def test_a_bot_hands_over_with_a_note_for_agents_alone(house: House, office: Office) -> None:
    await house.put()
    session = await office.begin()
    await house.send()
    await house.writes(session, "A hard question")
    await house.answers("I will get somebody", handover=True, note="Wants a refund")
    assert [what for what, _ in await house.send()] == ["bot.message", "bot.over"]
    [inquiry] = office.sockets.told(ANA.who, "inquiry")
    conversation = str(session.conversation_id)
    assert inquiry["conversation"] == conversation
    await office.service.desk.accept(ANA, conversation, inquiry["epoch"])
    seen = (await office.hub.resume(ANA.who, conversation, 0)).events
    assert ("note", "Wants a refund") in [(each["kind"], each.get("text")) for each in seen]
    assert "Wants a refund" not in str(await house.log(session))


async def test_what_cannot_be_taken_keeps_nobody_from_a_person(
    house: House, office: Office
) -> None:
    await house.put()
    session = await office.begin()
    await house.send()
    await house.writes(session, "Help")
    await house.answers("", "fine", handover=True, note="\x00" * 9)
    await house.send()
    said = [each[2] for each in await house.log(session) if each[1] == "bot"]
    assert said[-1] == "fine"
    assert len(office.sockets.told(ANA.who, "inquiry")) == 1


async def test_a_reply_of_a_former_owner_is_refused_and_kept_for_agents(
    house: House, office: Office
) -> None:
    """chatwoot#14870: bot and agent answered together."""
    token, _ = await house.put()
    session = await office.begin()
    await house.send()
    conversation, bot = str(session.conversation_id), house.registry.by_token(token)
    await house.bots.person_wanted(visitor_author(session).stored, conversation)
    [inquiry] = office.sockets.told(ANA.who, "inquiry")
    await office.service.desk.accept(ANA, conversation, inquiry["epoch"])
    for _ in range(2):  # and once more: it is kept once
        with pytest.raises(StaleOwner):
            await house.bots.say(bot, conversation, 1, "late", Said("Half past six"))
    with pytest.raises(StaleOwner):
        await house.bots.gives_up(bot, conversation, 1, "")
    seen = (await office.hub.resume(ANA.who, conversation, 0)).events
    assert [each["text"] for each in seen if each["kind"] == "note"] == ["Half past six"]
    assert "Half past six" not in str(await house.log(session))


async def test_a_bot_that_fails_is_replaced_at_once_and_rests(house: House, office: Office) -> None:
    await house.put()
    house.receiver.answers = [(500, "", "")] * 100
    given_to_people = 0
    for _ in range(6):
        session = await office.begin()
        given_to_people += session.state == "waiting"  # at once, while it rests
        await house.send()
        assert (await house.log(session))[-1] in (
            ("state", "system", "waiting"),
            ("message", "system", "Welcome! How can we help you?"),
        )
    assert given_to_people > 0
    office.clock.pass_s(15 * 60)
    assert (await office.begin()).state == "active"  # it is given another try


async def test_a_silent_bot_is_replaced_in_time(house: House, office: Office) -> None:
    await house.put(terms=Terms(answer_within_s=10))
    session = await office.begin()
    await house.send()
    await house.writes(session, "Are you there?")
    await house.send()  # taken, but not answered
    office.clock.pass_s(9)
    assert await house.bots.run() == 0
    office.clock.pass_s(2)
    assert await house.bots.run() == 1
    [inquiry] = office.sockets.told(ANA.who, "inquiry")
    assert inquiry["preview"] == "Are you there?"


async def test_the_visitor_asks_for_a_person(house: House, office: Office) -> None:
    await house.put()
    session = await office.begin()
    conversation, author = str(session.conversation_id), visitor_author(session)
    for _ in range(2):
        await house.bots.person_wanted(author.stored, conversation)
    found = await office.service.reception.find("chat", str(session.token))
    assert (found.state, found.position) == ("waiting", 1)
    assert len([each for each in await house.log(session) if each[2] == "waiting"]) == 2
    with pytest.raises(NotFound):
        await house.bots.person_wanted("visitor:somebody-else", conversation)


async def test_a_bot_answers_by_itself_types_and_reads(house: House, office: Office) -> None:
    token, _ = await house.put()
    session = await office.begin()
    await house.send()
    conversation, bot = str(session.conversation_id), house.registry.by_token(token)
    await house.writes(session, "Hello")
    await house.bots.types(bot, conversation)
    [typing] = office.sockets.told(visitor_author(session).stored, "typing")
    assert typing["author"]["kind"] == "bot"
    said = Said("Which size?", ("Small", "Large"))
    first = await house.bots.say(bot, conversation, 1, "a1", said)
    again = await house.bots.say(bot, conversation, 1, "a1", said)
    assert (again.duplicate, again.event.seq) == (True, first.event.seq)
    page = await house.bots.events(bot, conversation, 0)
    assert page.events[-1]["choices"] == ["Small", "Large"]


async def test_a_token_is_for_one_live_chat(house: House, office: Office) -> None:
    await office.add("other")
    here, _ = await house.put()
    await house.put("other")
    session = await office.begin("other")
    bot = house.registry.by_token(here)
    with pytest.raises(NotFound):
        await house.bots.say(bot, str(session.conversation_id), 1, "x", Said("Hello"))
    with pytest.raises(NotFound):
        await house.bots.gives_up(bot, str(session.conversation_id), 1, "")
    with pytest.raises(NotFound):
        await house.bots.events(bot, str(session.conversation_id), 0)
    fresh = await house.registry.renew_token(SYSTEM, bot.livechat_id)
    with pytest.raises(BotTokenInvalid):
        house.registry.by_token(here)
    assert house.registry.by_token(fresh).id == bot.id


async def test_a_bot_that_is_switched_off_leaves_its_visitors_to_people(
    house: House, office: Office
) -> None:
    await house.put()
    session = await office.begin()
    await house.put(enabled=False)
    found = await office.service.reception.find("chat", str(session.token))
    assert found.state == "waiting"
    assert (await office.begin()).state == "waiting"
    await house.put(enabled=True)
    served = await office.begin()
    await house.registry.remove(SYSTEM, house.registry.all()[0].livechat_id)
    found = await office.service.reception.find("chat", str(served.token))
    assert found.state == "waiting"


async def test_a_restart_keeps_the_bots_chat_and_the_sweep_leaves_it_alone(
    house: House, office: Office
) -> None:
    await house.put()
    session = await office.begin()
    await house.send()
    next_one = await office.restarted()
    again = House(next_one, house.receiver)
    await again.webhooks.endpoints.load()
    await again.registry.load()
    next_one.clock.pass_s(400)
    await next_one.sweep()
    found = await next_one.service.reception.find("chat", str(session.token))
    assert found.state == "active"
    next_one.clock.pass_s(900)  # the visitor never came back
    await next_one.sweep()
    found = await next_one.service.reception.find("chat", str(session.token))
    assert found.state == "ended"
    await next_one.stop()


def test_what_a_bot_answers_is_read_with_care() -> None:
    assert read_reply(b"") == Reply()
    assert read_reply(b'{"messages":[{"text":"a","choices":["x"," ",3,"x","y"]},{"no":1},7]}') == (
        Reply((Said("a", ("x", "y")),))
    )
    assert read_reply(b'{"handover":true,"note":"n"}') == Reply((), hands_over=True, note="n")
    assert read_reply(b'{"handover":"yes"}') == Reply()
    assert read_reply(b"<html>").problems == ("no JSON",)
    assert read_reply(b"[]").problems == ("no object",)
    assert len(read_reply(json.dumps({"messages": [{"text": "x"}] * 99}).encode()).said) == 10


@given(st.binary(max_size=200))
def test_no_answer_makes_the_reading_fail(body: bytes) -> None:
    assert isinstance(read_reply(body), Reply)
