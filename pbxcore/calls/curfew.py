"""The end of a call that may not last longer, and the tone that warns of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.calls.asking_first import end_side
from pbxcore.calls.party import Farewell
from pbxcore.dialplan.plan import NO_LIMIT
from pbxcore.media.commands import Play, Tone
from pbxcore.sip import causes

if TYPE_CHECKING:
    from pbxcore.calls.context import CallContext
    from pbxcore.calls.leg import Leg
    from pbxcore.dialplan.plan import Limit
    from pbxcore.sip.transactions.deadlines import Planned

WARNING: Final = Tone((((1400.0,), 0.2), ((), 0.15), ((1400.0,), 0.2)))
_OVER: Final = Farewell("pbx", 0, causes.NORMAL, "time_limit")


def begin_curfew(leg: Leg) -> None:
    """Let the time of a leg that was answered run: its trunk's, and its own if it has an end.

    That is so for ways out, and for whoever calls and has a limit of his own; not for who calls for
    help, nor for who comes into a call that was there.
    """
    context, limit = leg.call.context, leg.limit
    context.airtime.begin(leg)
    makes_it = leg.calls and not leg.takes_over and leg.call.aim.emergency is None
    if not limit.longest_s and makes_it:
        caller = context.directory.extension(leg.number)
        limit = NO_LIMIT if caller is None else NO_LIMIT.within(caller.longest_s)
    if limit.longest_s and leg.curfew is None and not leg.over:
        leg.curfew = Curfew(context, leg, limit)


class Curfew:
    """Ends the call of one leg in time, wherever that has been handed on to.

    Args:
        context: has the clock and the streams.
        leg: whose time runs from now on; replaced by who has its place.
        limit: how long, and when whom it talks to is warned.
    """

    def __init__(self, context: CallContext, leg: Leg, limit: Limit) -> None:
        self._context = context
        self.leg = leg
        self._limit = limit
        self.ends = context.now() + limit.longest_s
        warns = bool(limit.warned_s)
        self.deadline: float | None = self.ends - limit.warned_s if warns else self.ends
        self.planned: Planned | None = None
        context.agent.core.layer.watch(self)

    def stop(self) -> None:
        """The leg is over before its time."""
        self._context.agent.core.layer.unwatch(self)

    def tick(self, now: float) -> None:
        """Warn, or end it."""
        if now >= self.ends:
            self.deadline = None
            end_side(self.leg, _OVER)
            return
        self._warn()
        again = now + self._limit.every_s
        self.deadline = again if self._limit.every_s and again < self.ends else self.ends

    def _warn(self) -> None:
        partner = self.leg.call.partner(self.leg)
        if partner is None or partner.waits or not partner.session.sound:
            return
        self._context.anchor.ask(Play(partner.session.sound, f"l{self.leg.id}", (WARNING,)))
