"""What agents dial: that they serve a queue or not any more, that they take a break or end it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

import msgspec

from pbxcore.apps.asking import admitted
from pbxcore.apps.sounds import Prompt
from pbxcore.apps.steps import Say

if TYPE_CHECKING:
    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.steps import Script
    from pbxcore.apps.visit import Visit


class Duty(Protocol):
    """Lets agents come and go; each says whether that is possible."""

    def log_in(self, agent: str, queue: str) -> bool:
        """An agent serves a queue from now on."""
        ...

    def log_out(self, agent: str, queue: str) -> bool:
        """An agent serves a queue no more."""
        ...

    def take_break(self, agent: str, reason: str = "", queue: str = "") -> bool:
        """An agent is not called for a while, by a queue or by all that allow it."""
        ...

    def end_break(self, agent: str, queue: str = "") -> bool:
        """An agent is called again."""
        ...


class NoDuty:
    """There are no queues."""

    def log_in(self, agent: str, queue: str) -> bool:
        """It is not possible."""
        return False

    def log_out(self, agent: str, queue: str) -> bool:
        """It is not possible."""
        return False

    def take_break(self, agent: str, reason: str = "", queue: str = "") -> bool:
        """It is not possible."""
        return False

    def end_break(self, agent: str, queue: str = "") -> bool:
        """It is not possible."""
        return False


class QueueLogIn(msgspec.Struct, frozen=True, tag="queue_log_in"):
    """A queue that an agent is going to serve, for one who knows its `pin`."""

    kind: ClassVar[str] = "queue_log_in"

    queue: str
    pin: str = ""

    def script(self, visit: Visit, facilities: Facilities) -> Script:
        """Ask for the PIN, and confirm."""
        if not (yield from admitted(self.pin)):
            return
        done = facilities.duty.log_in(visit.number, self.queue)
        yield Say((Prompt("signed-in" if done else "not-possible"),), barge=False)


class QueueLogOut(msgspec.Struct, frozen=True, tag="queue_log_out"):
    """A queue that an agent is going to serve no more."""

    kind: ClassVar[str] = "queue_log_out"

    queue: str

    def script(self, visit: Visit, facilities: Facilities) -> Script:
        """Confirm it."""
        done = facilities.duty.log_out(visit.number, self.queue)
        yield Say((Prompt("signed-out" if done else "not-possible"),), barge=False)


def breaks(number: str, argument: str, facilities: Facilities, *, begins: bool) -> Script:
    """Begin or end a break: of the queue that was dialled after the code, or for a reason."""
    plan = facilities.directory.plan
    queue, reason = (argument, "") if argument in plan.queues else ("", argument)
    if begins:
        named = dict(enumerate(plan.break_reasons, 1))
        words = named.get(int(reason), "") if reason.isdecimal() else ""
        done = (not reason or bool(words)) and facilities.duty.take_break(number, words, queue)
    else:
        done = not reason and facilities.duty.end_break(number, queue)
    said = "queue-break" if begins else "queue-break-over"
    yield Say((Prompt(said if done else "not-possible"),), barge=False)
