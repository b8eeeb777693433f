"""Figures of queues and agents, hour by hour: sums over the facts, and nothing else.

Whoever reads the same facts has the same figures, so that log and statistics cannot disagree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.queues import facts
from pbxcore.queues.facts import ExitStatus, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxcore.queues.outputs import Transition

HOUR_MS: Final = 3_600_000


class Figures(msgspec.Struct):
    """Sums; those of several hours, queues or agents may be added.

    `offered` are callers who entered or could not, of an agent the times the phone rang; `left` are
    those who went elsewhere unserved. `answered_in_time` and `abandoned_in_time` are within the
    service level of the queue.
    """

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    left: int = 0
    refused_entry: int = 0
    missed: int = 0
    callbacks: int = 0
    callbacks_failed: int = 0
    transferred: int = 0
    answered_in_time: int = 0
    abandoned_in_time: int = 0
    waited_s: float = 0.0
    waited_in_vain_s: float = 0.0
    longest_wait_s: float = 0.0
    talked_s: float = 0.0
    rang_s: float = 0.0
    on_break_s: float = 0.0
    logged_in_s: float = 0.0
    wrapped_up_s: float = 0.0

    def add(self, other: Figures) -> None:
        """Add the sums of another hour, queue or agent."""
        for name in self.__struct_fields__:
            mine, theirs = getattr(self, name), getattr(other, name)
            longest = name == "longest_wait_s"
            setattr(self, name, max(mine, theirs) if longest else mine + theirs)

    @property
    def service_level(self) -> float | None:
        """Answered in time, of all answered."""
        return _share(self.answered_in_time, self.answered)

    @property
    def service_level_2(self) -> float | None:
        """Answered or abandoned in time, of all answered or abandoned."""
        in_time = self.answered_in_time + self.abandoned_in_time
        return _share(in_time, self.answered + self.abandoned)

    @property
    def abandoned_rate(self) -> float | None:
        """Abandoned, of all who were offered."""
        return _share(self.abandoned, self.offered)

    @property
    def speed_of_answer_s(self) -> float | None:
        """The average wait of who was answered."""
        return _share(self.waited_s, self.answered)

    @property
    def average_talk_s(self) -> float | None:
        """The average talk."""
        return _share(self.talked_s, self.answered)


def _share(part: float, whole: int) -> float | None:
    return part / whole if whole else None


class Cell(msgspec.Struct, frozen=True):
    """What figures are of: a queue's ("" for an agent's own), an agent's ("" for all), an hour's.

    `hour_ms` is its begin, milliseconds UTC.
    """

    queue: str
    agent: str
    hour_ms: int


class Statistics:
    """Follows the transitions, each once and in order.

    Attributes:
        cells: figures by queue, agent and hour. A talk counts in the hour of its end, all else in
            the hour in which it happened.
    """

    def __init__(self) -> None:
        self.cells: dict[Cell, Figures] = {}
        self._levels_s: dict[str, float] = {}

    def follow(self, transitions: Iterable[Transition]) -> None:
        """Add what happened."""
        for transition in transitions:
            hour_ms = transition.at_ms - transition.at_ms % HOUR_MS
            self._add_to_queue(transition.fact, hour_ms)
            self._add_to_agent(transition.fact, hour_ms)

    def of(
        self,
        *,
        queue: str | None = None,
        agent: str = "",
        begin_ms: int = 0,
        end_ms: int | None = None,
    ) -> Figures:
        """The figures of a queue, or of an agent (in one queue or all), over some hours."""
        total = Figures()
        for cell, figures in self.cells.items():
            in_time = cell.hour_ms >= begin_ms and (end_ms is None or cell.hour_ms < end_ms)
            if in_time and cell.agent == agent and queue in (None, cell.queue):
                total.add(figures)
        return total

    def _cell(self, queue: str, agent: str, hour_ms: int) -> Figures:
        return self.cells.setdefault(Cell(queue, agent, hour_ms), Figures())

    def _add_to_queue(self, fact: facts.Fact, hour_ms: int) -> None:
        match fact:
            case facts.QueueSet(queue, service_level_s):
                self._levels_s[queue] = service_level_s
                return
            case facts.CallerEntered(queue=queue) | facts.EntryRefused(queue=queue):
                figures = self._cell(queue, "", hour_ms)
                figures.offered += 1
                figures.refused_entry += isinstance(fact, facts.EntryRefused)
            case facts.Connected(queue=queue):
                figures = self._cell(queue, "", hour_ms)
                figures.answered += 1
                figures.answered_in_time += self._in_time(queue, fact.waited_s)
                figures.waited_s += fact.waited_s
                figures.longest_wait_s = max(figures.longest_wait_s, fact.waited_s)
                figures.rang_s += fact.rang_s
            case facts.Completed(queue=queue):
                figures = self._cell(queue, "", hour_ms)
                figures.talked_s += fact.talked_s
                figures.transferred += bool(fact.to)
            case facts.Abandoned() | facts.Exited():
                self._add_unserved(fact, hour_ms)
            case facts.CallbackAsked(queue=queue):
                self._cell(queue, "", hour_ms).callbacks += 1
            case _:
                pass

    def _add_unserved(self, fact: facts.Abandoned | facts.Exited, hour_ms: int) -> None:
        figures = self._cell(fact.queue, "", hour_ms)
        figures.waited_in_vain_s += fact.waited_s
        figures.longest_wait_s = max(figures.longest_wait_s, fact.waited_s)
        if isinstance(fact, facts.Abandoned):
            figures.abandoned += 1
            figures.abandoned_in_time += self._in_time(fact.queue, fact.waited_s)
        else:
            figures.left += 1
            figures.callbacks_failed += fact.status is ExitStatus.CALLBACK_FAILED

    def _in_time(self, queue: str, waited_s: float) -> bool:
        return waited_s <= self._levels_s.get(queue, 0.0)

    def _add_to_agent(self, fact: facts.Fact, hour_ms: int) -> None:
        match fact:
            case facts.AgentOffered():
                self._cell(fact.queue, fact.agent, hour_ms).offered += 1
            case facts.OfferEnded():
                figures = self._cell(fact.queue, fact.agent, hour_ms)
                figures.missed += fact.outcome in _MISSED
                figures.rang_s += fact.rang_s
            case facts.Connected():
                figures = self._cell(fact.queue, fact.agent, hour_ms)
                figures.answered += 1
                figures.answered_in_time += self._in_time(fact.queue, fact.waited_s)
                figures.waited_s += fact.waited_s
                figures.rang_s += fact.rang_s
            case facts.Completed():
                figures = self._cell(fact.queue, fact.agent, hour_ms)
                figures.talked_s += fact.talked_s
                figures.transferred += bool(fact.to)
            case facts.AgentLoggedOut():
                figures = self._cell(fact.queue, fact.agent, hour_ms)
                figures.logged_in_s += fact.logged_in_s
            case facts.BreakEnded():
                self._cell(fact.queue, fact.agent, hour_ms).on_break_s += fact.lasted_s
            case facts.WrapUpEnded():
                self._cell("", fact.agent, hour_ms).wrapped_up_s += fact.lasted_s
            case _:
                pass


_MISSED: Final = frozenset({Outcome.UNANSWERED, Outcome.REFUSED, Outcome.UNREACHABLE})
