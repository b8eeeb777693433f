"""Calls of agents to outside as rows of the queue log, so that call-centre tools count them too.

They stand under a queue of their own: CALLOUTBOUND when dialled, then CONNECT and COMPLETEAGENT or
COMPLETECALLER, or ABANDON where nobody answered. The call is named as in its record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

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
    from collections.abc import Callable, Iterable

    from pbxcore.journal import Entry


ENDS: Final = ("COMPLETEAGENT", "COMPLETECALLER")
VERBS: Final = ("QUEUESTART", "CALLOUTBOUND", "CONNECT", "ABANDON", *ENDS)


@dataclass(slots=True)
class _Call:
    """One that is up: who called, since when, and whose leg is which.

    `queue` is the one under which its first row stands: all of them do, whatever is set meanwhile.
    `own` is unknown, and empty, of a call that was read back.
    """

    agent: str
    queue: str
    own: str = ""
    dialled_ms: int = 0
    legs: frozenset[str] = frozenset()
    rang_ms: int = 0
    connected_ms: int = 0
    ended_by: str = ""


class OutboundCalls:
    """Follows the journal, each entry once; a copy may go ahead and be thrown away.

    Args:
        queue: the queue under which they stand; empty: they are not told.
        is_agent: whether an extension serves any queue.
        calls: what is up.
    """

    def __init__(
        self,
        queue: Callable[[], str],
        is_agent: Callable[[str], bool],
        calls: dict[str, _Call] | None = None,
    ) -> None:
        self._queue, self._is_agent = queue, is_agent
        self._calls: dict[str, _Call] = {} if calls is None else calls

    def copy(self) -> OutboundCalls:
        """One that knows the same, and goes its own way from now on."""
        calls = {key: replace(call) for key, call in self._calls.items()}
        return OutboundCalls(self._queue, self._is_agent, calls)

    def read_back(self, rows: Iterable[LogRow]) -> None:
        """Know the calls again whose rows have no end; the PBX begins without any."""
        for row in rows:
            call = self._calls.get(row.call)
            if row.verb == "QUEUESTART":
                self._calls.clear()
            elif row.verb == "CALLOUTBOUND":
                self._calls[row.call] = _Call(row.agent, row.queue, dialled_ms=row.at_ms)
            elif call is None or call.queue != row.queue:
                continue  # of a caller who waits
            elif row.verb == "CONNECT":
                call.connected_ms, call.legs = row.at_ms, frozenset((row.text(1),))
            else:
                del self._calls[row.call]

    def rows(self, entry: Entry) -> list[LogRow]:
        """The rows of one entry."""
        fact = entry.fact
        match fact:
            case PbxStarted():
                self._calls.clear()
            case CallStarted(call=key, leg=leg, number=number):
                if (queue := self._queue()) and self._is_agent(number):
                    self._calls[key] = _Call(number, queue, leg)
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
                call.legs |= {leg}
                if not call.dialled_ms:
                    call.dialled_ms = at_ms
                    return [self._row(fact.call, call, "CALLOUTBOUND", at_ms, number, trunk)]
            case LegRinging(leg=leg) if leg in call.legs:
                call.rang_ms = call.rang_ms or at_ms
            case LegAnswered(leg=leg, by=by) if not call.connected_ms and (
                leg in call.legs or (not call.own and not by)
            ):
                call.connected_ms, call.ended_by = at_ms, ""  # whichever trunk failed before
                call.legs |= {leg}
                rang_s = _seconds(call.rang_ms or at_ms, at_ms)
                hold_s = _seconds(call.dialled_ms, at_ms)
                return [self._row(fact.call, call, "CONNECT", at_ms, hold_s, leg, rang_s)]
            case LegEnded(leg=leg) if leg in call.legs or call.own in (leg, ""):
                call.ended_by = call.ended_by or leg
            case CallEnded():
                del self._calls[fact.call]
                return self._ended(fact.call, call, at_ms)
            case _:
                pass
        return []

    def _ended(self, key: str, call: _Call, at_ms: int) -> list[LogRow]:
        if not call.dialled_ms:
            return []
        if not call.connected_ms:
            waited_s = _seconds(call.dialled_ms, at_ms)
            return [self._row(key, call, "ABANDON", at_ms, "1", "1", waited_s, agent="")]
        verb = ENDS[call.ended_by in call.legs]
        hold_s = _seconds(call.dialled_ms, call.connected_ms)
        talk_s = _seconds(call.connected_ms, at_ms)
        return [self._row(key, call, verb, at_ms, hold_s, talk_s, "1")]

    def _row(
        self, key: str, call: _Call, verb: str, at_ms: int, *data: str, agent: str | None = None
    ) -> LogRow:
        who = call.agent if agent is None else agent
        return LogRow(at_ms, key, call.queue, who, verb, data)


def _seconds(begin_ms: int, end_ms: int) -> str:
    return str(round((end_ms - begin_ms) / 1000))
