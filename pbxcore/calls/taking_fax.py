"""A leg sends a fax to the PBX itself: what it speaks meanwhile, and who is told of the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.calls.faxing import speaks_plainly
from pbxcore.media.commands import ReceiveFax

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.apps.steps import TakeFax
    from pbxcore.calls.leg import Leg
    from pbxcore.media.commands import FaxEnded


def take_fax(leg: Leg, step: TakeFax, then: Callable[[FaxEnded], None]) -> str:
    """Receive a fax from a leg; `then` hears of its end. Returns the name to stop it by.

    What came is told of in any case: the leg may hang up as soon as its last page is acknowledged.
    """
    house = leg.call.house
    if not speaks_plainly(leg):
        leg.call.renegotiating.speak_plainly(leg)

    def over(ended: FaxEnded) -> None:
        house.premises.faxes.ended(step.arrival, ended)
        then(ended)

    wanted = ReceiveFax("", leg.session.fax_stream, step.arrival.path, step.terms)
    return house.anchor.receive_fax(wanted, over)
