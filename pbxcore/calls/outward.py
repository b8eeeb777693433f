"""Calls that leave by a trunk: which one takes them, and how they are told there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.apps.pin_gate import PinGate
from pbxcore.calls.diverting import history_outside
from pbxcore.calls.party import Farewell, refused
from pbxcore.calls.ringing import Ringing
from pbxcore.calls.ways_out import WaysOut
from pbxcore.errors import RemoteProtocolError
from pbxcore.journal import LegCalled
from pbxcore.sip.flow import IN_CLEAR
from pbxcore.sip.identity import Caller
from pbxcore.trunks.requests import address_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.calls.called_leg import CalledLeg
    from pbxcore.calls.setting_up import SettingUp
    from pbxcore.calls.trunk_legs import Try
    from pbxcore.dialplan.pin import Pin
    from pbxcore.directory import Trunk
    from pbxcore.features.model import Diversion
    from pbxcore.sip.forwarding import Forwarding

OUTSIDE_S: Final = 180.0
"""How long it may ring outside: providers and their networks give up before (RFC 3261, Timer C)."""


class Outward:
    """The way out for one search: trunk after trunk, until one takes the call."""

    def __init__(self, setting_up: SettingUp) -> None:
        self._setting_up = setting_up
        self._context = setting_up.context
        self._came_with = len(setting_up.forwardings)
        self._ways = WaysOut(self._context, ())
        self._dialled = ""
        self._failover: str | None = None
        """Whom to call if no trunk takes the call; None: no trunk was asked to."""
        self._opened: tuple[Pin, ...] | None = None
        """The PINs of which the caller has entered one: others open other ways."""

    def go_to(self, number: str, action: str) -> None:
        """Call a number as the outbound routes say."""
        search = self._setting_up
        try:
            outside = search.call.origin.outside
            sent_on = search.behalf != search.front.number
            tries = self._context.way_out(
                search.behalf,
                number,
                outside,
                search.level,
                search.owner,
                "forward" if sent_on else "",
            )
        except RemoteProtocolError as error:
            search.not_carried(refused(error.status, "pbx"))
        else:
            self.go_by(tries, number, action)

    def go_by(self, tries: Sequence[Try], number: str, action: str) -> None:
        """Call by the first of these ways that takes the call."""
        search = self._setting_up
        self._ways, self._dialled = WaysOut(self._context, self._carrying(tries)), number
        if self._failover is None:
            self._failover = self._failover_of(tries)
            self._opened = self._ways.pins if search.admitted else None
        pins = self._ways.pins
        if pins is None or pins == self._opened:
            self._try_next(action, refused(503, "pbx"))
        elif search.front.can_be_served and search.behalf == search.front.number != "":
            search.attend(PinGate(number, pins), number)
        else:  # nobody is there who could know it
            search.fail(refused(403, "pbx"))

    def _carrying(self, tries: Sequence[Try]) -> Sequence[Try]:
        """The ways that may carry this call; an emergency service is called by any there is."""
        aim = self._setting_up.call.aim
        if not aim.secure or aim.emergency is not None:
            return tries
        return [each for each in tries if each.hunts or self._is_secure(each)]

    def _failover_of(self, tries: Sequence[Try]) -> str:
        """The number that the first of these trunks has for it; none stands for an emergency."""
        if self._setting_up.call.aim.emergency is not None:
            return ""
        trunks = self._context.directory.trunks
        named = (trunks[each.trunk].failover for each in tries if each.trunk in trunks)
        return next(filter(None, named), "")

    def _is_secure(self, way: Try) -> bool:
        trunk = self._context.directory.trunks.get(way.trunk)
        return trunk is not None and trunk.transport not in IN_CLEAR

    def failed(self, farewell: Farewell, otherwise: Farewell, *, rang: bool) -> None:
        """A trunk did not bring it there: try the next, where that may help."""
        if self._ways.goes_on(farewell.status) and not rang:
            self._try_next("dial", otherwise)
        else:
            self._setting_up.fail(otherwise)

    def beside(self, owner: str, number: str, action: str) -> list[CalledLeg]:
        """A leg to a number outside, as `owner` may call it without a PIN, or none.

        `action` is `follow_me` where `owner` is looked for there.
        """
        try:
            outside, group = self._setting_up.call.origin.outside, self._setting_up.owner
            diverted: Diversion = "follow_me" if action == "follow_me" else "forward"
            tries = self._context.way_out(owner, number, outside, "", group, diverted)
        except RemoteProtocolError:
            return []
        ways = WaysOut(self._context, self._carrying(tries))
        found = None if ways.pins is not None else ways.next()
        if found is None:
            return []
        # At which number outside somebody of ours is reached is his affair.
        return [self._leg(*found, action, self._context.party_at(owner, None))]

    def _try_next(self, action: str, otherwise: Farewell) -> None:
        search, found = self._setting_up, self._ways.next()
        if found is None:
            number, self._failover = self._failover, ""
            if number:
                search.go_to(number, action)
            else:
                search.not_carried(otherwise)
            return
        until = self._context.now() + OUTSIDE_S
        ringing = Ringing("", until, search.timed_out, search.nobody_answers)
        dialled = Caller(self._context.address_of(self._dialled, search.front.flow))
        ringing.legs.append(self._leg(*found, action, dialled))
        search.let_ring(ringing)

    def _leg(self, trunk: Trunk, way: Try, action: str, who: Caller) -> CalledLeg:
        """The leg to a number behind a trunk; `who` is there, as those of ours see it."""
        context, search = self._context, self._setting_up
        call = search.call
        address = address_at(trunk, way.number)
        lines = (*history_outside(trunk, self._told_outside(), address), *search.telling)
        leg = context.trunks.leg(call, trunk, way, search.caller, search.hops, lines)
        if trunk.returns_callers and search.behalf == search.front.number != "":
            now = context.moment()
            context.direct_returns.note(way.number, trunk.id, search.behalf, now)
        leg.identity, leg.shows = who, search.caller
        search.count_in(leg)
        call.add(leg)
        context.record(LegCalled(call.id, leg.id, way.number, action, trunk.id, owner=search.owner))
        return leg

    def _told_outside(self) -> list[Forwarding]:
        """How the call came here; some providers want to read of deflection, whatever it was."""
        search, settings = self._setting_up, self._context.directory.settings
        if not (settings.deflection_diversion and search.call.origin.trunk):
            return search.forwardings
        theirs, ours = (
            search.forwardings[: self._came_with],
            search.forwardings[self._came_with :],
        )
        return [*theirs, *(msgspec.structs.replace(each, reason="deflection") for each in ours)]
