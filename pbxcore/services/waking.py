"""Wake-up calls, when their time has come."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from pbxcore.apps.wake_up import WakeUp
from pbxcore.calls.goal import Goal
from pbxcore.journal import WakeUpCalled
from pbxcore.services.once import Once

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pbxcore.dialplan.wake_ups import WakeUpCall
    from pbxcore.directory import Directory
    from pbxcore.journal import Fact

RETRIES: Final = 2
RETRY_S: Final = 300.0


class Waking:
    """Makes each call once on its day, and again when nobody answers.

    What was made is not kept: a call of every day whose time is no longer than `LATE` ago when the
    PBX starts is made again, rather than nobody be woken.

    Args:
        directory: has the calls in its plan.
        originate: calls an extension for a goal; a number is seen to call.
        record: takes each fact.
        now: the moment, with its zone.
    """

    def __init__(
        self,
        directory: Directory,
        originate: Callable[[str, Goal, str], object],
        record: Callable[[Fact], None],
        now: Callable[[], datetime],
    ) -> None:
        self._directory, self._originate = directory, originate
        self._record, self._now = record, now
        self._once = Once()
        self._again: list[tuple[float, str, WakeUpCall, int]] = []

    def tick(self) -> None:
        """Call whoever is to be woken now."""
        plan = self._directory.plan
        if not plan.wake_ups and not self._again:
            return
        now = self._now().astimezone(plan.hours.calendar().zone)
        self._once.keep(plan.wake_ups)
        for id_, call in plan.wake_ups.items():
            if self._once.begins(id_, call.due(now)):
                self._call(id_, call, RETRIES)
        due = [each for each in self._again if each[0] <= now.timestamp()]
        self._again = [each for each in self._again if each not in due]
        for _, id_, call, left in due:
            self._call(id_, call, left)

    def _call(self, id_: str, call: WakeUpCall, left: int) -> None:
        goal = Goal(WakeUp(call.path), reached=partial(self._reached, id_, call, left))
        code = next(
            (at for at, each in self._directory.plan.services.items() if each.kind == "wake_up"), ""
        )
        self._originate(call.number, goal, code or call.number)

    def _reached(self, id_: str, call: WakeUpCall, left: int, answered: bool) -> None:
        if not answered and left:
            self._again.append((self._now().timestamp() + RETRY_S, id_, call, left - 1))
            return
        self._record(WakeUpCalled(id_, call.number, answered))
