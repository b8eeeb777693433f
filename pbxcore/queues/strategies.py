"""Who of those who could serve a caller rings.

Lower levels ring first, whatever the strategy; for WEIGHTED_RANDOM alone the level is a weight.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.queues.settings import Strategy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.queues.floor import Duty, Queue, Waiting

Candidate = tuple[int, "Duty"]
"""Somebody who could serve, and the level as of which he counts."""


def chosen(
    queue: Queue, caller: Waiting, candidates: Sequence[Candidate], chance: Callable[[], float]
) -> list[Duty]:
    """Those who are to ring together, of at least one candidate."""
    strategy = queue.settings.strategy
    if strategy is Strategy.WEIGHTED_RANDOM:
        draws = [(chance() * (1 + level), duty) for level, duty in candidates]
        return [min(draws, key=lambda draw: draw[0])[1]]
    first = min(level for level, _ in candidates)
    duties = [duty for level, duty in candidates if level == first]
    match strategy:
        case Strategy.RING_ALL:
            return sorted(duties, key=_place)
        case Strategy.LINEAR | Strategy.RING_PROGRESSIVELY:
            return [min(duties, key=_place)]
        case Strategy.LEAST_RECENT:
            return [min(duties, key=_last_call)]
        case Strategy.FEWEST_CALLS:
            return [min(duties, key=_calls)]
        case Strategy.RANDOM:
            return [duties[int(chance() * len(duties))]]
        case Strategy.ROUND_ROBIN:
            return [_after_cursor(queue, duties)]
        case Strategy.LONGEST_IDLE:
            return [min(duties, key=_idle)]
        case Strategy.SKILLS:
            return [min(duties, key=lambda duty: (-_skill(duty, caller), *_idle(duty)))]


def _place(duty: Duty) -> int:
    return duty.place


def _last_call(duty: Duty) -> tuple[float, int]:
    """Never called comes first."""
    last = duty.agent.last_call
    return float("-inf") if last is None else last, duty.place


def _calls(duty: Duty) -> tuple[int, float, int]:
    return duty.agent.calls.get(duty.queue.number, 0), *_last_call(duty)


def _idle(duty: Duty) -> tuple[float, int]:
    return duty.agent.idle_since, duty.place


def _skill(duty: Duty, caller: Waiting) -> int:
    """How good the agent is at what is asked; at everything, where nothing is asked."""
    skills = duty.agent.profile.skills
    return sum(skills.get(name, 0) for name in caller.caller.skills or skills)


def _after_cursor(queue: Queue, duties: list[Duty]) -> Duty:
    """The next one after the agent who was tried last."""
    tried = queue.duties.get(queue.cursor)
    at = -1 if tried is None else tried.place
    return min(duties, key=lambda duty: (duty.place <= at, duty.place))
