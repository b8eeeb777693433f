"""When agents were logged in, on a break and in wrap-up, by the rows of the queue log: pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Final

from engage.queues.model import WRAP_UP

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engage.queues.model import LogRow

LOGIN: Final = "login"
BREAK: Final = "break"
_SPANS: Final = {
    "AGENTLOGIN": (LOGIN, True),
    "AGENTLOGOFF": (LOGIN, False),
    "ADDMEMBER": (LOGIN, True),
    "REMOVEMEMBER": (LOGIN, False),
    "PAUSE": (BREAK, True),
    "UNPAUSE": (BREAK, False),
    "PAUSEALL": (BREAK, True),
    "UNPAUSEALL": (BREAK, False),
}
SPAN_VERBS: Final = tuple(_SPANS)
"""The rows that `spans` are made of."""
KINDS: Final = tuple(
    tuple(verb for verb, (kind, _) in _SPANS.items() if kind == each) for each in (LOGIN, BREAK)
)
"""The same by what they begin or end."""
_TALKED: Final = ("COMPLETEAGENT", "COMPLETECALLER", "BLINDTRANSFER", "ATTENDEDTRANSFER")


@dataclass(frozen=True, slots=True)
class Span:
    """An agent was logged in, or on a break for a reason, from then to then (0: still)."""

    kind: str
    agent: str
    queue: str
    reason: str
    begin_ms: int
    end_ms: int = 0

    def seconds(self, until_ms: int) -> int:
        """How long it lasted; what still does, until then."""
        return max(0, round(((self.end_ms or until_ms) - self.begin_ms) / 1000))


@dataclass(slots=True)
class AgentTimes:
    """What one agent's time went to, in seconds; `breaks` by their reasons.

    An agent of several queues is logged in once, and on one break.
    """

    logged_in_s: int = 0
    on_break_s: int = 0
    wrap_up_s: int = 0
    breaks: dict[str, int] = field(default_factory=dict)


def spans(rows: Iterable[LogRow], begin_ms: int, end_ms: int) -> list[Span]:
    """When agents were logged in and on breaks in a time, in the order in which that began."""
    found: list[Span] = []
    begun: dict[tuple[str, str, str], int] = {}
    for row in rows:
        kind, begins = _SPANS.get(row.verb, ("", False))
        if not kind:
            continue
        at = kind, row.agent, row.queue
        if (index := begun.pop(at, None)) is not None:
            found[index] = replace(found[index], end_ms=row.at_ms)
        if begins:
            begun[at] = len(found)
            reason = row.text(0) if kind == BREAK else ""
            found.append(Span(kind, row.agent, row.queue, reason, row.at_ms))
    return [
        each
        for each in found
        if each.begin_ms < end_ms and (not each.end_ms or each.end_ms > begin_ms)
    ]


def agent_times(rows: Sequence[LogRow], begin_ms: int, until_ms: int) -> dict[str, AgentTimes]:
    """What the time of each agent went to, between two moments.

    A break counts while its agent is logged in. A wrap-up counts if the talk that it followed is
    among the rows: of the rows of one queue, those after its own calls.
    """
    within: dict[tuple[str, str], list[Span]] = defaultdict(list)
    for each in spans(rows, begin_ms, until_ms):
        begin, end = max(each.begin_ms, begin_ms), min(each.end_ms or until_ms, until_ms)
        within[each.agent, each.kind].append(replace(each, begin_ms=begin, end_ms=end))
    times: dict[str, AgentTimes] = defaultdict(AgentTimes)
    for (agent, kind), logins in list(within.items()):
        if kind != LOGIN:
            continue
        here = _united(logins)
        of = times[agent]
        of.logged_in_s = _seconds(here)
        breaks = within.get((agent, BREAK), [])
        of.on_break_s = _seconds(_shared(here, _united(breaks)))
        for reason, some in groupby(sorted(breaks, key=_reason), _reason):
            if lasted := _seconds(_shared(here, _united(some))):
                of.breaks[reason] = lasted
    for agent, seconds in _wrap_ups(rows, begin_ms, until_ms):
        times[agent].wrap_up_s += seconds
    return dict(times)


def _wrap_ups(rows: Sequence[LogRow], begin_ms: int, until_ms: int) -> Iterable[tuple[str, int]]:
    talked_ms: dict[str, int] = {}
    for row in rows:
        if row.verb in _TALKED:
            talked_ms[row.agent] = row.at_ms
        elif row.verb == "INFO" and row.text(0) == WRAP_UP and begin_ms <= row.at_ms < until_ms:
            began_ms = row.at_ms - 1000 * row.number(1)
            if abs(talked_ms.get(row.agent, 0) - began_ms) <= _ROUNDED_MS:
                yield row.agent, row.number(1)


_ROUNDED_MS: Final = 2000
"""A wrap-up begins with the end of a talk; the log has whole seconds of it."""

_Stretch = tuple[int, int]


def _united(spans: Iterable[Span]) -> list[_Stretch]:
    """Spans that overlap are one."""
    found: list[_Stretch] = []
    for begin, end in sorted((each.begin_ms, each.end_ms) for each in spans):
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((begin, end))
    return found


def _shared(some: list[_Stretch], others: list[_Stretch]) -> list[_Stretch]:
    """What is within both."""
    return [
        (max(begin, other), min(end, last))
        for begin, end in some
        for other, last in others
        if max(begin, other) < min(end, last)
    ]


def _seconds(stretches: Iterable[_Stretch]) -> int:
    return round(sum(end - begin for begin, end in stretches) / 1000)


def _reason(span: Span) -> str:
    return span.reason
