"""How much each agent has to do: counted from rows, told to the queues after each change."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from engage.errors import Unavailable
from engage.livechat.repository import LiveChatRepository
from tests.integration.livechat.test_livechat_handing_over import served
from tests.support.office import ANA, BEN, Office

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

GONE_S = 301
"""An agent who is away for so long loses the chat."""


class Queues:
    """What the queues were told; they may be away."""

    def __init__(self) -> None:
        self.told: list[dict[str, int]] = []
        self.away = False

    async def __call__(self, chats: Mapping[str, int]) -> None:
        if self.away:
            raise Unavailable
        self.told.append(dict(chats))


def listening(office: Office) -> Queues:
    queues = Queues()
    office.service.loads.tell_to(queues)
    return queues


async def test_whoever_accepts_is_handed_over_to_or_ends_is_counted(office: Office) -> None:
    queues, loads = listening(office), office.service.loads
    first = str((await served(office)).conversation_id)
    await served(office)
    await office.events.settled()
    assert loads.chats("1000") == 2
    await office.service.handing_over.transfer(ANA, first, "agent", "1001", "")
    [offered] = [each for each in await office.service.desk.inquiries(BEN) if each["handover"]]
    assert loads.chats("1000") == 2, "hers until somebody takes it"
    await office.service.desk.accept(BEN, first, offered["epoch"])
    await office.events.settled()
    assert (loads.chats("1000"), loads.chats("1001")) == (1, 1)
    await office.service.desk.end(BEN.who, BEN.author, first)
    await office.events.settled()
    assert queues.told[-1] == {"1000": 1}


async def test_a_chat_that_its_agent_left_for_good_is_no_longer_theirs(office: Office) -> None:
    queues = listening(office)
    await served(office)
    await office.disconnect(ANA.who)
    office.clock.pass_s(GONE_S)
    await office.sweep()
    assert queues.told[-1] == {}


async def test_queues_that_come_back_are_told_what_holds_then(office: Office) -> None:
    queues = listening(office)
    queues.away = True
    await served(office)
    await office.events.settled()
    queues.away = False
    await office.service.loads.tell()
    assert queues.told == [{"1000": 1}]


async def test_a_restart_counts_what_is_there(office: Office) -> None:
    await served(office)
    again = await office.restarted()
    try:
        queues = listening(again)
        await asyncio.gather(again.service.loads.count(), again.service.loads.count())
        assert queues.told == [{"1000": 1}, {"1000": 1}]
    finally:
        await again.stop()


async def test_queues_that_do_not_answer_hold_up_no_count(office: Office) -> None:
    loads, asked, answers = office.service.loads, asyncio.Event(), asyncio.Event()
    told: list[dict[str, int]] = []

    async def hangs(chats: Mapping[str, int]) -> None:
        told.append(dict(chats))
        asked.set()
        await answers.wait()

    await served(office)
    loads.tell_to(hangs)
    first = asyncio.create_task(loads.count())
    await asked.wait()
    async with asyncio.timeout(30):
        await asyncio.gather(*(loads.count() for _ in range(300)))
    assert told == [{"1000": 1}], "one at a time"
    answers.set()
    await first
    assert told == [{"1000": 1}, {"1000": 1}]


async def test_many_changes_at_once_are_two_counts(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[None] = []
    real = LiveChatRepository.served_by_owner

    async def counted(self: LiveChatRepository) -> Mapping[str, int]:
        counts.append(None)
        return await real(self)

    monkeypatch.setattr(LiveChatRepository, "served_by_owner", counted)
    await asyncio.gather(*(office.service.loads.count() for _ in range(300)))
    assert len(counts) == 2
