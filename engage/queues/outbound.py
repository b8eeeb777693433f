"""Calls of agents to outside as rows of the queue log, so that call-centre tools count them too.

They stand under a queue of their own: CALLOUTBOUND when dialled, then CONNECT and COMPLETEAGENT or
COMPLETECALLER, or ABANDON where nobody answered. The call is named as in its record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engage.queues.model import LogRow
from pbxcore.journal import (
    CallEnded,
    CallStarted,
    LegAnswered,
    LegCalled,
    LegEnded,
    LegRinging,
    PbxStarted,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.journal import Entry


@dataclass(slots=True)
class _Call:
    """One that is up: who called, since when, and whose leg is which."""

    agent: str
    own: str
    dialled_ms: int = 0
    legs: frozenset[str] = frozenset()
    rang_ms: int = 0
    connected_ms: int = 0
    ended_by: str = ""


class OutboundCalls:
    """Follows the journal, each entry once.

    Args:
        queue: the queue under which they stand; empty: they are not told.
        is_agent: whether an extension serves any queue.
    """

    def __init__(self, queue: Callable[[], str], is_agent: Callable[[str], bool]) -> None:
        self._queue, self._is_agent = queue, is_agent
        self._calls: dict[str, _Call] = {}

    def rows(self, entry: Entry) -> list[LogRow]:
        """The rows of one entry."""
        fact = entry.fact
        match fact:
            case PbxStarted():
                self._calls.clear()
            case CallStarted(call=key, leg=leg, number=number):
                if self._queue() and self._is_agent(number):
                    self._calls[key] = _Call(number, leg)
            case LegCalled() | LegRinging() | LegAnswered() | LegEnded() | CallEnded():
                call = self._calls.get(fact.call)
                if call is not None:
                    return self._moved(call, fact, entry.at_ms)
            case _:
                pass
        return []

    def _moved(
        self,
        call: _Call,
        fact: LegCalled | LegRinging | LegAnswered | LegEnded | CallEnded,
        at_ms: int,
    ) -> list[LogRow]:
        match fact:
            case LegCalled(leg=leg, trunk=trunk, number=number) if trunk:
                first = not call.legs
                call.legs |= {leg}
                if first:
                    call.dialled_ms = at_ms
                    return [self._row(fact.call, call, "CALLOUTBOUND", at_ms, number, trunk)]
            case LegRinging(leg=leg) if leg in call.legs:
                call.rang_ms = call.rang_ms or at_ms
            case LegAnswered(leg=leg) if leg in call.legs and not call.connected_ms:
                call.connected_ms = at_ms
                rang_s = _seconds(call.rang_ms or at_ms, at_ms)
                hold_s = _seconds(call.dialled_ms, at_ms)
                return [self._row(fact.call, call, "CONNECT", at_ms, hold_s, leg, rang_s)]
            case LegEnded(leg=leg) if leg == call.own or leg in call.legs:
                call.ended_by = call.ended_by or leg
            case CallEnded():
                del self._calls[fact.call]
                return self._ended(fact.call, call, at_ms)
            case _:
                pass
        return []

    def _ended(self, key: str, call: _Call, at_ms: int) -> list[LogRow]:
        if not call.legs:
            return []
        if not call.connected_ms:
            waited_s = _seconds(call.dialled_ms, at_ms)
            return [self._row(key, call, "ABANDON", at_ms, "1", "1", waited_s, agent="")]
        verb = "COMPLETEAGENT" if call.ended_by == call.own else "COMPLETECALLER"
        hold_s = _seconds(call.dialled_ms, call.connected_ms)
        talk_s = _seconds(call.connected_ms, at_ms)
        return [self._row(key, call, verb, at_ms, hold_s, talk_s, "1")]

    def _row(
        self, key: str, call: _Call, verb: str, at_ms: int, *data: str, agent: str | None = None
    ) -> LogRow:
        who = call.agent if agent is None else agent
        return LogRow(at_ms, key, self._queue(), who, verb, data)


def _seconds(begin_ms: int, end_ms: int) -> str:
    return str(round((end_ms - begin_ms) / 1000))
