"""Somebody comes into a call that is there: in the place of a leg, or to one who is parked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pbxcore.calls.caller_leg import CallerLeg
from pbxcore.calls.connected import introduce
from pbxcore.calls.offering import spoken_with_us
from pbxcore.calls.party import Farewell
from pbxcore.errors import RemoteProtocolError
from pbxcore.journal import CallTransferred, LegAnswered, LegCalled
from pbxcore.sip import causes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.calls.call import Call
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.offering import Line
    from pbxcore.calls.party import Origin
    from pbxcore.sip.agent.incoming_call import IncomingCall

_PICKED_UP = ("pickup", "pickup")
_SERVED_ON = ("flip", "attended")
"""Where a service or a queue has the one who is replaced, it goes on with the other."""
REPLACED = Farewell("pbx", 0, causes.NORMAL, "replaced")


class TakingOver:
    """Those who come into one call."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._context = call.context

    def take(self, leg: Leg, incoming: IncomingCall, origin: Origin, kind: str = "") -> None:
        """An INVITE takes the place of a leg (RFC 3891), or talks to it if it is parked.

        `kind` says how it is that who talks is replaced, if that is no transfer.
        """
        call, context = self._call, self._context
        new = CallerLeg(context.leg_id(), call, origin.number, origin.caller, incoming)
        new.location = origin.location or origin.number
        new.session = context.caller_session(new, incoming.flow)
        new.takes_over = True
        call.add(new)
        handed_on = leg.answered and not context.parking.holds(leg)
        told, action = (kind or "attended", kind or "transfer") if handed_on else _PICKED_UP
        context.record(CallTransferred(call.id, leg.id, origin.number, told))
        context.record(LegCalled(call.id, new.id, origin.number, action, target=""))
        try:
            lines = new.offered_lines()
        except RemoteProtocolError as error:
            call.refuse(new, error.status, error.reason, error.headers)
            return
        served = leg.attending is not None and call.partner(leg) is None and told in _SERVED_ON
        take = partial(self._serve, lines) if served else self._take
        new.session.open(lines, partial(take, new, leg))

    def _take(self, new: CallerLeg, leg: Leg, problem: str) -> None:
        call, setting_up = self._call, self._call.setting_up
        if new.over:
            return
        parked = self._context.parking.holds(leg)
        partner = leg if parked and setting_up is None else call.partner(leg)
        front = partner if partner is not None or setting_up is None else setting_up.front
        if problem or leg.over or front is None:
            call.refuse(new, 503 if problem else 481)
            return
        introduce(new, front)
        try:
            if partner is None and setting_up is not None:
                new.accept(setting_up.lines)
            else:
                new.accept(front.session.lines)
        except RemoteProtocolError as error:
            call.refuse(new, error.status, error.reason, error.headers)
            return
        if not parked:
            new.succeed(leg)
        if partner is None and setting_up is not None:
            setting_up.answered(new)
            return
        self._context.record(LegAnswered(call.id, new.id))
        call.part()
        if leg.asking is not None:
            leg.asking.inherit(new)
        if not parked:
            call.end(leg, REPLACED)
        call.join(front, new)

    def _serve(self, lines: Sequence[Line | None], new: CallerLeg, leg: Leg, problem: str) -> None:
        call, setting_up, serving = self._call, self._call.setting_up, leg.attending
        if new.over:
            return
        if problem or leg.over or serving is None:
            call.refuse(new, 503 if problem else 481)
            return
        try:
            new.accept(spoken_with_us(lines))
        except RemoteProtocolError as error:
            call.refuse(new, error.status, error.reason, error.headers)
            return
        new.succeed(leg)
        self._context.record(LegAnswered(call.id, new.id))
        if setting_up is not None and setting_up.front is leg:
            setting_up.serve(new)
        else:
            serving.serve(new)
        call.end(leg, REPLACED)
