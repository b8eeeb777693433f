"""A call that nobody dialled: first it rings at the caller, then at the callee (click to dial)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.calls.curfew import begin_curfew
from pbxcore.calls.hanging_up import end_with_tone
from pbxcore.calls.leg import Leg
from pbxcore.calls.offering import OURS
from pbxcore.calls.party import Farewell, refused
from pbxcore.calls.seeking import Hearer, Terms
from pbxcore.calls.setting_up import SettingUp
from pbxcore.dialplan.permissions import LEVELS
from pbxcore.journal import CallStarted, LegAnswered
from pbxcore.sip import causes
from pbxcore.sip.identity import Caller

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.call import Call
    from pbxcore.calls.hunting import Rounds

ANYWHERE: Final = LEVELS[-1]
_PLACED = Farewell("pbx", 0, causes.NORMAL, "placed")


class Wish(Leg):
    """Stands for who wants a call until a phone takes it over; nobody hears what it is told."""

    can_be_served = False


class Placing:
    """Sets up one such call.

    The caller's leg of the journal has no dialog: it stands for the wish, until a phone has taken
    it over.

    Args:
        call: which is new.
        told: hears how it goes with the callee: statuses, the last one final.
        level: how far outside who has no extension may be called, and call.
        telling: header lines for the caller.
        shown: who is shown to whom it rings at first; None: whom he is going to talk to.
        rounds: whose phones ring at first; None: as the caller wants his calls handled.
    """

    def __init__(
        self,
        call: Call,
        told: Callable[[int], None] = lambda status: None,
        level: str = "",
        telling: tuple[bytes, ...] = (),
        shown: Caller | None = None,
        rounds: Rounds | None = None,
    ) -> None:
        self._call = call
        self._told, self._level, self._telling = told, level, telling
        self._shown, self._rounds = shown, rounds
        context, origin = call.context, call.origin
        self._wish = Wish(context.leg_id(), call, origin.number, origin.caller)
        self._wish.session = context.silent_session(self._wish)
        self._wish.calls = True

    def begin(
        self,
        caller: str,
        then: Callable[[Leg], None] | None = None,
        seek: Callable[[SettingUp], None] | None = None,
    ) -> None:
        """Ring the caller, who sees whom he is going to talk to.

        `then` does what he is called for; else the callee is called for him. `seek` lets it ring
        where it is to; else that is where he wants his calls.
        """
        call, wish = self._call, self._wish
        then = then or self._call_callee
        call.add(wish)
        call.context.record(
            CallStarted(
                call.id,
                wish.id,
                call.origin.number,
                call.origin.name,
                call.dialled,
                "internal" if call.origin.number else "outbound",
                caller=call.origin.shown,
            )
        )
        address = call.context.address_of(call.dialled, None)
        call.setting_up = search = SettingUp(
            call,
            wish,
            Hearer(
                connected=lambda leg: self._answered(leg, then),
                failed=lambda farewell: self._failed(wish, farewell),
            ),
            Terms(level=self._level, telling=self._telling),
            caller=self._shown or Caller(address),
            lines=OURS,
        )
        if seek is not None:
            seek(search)
        elif self._rounds is not None:
            search.hunt(self._rounds, refused(480, "pbx"))
        else:
            search.go_to(caller, "dial")

    def _answered(self, leg: Leg, then: Callable[[Leg], None]) -> None:
        """The caller is there."""
        call = self._call
        call.context.record(LegAnswered(call.id, leg.id))
        leg.calls = True
        then(leg)
        call.finish(self._wish, _PLACED)

    def _call_callee(self, leg: Leg) -> None:
        call = self._call
        begin_curfew(leg)
        call.set_up(
            SettingUp(
                call,
                leg,
                Hearer(
                    connected=lambda other: self._connected(leg, other),
                    failed=lambda farewell: self._failed(leg, farewell),
                    rang=self._told,
                    attended=lambda: self._told(200),
                ),
                Terms(level=self._level),
            ),
            call.dialled,
            "dial",
        )

    def _connected(self, leg: Leg, other: Leg) -> None:
        self._told(200)
        self._call.connect(leg, other)

    def _failed(self, leg: Leg, farewell: Farewell) -> None:
        self._told(farewell.status or 487)  # nobody refused it: who wished it is gone
        end_with_tone(leg, farewell)
