"""From a message to a browser that is closed: a real push service, on both databases."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, func, select

from engage.errors import Forbidden, Invalid
from engage.keyring import Keyring
from engage.livechat.events import InquiryQueued
from engage.people.events import ExtensionsDropped, SessionEnded
from engage.people.model import AgentSeat, Principal
from engage.push.client import AddressForbidden, PushClient, PushFailed
from engage.push.keys import own_key
from engage.push.part import PushPart
from engage.storage.tables import facts, push_messages, push_subscriptions
from tests.support.colleagues import NAMES, Office, person
from tests.support.following import VISITOR, member, opened
from tests.support.push_service import Browser, PushService

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database

WITHIN_S = 10


class Desk(Office):
    """An office with push messages to a service of our own."""

    def __init__(self, database: Database, service: PushService) -> None:
        super().__init__(database)
        self.service = service
        self.connections.there = set()
        self.keyring = Keyring(b"k" * 32)
        self.part = PushPart(
            database, self.keyring, self.hub, self.connections, self, self.agents_at, self.events,
            lambda: "https://pbx.example",
            clock=self.clock,
            client=PushClient(private=True, trust=service.trust),
            private=True,
        )  # fmt: skip

    def name_of(self, number: str) -> str | None:
        return self.book.name_of(number)

    def agents_of(self, kind: str, values: Iterable[str]) -> list[AgentSeat]:
        return [AgentSeat(each, NAMES[each], False, "", "en") for each in values]

    def agents_at(self, livechat_id: str) -> list[AgentSeat]:
        assert livechat_id == "l1"
        return self.agents_of("extensions", ["1000", "1001"])

    async def subscribed(self, number: str, name: str = "b1") -> Browser:
        browser = self.service.browser(name)
        keys = browser.subscription()["keys"]
        who = person(number)
        await self.part.push.subscribe(who, browser.endpoint, keys["p256dh"], keys["auth"])
        return browser

    async def send(self) -> None:
        """What the sender does when it is woken."""
        await self.events.settled()
        key = await own_key(self.database, self.keyring)
        await self.part.sending.step(self.part.push, key)

    async def told(self, browser: Browser) -> dict[str, Any]:
        await self.send()
        received = await asyncio.wait_for(self.service.received.get(), WITHIN_S)
        assert browser.endpoint.endswith(received.path)
        return browser.read(received.body)

    async def quiet(self) -> bool:
        """Nothing is told, and nothing waits."""
        await self.send()
        async with self.database.read() as connection:
            waiting = await connection.scalar(select(func.count()).select_from(push_messages))
        return waiting == 0 and self.service.received.empty()


async def forget(connection: AsyncConnection) -> None:
    await connection.execute(delete(push_messages))
    await connection.execute(delete(push_subscriptions))
    await connection.execute(delete(facts).where(facts.c.name == "push_key"))


@asynccontextmanager
async def running(desk: Desk) -> AsyncIterator[Desk]:
    await desk.part.start()
    try:
        yield desk
    finally:
        await desk.part.stop()


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    await database.write(forget)
    async with PushService(tmp_path) as service:
        yield Desk(database, service)


async def chat(desk: Desk) -> str:
    conversation, _ = await desk.direct.open(person("1000"), "1001")
    return conversation


async def test_message_reaches_a_browser_whose_wave_is_closed(desk: Desk) -> None:
    browser = await desk.subscribed("1001")
    conversation = await chat(desk)
    async with running(desk):
        await desk.say("1000", conversation, "Are you there?")
        received = await asyncio.wait_for(desk.service.received.get(), WITHIN_S)
    assert b"there" not in received.body
    assert browser.read(received.body) == {
        "title": "Ana Costa",
        "body": "Are you there?",
        "tag": f"engage {conversation}",
        "path": f"/wave/#/chats/{conversation}",
    }
    assert received.headers["content-encoding"] == "aes128gcm"
    assert 0 < int(received.headers["ttl"]) <= 24 * 3600
    assert received.headers["authorization"].endswith(f"k={desk.part.key()}")


async def test_key_is_made_once_and_kept_sealed(desk: Desk, database: Database) -> None:
    async with running(desk):
        key = desk.part.key()
    async with running(Desk(database, desk.service)) as again:
        assert again.part.key() == key
    async with database.read() as connection:
        held = await connection.scalar(select(facts.c.value).where(facts.c.name == "push_key"))
    assert str(held).startswith("1.")


async def test_nobody_is_told_of_what_they_see_or_have_muted(desk: Desk) -> None:
    browser = await desk.subscribed("1001")
    group, _ = await desk.groups.create(person("1000"), name="Party", members=["1001"])
    await desk.say("1001", group, "My own words")
    desk.connections.there = {"user:1001"}
    await desk.say("1000", group, "Seen in Wave")
    desk.connections.there = set()
    await desk.keeping.keep(person("1001"), group, muted=True)
    await desk.say("1000", group, "Muted")
    assert await desk.quiet()
    await desk.say("1000", group, "@Ben Osei!", mentions=["1001"])
    assert (await desk.told(browser))["title"] == "Ana Costa · Party"
    await desk.say("1000", group, "@all", mentions=["all"])
    assert (await desk.told(browser))["body"] == "@all"


async def test_inquiry_is_told_to_agents_who_are_not_there(desk: Desk) -> None:
    browser = await desk.subscribed("1001")
    await desk.subscribed("1000", "b2")
    desk.connections.there = {"user:1000"}
    conversation = await opened(desk.hub, member(VISITOR))
    desk.events.publish(InquiryQueued(conversation, "l1"))
    told = await desk.told(browser)
    assert (told["title"], told["path"]) == ("Vi waits for an answer", "/wave/#/live-chat")
    assert await desk.quiet()


async def test_who_still_waits_is_told_again_to_all_on_duty_wherever_they_are(desk: Desk) -> None:
    browser = await desk.subscribed("1001")
    desk.connections.there = {"user:1000", "user:1001"}
    conversation = await opened(desk.hub, member(VISITOR))
    assert await desk.part.push.rouse("l1", conversation) == ["1001"]
    assert (await desk.told(browser))["title"] == "Vi waits for an answer"
    assert await desk.quiet()


async def test_message_on_request_tells_what_became_of_it(desk: Desk) -> None:
    browser = await desk.subscribed("1001")
    try_out = desk.part.trial.run
    async with running(desk):
        assert await try_out(person("1001"), browser.endpoint, "en") == "sent"
        received = await asyncio.wait_for(desk.service.received.get(), WITHIN_S)
        assert browser.read(received.body)["tag"] == "engage test"
        assert await try_out(person("1000"), browser.endpoint, "en") == "unknown"  # not theirs
        desk.service.answers = ["503 Busy", "400 Bad Request", "410 Gone"]
        told = [await try_out(person("1001"), browser.endpoint, "en") for _ in range(4)]
    assert told == ["again", "refused", "gone", "unknown"]


@pytest.mark.parametrize("answer", ["410 Gone", "404 Not Found"])
async def test_browser_that_is_gone_is_forgotten(desk: Desk, answer: str) -> None:
    desk.service.answers = [answer]
    browser = await desk.subscribed("1001")
    conversation = await chat(desk)
    await desk.say("1000", conversation, "One")
    await desk.told(browser)
    assert desk.part.push.count("user:1001") == 0
    await desk.say("1000", conversation, "Two")
    assert await desk.quiet()


async def test_service_that_is_busy_is_asked_again_later(desk: Desk) -> None:
    desk.service.answers = ["503 Busy"]
    browser = await desk.subscribed("1001")
    conversation = await chat(desk)
    await desk.say("1000", conversation, "One")
    await desk.told(browser)
    assert await tries(desk) == 1
    await desk.send()
    assert desk.service.received.empty()  # not yet
    await desk.say("1000", conversation, "Two")  # takes its place, and is due at once
    assert (await desk.told(browser))["body"] == "Two"
    assert await desk.quiet()


async def tries(desk: Desk) -> int | None:
    async with desk.database.read() as connection:
        return await connection.scalar(select(push_messages.c.tries))


async def test_what_was_read_meanwhile_or_is_too_old_is_not_sent(desk: Desk) -> None:
    await desk.subscribed("1001")
    conversation = await chat(desk)
    seq = await desk.say("1000", conversation, "One")
    await desk.events.settled()
    await desk.hub.read("user:1001", conversation, seq)
    await desk.hub.stop()
    assert await desk.quiet()
    await desk.say("1000", conversation, "Two")
    await desk.events.settled()
    desk.offset_ms = 25 * 3_600_000
    assert await desk.quiet()


async def test_restart_sends_what_waited(desk: Desk) -> None:
    browser = await desk.subscribed("1001")
    conversation = await chat(desk)
    await desk.say("1000", conversation, "Written before the restart")
    await desk.events.settled()
    async with running(Desk(desk.database, desk.service)):
        received = await asyncio.wait_for(desk.service.received.get(), WITHIN_S)
    assert browser.read(received.body)["body"] == "Written before the restart"


async def test_who_signs_out_or_is_gone_is_told_nothing_more(desk: Desk) -> None:
    await desk.subscribed("1001")
    desk.events.publish(SessionEnded("s", "expired"))  # the browser may stay subscribed
    await desk.events.settled()
    assert desk.part.push.count("user:1001") == 1
    desk.events.publish(SessionEnded("s", "revoked"))
    await desk.events.settled()
    assert desk.part.push.count("user:1001") == 0
    browser = await desk.subscribed("1001")
    await desk.part.push.unsubscribe(person("1002"), browser.endpoint)  # not theirs
    assert desk.part.push.count("user:1001") == 1
    desk.events.publish(ExtensionsDropped(("1001",)))
    await desk.events.settled()
    assert desk.part.push.count("user:1001") == 0


async def test_browser_belongs_to_who_subscribed_it_last(desk: Desk) -> None:
    await desk.subscribed("1001")
    await desk.subscribed("1002")
    assert (desk.part.push.count("user:1001"), desk.part.push.count("user:1002")) == (0, 1)
    await desk.subscribed("1002")
    assert desk.part.push.count("user:1002") == 1


async def test_bad_subscriptions_are_refused(desk: Desk) -> None:
    keys = desk.service.browser().subscription()["keys"]
    push = desk.part.push
    with pytest.raises(Invalid):
        await push.subscribe(person("1001"), "http://push.example/a", **keys)
    with pytest.raises(Invalid):
        await push.subscribe(person("1001"), "https://push.example/a", keys["auth"], keys["auth"])
    admin = Principal("admin", "admin", "A", "admin:admin", "s")
    with pytest.raises(Forbidden):
        await push.subscribe(admin, "https://push.example/a", **keys)


async def test_client_connects_no_private_address(desk: Desk) -> None:
    client = PushClient(trust=desk.service.trust)
    with pytest.raises(AddressForbidden):
        await client.post(desk.service.browser().endpoint, {}, b"")
    with pytest.raises(PushFailed):
        await PushClient(private=True).post(desk.service.browser().endpoint, {}, b"")  # no trust
