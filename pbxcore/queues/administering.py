"""Settings that come and go while callers wait and agents talk: nobody is dropped for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.queues.facts import (
    CountersReset,
    ExitStatus,
    LevelChanged,
    QueueDropped,
    QueueSet,
)
from pbxcore.queues.floor import Queue, Stage
from pbxcore.queues.timers import Due

if TYPE_CHECKING:
    from pbxcore.queues.announcing import Announcing
    from pbxcore.queues.attendance import Attendance
    from pbxcore.queues.floor import Floor
    from pbxcore.queues.leaving import Leaving
    from pbxcore.queues.settings import QueueSettings


class Administering:
    """Follows what administrators set."""

    def __init__(
        self,
        floor: Floor,
        attendance: Attendance,
        leaving: Leaving,
        announcing: Announcing,
    ) -> None:
        self._floor, self._attendance = floor, attendance
        self._leaving, self._announcing = leaving, announcing

    def put_queue(self, settings: QueueSettings) -> None:
        """A queue is new, or set in another way from now on."""
        floor = self._floor
        queue = floor.queues.get(settings.number)
        if queue is None:
            queue = floor.queues[settings.number] = Queue(settings)
        before, queue.settings = queue.settings, settings
        floor.log(QueueSet(settings.number, settings.service_level_s))
        self._change_duties(queue, before)
        self._begin_duties(queue)
        for duty in list(queue.duties.values()):
            floor.agent_changed(duty.agent)
        for caller in queue.in_line():
            self._leaving.limit_wait(caller, settings.ring_s)
            self._announcing.begin(caller)
            floor.caller_changed(caller)
            floor.thinned[queue] = None

    def _change_duties(self, queue: Queue, before: QueueSettings) -> None:
        """Agents who are not named any more go; those who came by themselves stay."""
        named = {each.number: (place, each) for place, each in enumerate(queue.settings.agents)}
        gone = {each.number for each in before.agents} - named.keys()
        # Who may not come and go serves: he could not come back by himself. What was set may be of
        # before a restart, so that it does not matter whether this is new.
        for number in gone if queue.settings.static_login else gone | named.keys():
            self._floor.agent(number).logged_off.discard(queue.number)
        for duty in list(queue.duties.values()):
            number = duty.agent.number
            if number in gone:
                self._attendance.end_duty(duty)
            elif number in named:
                duty.agent.named.add(queue.number)
                place, settings = named[number]
                if settings.level != duty.settings.level:
                    self._floor.log(LevelChanged(queue.number, number, settings.level))
                duty.settings = settings
                if settings.static:
                    duty.place = place

    def _begin_duties(self, queue: Queue) -> None:
        """Static agents serve, and whoever served before a restart."""
        floor, number = self._floor, queue.number
        for each in queue.settings.agents:
            agent = floor.agent(each.number)
            if each.static and number not in agent.duties and number not in agent.logged_off:
                self._attendance.begin_duty(queue, agent)
        before = [
            each
            for each in floor.agents.values()
            if number in each.serves and number not in each.duties
        ]
        for agent in sorted(before, key=lambda each: each.serves[number]):
            self._attendance.begin_duty(queue, agent)

    def forget_others(self) -> None:
        """Who was named by settings that name him no more serves no more, nor do queues gone by."""
        attendance, queues = self._attendance, self._floor.queues
        for agent in self._floor.agents.values():
            for number in list(agent.serves):
                queue = queues.get(number)
                if queue is None:
                    attendance.end_service(agent, number)
                elif number in agent.named and not queue.settings.names(agent.number):
                    attendance.end_duty(agent.duties[number])

    def drop_queue(self, number: str) -> None:
        """A queue is no more: who waits leaves, who talks goes on."""
        floor = self._floor
        queue = floor.queues.get(number)
        if queue is None:
            return
        place = queue.settings.leave_empty_place
        for caller in list(floor.callers.values()):
            if caller.queue is queue and caller.stage is not Stage.TALKING:
                self._leaving.exit(caller, ExitStatus.DELETED, place)
        for duty in list(queue.duties.values()):
            self._attendance.end_duty(duty)
        for each in queue.settings.agents:
            floor.agent(each.number).logged_off.discard(number)
        del floor.queues[number]
        floor.timers.drop(Due.EMPTY, number)
        floor.stirred.pop(queue, None)
        floor.thinned.pop(queue, None)
        floor.log(QueueDropped(number))

    def reset_counters(self, number: str) -> None:
        """Count the calls of a queue's agents anew."""
        if number in self._floor.queues:
            for agent in self._floor.agents.values():
                agent.calls.pop(number, None)
            self._floor.log(CountersReset(number))
