"""The way into a queue: who may enter, and in which place."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from pbxcore.dialplan.place import HANG_UP, Place
from pbxcore.queues.emptiness import is_empty
from pbxcore.queues.facts import CallerEntered, CallerMoved, EntryRefused, ExitStatus
from pbxcore.queues.floor import Waiting
from pbxcore.queues.outputs import Admit, LeaveTo

if TYPE_CHECKING:
    from pbxcore.queues.announcing import Announcing
    from pbxcore.queues.floor import Floor, Queue
    from pbxcore.queues.inputs import Caller, Enter
    from pbxcore.queues.leaving import Leaving
    from pbxcore.queues.line import Order


class Entering:
    """Lets callers in."""

    def __init__(self, floor: Floor, leaving: Leaving, announcing: Announcing) -> None:
        self._floor, self._leaving, self._announcing = floor, leaving, announcing
        self._turns = count(1)

    def enter(self, wish: Enter) -> None:
        """Somebody waits from now on, or goes on elsewhere."""
        floor, caller = self._floor, wish.caller
        if caller.key in floor.callers:
            return
        queue = floor.queues.get(wish.queue)
        if queue is None:
            self._refuse(wish, ExitStatus.DELETED, HANG_UP)
            return
        settings = queue.settings
        waiting = Waiting(caller, queue, floor.now - caller.waited_s, (0, 0.0, 0.0))
        if settings.max_length and len(queue.line) >= settings.max_length:
            self._refuse(wish, ExitStatus.FULL, settings.full_place)
        elif is_empty(queue, settings.join_empty, waiting, floor.now):
            self._refuse(wish, ExitStatus.JOIN_EMPTY, settings.join_empty_place)
        else:
            resumed = self._resume(queue, caller)
            if resumed is not None:
                waiting.entered, waiting.order = resumed.entered, resumed.order
            else:
                waiting.order = self.order(queue, caller, waiting.entered)
            self._admit(waiting, resumed=resumed is not None)

    def _refuse(self, wish: Enter, status: ExitStatus, place: Place) -> None:
        caller = wish.caller
        self._floor.log(EntryRefused(wish.queue, caller.key, caller.number, status))
        self._floor.tell(LeaveTo(caller.key, place, status))

    def order(self, queue: Queue, caller: Caller, entered: float) -> Order:
        """The order of somebody who entered then."""
        settings, priority = queue.settings, caller.priority
        if caller.number in settings.vips:
            priority = max(priority, settings.vip_priority)
        return -priority, entered, float(next(self._turns))

    def _resume(self, queue: Queue, caller: Caller) -> Waiting | None:
        """Who had this number and hung up a moment ago."""
        since = self._floor.now - queue.settings.resume_s
        queue.abandoned = {
            number: left for number, left in queue.abandoned.items() if left[0] > since
        }
        _, before = queue.abandoned.pop(caller.number, (0.0, None))
        return before

    def _admit(self, waiting: Waiting, *, resumed: bool) -> None:
        floor, queue, caller = self._floor, waiting.queue, waiting.caller
        floor.callers[waiting.key] = waiting
        queue.line.add(waiting)
        position = waiting.original_position = queue.line.position(waiting)
        floor.log(
            CallerEntered(
                *(queue.number, waiting.key, caller.number, caller.name, caller.kind),
                position,
                waiting.priority,
                resumed,
                caller.did,
            )
        )
        floor.tell(Admit(waiting.key, queue.number, position))
        self._leaving.limit_wait(waiting, queue.settings.ring_s if resumed else 0.0)
        self._announcing.begin(waiting)
        floor.caller_changed(waiting)
        floor.thinned[queue] = None

    def move(self, waiting: Waiting, position: int) -> None:
        """Give somebody who waits another place."""
        queue, floor = waiting.queue, self._floor
        if waiting not in queue.line or len(queue.line) == 1:
            return
        queue.line.remove(waiting)
        queue.seeking.remove(waiting)
        waiting.order = queue.line.order_at(position)
        queue.line.add(waiting)
        floor.log(CallerMoved(queue.number, waiting.key, queue.line.position(waiting)))
        floor.caller_changed(waiting)
