"""Whether somebody who talks lets a supervisor hear it: he is asked, and presses a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.apps.sounds import Prompt
from pbxcore.calls.serving import tell_beside

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.leg import Leg
    from pbxcore.sip.transactions.deadlines import Planned

YES: Final = "1"
WITHIN_S: Final = 15.0
"""Who says nothing until then does not want it."""


class Consenting:
    """Asks one leg; `answered` hears once whether it agreed."""

    def __init__(self, leg: Leg, answered: Callable[[bool], None]) -> None:
        self._leg, self._answered = leg, answered
        self._layer = leg.call.context.agent.core.layer
        self.deadline: float | None = leg.call.context.now() + WITHIN_S
        self.planned: Planned | None = None
        leg.consenting = self
        leg.call.room.arrange()
        self._layer.watch(self)
        tell_beside(leg, Prompt("supervision-consent"))

    def close(self, *, agreed: bool) -> None:
        """It is decided."""
        self.deadline = None
        self._layer.unwatch(self)
        self._leg.consenting = None
        self._answered(agreed)
        self._leg.call.room.arrange()

    def tick(self, _: float) -> None:
        """Nobody has agreed in time."""
        self.close(agreed=False)
