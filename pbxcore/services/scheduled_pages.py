"""Announcements that paging groups hear at a time, without anybody who calls."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pbxcore.apps.announcing import ScheduledPage
from pbxcore.calls.goal import Goal
from pbxcore.calls.hunting import Round, free_phones
from pbxcore.calls.paging import RINGS_S, answer_at_once
from pbxcore.dialplan.place import HANG_UP
from pbxcore.services.once import Once
from pbxcore.sip.identity import Caller

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pbxcore.calls.context import CallContext
    from pbxcore.dialplan.place import Place
    from pbxcore.dialplan.plan import PagingGroup

LATE: Final = timedelta(seconds=30)
"""So long after its time an announcement that a restart has held up is still made."""


class ScheduledPages:
    """Makes each announcement once on its day; it is who calls, so that its name is shown.

    What was made is not kept: one whose time is no longer than `LATE` ago when the PBX starts is
    made again, as it cannot be told from one that was missed.

    Args:
        context: knows the groups, and who is free.
        originate: calls a number for a goal, another being seen to call; the name of the call.
        hang_up: ends a call by its name.
        now: the moment, with its zone.
    """

    def __init__(
        self,
        context: CallContext,
        originate: Callable[[str, Goal, str], str],
        hang_up: Callable[[str], object],
        now: Callable[[], datetime],
    ) -> None:
        self._context, self._originate, self._hang_up = context, originate, hang_up
        self._now = now
        self._once = Once()
        self._ends: list[tuple[float, str]] = []

    def tick(self) -> None:
        """Call whoever is to hear something now; end what has lasted as long as it may."""
        plan, now = self._context.directory.plan, self._now()
        local = now.astimezone(plan.hours.calendar().zone)
        self._once.keep(plan.paging_groups)
        for number, group in plan.paging_groups.items():
            moment = group.schedule.due(local, LATE) if group.schedule else None
            if self._once.begins(number, moment):
                self._announce(group)
        due = [each for each in self._ends if each[0] <= now.timestamp()]
        self._ends = [each for each in self._ends if each not in due]
        for _, call in due:
            self._hang_up(call)

    def _announce(self, group: PagingGroup) -> None:
        path = self._context.directory.plan.prompts.get(group.prompt, "")
        if path:
            for member in group.members:
                self._call(group, member, ScheduledPage(path, group.delay_s))

    def _call(self, group: PagingGroup, member: str, said: ScheduledPage) -> None:
        context, call = self._context, ""

        def reached(answered: bool) -> None:
            if answered and group.longest_s:
                self._ends.append((self._now().timestamp() + group.longest_s, call))

        goal = Goal(
            said,
            telling=answer_at_once(context.domain),
            reached=reached,
            shown=Caller(
                context.address_of(group.number, None), group.name.encode(), asserted=True
            ),
            rounds=_Member(context, group, member),
        )
        call = self._originate(member, goal, group.number)


class _Member:
    """A member's phones, whatever else he wants done with his calls; none where he is not free."""

    action = "page"
    otherwise: Place | None = HANG_UP
    recorded = False
    music = ""

    def __init__(self, context: CallContext, group: PagingGroup, member: str) -> None:
        self.number = group.number
        self._phones = free_phones(context, member, skips_busy=group.skips_busy)

    def next(self) -> Round | None:
        """They ring once."""
        found, self._phones = self._phones, []
        return Round(found, (), int(RINGS_S)) if found else None
