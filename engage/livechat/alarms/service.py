"""Rouses agents while a visitor waits, by paths that do not depend on each other.

What was done is rows, written before it is done: a restart neither forgets nor repeats an alarm.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Protocol

from engage.errors import Unavailable
from engage.hub.model import SYSTEM
from engage.livechat.alarms.repository import AlarmRepository, Rounds
from engage.livechat.alarms.rules import Path, first_after_ms, is_due
from engage.livechat.events import InquiryAccepted, InquiryMissed
from engage.livechat.model import WAITING
from engage.livechat.repository import LiveChatRepository

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from engage.events import Events
    from engage.hub.delivery import Delivery
    from engage.hub.service import Hub, HubTransaction
    from engage.identifiers import Clock
    from engage.livechat.livechats import LiveChats
    from engage.livechat.lobby import Lobby
    from engage.livechat.model import Inquiry, LiveChat
    from engage.storage.database import Database

    Ring = Callable[[Inquiry, LiveChat], Awaitable[Sequence[str]]]

log = logging.getLogger(__name__)


class Ringing(Protocol):
    """Calls phones; the PBX in the product."""

    async def ring(self, number: str, conversation_id: str, name: str) -> None:
        """Call a number, which shows the name, and tell whoever answers."""

    async def stop(self, conversation_id: str) -> None:
        """Nobody waits there any more: what still rings for it need not."""


class Alarms:
    """Goes each path when it is due.

    Attributes:
        push: sends push notifications to a live chat's agents; who was told. Set by `app`.
        phones: calls. Set by `app`.
    """

    def __init__(
        self,
        database: Database,
        hub: Hub,
        delivery: Delivery,
        lobby: Lobby,
        livechats: LiveChats,
        events: Events,
        clock: Clock,
    ) -> None:
        self._database, self._hub, self._delivery = database, hub, delivery
        self._lobby, self._livechats, self._clock = lobby, livechats, clock
        self._under_way: dict[Path, asyncio.Task[None]] = {}
        self._paths: Mapping[Path, Ring] = {
            Path.WAVE: self._wave,
            Path.PUSH: self._push,
            Path.PHONE: self._phone,
        }
        self.push: Ring | None = None
        self.phones: Ringing | None = None
        events.subscribe(InquiryAccepted, self._over)
        events.subscribe(InquiryMissed, self._over)

    async def run(self) -> int:
        """Set out on every path where somebody waits for long enough; returns at once."""
        rousing = {
            each.id
            for each in self._livechats.all()
            if any(first_after_ms(path, each.options) for path in Path)
        }
        if not rousing:
            return 0
        async with self._database.read() as connection:
            found = await LiveChatRepository(connection).open_inquiries()
            waiting = [x for x in found if x.state == WAITING and x.livechat_id in rousing]
            known = await AlarmRepository(connection).of([x.conversation_id for x in waiting])
        for path in Path:
            due = [
                (inquiry, rounds)
                for inquiry in waiting
                if self._is_due(
                    path,
                    inquiry,
                    rounds := known.get((inquiry.conversation_id, path), Rounds()),
                )
            ]
            running = self._under_way.get(path)
            if due and (running is None or running.done()):  # a slow path delays itself alone
                self._under_way[path] = asyncio.create_task(self._go(path, due))
        return 0

    async def settled(self) -> None:
        """Wait until nothing is under way."""
        await asyncio.gather(*self._under_way.values())

    async def stop(self) -> None:
        """Break off what is under way."""
        for each in self._under_way.values():
            each.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def answered(
        self, transaction: HubTransaction, conversation_id: str, number: str, outcome: str
    ) -> None:
        """What came of a call, for the conversation's log."""
        body = {"path": Path.PHONE, "told": [number], "outcome": outcome}
        await transaction.append(conversation_id, SYSTEM, "alarm", body)

    def _is_due(self, path: Path, inquiry: Inquiry, rounds: Rounds) -> bool:
        options = self._livechats.by_id(inquiry.livechat_id).options
        queued_at_ms, now_ms = inquiry.queued_at_ms, self._clock()
        return is_due(path, options, queued_at_ms, rounds.made, rounds.last_ms, now_ms)

    async def _go(self, path: Path, due: Sequence[tuple[Inquiry, Rounds]]) -> None:
        for inquiry, rounds in due:
            try:
                await self._rouse(path, inquiry, rounds)
            except Unavailable:
                log.warning("alarm not given", extra={"path": path, "number": inquiry.number})
            except Exception:  # the next visitor's alarm is another matter
                log.exception("alarm failed", extra={"path": path, "number": inquiry.number})

    async def _rouse(self, path: Path, inquiry: Inquiry, rounds: Rounds) -> None:
        claim = partial(self._claim, path, inquiry, rounds)
        if not await self._hub.transact(claim):
            return
        livechat = self._livechats.by_id(inquiry.livechat_id)
        told: Sequence[str] = ()
        outcome = "failed"
        try:
            told = await self._paths[path](inquiry, livechat)
            outcome = "told" if told else "nobody"
        finally:
            body = {"path": path, "round": rounds.made + 1, "told": list(told), "outcome": outcome}
            await self._hub.append(inquiry.conversation_id, SYSTEM, "alarm", body)

    async def _claim(
        self, path: Path, seen: Inquiry, rounds: Rounds, transaction: HubTransaction
    ) -> bool:
        """Only while they wait, and only once for each round."""
        connection = transaction.connection
        inquiry = await LiveChatRepository(connection).inquiry(seen.conversation_id)
        if inquiry is None or inquiry.state != WAITING:
            return False
        rows = AlarmRepository(connection)
        return await rows.claim(seen.conversation_id, path, rounds, self._clock())

    async def _wave(self, inquiry: Inquiry, livechat: LiveChat) -> Sequence[str]:
        """In every open Wave of those on duty."""
        there = [who for who in self._lobby.on_duty(livechat) if self._delivery.connections(who)]
        waiting_ms = self._clock() - inquiry.queued_at_ms
        payload = {"conversation": inquiry.conversation_id, "waiting_ms": waiting_ms}
        self._delivery.send(there, "inquiry_alarm", payload)
        return [who.partition(":")[2] for who in there]

    async def _push(self, inquiry: Inquiry, livechat: LiveChat) -> Sequence[str]:
        return () if self.push is None else await self.push(inquiry, livechat)

    async def _phone(self, inquiry: Inquiry, livechat: LiveChat) -> Sequence[str]:
        """The numbers that were set, else the agents on duty; one that fails spares no other."""
        numbers = livechat.options.alarm_numbers or tuple(
            who.partition(":")[2] for who in self._lobby.on_duty(livechat)
        )
        if self.phones is None:
            return ()
        rung = [self.phones.ring(each, inquiry.conversation_id, livechat.name) for each in numbers]
        results = await asyncio.gather(*rung, return_exceptions=True)
        failed = [each for each in results if isinstance(each, BaseException)]
        if failed and len(failed) == len(results):
            raise failed[0]
        return [
            number
            for number, result in zip(numbers, results, strict=True)
            if not isinstance(result, BaseException)
        ]

    async def _over(self, fact: InquiryAccepted | InquiryMissed) -> None:
        conversation_id = fact.conversation_id
        await self._database.write(lambda each: AlarmRepository(each).forget(conversation_id))
        if self.phones is not None:
            await self.phones.stop(conversation_id)
