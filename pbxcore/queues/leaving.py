"""The ways out of a queue without having been served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.queues.facts import Abandoned, Exited, ExitStatus, Outcome
from pbxcore.queues.floor import Stage
from pbxcore.queues.outputs import LeaveTo
from pbxcore.queues.timers import OF_CALLERS, Due

if TYPE_CHECKING:
    from pbxcore.dialplan.place import Place
    from pbxcore.queues.floor import Floor, Waiting
    from pbxcore.queues.offering import Offering

ANSWER_GRACE_S: Final = 0.5
"""An agent who is just being rung at the end of the longest wait may still answer so long."""


class Leaving:
    """Takes callers out: each leaves once, whatever comes at the same time."""

    def __init__(self, floor: Floor, offering: Offering) -> None:
        self._floor, self._offering = floor, offering

    def hang_up(self, caller: Waiting) -> None:
        """The caller is gone; the place is kept for a while where that is set."""
        floor, queue = self._floor, caller.queue
        position = queue.line.position(caller)
        wait_s = floor.now - caller.entered
        self.forget(caller)
        if queue.settings.resume_s and caller.caller.number:
            queue.abandoned[caller.caller.number] = floor.now, caller
        original = caller.original_position
        floor.log(Abandoned(queue.number, caller.key, position, original, wait_s))

    def exit(self, caller: Waiting, status: ExitStatus, place: Place, reason: str = "") -> None:
        """The caller goes on elsewhere."""
        floor, queue = self._floor, caller.queue
        position, wait_s = queue.line.position(caller), floor.now - caller.entered
        self.forget(caller)
        original = caller.original_position
        floor.log(Exited(queue.number, caller.key, status, reason, position, original, wait_s))
        if caller.live:
            floor.tell(LeaveTo(caller.key, place, status))

    def time_out(self, caller: Waiting) -> None:
        """The longest wait is over."""
        floor = self._floor
        if caller.stage is not Stage.WAITING:
            return  # `put_back` limits the wait anew
        if caller.leases and not caller.graced:
            caller.graced = True
            floor.timers.set(Due.WAIT, caller.key, floor.now + ANSWER_GRACE_S)
            return
        self.exit(caller, ExitStatus.TIMEOUT, caller.queue.settings.max_wait_place)

    def limit_wait(self, caller: Waiting, at_least_s: float = 0.0) -> None:
        """Let the wait be as long as is set; where that is over already, so long still."""
        floor, limit_s = self._floor, caller.queue.settings.max_wait_s
        if limit_s is None or not caller.live:
            floor.timers.drop(Due.WAIT, caller.key)
        else:
            at = caller.entered + limit_s
            floor.timers.set(Due.WAIT, caller.key, at if at > floor.now else floor.now + at_least_s)

    def forget(self, caller: Waiting) -> None:
        """Leave nothing of a caller in the queue; agents who ring or have answered are released."""
        caller.queue.line.remove(caller)
        caller.stage = Stage.GONE
        self._floor.caller_changed(caller)
        self._offering.end_all(caller, Outcome.CALLER_LEFT)
        if caller.answered is not None:
            self._offering.release(caller.answered)
        self.drop_timers(caller)
        del self._floor.callers[caller.key]

    def drop_timers(self, caller: Waiting) -> None:
        """Nothing becomes due for a caller any more."""
        for what in OF_CALLERS:
            self._floor.timers.drop(what, caller.key)
