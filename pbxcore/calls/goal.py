"""What a call is for that the PBX places by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.calls.hanging_up import end_with_tone
from pbxcore.calls.seeking import Hearer, Terms
from pbxcore.calls.setting_up import SettingUp
from pbxcore.dialplan.place import Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.apps.services import Service
    from pbxcore.calls.call import Call
    from pbxcore.calls.hunting import Rounds
    from pbxcore.calls.leg import Leg
    from pbxcore.sip.identity import Caller


class Goal:
    """Whom to connect with whoever answers, and who hears whether he did.

    Args:
        to: a place, or a service that stands nowhere in the plan.
        level: how far outside the call may go.
        telling: header lines for who is called.
        reached: told once whether he answered.
        shown: who is shown to whom it rings; None: whom he is going to be connected with.
        rounds: whose phones ring, and nothing else; None: as the number that is called wants it.
    """

    def __init__(
        self,
        to: Place | Service,
        level: str = "",
        telling: tuple[bytes, ...] = (),
        reached: Callable[[bool], None] = lambda answered: None,
        shown: Caller | None = None,
        rounds: Rounds | None = None,
    ) -> None:
        self.to, self.level, self.telling = to, level, telling
        self.reached = reached
        self.shown, self.rounds = shown, rounds

    def failed(self, status: int) -> None:
        """He did not answer."""
        self.reached(False)

    def reach(self, call: Call, leg: Leg) -> None:
        """He is there: connect him."""
        self.reached(True)
        call.setting_up = setting_up = SettingUp(
            call,
            leg,
            Hearer(
                connected=lambda other: call.connect(leg, other),
                failed=lambda farewell: end_with_tone(leg, farewell),
            ),
            Terms(level=self.level),
        )
        if isinstance(self.to, Place):
            setting_up.go_to_place(self.to)
        else:
            setting_up.attend(self.to, call.dialled)
