"""Figures of queues, made of the rows of their log: pure, and so never other than the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from engage.queues.agent_times import agent_times
from engage.queues.model import RATED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from engage.queues.agent_times import AgentTimes
    from engage.queues.model import LogRow

_ENDS: Final = {
    "ABANDON": ("abandoned", 2),
    "EXITWITHTIMEOUT": ("timeout", 2),
    "EXITEMPTY": ("empty", 2),
    "EXITWITHKEY": ("key", 3),
    "WITHDRAW": ("withdrawn", 2),
}
"""How somebody left who was not served, and which parameter is the wait."""
_RESTART: Final = "QUEUESTART"
_COMPLETED: Final = {
    "COMPLETEAGENT": ("agent", 1),
    "COMPLETECALLER": ("caller", 1),
    "BLINDTRANSFER": ("transfer", 3),
    "ATTENDEDTRANSFER": ("transfer", 3),
}
"""Who ended a talk, and which parameter is its length."""


@dataclass(slots=True)
class Stay:
    """One caller in one queue. `outcome` is `waiting`, `answered`, or a word of how he left."""

    call: str
    queue: str
    number: str
    name: str
    entered_ms: int
    position: int
    outcome: str = "waiting"
    agent: str = ""
    waited_s: int = 0
    rang_s: int = 0
    talked_s: int = 0
    ended_by: str = ""
    ended_ms: int = 0
    callback: bool = False
    rating: int = 0


@dataclass(slots=True)
class Figures:
    """What is counted of a queue, an agent, an hour, or all."""

    key: str
    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    other: int = 0
    within: int = 0
    abandoned_within: int = 0
    callbacks: int = 0
    missed: int = 0
    waited_s: int = 0
    talked_s: int = 0
    longest_wait_s: int = 0
    rated: int = 0
    ratings: int = 0

    @property
    def answered_rate(self) -> float:
        """Percent of those who were offered."""
        return _percent(self.answered, self.offered)

    @property
    def abandoned_rate(self) -> float:
        """Percent of those who were offered."""
        return _percent(self.abandoned, self.offered)

    @property
    def service_level(self) -> float:
        """Percent of the answered that were answered in time."""
        return _percent(self.within, self.answered)

    @property
    def service_level_2(self) -> float:
        """Percent of all answered and abandoned that had a short wait."""
        return _percent(self.within + self.abandoned_within, self.answered + self.abandoned)

    @property
    def average_wait_s(self) -> int:
        """Of all who waited."""
        return round(self.waited_s / self.offered) if self.offered else 0

    @property
    def average_talk_s(self) -> int:
        """Of those who talked."""
        return round(self.talked_s / self.answered) if self.answered else 0

    @property
    def average_rating(self) -> float:
        """From 1 to 5, of those who said how satisfied they are; 0 where nobody did."""
        return round(self.ratings / self.rated, 1) if self.rated else 0.0

    def count(self, stay: Stay, within_s: int) -> None:
        """Add one caller."""
        self.offered += 1
        self.waited_s += stay.waited_s
        self.longest_wait_s = max(self.longest_wait_s, stay.waited_s)
        self.callbacks += stay.callback
        if stay.outcome == "answered":
            self.answered += 1
            self.talked_s += stay.talked_s
            self.within += stay.waited_s <= within_s
            self.rated += bool(stay.rating)
            self.ratings += stay.rating
        elif stay.outcome == "abandoned":
            self.abandoned += 1
            self.abandoned_within += stay.waited_s <= within_s
        elif stay.outcome != "waiting":
            self.other += 1


@dataclass(slots=True)
class Report:
    """Figures by queue, agent and hour of a span of time, and when each agent was there."""

    total: Figures
    queues: list[Figures] = field(default_factory=list)
    agents: list[Figures] = field(default_factory=list)
    hours: list[Figures] = field(default_factory=list)
    times: dict[str, AgentTimes] = field(default_factory=dict)


def stays(rows: Iterable[LogRow], begin_ms: int, end_ms: int) -> list[Stay]:
    """Everybody who entered from a moment until before another, the earliest first.

    Rows after that time tell how they fared.
    """
    found: list[Stay] = []
    present: dict[tuple[str, str], Stay] = {}
    for row in rows:
        at = row.call, row.queue
        if row.verb == _RESTART:
            present = {key: stay for key, stay in present.items() if not _cut(stay, row.at_ms)}
        elif row.verb == "ENTERQUEUE":
            stay = Stay(*at, row.text(1), row.text(3), row.at_ms, row.number(2))
            found.append(stay)
            present[at] = stay
        elif (known := present.get(at)) is not None:
            _follow(known, row)
    return [each for each in found if begin_ms <= each.entered_ms < end_ms]


def _cut(stay: Stay, at_ms: int) -> bool:
    """The PBX began anew: tells whether that ended the stay. How long it was nobody knows."""
    if stay.outcome == "waiting":
        if stay.callback:  # outlives the PBX
            return False
        stay.outcome, stay.ended_ms = "system", at_ms
    elif stay.outcome == "answered" and not stay.ended_by:
        stay.ended_by, stay.ended_ms = "system", at_ms
    return True


def _follow(stay: Stay, row: LogRow) -> None:
    verb = row.verb
    if verb == "CONNECT":
        stay.outcome, stay.agent, stay.ended_ms = "answered", row.agent, row.at_ms
        stay.waited_s, stay.rang_s = row.number(0), row.number(2)
    elif verb in _ENDS:
        stay.outcome, at = _ENDS[verb]
        stay.waited_s, stay.ended_ms = row.number(at), row.at_ms
    elif verb in _COMPLETED:
        stay.ended_by, at = _COMPLETED[verb]
        stay.talked_s, stay.ended_ms = row.number(at), row.at_ms
    elif verb == "INFO" and row.text(0) == "CALLBACK":
        stay.callback = True
    elif verb == "INFO" and row.text(0) == RATED:
        stay.rating = row.number(1)


def report(
    rows: Sequence[LogRow],
    begin_ms: int,
    end_ms: int,
    within_s: Callable[[str], int],
    hour_of: Callable[[int], str],
    queue: str = "",
    agent: str = "",
    now_ms: int | None = None,
) -> Report:
    """The figures of a time; `within_s` is the service level of a queue, `hour_of` names hours.

    A caller counts in the hour in which he entered, with all that became of him. Only those of a
    queue or an agent, if one is given. Whoever is there lasts until `now_ms`, if that is earlier.
    """
    total = Figures("")
    queues: dict[str, Figures] = {}
    agents: dict[str, Figures] = {}
    hours: dict[str, Figures] = {}
    for stay in stays(rows, begin_ms, end_ms):
        if (queue and stay.queue != queue) or (agent and stay.agent != agent):
            continue
        limit_s = within_s(stay.queue)
        total.count(stay, limit_s)
        _of(queues, stay.queue).count(stay, limit_s)
        _of(hours, hour_of(stay.entered_ms)).count(stay, limit_s)
        if stay.agent:
            _of(agents, stay.agent).count(stay, limit_s)
    for row in rows:
        if row.verb != "RINGNOANSWER" or not begin_ms <= row.at_ms < end_ms:
            continue
        if queue in ("", row.queue) and agent in ("", row.agent):
            missed = _of(agents, row.agent)
            missed.missed += 1
            missed.offered += 1
    until_ms = end_ms if now_ms is None else min(end_ms, now_ms)
    times = agent_times(rows, begin_ms, until_ms)
    for number in times:
        if agent in ("", number):
            _of(agents, number)  # also one who was there and called by nobody
    return Report(total, _ordered(queues), _ordered(agents), _ordered(hours), times)


def _of(found: dict[str, Figures], key: str) -> Figures:
    return found.setdefault(key, Figures(key))


def _ordered(found: dict[str, Figures]) -> list[Figures]:
    return [found[key] for key in sorted(found)]


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0
