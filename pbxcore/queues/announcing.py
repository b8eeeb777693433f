"""What those who wait are told, and when. Nobody who rings has to stop for it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from pbxcore.queues.floor import Stage
from pbxcore.queues.outputs import Announce, CallbackOffered, HoldTime, Periodic, Position
from pbxcore.queues.timers import Due

if TYPE_CHECKING:
    from pbxcore.queues.floor import Floor, Queue, Waiting
    from pbxcore.queues.outputs import Said

CLOSEST_S: Final = 15.0
"""An improved position is told at most so often."""
LEAST_S: Final = 1.0
ENOUGH: Final = 5
"""So many talks an estimate needs."""


class Announcing:
    """Tells callers of position, wait, prompts and the callback."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def begin(self, caller: Waiting) -> None:
        """From now on, as it is set now; what is due already stays due."""
        settings, timers, now = caller.queue.settings, self._floor.timers, self._floor.now
        said, callbacks = settings.announcements, settings.callbacks
        key = caller.key
        if not caller.live:
            return
        if (said.position or said.hold_time) and (Due.ANNOUNCE, key) not in timers:
            timers.set(Due.ANNOUNCE, key, now)
        if said.prompts and (Due.PROMPT, key) not in timers:
            first_s = said.prompts_first_s
            first_s = said.prompts_every_s if first_s is None else first_s
            timers.set(Due.PROMPT, key, now + first_s)
        offered_s = callbacks.offered_after_s
        if callbacks.enabled and offered_s and (Due.CALLBACK_OFFER, key) not in timers:
            timers.set(Due.CALLBACK_OFFER, key, now + offered_s)

    def place(self, caller: Waiting) -> None:
        """Position and wait are due: never higher ones than were told before."""
        said, now = caller.queue.settings.announcements, self._floor.now
        if not (said.position or said.hold_time):
            return
        every_s = max(LEAST_S, said.every_s)
        step_s = min(CLOSEST_S, every_s) if said.on_improvement else every_s
        self._floor.timers.set(Due.ANNOUNCE, caller.key, now + step_s)
        position = caller.queue.line.position(caller)
        waits_its_time = now - caller.said_at < every_s and position >= caller.said_position
        first_ring = bool(caller.leases) and not caller.was_due
        caller.was_due = True
        if caller.stage is not Stage.WAITING or waits_its_time or first_ring:
            return
        parts = (*self._position(caller, position), *self._hold_time(caller, position))
        if parts:
            caller.said_at = now
            self._floor.tell(Announce(caller.key, parts))

    def _position(self, caller: Waiting, position: int) -> tuple[Said, ...]:
        said = caller.queue.settings.announcements
        if not said.position or position > caller.said_position:
            return ()
        caller.said_position = position
        highest = said.highest_position
        if highest and position > highest:
            return (Position(highest, or_more=True),)
        return (Position(position),)

    def _hold_time(self, caller: Waiting, position: int) -> tuple[Said, ...]:
        said = caller.queue.settings.announcements
        wait_s = estimated_wait_s(caller.queue, position) if said.hold_time else None
        if wait_s is None or wait_s < said.hold_time_from_s:
            return ()
        minutes = math.ceil(wait_s / 60)
        if minutes > caller.said_minutes:
            return ()
        caller.said_minutes = minutes
        return (HoldTime(minutes),)

    def prompt(self, caller: Waiting) -> None:
        """The next prompt of the queue's own is due."""
        floor, said = self._floor, caller.queue.settings.announcements
        if not said.prompts:
            return
        floor.timers.set(Due.PROMPT, caller.key, floor.now + max(LEAST_S, said.prompts_every_s))
        if caller.stage is not Stage.WAITING:
            return
        count = len(said.prompts)
        at = int(floor.chance() * count) if said.prompts_by_chance else caller.prompts_said % count
        caller.prompts_said += 1
        floor.tell(Announce(caller.key, (Periodic(said.prompts[at]),)))

    def callback(self, caller: Waiting) -> None:
        """The offer to be called back is due."""
        floor, callbacks = self._floor, caller.queue.settings.callbacks
        if not callbacks.enabled or callbacks.offered_after_s is None:
            return
        again_at = floor.now + max(LEAST_S, callbacks.offered_after_s)
        floor.timers.set(Due.CALLBACK_OFFER, caller.key, again_at)
        self.offer_callback(caller)

    def offer_callback(self, caller: Waiting) -> None:
        """Ask whether the caller wants to be called back."""
        if caller.stage is Stage.WAITING and caller.live:
            self._floor.tell(Announce(caller.key, (CallbackOffered(),)))


def estimated_wait_s(queue: Queue, position: int) -> float | None:
    """How long somebody in this position will wait; None as long as too little is known."""
    times = queue.handle_times
    if len(times) < ENOUGH:
        return None
    staffed = sum(
        not duty.on_break and not duty.agent.device.gone for duty in queue.duties.values()
    )
    return position * (sum(times) / len(times)) / max(1, staffed)
