"""Who is connected with us hears that nobody will talk to him, before we hang up.

A phone makes these tones itself for a call that is refused; one that was answered, by us or by
whoever handed it on, is told in band.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.party import Farewell
    from pbxcore.sip.transactions.deadlines import Planned

HEARD_S: Final = 10.0
"""As long as networks leave it on (ITU-T E.180 names no limit)."""


def end_with_tone(leg: Leg, farewell: Farewell) -> None:
    """End a leg for which nobody was found; if it can hear, it hears why first."""
    if leg.asking is not None:
        leg.asking.back(farewell)
        return
    hears = leg.answered and not leg.over and not leg.session.holds
    if farewell.status >= 300 and hears and leg.call.context.waiting.refused(leg, farewell.status):
        _Tone(leg, farewell)
    else:
        leg.call.end(leg, farewell)


def let_go(leg: Leg, farewell: Farewell) -> None:
    """The PBX has nothing more for a leg: back to whom it left waiting, or the end of it."""
    if leg.asking is not None:
        leg.asking.back(farewell)
    else:
        leg.call.end(leg, farewell)


class _Tone:
    """What one leg hears, until its time is over or it hangs up."""

    def __init__(self, leg: Leg, farewell: Farewell) -> None:
        self._leg, self._farewell = leg, farewell
        context = leg.call.context
        self._layer = context.agent.core.layer
        self.deadline: float | None = context.now() + HEARD_S
        self.planned: Planned | None = None
        self._layer.watch(self)

    def tick(self, now: float) -> None:
        """Hang up, unless somebody has directed it elsewhere meanwhile."""
        self.deadline = None
        self._layer.unwatch(self)
        leg, call = self._leg, self._leg.call
        if not leg.over and leg.waits and call.setting_up is None and call.partner(leg) is None:
            call.end(leg, self._farewell)
