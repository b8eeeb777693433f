"""The trunks of one call: which is tried next, and what makes way for an emergency. It decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.calls.party import Farewell
from pbxcore.dialplan.emergencies import ORDINARY
from pbxcore.directory import USUAL_FAILOVER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxcore.calls.context import CallContext
    from pbxcore.calls.trunk_legs import Try
    from pbxcore.dialplan.pin import Pin
    from pbxcore.directory import Trunk

_NO_LINE: Final = frozenset((486, 600, 603))
"""What a provider without a free line may say too; an emergency service is never busy."""
_PREEMPTED: Final = Farewell("pbx", 503, 8, "preempted")
"""Cause 8 is preemption (ITU-T Q.850)."""


class WaysOut:
    """Some trunks in their order, each tried while it has a line.

    An emergency call goes round once more: then a less urgent call ends for it.

    Args:
        context: knows the trunks, and who uses them.
        tries: the ways.
    """

    def __init__(self, context: CallContext, tries: Iterable[Try]) -> None:
        self._context = context
        self._left = list(tries)
        self._again = [each for each in self._left if each.hunts]
        self._emergency = bool(self._again)
        self._fails_over_on: tuple[str, ...] = ()

    @property
    def pins(self) -> tuple[Pin, ...] | None:
        """One of these opens them; None: nobody is asked."""
        return self._left[0].pins if self._left else None

    def next(self) -> tuple[Trunk, Try] | None:
        """The trunk to try now; None: there is no other."""
        lines = self._context.lines
        while self._left:
            way = self._left.pop(0)
            trunk = self._context.directory.trunks.get(way.trunk)
            if trunk is not None and self._may_carry(trunk, way) and lines.has_room(trunk):
                self._fails_over_on = trunk.fails_over_on
                return trunk, way
        while self._again:
            way = self._again.pop(0)
            trunk = self._context.directory.trunks.get(way.trunk)
            victim = lines.least_urgent(way.trunk, way.urgency)
            if trunk is not None and trunk.enabled and victim is not None:
                victim.call.hang_up(_PREEMPTED)
                self._fails_over_on = trunk.fails_over_on
                return trunk, way
        return None

    def _may_carry(self, trunk: Trunk, way: Try) -> bool:
        """Whether it is in use, and has time left; an emergency asks for none."""
        urgent = way.urgency < ORDINARY
        return trunk.enabled and (urgent or not self._context.airtime.is_spent(trunk))

    def goes_on(self, status: int) -> bool:
        """Whether another trunk may do better than the last one, which refused so."""
        told = {str(status), f"{status // 100}xx"}
        return not told.isdisjoint(self._fails_over_on) or (
            self._emergency and (status in _NO_LINE or not told.isdisjoint(USUAL_FAILOVER))
        )
