"""Chats of two colleagues: Wave to Wave, phone to Wave, Wave to phone."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import pytest

from engage.chat.corrections import Corrections
from engage.chat.model import OnlyUsers
from engage.errors import Invalid
from engage.files.settings import ImSettings
from engage.hub.model import Author, NotParticipant, Post
from engage.identifiers import new_id
from tests.support.messaging import ADMIN, ANA, BEN, Desk, eventually
from tests.support.phone import Phone

if TYPE_CHECKING:
    from tests.support.exchange import Exchange
    from tests.support.messaging_fixtures import VirtualClock

BY_ANA = Author("user", "1000", "Ana Costa")


async def test_phones_message_appears_in_wave_and_the_answer_at_the_phone(
    desk: Desk, exchange: Exchange
) -> None:
    desk.sockets.open["user:1000"] = 1
    async with Phone("1001", "Sip-1001!", exchange.address) as ben:
        await ben.register()
        await desk.phones("1001", 1)
        assert await ben.send("1000", "Are you <b>there</b>?") == 202
        [event] = desk.sockets.told("user:1000", "event")
        assert event["text"] == "Are you <b>there</b>?"
        assert event["author"] == {"kind": "phone", "id": "1001", "name": "Ben Osei"}
        await _say(desk, event["conversation"], "Yes.")
        assert await ben.receive(1) == ["Yes."]
        assert ben.seen[0].sender.startswith('"Ana Costa" <sip:1000@')
        await eventually(lambda: bool(desk.sockets.told("user:1000", "delivery")))
        assert desk.sockets.told("user:1000", "delivery") == [
            {"conversation": event["conversation"], "seq": 2, "state": "delivered", "sip_code": 200}
        ]
        await eventually(lambda: _delivered(desk, "user:1001") == 2)
        [copy] = await desk.chat.phone_copies(ANA, event["conversation"], 0, 10)
        assert (copy.seq, copy.state, copy.sip_code) == (2, "delivered", 200)


async def test_repeated_request_of_a_phone_is_one_message(desk: Desk, exchange: Exchange) -> None:
    async with Phone("1001", "Sip-1001!", exchange.address) as ben:
        await ben.register()
        for _ in range(3):
            assert await ben.send("1000", "Once", call_id="the-same-call") == 202
    [summary] = await desk.hub.hello("user:1000", {})
    assert (summary["head"], summary["unread"]) == (1, 1)


async def test_message_to_nobody_is_refused(desk: Desk, exchange: Exchange) -> None:
    async with Phone("1001", "Sip-1001!", exchange.address) as ben:
        await ben.register()
        assert await ben.send("9999", "Hello?") == 404
        assert await ben.send("broadcast", "Why?") == 404
        exchange.web_is_gone()
        assert await ben.send("1000", "Anybody?") == 503


async def test_wave_writes_to_the_phone_of_someone_who_is_not_in_wave(
    desk: Desk, exchange: Exchange
) -> None:
    conversation, new = await desk.chat.open(ANA, "1001")
    assert new
    await _say(desk, conversation, "Nobody there yet.")
    async with Phone("1001", "Sip-1001!", exchange.address) as ben:
        await ben.register()
        await desk.phones("1001", 1)
        await _say(desk, conversation, "To your phone.")
        assert await ben.receive(1) == ["To your phone."]
        desk.sockets.open["user:1001"] = 1
        await _say(desk, conversation, "To Wave alone.")
        desk.sockets.open["user:1001"] = 0
        await _say(desk, conversation, "To your phone again.")
        assert await ben.receive(2) == ["To your phone.", "To your phone again."]


async def test_a_phone_is_told_of_a_file_by_its_name_and_a_link(
    desk: Desk, exchange: Exchange
) -> None:
    async with Phone("1001", "Sip-1001!", exchange.address) as ben:
        await ben.register()
        await desk.phones("1001", 1)
        chat, _ = await desk.chat.open(ANA, "1001")
        file = {"id": "f", "name": "photo.jpg", "size": 9_378_846, "type": "image/jpeg"}
        await desk.hub.take(ANA.who, BY_ANA, chat, Post("file", "k", {"file": file}))
        assert await ben.receive(1) == [f"[photo.jpg, 9159 kB] /wave/#/chats/{chat}"]


async def test_answer_waits_for_a_phone_that_has_left_meanwhile(
    desk: Desk, exchange: Exchange
) -> None:
    async with Phone("1001", "Sip-1001!", exchange.address) as ben:
        await ben.register()
        await desk.phones("1001", 1)
        assert await ben.send("1000", "Call me.") == 202
        await ben.register(expires=0)
        await desk.phones("1001", 0)
        [summary] = await desk.hub.hello("user:1000", {})
        await _say(desk, summary["conversation"], "I will.")
        [copy] = await desk.chat.phone_copies(ANA, summary["conversation"], 0, 10)
        assert copy.state == "offline"
        await ben.register()
        assert await ben.receive(1) == ["I will."]


async def test_what_no_phone_has_yet_is_reworded_or_withdrawn(
    desk: Desk, exchange: Exchange
) -> None:
    corrections = Corrections(
        desk.hub, desk.telephony.deliveries, desk.events, ImSettings, desk.clock
    )
    async with Phone("1001", "Sip-1001!", exchange.address) as ben:
        await ben.register()
        await desk.phones("1001", 1)
        assert await ben.send("1000", "Call me.") == 202
        [summary] = await desk.hub.hello("user:1000", {})
        chat = summary["conversation"]
        await _say(desk, chat, "At sevn.")
        assert await ben.receive(1) == ["At sevn."]
        await corrections.edit(BY_ANA, chat, 2, client_id="e2", text="At seven.")
        await ben.register(expires=0)
        await desk.phones("1001", 0)
        for text in ("Wait.", "Dont.", "Bye."):
            await _say(desk, chat, text)
        seqs = {e["text"]: e["seq"] for e in (await desk.hub.resume("user:1000", chat, 3)).events}
        await corrections.edit(BY_ANA, chat, seqs["Wait."], client_id="e4", text="Wait a moment.")
        await corrections.delete(BY_ANA, chat, seqs["Dont."], client_id="d5")
        await ben.register()
        said = await ben.receive(3)
    assert sorted(said) == ["At sevn.", "Bye.", "Wait a moment."]
    copies = await desk.chat.phone_copies(ANA, chat, 0, 10)
    assert {each.seq: each.state for each in copies}[seqs["Dont."]] == "cancelled"


async def test_writer_learns_that_a_phone_did_not_take_it(desk: Desk, exchange: Exchange) -> None:
    async with Phone("1001", "Sip-1001!", exchange.address, usual=415) as ben:
        await ben.register()
        await desk.phones("1001", 1)
        conversation, _ = await desk.chat.open(ANA, "1001")
        await _say(desk, conversation, "Can you read this?")
        await eventually(lambda: bool(desk.sockets.told("user:1000", "delivery")))
        [hint] = desk.sockets.told("user:1000", "delivery")
        assert (hint["state"], hint["sip_code"]) == ("unsupported", 415)


async def test_resent_message_goes_to_the_phone_once(desk: Desk, exchange: Exchange) -> None:
    async with Phone("1001", "Sip-1001!", exchange.address, answers=deque([200, 200])) as ben:
        await ben.register()
        await desk.phones("1001", 1)
        conversation, _ = await desk.chat.open(ANA, "1001")
        client_id = new_id()
        for _ in range(3):
            await desk.hub.post(
                "user:1000", BY_ANA, conversation, client_id=client_id, text="Once."
            )
        await _say(desk, conversation, "Twice.")
        assert sorted(await ben.receive(2)) == ["Once.", "Twice."]


async def test_phone_to_phone_is_kept_in_the_chat_of_the_two(
    desk: Desk, exchange: Exchange
) -> None:
    async with (
        Phone("1001", "Sip-1001!", exchange.address) as ben,
        Phone("1002", "Sip-1002!", exchange.address) as chen,
    ):
        await ben.register()
        await chen.register()
        await desk.phones("1002", 1)
        assert await ben.send("1002", "Lunch?") == 200
        chen.usual = 486
        assert await ben.send("1002", "Lost.") == 486
        await eventually(lambda: bool(desk.sockets.told("user:1002", "event")) or True)
        for number in ("1001", "1002"):
            while not (summaries := await desk.hub.hello(f"user:{number}", {})):
                await desk.events.settled()
            assert [each["last"]["text"] for each in summaries] == ["Lunch?"]


async def test_two_people_share_one_conversation(desk: Desk, clock: VirtualClock) -> None:
    first, _ = await desk.chat.open(ANA, "1001")
    second, _ = await desk.chat.open(BEN, "1000")
    assert first == second
    third, _ = await desk.chat.open(ANA, "1002")
    clock.pass_s(1)
    await _say(desk, third, "Newest")
    clock.pass_s(1)
    await _say(desk, first, "Newer still")
    places = await desk.chat.mine(ANA, kind="direct", before=None, limit=1)
    assert [each.conversation_id for each in places] == [first]
    places = await desk.chat.mine(ANA, kind=None, before=places[0], limit=5)
    assert [each.conversation_id for each in places] == [third]
    assert await desk.chat.mine(ANA, kind="broadcast", before=None, limit=5) == []


async def test_chats_belong_to_their_two_users(desk: Desk) -> None:
    for number in ("1000", "9999"):
        with pytest.raises(Invalid) as refused:
            await desk.chat.open(ANA, number)
        assert list(refused.value.fields) == ["with"]
    with pytest.raises(OnlyUsers):
        await desk.chat.open(ADMIN, "1000")
    conversation, _ = await desk.chat.open(ANA, "1002")
    with pytest.raises(NotParticipant):
        await desk.chat.phone_copies(BEN, conversation, 0, 10)


async def _say(desk: Desk, conversation: str, text: str) -> Any:
    return await desk.hub.post("user:1000", BY_ANA, conversation, client_id=new_id(), text=text)


def _delivered(desk: Desk, who: str) -> int:
    told = desk.sockets.told("user:1000", "watermark")
    return max((each["delivered"] for each in told if each["who"] == who), default=0)
