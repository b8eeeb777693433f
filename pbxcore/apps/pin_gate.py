"""What asks for a PIN before a call goes outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from pbxcore.apps.asking import LONGEST_PIN, PIN_TRIES, ask
from pbxcore.apps.sounds import Prompt
from pbxcore.apps.steps import Connect, HangUp, Say, Tell
from pbxcore.apps.telling import told_why
from pbxcore.dialplan.pin import Pin
from pbxcore.dialplan.place import Place
from pbxcore.journal import CallCharged

if TYPE_CHECKING:
    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.steps import Part, Script
    from pbxcore.apps.visit import Visit

_CALL_REJECTED: Final = 21
"""Q.850's cause."""


class PinGate(msgspec.Struct, frozen=True, tag="pin"):
    """One of `pins` opens the way to `number`."""

    kind: ClassVar[str] = "pin"

    number: str
    pins: tuple[Pin, ...]

    def script(self, visit: Visit, _facilities: Facilities) -> Script:
        """Ask for a PIN, and let the caller through; its owner is charged."""
        pin = yield from _entered(self.pins)
        if pin is None:
            yield HangUp("wrong_pin", _CALL_REJECTED)
            return
        if pin.name:
            yield Tell(CallCharged(visit.call, pin.name))
        status: int = yield Connect(Place("external", self.number), admitted=True)
        yield from told_why(status)


def _entered(pins: tuple[Pin, ...]) -> Part[Pin | None]:
    by_digits = {each.pin: each for each in pins}
    for _ in range(PIN_TRIES):
        digits = yield from ask(Prompt("enter-pin"), most=LONGEST_PIN, first_s=10.0)
        if (found := by_digits.get(digits)) is not None:
            return found
        yield Say((Prompt("wrong-pin"),), barge=False)
    yield Say((Prompt("too-many-tries"), Prompt("goodbye")), barge=False)
    return None
