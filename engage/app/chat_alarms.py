"""Alarms of live chat by the PBX's phones, and what comes of them."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from engage.errors import Unavailable
from engage.livechat.alarms.repository import AlarmRepository
from engage.livechat.alarms.rules import RHYTHMS, Path
from engage.livechat.desk import Agent
from engage.livechat.repository import LiveChatRepository
from pbxcore.calls.commands import CallDone, HangUpCall, TellOfChat
from pbxcore.journal import ChatAlarmCalled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from engage.hub.service import HubTransaction
    from engage.identifiers import Clock
    from engage.livechat.service import LiveChatService
    from engage.processes.link import PbxLink
    from pbxcore.journal import Entry

ASKED_S = 5.0


class ChatAlarmCalls:
    """Rings for live chat, and follows the PBX's journal.

    Args:
        livechat: whose visitors wait.
        pbx: calls.
        name_of: the name of an extension; None: it is none.
        clock: the moment.
    """

    def __init__(
        self,
        livechat: LiveChatService,
        pbx: PbxLink,
        name_of: Callable[[str], str | None],
        clock: Clock,
    ) -> None:
        self._livechat, self._pbx = livechat, pbx
        self._name_of, self._clock = name_of, clock
        self._ringing: dict[str, dict[str, str]] = {}
        livechat.alarms.phones = self

    async def start(self) -> None:
        """It remembers only what rings now."""

    async def ring(self, number: str, conversation_id: str, name: str) -> None:
        """Call a number, which shows the name, and tell whoever answers.

        Raises:
            Unavailable: the PBX does not answer, or cannot call.
        """
        calls = self._ringing.setdefault(conversation_id, {})
        done = await self._pbx.request(TellOfChat(number, conversation_id, name), ASKED_S)
        if not isinstance(done, CallDone) or done.status >= 300:
            raise Unavailable
        if self._ringing.get(conversation_id) is calls:
            calls[number] = done.call
        else:  # nobody waits there since we asked
            await self._hang_up([done.call])

    async def stop(self, conversation_id: str) -> None:
        """Nobody waits there any more: what still rings for it need not.

        Raises:
            Unavailable: the PBX does not answer; every call was to be ended all the same.
        """
        await self._hang_up(self._ringing.pop(conversation_id, {}).values())

    async def _hang_up(self, calls: Iterable[str]) -> None:
        asked = (self._pbx.request(HangUpCall(call), ASKED_S) for call in calls)
        for each in await asyncio.gather(*asked, return_exceptions=True):
            if isinstance(each, BaseException):
                raise each

    async def project(
        self, transaction: HubTransaction, entries: Sequence[Entry]
    ) -> Callable[[], None]:
        """Write down what came of calls; who pressed 1 has the chat."""
        then: list[Callable[[], None]] = []
        for each in entries:
            if isinstance(each.fact, ChatAlarmCalled):
                then += await self._follow(transaction, each.fact)
        return partial(_all, then)

    async def _follow(
        self, transaction: HubTransaction, fact: ChatAlarmCalled
    ) -> list[Callable[[], None]]:
        conversation_id, number = fact.conversation, fact.number
        rows = LiveChatRepository(transaction.connection)
        if await rows.inquiry(conversation_id) is None:
            return []  # erased meanwhile
        await self._livechat.alarms.answered(transaction, conversation_id, number, fact.outcome)
        if fact.outcome != "accepted":
            return []
        thanked = partial(self._let_go, conversation_id, number)
        most = RHYTHMS[Path.PHONE].most
        alarms = AlarmRepository(transaction.connection)
        await alarms.finish(conversation_id, Path.PHONE, most, self._clock())
        name = self._name_of(number)
        if name is None:  # of somebody outside, who sees to it that an agent does
            return [thanked]
        accepted = await self._livechat.desk.answered(
            transaction, Agent(number, name), conversation_id
        )
        return [thanked] if accepted is None else [thanked, accepted]

    def _let_go(self, conversation_id: str, number: str) -> None:
        """Whoever pressed 1 is being thanked; only the others need not go on ringing."""
        self._ringing.get(conversation_id, {}).pop(number, None)


def _all(then: Sequence[Callable[[], None]]) -> None:
    for each in then:
        each()
