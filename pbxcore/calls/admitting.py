"""The way of a caller in: who he is, whether he may, and where his call goes first."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pbxcore.calls.alerting import alerting
from pbxcore.calls.caller_leg import CallerLeg
from pbxcore.calls.deciding import Deciding
from pbxcore.calls.party import Farewell
from pbxcore.calls.seeking import Hearer, Terms
from pbxcore.calls.setting_up import SettingUp
from pbxcore.calls.telling import started_fact
from pbxcore.calls.vouching import claim_of, marked, vouched_for
from pbxcore.errors import RemoteProtocolError
from pbxcore.journal import CallerVerified, EmergencyCalled
from pbxcore.sip import causes
from pbxcore.sip.forwarding import read_forwardings
from pbxcore.sip.identity import Caller

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.calls.call import Call
    from pbxcore.sip.agent.incoming_call import IncomingCall
    from pbxcore.sip.forwarding import Forwarding
    from pbxcore.stir.verdict import Verdict


class Admission:
    """Lets one caller into his call, or turns him away.

    Args:
        call: that begins with him.
        incoming: his INVITE.
        hops: how many servers the call may still pass.
    """

    def __init__(self, call: Call, incoming: IncomingCall, hops: int) -> None:
        self._call, self._context = call, call.context
        self._incoming, self._hops = incoming, hops
        origin = call.origin
        self._leg = CallerLeg(self._context.leg_id(), call, origin.number, origin.caller, incoming)
        self._leg.location = origin.location or origin.number

    def begin(self) -> None:
        """Own the leg, and ask about him what has to be asked."""
        call, leg, context, origin = self._call, self._leg, self._context, self._call.origin
        leg.trunk = origin.trunk
        leg.identified(self._incoming, self._incoming.request)
        leg.shows = Caller(context.address_of(call.dialled, self._incoming.flow))
        leg.session = context.caller_session(leg, self._incoming.flow)
        leg.recorded = call.aim.recorded
        call.add(leg)
        context.record(started_fact(call, leg, self._incoming))
        if call.aim.emergency is not None:
            zone = call.aim.zone
            context.record(
                EmergencyCalled(
                    call.id,
                    origin.number,
                    call.aim.emergency.name,
                    call.dialled,
                    "" if zone is None else zone.location,
                )
            )
        trunk = context.directory.trunks.get(origin.trunk)
        leg.hears_early = trunk is None or trunk.early_media
        if trunk is not None and not context.lines.takes_more(trunk):
            call.turn_away(leg, Farewell("pbx", 486, causes.cause_of(486), "trunk_full"))
        elif trunk is None or trunk.verifies == "off":
            call.origin = vouched_for(origin, self._incoming.request)
            self._go_on()
        else:
            number = call.aim.original or origin.shown
            claim = claim_of(self._incoming.request, number, call.dialled)
            context.vouching.verify(claim, partial(self._verified, trunk.verifies))

    def _verified(self, action: str, verdict: Verdict) -> None:
        """It is known whether the caller is who he says: go on, or not."""
        call, leg = self._call, self._leg
        if leg.over:
            return
        self._context.record(CallerVerified(call.id, verdict.verstat, verdict.attest))
        if verdict.status and action == "reject":
            status = verdict.status
            why = Farewell("pbx", status, causes.cause_of(status), verdict.reason)
            call.turn_away(leg, why, verdict.phrase)
            return
        if not verdict.status:
            call.origin = vouched_for(call.origin, self._incoming.request)
        elif action == "mark":
            call.origin = marked(call.origin)
            leg.identity = call.origin.caller
        self._go_on()

    def _go_on(self) -> None:
        """Look for somebody who answers, unless a program has to say first that it may be."""
        call, leg, aim = self._call, self._leg, self._call.aim
        if aim.refusal is not None:
            call.turn_away(leg, aim.refusal)
            return
        try:
            lines = leg.offered_lines()
        except RemoteProtocolError as error:
            call.refuse(leg, error.status, error.reason, error.headers)
            return
        setting_up = SettingUp(
            call,
            leg,
            Hearer(
                connected=lambda other: call.connect(leg, other),
                failed=lambda farewell: call.turn_away(leg, farewell),
            ),
            Terms(self._hops, tuple(self._forwardings()), alerting(aim.alert_info)),
            caller=call.origin.caller,
            lines=lines,
        )
        call.setting_up = setting_up
        if aim.fax is not None and not aim.fax.auto_answer:
            leg.session.listen_for_fax(wanted=True)
        go_on = partial(leg.session.open, lines, partial(self._anchored, setting_up))
        if call.origin.trunk and self._context.directory.settings.call_control:
            call.deciding = Deciding(self._context, go_on)
        else:
            go_on()

    def _forwardings(self) -> Sequence[Forwarding]:
        """How the call came here; a phone of ours says nothing of others that would be believed."""
        return () if self._call.origin.number else read_forwardings(self._incoming.request)

    def _anchored(self, setting_up: SettingUp, problem: str) -> None:
        """There is a place for his sound: go where the call goes."""
        call, aim = self._call, self._call.aim
        if call.setting_up is not setting_up:
            return
        if problem:
            why = Farewell("pbx", 503, causes.cause_of(503), problem)
            call.turn_away(setting_up.front, why)
        elif aim.fax is not None and aim.fax.auto_answer:
            setting_up.attend(aim.fax, call.dialled)
        elif aim.tries:
            setting_up.go_out(aim.tries, aim.number)
        elif aim.place is not None:
            setting_up.go_to_place(aim.place)
        else:
            setting_up.go_to(aim.number)
