"""A transfer by keys after a consultation: one asks a third, while his partner waits to music.

Who asks hands on by hanging up, or by the code again, also while it still rings there; the code
that ends a call brings him back to his partner, as does the third who does not want the call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.calls.party import Farewell, hung_up
from pbxcore.calls.setting_up import SettingUp
from pbxcore.journal import CallTransferred
from pbxcore.sip import causes
from pbxcore.sip.dialogs.dialog import MAX_FORWARDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.leg import Leg
    from pbxcore.calls.party import By
    from pbxcore.sip.agent.listener import Ending

_HANDED_ON: Final = Farewell("pbx", 0, causes.NORMAL, "transferred")
_NOT_WANTED: Final = Farewell("pbx", 0, causes.NORMAL, "hung_up")


class AskingFirst:
    """Begins at once.

    Args:
        leg: who asks.
        partner: whom he may hand on.
        number: whom he asks.
    """

    def __init__(self, leg: Leg, partner: Leg, number: str) -> None:
        self._leg, self._partner, self._number = leg, partner, number
        self._call = call = leg.call
        leg.asking = self
        call.part()
        call.house.waiting.held(partner, leg)
        call.set_up(
            SettingUp(
                call,
                leg,
                leg.identity,
                leg.session.lines,
                hops=MAX_FORWARDS,
                connected=lambda asked: call.connect(leg, asked),
                failed=lambda farewell: self._back(),
            ),
            number,
            "transfer",
        )

    def codes(self) -> dict[str, Callable[[], object]]:
        """What the codes mean meanwhile."""
        known = self._call.house.directory.plan.codes
        return {
            known.attended_transfer: self._hand_on,
            known.disconnect: self._give_up,
        }

    def left(self, leg: Leg, farewell: Farewell) -> bool:
        """Whether the others go on although a leg is over."""
        call = self._call
        if leg is self._leg:
            self._hand_on(farewell)
            return True
        if leg is self._partner:  # he waits no more: the other two go on
            self._leg.asking = None
            call.finish(leg, farewell)
            return True
        if leg is not call.partner(self._leg):
            return False
        call.finish(leg, farewell)
        self._back()
        return True

    def _hand_on(self, farewell: Farewell | None = None) -> None:
        """The partner takes the place of who asked, who has hung up if there is a farewell."""
        call, leg, partner = self._call, self._leg, self._partner
        asked, setting_up, serving = call.partner(leg), call.setting_up, leg.attending
        leg.asking = None
        call.house.record(CallTransferred(call.id, leg.id, self._number, "attended"))
        call.part()
        if asked is not None:
            call.join(partner, asked)
        elif setting_up is not None:
            setting_up.serve(partner)
            call.house.waiting.ringing(partner)
        elif serving is not None:
            call.house.waiting.stop(partner)
            serving.serve(partner)
        if farewell is None:
            call.end(leg, _HANDED_ON)
        else:
            call.finish(leg, farewell)

    def _give_up(self) -> None:
        """Back to the partner, whoever is there or rings."""
        call, asked = self._call, self._call.partner(self._leg)
        if asked is not None:
            call.end(asked, _NOT_WANTED)
        elif call.setting_up is not None:
            call.setting_up.give_up(_NOT_WANTED)
            call.setting_up.over()
        call.leave_service(self._leg)
        self._back()

    def _back(self) -> None:
        leg, partner = self._leg, self._partner
        leg.asking = None
        if not leg.over and not partner.over:
            self._call.join(leg, partner)


def ask_first(leg: Leg, number: str) -> None:
    """Call somebody for who talks, before he hands on."""
    call, partner = leg.call, leg.call.partner(leg)
    if partner is not None and call.setting_up is None:
        AskingFirst(leg, partner, number)


def goes_on(leg: Leg, ending: Ending, by: By) -> bool:
    """A leg has hung up: whether others go on because somebody asked before he handed on."""
    asking = next((each.asking for each in leg.call.legs.values() if each.asking), None)
    return asking is not None and asking.left(leg, hung_up(by, ending))
