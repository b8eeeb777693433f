"""Webhooks: written with what they tell of, sent in order, tried again, replayed, switched off."""

from __future__ import annotations

import asyncio
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from engage.errors import Invalid
from engage.livechat.banning.service import Decider
from engage.livechat.webhooks.alerts import WebhookAlerts
from engage.livechat.webhooks.endpoints import Draft
from engage.livechat.webhooks.model import StillOnItsWay, What
from engage.livechat.webhooks.part import Webhooks
from engage.storage.tables import webhook_deliveries
from engage.system.actor import ALL_RIGHTS, SYSTEM, Actor
from pbxcore.http_client import HttpClient
from tests.support.hook_receiver import Hook, HookReceiver
from tests.support.office import ANA, BEN, KEYRING, visitor_author

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from engage.livechat.reception import Session
    from engage.livechat.webhooks.model import Endpoint
    from tests.support.office import Office

LOOPBACK = (ip_network("127.0.0.0/8"),)
ALL = tuple(What)


@pytest.fixture
async def receiver() -> AsyncIterator[HookReceiver]:
    async with HookReceiver() as running:
        yield running


class House:
    """Live chat with webhooks; nothing is sent but by `send`."""

    def __init__(self, office: Office, receiver: HookReceiver) -> None:
        self.office, self.receiver = office, receiver
        self.webhooks = Webhooks(
            office.database,
            KEYRING,
            office.hub,
            office.service.livechats,
            HttpClient(private=LOOPBACK),
            office.events,
            office.clock,
        )
        self.endpoints, self.sending = self.webhooks.endpoints, self.webhooks.sending

    async def add(self, *events: str, **more: Any) -> tuple[Endpoint, str]:
        draft = Draft(
            more.pop("name", "Shop"),
            more.pop("url", self.receiver.url),
            events or ALL,
            more.pop("livechats", ()),
            more.pop("enabled", True),
        )
        made, secret = await self.endpoints.add(SYSTEM, draft, None)
        assert secret is not None
        return made, secret

    async def send(self) -> list[tuple[str, dict[str, Any]]]:
        """Send what is due; what came, in order."""
        return [(hook.type, hook.told["data"]) for hook in await self.sent()]

    async def sent(self) -> list[Hook]:
        """The same, as it came."""
        for _ in range(50):
            await self.sending.step()
            if not self.sending.busy:
                break
            await self.sending.settled()
        else:
            raise AssertionError("it never comes to rest")
        return self.receiver.taken()

    async def log(self, endpoint: Endpoint) -> list[tuple[str, str, int]]:
        found = await self.endpoints.deliveries(SYSTEM, endpoint.id, (), "", 100)
        return [(each.type, each.state, each.tries) for each in reversed(found)]


@pytest.fixture
def house(office: Office, receiver: HookReceiver) -> House:
    return House(office, receiver)


async def say(office: Office, session: Session, text: str) -> None:
    author = visitor_author(session)
    await office.hub.post(
        author.stored,
        author,
        str(session.conversation_id),
        client_id=text.replace(" ", "-"),
        text=text,
    )


async def test_the_whole_story_of_a_chat_is_told_in_its_order(house: House, office: Office) -> None:
    _, secret = await house.add()
    session = await office.begin()
    conversation = str(session.conversation_id)
    await say(office, session, "Hello")
    await office.service.desk.accept(ANA, conversation, None)
    await office.hub.post(ANA.who, ANA.author, conversation, client_id="a", text="Good day")
    await office.service.desk.end(ANA.who, ANA.author, conversation)
    hooks = await house.sent()
    assert [hook.type for hook in hooks] == [
        "conversation.waiting",
        "message.created",
        "conversation.accepted",
        "message.created",
        "conversation.ended",
    ]
    assert all(hook.signed_by(secret) for hook in hooks)
    assert len({hook.id for hook in hooks}) == 5
    first, last = hooks[0].told["data"], hooks[-1].told["data"]
    assert first["visitor"]["email"] == "vera@example.test"
    assert first["conversation"]["id"] == conversation
    assert [hook.told["data"]["event"]["seq"] for hook in hooks] == sorted(
        hook.told["data"]["event"]["seq"] for hook in hooks
    )
    assert last["event"]["body"]["reason"] == "agent"
    assert last["conversation"]["owner"] == {"id": "user:1000", "name": "Ana Costa"}


async def test_only_what_was_chosen_is_written(house: House, office: Office) -> None:
    await office.add("other")
    other = office.service.livechats.by_public_id("other").id
    await house.add(What.WAITING, livechats=(other,))
    await office.begin()
    await office.begin("other")
    [(what, data)] = await house.send()
    assert (what, data["livechat"]["public_id"]) == ("conversation.waiting", "other")


async def test_notes_are_told_to_nobody(house: House, office: Office) -> None:
    await house.add()
    session = await office.begin()
    await office.service.desk.accept(ANA, str(session.conversation_id), None)
    await house.send()
    await office.service.desk.note(ANA, str(session.conversation_id), "n", "Between us")
    assert await house.send() == []


async def test_a_handed_over_chat_and_an_offline_message_are_told(
    house: House, office: Office
) -> None:
    await house.add(What.TRANSFERRED, What.OFFLINE_MESSAGE, What.MISSED)
    session = await office.begin()
    conversation = str(session.conversation_id)
    await office.service.desk.accept(ANA, conversation, None)
    await office.service.handing_over.transfer(ANA, conversation, "agent", BEN.number, "")
    await office.service.desk.accept(BEN, conversation, None)
    [(what, data)] = await house.send()
    assert what == "conversation.transferred"
    assert data["event"]["body"]["former"]["name"] == "Ana Costa"


async def test_what_is_undone_is_not_told(house: House, office: Office) -> None:
    await house.add()
    session = await office.begin()
    await house.send()

    async def work(transaction: Any) -> None:
        await transaction.append(
            str(session.conversation_id), visitor_author(session), "message", {"text": "x"}
        )
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await office.hub.transact(work)
    async with office.database.read() as connection:
        waiting = await connection.scalar(
            select(func.count())
            .select_from(webhook_deliveries)
            .where(webhook_deliveries.c.state == "waiting")
        )
    assert waiting == 0


async def test_a_failed_message_holds_back_its_conversation_and_comes_first(
    house: House, office: Office
) -> None:
    endpoint, _ = await house.add(What.WAITING, What.MESSAGE)
    house.receiver.answers = [(500, "", "broken")]
    first = await office.begin()
    await say(office, first, "One")
    assert [what for what, _ in await house.send()] == ["conversation.waiting"]
    await say(office, first, "Two")
    second = await office.begin()  # another conversation does not wait
    [(_, data)] = await house.send()
    assert data["conversation"]["id"] == second.conversation_id
    office.clock.pass_s(6)
    told = await house.send()
    assert [what for what, _ in told] == [
        "conversation.waiting",
        "message.created",
        "message.created",
    ]
    assert (await house.log(endpoint))[0] == ("conversation.waiting", "sent", 2)


async def test_what_waits_outlives_the_server_and_comes_at_least_once(
    house: House, office: Office, receiver: HookReceiver
) -> None:
    """chatwoot#15920: webhooks could not be relied on."""
    await house.add(What.WAITING)
    await office.begin()
    async with office.database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(webhook_deliveries)) == 1
    # The server was killed between the lease and the answer.
    next_one = House(office, receiver)
    await next_one.endpoints.load()
    assert [what for what, _ in await next_one.send()] == ["conversation.waiting"]


async def test_the_log_shows_what_came_back_and_a_replay_keeps_the_identifier(
    house: House, office: Office
) -> None:
    endpoint, secret = await house.add(What.WAITING)
    house.receiver.answers = [(503, "Retry-After: 120\r\n", "x" * 5_000)]
    await office.begin()
    await house.sending.step()
    await house.sending.settled()
    [hook] = house.receiver.taken()
    [delivery] = await house.endpoints.deliveries(SYSTEM, endpoint.id, ("waiting",), "", 10)
    [attempt] = delivery.attempts
    assert (attempt.status, len(attempt.response)) == (503, 2_000)
    assert delivery.due_at_ms == office.clock() + 120_000
    assert secret not in str(delivery)
    with pytest.raises(StillOnItsWay):
        await house.endpoints.replay(SYSTEM, endpoint.id, delivery.id)
    office.clock.pass_s(121)
    await house.send()
    await house.endpoints.replay(SYSTEM, endpoint.id, delivery.id)
    await house.sending.step()
    await house.sending.settled()
    [again] = house.receiver.taken()
    assert again.id == hook.id
    assert await house.endpoints.replay_range(SYSTEM, endpoint.id, 0, office.clock() + 1) == 1
    assert len(await house.send()) == 1


async def test_an_endpoint_that_fails_rests_and_is_switched_off_after_three_days(
    house: House, office: Office
) -> None:
    endpoint, _ = await house.add(What.WAITING)
    for _ in range(6):
        await office.begin()
    house.receiver.answers = [(500, "", "")] * 10_000
    await house.send()
    rested = house.endpoints.get(SYSTEM, endpoint.id)
    assert rested.failures >= 5
    assert rested.paused_until_ms > office.clock()
    assert await house.send() == []
    for _ in range(80):
        office.clock.pass_s(3_600)
        await house.send()
        if not house.endpoints.get(SYSTEM, endpoint.id).enabled:
            break
    off = house.endpoints.get(SYSTEM, endpoint.id)
    assert (off.enabled, off.disabled_reason) == (False, "failing")
    await office.begin()
    house.receiver.answers = []
    assert await house.send() == []
    on = Draft(off.name, off.url, off.events, off.livechats, enabled=True)
    await house.endpoints.change(SYSTEM, endpoint.id, on, off.version)
    assert house.endpoints.get(SYSTEM, endpoint.id).failures == 0


async def test_gone_switches_an_endpoint_off_at_once(house: House, office: Office) -> None:
    endpoint, _ = await house.add(What.WAITING)
    house.receiver.answers = [(410, "", "")]
    await office.begin()
    await house.send()
    off = house.endpoints.get(SYSTEM, endpoint.id)
    assert (off.enabled, off.disabled_reason) == (False, "gone")


async def test_whoever_is_to_be_warned_gets_a_mail_when_one_is_switched_off(
    house: House, office: Office
) -> None:
    contacts = ["it@example.test", "ops@example.test"]
    house.sending.switched_off = WebhookAlerts(office.outbox, lambda: contacts).switched_off
    await house.add(What.WAITING, url=f"{house.receiver.url}?secret=1")
    house.receiver.answers = [(500, "", ""), (410, "", "")]
    failing_since = office.clock.ms
    await office.begin()
    await house.send()
    assert await office.mails("webhook_off") == []  # it only rests
    office.clock.pass_s(60)
    await house.send()
    mails = await office.mails("webhook_off")
    assert [each["address"] for each in mails] == contacts
    assert mails[0]["params"] == {
        "webhook": "Shop",
        "host": "127.0.0.1",
        "answer": "410",
        "failing_since": failing_since,
        "link": "/admin/#/webhooks",
    }


async def test_redirects_are_not_followed(house: House, office: Office) -> None:
    endpoint, _ = await house.add(What.WAITING)
    house.receiver.answers = [(302, f"Location: {house.receiver.url}2\r\n", "")]
    await office.begin()
    assert len(await house.send()) == 1
    assert await house.log(endpoint) == [("conversation.waiting", "waiting", 1)]


async def test_a_name_that_leads_inside_is_not_connected(office: Office) -> None:
    async with HookReceiver() as inside:
        closed = House(office, inside)
        endpoint, _ = await closed.add(What.WAITING, url=f"http://localhost:{inside.port}/")
        closed.sending.client = HttpClient()  # nothing inside is allowed any more
        await office.begin()
        await closed.send()
        assert inside.hooks.empty()
        [delivery] = await closed.endpoints.deliveries(SYSTEM, endpoint.id, (), "", 10)
        assert delivery.attempts[0].error == "address_forbidden"


async def test_addresses_that_could_lead_elsewhere_are_refused(office: Office) -> None:
    async with HookReceiver() as receiver:
        house = House(office, receiver)
        closed = Webhooks(
            office.database,
            KEYRING,
            office.hub,
            office.service.livechats,
            HttpClient(),
            office.events,
            office.clock,
        ).endpoints
        for url in (
            "http://hooks.example.com/",
            "https://10.0.0.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/",
            "https://localhost/",
            "https://user:word@hooks.example.com/",
            "ftp://hooks.example.com/",
            "file:///etc/passwd",
            "https:///x",
            "https://hooks.example.com/\r\nX: y",
            "https://hooks.example.com:99999/",
        ):
            assert closed.check_url(url) is not None, url
        assert closed.check_url("https://hooks.example.com/a?b=c") is None
        assert house.endpoints.check_url(receiver.url) is None
        with pytest.raises(Invalid):
            await house.add(What.WAITING, url="nonsense")


async def test_a_new_secret_signs_beside_the_former_one_for_a_day(
    house: House, office: Office
) -> None:
    endpoint, former = await house.add(What.WAITING)
    fresh = await house.endpoints.renew_secret(SYSTEM, endpoint.id)

    async def hook() -> Any:
        await office.begin()
        await house.sending.step()
        await house.sending.settled()
        [taken] = house.receiver.taken()
        return taken

    both = await hook()
    assert both.signed_by(former)
    assert both.signed_by(fresh)
    office.clock.pass_s(24 * 3_600 + 1)
    later = await hook()
    assert later.signed_by(fresh)
    assert not later.signed_by(former)


async def test_a_test_is_tried_at_once_and_once(house: House) -> None:
    endpoint, secret = await house.add(What.WAITING)
    house.receiver.answers = [(500, "", "no")]
    delivery, attempt = await house.endpoints.test(SYSTEM, endpoint.id)
    assert (delivery.state, attempt.status, attempt.response) == ("failed", 500, "no")
    [hook] = house.receiver.taken()
    assert hook.type == "webhook.test"
    assert hook.signed_by(secret)
    delivery, _ = await house.endpoints.test(SYSTEM, endpoint.id)
    assert delivery.state == "sent"


async def test_a_slow_receiver_delays_no_other(house: House, office: Office) -> None:
    hanging = asyncio.Event()

    async def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hanging.wait()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await house.add(What.WAITING, name="Slow", url=f"http://127.0.0.1:{port}/")
    await house.add(What.WAITING)
    await office.begin()
    await house.sending.start()
    assert (await house.receiver.next()).type == "conversation.waiting"
    hanging.set()
    await house.sending.stop()
    server.close()


async def test_the_running_sender_is_woken_by_the_commit(house: House, office: Office) -> None:
    await house.add(What.MESSAGE)
    session = await office.begin()
    await house.sending.start()
    for number in range(3):
        await say(office, session, f"Message {number}")
        assert (await house.receiver.next()).told["data"]["event"]["body"]["text"]
    await house.sending.stop()


async def test_bans_are_told_when_they_hold_and_when_they_are_lifted(
    house: House, office: Office
) -> None:
    await house.add(What.BANNED, What.UNBANNED)
    bans = office.service.bans
    bans.stored = house.webhooks.writing.banned
    session = await office.begin()
    admin = Decider(Actor("admin:root", "192.0.2.1", ALL_RIGHTS), "root")
    ban = await bans.ask(admin, str(session.conversation_id), "1h", "Insults")
    await bans.lift(admin, ban.id)
    told = await house.send()
    assert [what for what, _ in told] == ["visitor.banned", "visitor.unbanned"]
    assert told[0][1]["ban"]["reason"] == "Insults"
    assert told[0][1]["livechat"]["public_id"] == "chat"
    query = select(webhook_deliveries.c.conversation_id)
    async with office.database.read() as connection:  # erased with the person
        of = set((await connection.execute(query)).scalars())
    assert of == {session.conversation_id}


async def test_erasing_a_chat_takes_its_messages_to_others_along(
    house: House, office: Office
) -> None:
    await house.add()
    session = await office.begin()
    await office.hub.transact(
        lambda transaction: transaction.erase([str(session.conversation_id)], "erased")
    )
    assert await house.send() == []
