"""A transfer by keys after a consultation: one asks a third, while his partner waits to music.

Who asks hands on by hanging up, or by the code again, also while it still rings there; the code
that ends a call brings him back to his partner, as does the third who does not want the call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.calls.hanging_up import end_with_tone
from pbxcore.calls.party import Farewell, hung_up
from pbxcore.calls.seeking import Hearer
from pbxcore.calls.setting_up import SettingUp
from pbxcore.calls.telling import reasons
from pbxcore.journal import CallTransferred
from pbxcore.sip import causes

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.call import Call
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
        call = leg.call
        leg.asking = self
        call.part()
        call.context.waiting.held(partner, leg)
        call.set_up(
            SettingUp(
                call,
                leg,
                Hearer(
                    connected=lambda asked: self._call.connect(self._leg, asked),
                    failed=self.back,
                ),
            ),
            number,
            "transfer",
        )

    @property
    def _call(self) -> Call:
        return self._leg.call  # another one may have taken it in

    def codes(self) -> dict[str, Callable[[], object]]:
        """What the codes mean meanwhile."""
        known = self._call.context.directory.plan.codes
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
            call.finish(leg, farewell)
            return True
        if leg is not call.partner(self._leg):
            return False
        call.finish(leg, farewell)
        self.back(farewell)
        return True

    def back(self, farewell: Farewell) -> None:
        """To the partner, whom nobody else will talk to; `farewell` is for who has no other."""
        leg, partner = self._leg, self._partner
        leg.asking = None
        self._call.leave_service(leg)
        if not leg.over and not partner.over:
            self._call.join(leg, partner)
            return
        for each in leg, partner:
            if not each.over:
                end_with_tone(each, farewell)

    def inherit(self, heir: Leg) -> None:
        """Another leg has the place of who asks."""
        self._leg.asking, heir.asking = None, self
        self._leg = heir

    def dropped(self, leg: Leg, farewell: Farewell) -> None:
        """A leg is over for which nobody took care of the other: he is not left to the music."""
        if leg is self._leg:
            leg.asking = None
            self._call.end(self._partner, farewell)
        elif leg is self._partner:
            self._leg.asking = None

    def _hand_on(self, farewell: Farewell | None = None) -> None:
        """The partner takes the place of who asked, who has hung up if there is a farewell."""
        call, leg, partner = self._call, self._leg, self._partner
        asked, setting_up, serving = call.partner(leg), call.setting_up, leg.attending
        leg.asking = None
        call.context.record(CallTransferred(call.id, leg.id, self._number, "attended"))
        call.part()
        if asked is not None:
            call.join(partner, asked)
        elif setting_up is not None:
            setting_up.serve(partner)
            call.context.waiting.ringing(partner)
        elif serving is not None:
            call.context.waiting.stop(partner)
            serving.serve(partner)
        else:  # whom he asked is just being handed on himself
            end_with_tone(partner, farewell or _HANDED_ON)
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
        self.back(_NOT_WANTED)


def ask_first(leg: Leg, number: str) -> None:
    """Call somebody for who talks, before he hands on."""
    call, partner = leg.call, leg.call.partner(leg)
    if partner is not None and call.setting_up is None and _under_way(call) is None:
        AskingFirst(leg, partner, number)


def goes_on(leg: Leg, ending: Ending, by: By) -> bool:
    """A leg has hung up: whether others go on because somebody asked before he handed on."""
    asking = _under_way(leg.call)
    return asking is not None and asking.left(leg, hung_up(by, ending))


def end_side(leg: Leg, farewell: Farewell) -> None:
    """End the talk of a leg: the call, unless somebody asks in it: then the others go on."""
    asking = _under_way(leg.call)
    if asking is None:
        leg.call.hang_up(farewell)
    elif not leg.over and asking.left(leg, farewell):
        leg.hang_up(*reasons(farewell))
    else:
        leg.call.end(leg, farewell)


def finished(leg: Leg, farewell: Farewell) -> None:
    """A leg is over, whoever has ended it."""
    asking = leg.asking or _under_way(leg.call)
    if asking is not None:
        asking.dropped(leg, farewell)


def _under_way(call: Call) -> AskingFirst | None:
    return next((each.asking for each in call.legs.values() if each.asking), None)
