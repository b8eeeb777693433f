"""Visitors' calls in their conversations: what the PBX's journal tells, once and in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from engage.hub.append import Entry as Line
from engage.hub.model import SYSTEM
from engage.livechat.desk import Agent
from pbxcore.journal import (
    CallEnded,
    CallFact,
    CallRecorded,
    CallStarted,
    LegAnswered,
    LegCalled,
    PbxStarted,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engage.hub.service import HubTransaction
    from engage.livechat.calling.model import OpenCalls
    from engage.livechat.calling.service import VisitorCalls
    from engage.livechat.desk import Desk
    from pbxcore.journal import Entry

    Told = Callable[[], None]

_RESTARTED: Final = "restart"


@dataclass(slots=True)
class _Call:
    """A visitor's call as the journal has told it: who is called by which leg, who answered."""

    conversation: str
    legs: dict[str, str] = field(default_factory=dict)
    answered_at_ms: int = 0


class Timeline:
    """Follows the PBX's journal.

    Args:
        calls: tell pages what the journal alone knows.
        desk: accepts the inquiry of a visitor whose call is answered.
        journal: knows the calls that were up before this process.
        name_of: the name of an extension.
    """

    def __init__(
        self,
        calls: VisitorCalls,
        desk: Desk,
        journal: OpenCalls,
        name_of: Callable[[str], str | None],
    ) -> None:
        self._calls, self._desk, self._journal = calls, desk, journal
        self._name_of = name_of
        self._up: dict[str, _Call] = {}

    async def start(self) -> None:
        """Know what was up."""
        self._up = {
            name: _Call(conversation, dict(legs), answered_at_ms)
            for name, conversation, legs, answered_at_ms in self._journal.of_visitors()
        }

    def talking(self, conversation: str) -> bool:
        """Whether an answered call is up in a conversation."""
        return any(
            each.conversation == conversation and each.answered_at_ms for each in self._up.values()
        )

    async def project(self, transaction: HubTransaction, entries: Sequence[Entry]) -> Told:
        """Write what these entries say into the conversations."""
        up = {
            name: _Call(each.conversation, dict(each.legs), each.answered_at_ms)
            for name, each in self._up.items()
        }
        told = [
            told
            for entry in entries
            if isinstance(entry.fact, CallFact | PbxStarted)
            for told in await self._follow(transaction, up, entry)
        ]
        return partial(self._written, up, told)

    async def _follow(
        self, transaction: HubTransaction, up: dict[str, _Call], entry: Entry
    ) -> list[Told]:
        """Take over one fact; what is to be done once it is stored."""
        match entry.fact:
            case CallStarted(call=name, conversation=conversation) if conversation:
                up[name] = call = _Call(conversation)
                await _write(transaction, name, call, "started")
            case LegCalled(call=name, leg=leg, number=number) if name in up:
                up[name].legs[leg] = number
            case LegAnswered(call=name, leg=leg) if name in up and leg in up[name].legs:
                return await self._answered(transaction, name, up[name], leg, entry.at_ms)
            case CallRecorded(call=name, seconds=0.0) if name in up:
                return [partial(self._calls.recorded, up[name].conversation, name)]
            case CallEnded(call=name, disposition=disposition) if name in up:
                await self._end(transaction, name, up.pop(name), entry.at_ms, disposition)
            case PbxStarted(up_until_ms):
                for name, call in up.items():
                    await self._end(transaction, name, call, up_until_ms, _RESTARTED)
                up.clear()
            case _:
                pass
        return []

    async def _answered(
        self, transaction: HubTransaction, name: str, call: _Call, leg: str, at_ms: int
    ) -> list[Told]:
        """The first to answer accepts the inquiry; whom the call is handed on to does not."""
        if call.answered_at_ms:
            return []
        call.answered_at_ms = at_ms
        number = call.legs[leg]
        agent = Agent(number, self._name_of(number) or number)
        accepted = await self._desk.answered(transaction, agent, call.conversation)
        who = {"id": agent.number, "name": agent.name}
        await _write(transaction, name, call, "answered", agent=who)
        return [] if accepted is None else [accepted]

    async def _end(
        self, transaction: HubTransaction, name: str, call: _Call, at_ms: int, disposition: str
    ) -> None:
        if not call.answered_at_ms:
            await _write(transaction, name, call, "missed", reason=disposition)
            return
        await self._desk.hung_up(transaction, call.conversation, at_ms)
        seconds = max(0, round((at_ms - call.answered_at_ms) / 1000))
        await _write(transaction, name, call, "ended", seconds=seconds)

    def _written(self, up: dict[str, _Call], told: Sequence[Told]) -> None:
        self._up = up
        for each in told:
            each()


async def _write(
    transaction: HubTransaction, name: str, call: _Call, state: str, **more: Any
) -> None:
    """One line; a conversation that is gone takes none."""
    body = {"call": name, "state": state, **more}
    line = Line(call.conversation, SYSTEM, "call", body, f"call-{name}-{state}")
    await transaction.append_many([line])
