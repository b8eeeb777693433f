"""Brings free agents and callers together, whenever there is something new about either."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from pbxcore.queues.eligibility import candidates
from pbxcore.queues.settings import Strategy
from pbxcore.queues.strategies import chosen
from pbxcore.queues.timers import Due

if TYPE_CHECKING:
    from pbxcore.queues.floor import Duty, Floor, Queue, Waiting
    from pbxcore.queues.offering import Offering

_Turn = tuple[int, "tuple[int, float, float]", str, int]


class Matching:
    """Offers callers to agents, in the order of weight, priority and time.

    A caller takes agents only if he can use them, so that a queue of more weight takes none away
    from others in vain; and whoever comes first chooses first.
    """

    def __init__(self, floor: Floor, offering: Offering) -> None:
        self._floor, self._offering = floor, offering

    def run(self) -> None:
        """Serve the queues about which there was something new, until nobody can be served."""
        floor = self._floor
        turns: list[_Turn] = []
        for queue in floor.stirred:
            self._take_turn(turns, queue, 0)
        floor.stirred.clear()
        while turns:
            _, _, number, index = heapq.heappop(turns)
            queue = floor.queues[number]
            caller = queue.seeking[index]
            for duty in self._agents_for(queue, caller):
                self._offering.offer(duty, caller)
            self._take_turn(turns, queue, index + 1 if caller in queue.seeking else index)
        floor.stirred.clear()  # what the offers stirred was theirs

    def _take_turn(self, turns: list[_Turn], queue: Queue, index: int) -> None:
        """Let the caller of this index of those who seek be served when it is his turn."""
        if not queue.free or index >= len(queue.seeking):
            return
        caller = queue.seeking[index]
        if not queue.settings.autofill and caller is not self._head(queue):
            return
        heapq.heappush(turns, (-queue.settings.weight, caller.order, queue.number, index))

    def _head(self, queue: Queue) -> Waiting | None:
        now = self._floor.now
        return next((each for each in queue.line if each.not_before <= now), None)

    def _agents_for(self, queue: Queue, caller: Waiting) -> list[Duty]:
        """Whom to ring: those first who were not rung in this round, then all after a pause."""
        floor = self._floor
        found = candidates(queue, caller, floor.now)
        fresh = [each for each in found if each[1].agent.number not in caller.tried]
        if not fresh:
            if not found or caller.leases:
                return []
            again_at = caller.last_try + queue.settings.retry_s
            if again_at > floor.now:
                floor.timers.set(Due.RETRY, caller.key, again_at)
                return []
            caller.tried.clear()
            fresh = found
        if caller.leases and queue.settings.strategy is Strategy.RING_ALL:
            return [duty for _, duty in fresh]  # they join those who ring
        caller.level = min(level for level, _ in fresh)
        return chosen(queue, caller, fresh, floor.chance)
