"""Whether anybody is there to serve: the conditions to enter a queue, and to stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.queues.eligibility import admits, hears_in_clear, level_rule
from pbxcore.queues.facts import ExitStatus
from pbxcore.queues.inputs import Device
from pbxcore.queues.settings import STRICT, Condition
from pbxcore.queues.timers import Due

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

    from pbxcore.queues.floor import Duty, Floor, Queue, Waiting
    from pbxcore.queues.leaving import Leaving

_OF_DEVICES: Final = {
    Device.IN_USE: Condition.IN_USE,
    Device.BUSY: Condition.IN_USE,
    Device.ON_HOLD: Condition.IN_USE,
    Device.RINGING: Condition.RINGING,
    Device.RINGING_IN_USE: Condition.RINGING,
    Device.UNAVAILABLE: Condition.UNAVAILABLE,
    Device.INVALID: Condition.INVALID,
    Device.UNKNOWN: Condition.UNKNOWN,
}


def is_empty(queue: Queue, conditions: Set[Condition], caller: Waiting, now: float) -> bool:
    """Whether each agent of a queue meets one of the conditions; never, if there are none."""
    if not conditions:
        return False
    rule = level_rule(caller, now)
    for duty in queue.duties.values():
        if Condition.LEVEL in conditions and not admits(rule, duty):
            continue
        unreached = Condition.UNAVAILABLE in conditions and hears_in_clear(duty, caller)
        if not unreached and conditions.isdisjoint(conditions_of(duty)):
            return False
    return True


def conditions_of(duty: Duty) -> Iterator[Condition]:
    """What holds for an agent in a queue; what the queues do with him counts as the phone's."""
    agent = duty.agent
    if duty.on_break:
        yield Condition.ON_BREAK
    if agent.wrap_up is not None:
        yield Condition.WRAP_UP
    if agent.lease is not None:
        yield Condition.RINGING
    elif agent.caller is not None:
        yield Condition.IN_USE
    if agent.undisturbed:
        yield Condition.UNAVAILABLE
    if (condition := _OF_DEVICES.get(agent.device)) is not None:
        yield condition


def _differs(queue: Queue, conditions: Set[Condition]) -> bool:
    """Whether a queue may be empty for one who waits and not for another."""
    if Condition.LEVEL in conditions:
        return True
    in_clear = any(each.agent.in_clear for each in queue.duties.values())
    return in_clear and any(each.secure for each in queue.line)


class Emptiness:
    """Sends those away for whom nobody is there any more."""

    def __init__(self, floor: Floor, leaving: Leaving) -> None:
        self._floor, self._leaving = floor, leaving

    def run(self) -> None:
        """Look at the queues in which agents changed."""
        thinned, self._floor.thinned = self._floor.thinned, {}
        for queue in thinned:
            if queue.line:
                self._look_at(queue)

    def _look_at(self, queue: Queue) -> None:
        conditions, now = queue.settings.leave_empty, self._floor.now
        if conditions and _differs(queue, conditions):
            for caller in queue.in_line():
                if caller.live and is_empty(queue, conditions, caller, now):
                    self._send_away(caller)
        elif conditions and is_empty(queue, conditions, queue.line[0], now):
            self.send_all_away(queue)
        self.watch(queue)

    def watch(self, queue: Queue) -> None:
        """Measure how long nobody at all has been there, if that is limited."""
        limit_s, now = queue.settings.max_wait_empty_s, self._floor.now
        timers = self._floor.timers
        alone = bool(queue.line) and is_empty(queue, STRICT, queue.line[0], now)
        if limit_s is None or not alone:
            timers.drop(Due.EMPTY, queue.number)
        elif (Due.EMPTY, queue.number) not in timers:
            timers.set(Due.EMPTY, queue.number, now + limit_s)

    def send_all_away(self, queue: Queue) -> None:
        """Nobody is there. Who waits to be called back goes on doing so."""
        for caller in queue.in_line():
            if caller.live:
                self._send_away(caller)

    def _send_away(self, caller: Waiting) -> None:
        place = caller.queue.settings.leave_empty_place
        self._leaving.exit(caller, ExitStatus.LEAVE_EMPTY, place)
