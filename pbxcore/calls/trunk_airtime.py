"""The time that runs while calls go out by trunks whose time is short. It decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.dialplan.airtime import NO_ALLOWANCE, Airtime
from pbxcore.journal import TrunkUsed

if TYPE_CHECKING:
    from pbxcore.calls.context import CallContext
    from pbxcore.calls.leg import Leg
    from pbxcore.dialplan.airtime import Spent
    from pbxcore.directory import Trunk
    from pbxcore.presence.keeping import Store


class TrunkAirtime:
    """Counts calls out from their answer to their end.

    Args:
        context: has the trunks and the clock.
        store: what was spent; outlasts us.
    """

    def __init__(self, context: CallContext, store: Store[Spent]) -> None:
        self._context, self._airtime = context, Airtime(store)
        self._since: dict[str, dict[str, float]] = {}

    def begin(self, leg: Leg) -> None:
        """A leg was answered; those that came in by a trunk cost nothing."""
        if leg.trunk and not leg.calls and not leg.over:
            by_trunk = self._since.setdefault(leg.trunk, {})
            by_trunk.setdefault(leg.id, self._context.now())

    def end(self, leg: Leg) -> None:
        """A leg is over."""
        by_trunk = self._since.get(leg.trunk, {})
        since = by_trunk.pop(leg.id, None)
        if since is None:
            return
        if not by_trunk:
            del self._since[leg.trunk]
        trunk = self._context.directory.trunks.get(leg.trunk)
        if trunk is None or trunk.allowance == NO_ALLOWANCE:
            return
        allowance, seconds = trunk.allowance, self._lasted(trunk, since)
        minutes = self._airtime.add(trunk.id, allowance, seconds, self._period(trunk))
        if minutes:
            told = TrunkUsed(trunk.id, trunk.name, minutes, allowance.told_above)
            self._context.record(told)

    def is_spent(self, trunk: Trunk) -> bool:
        """Whether no more calls may go out by a trunk now."""
        allowance = trunk.allowance
        if not allowance.minutes:
            return False
        since = self._since.get(trunk.id, {}).values()
        running_s = sum(self._lasted(trunk, each) for each in since)
        return self._airtime.is_spent(trunk.id, allowance, self._period(trunk), running_s)

    def _lasted(self, trunk: Trunk, since: float) -> float:
        """For how many seconds of the period that runs a call has lasted."""
        runs_s = trunk.allowance.runs_for(self._context.facilities.now(), self._zone)
        return min(self._context.now() - since, runs_s)

    def _period(self, trunk: Trunk) -> str:
        return trunk.allowance.period_of(self._context.facilities.now(), self._zone)

    @property
    def _zone(self) -> str:
        return self._context.directory.plan.hours.zone
