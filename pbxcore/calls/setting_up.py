"""The way of a caller to somebody who answers: who is called, what rings, and who is told what."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.apps.opening import service_at, service_name
from pbxcore.apps.pin_gate import PinGate
from pbxcore.calls import interrupting, special_places
from pbxcore.calls.alerting import alerted
from pbxcore.calls.dialling import Dialling
from pbxcore.calls.hunting import Hunt, Search, phones_at
from pbxcore.calls.offering import spoken_with_us
from pbxcore.calls.paging import answer_at_once
from pbxcore.calls.party import Farewell, refused
from pbxcore.calls.ringing import Ringing, for_caller
from pbxcore.calls.visiting import visit_of
from pbxcore.calls.ways_out import WaysOut
from pbxcore.dialplan.place import HANG_UP, Place
from pbxcore.errors import RemoteProtocolError
from pbxcore.journal import LegCalled, LegRinging
from pbxcore.presence.reach import phones
from pbxcore.sip import causes
from pbxcore.sip.forwarding import Forwarding, diversion_lines, history_lines, may_forward

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.apps.services import Service
    from pbxcore.calls.call import Call
    from pbxcore.calls.called_leg import CalledLeg
    from pbxcore.calls.hunting import Reached
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.offering import Line
    from pbxcore.calls.trunk_legs import Try
    from pbxcore.directory import Extension, Trunk
    from pbxcore.features.model import Case, FollowMe
    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.sip.identity import Caller

_ELSEWHERE: Final = tuple(causes.reason_lines(*causes.completed_elsewhere()))
_LOSER: Final = Farewell("pbx", 487, causes.ANSWERED_ELSEWHERE, "answered_elsewhere")
_RING_S: Final = 5
"""A ring and its pause, for who counts rings."""
OUTSIDE_S: Final = 180.0
"""How long it may ring outside: providers and their networks give up before (RFC 3261, Timer C)."""
_DIALLED: Final = ("extension", "ring_group", "external")
"""The kinds of places that ring, by their numbers."""
_REDIRECTED: Final = Farewell("pbx", 487, causes.NORMAL, "transferred")
_TIMED_OUT: Final = Farewell("pbx", 480, causes.NO_ANSWER, "no_answer")


class SettingUp:
    """Finds somebody for one leg; `connected` or `failed` hears of it, once.

    Args:
        call: whose legs these are.
        front: who waits: hears that it rings, and is connected.
        caller: who is shown to those it rings at.
        lines: what the front can carry.
        hops: how many servers may still be passed.
        connected: told who answered.
        failed: told why nobody did.
        forwardings: how the call came here, oldest first.
        rang: told the statuses that say how it goes.
        telling: more header lines for those it rings at.
        attended: told that a service took the front, before it says anything.
        level: how far outside it may go on behalf of nobody.
        admitted: it needs no PIN.
    """

    def __init__(
        self,
        call: Call,
        front: Leg,
        caller: Caller,
        lines: Sequence[Line | None],
        *,
        hops: int,
        connected: Callable[[Leg], None],
        failed: Callable[[Farewell], None],
        forwardings: Sequence[Forwarding] = (),
        rang: Callable[[int], None] = lambda status: None,
        attended: Callable[[], None] = lambda: None,
        telling: tuple[bytes, ...] = (),
        level: str = "",
        admitted: bool = False,
    ) -> None:
        self.call = call
        self._connected = connected
        self._failed = failed
        self._rang = rang
        self._attended = attended
        self._level = level
        self._admitted = admitted
        self._telling = telling
        self.house = call.house
        self.front = front
        self._caller = caller
        self._lines = lines
        self._hops = hops
        self.forwardings = list(forwardings)
        self._ringing: Ringing | None = None
        self._told: set[int] = set()
        self._came_with = len(self.forwardings)
        self._ways = WaysOut(self.house, ())
        self._behalf = front.number
        """The extension whose rights count: the caller's, or that of who sends the call on."""
        self._owner = ""
        """Whose doing it is that it rings: a group's, or of who sends the call on."""
        self._hunt: Hunt | Search | None = None
        self._searched: set[str] = set()
        """Those who were looked for already."""

    def go_to(self, number: str, action: str = "dial") -> None:
        """Call an extension, a group of them, a service of our own, or somebody outside."""
        group = self.house.directory.plan.ring_groups.get(number)
        self._hunt = Hunt(self.house, group, self.front.number) if group is not None else None
        if self._hunt is not None:
            self._owner = number
            self._ring_round(self._hunt, refused(480, "pbx"))
            return
        extension = self.house.directory.extension(number)
        if extension is None:
            place = self.house.directory.own(number)
            dial = self.house.directory.plan.speed_dials.get(number) if self._behalf else None
            if place is not None and place.kind not in _DIALLED:
                self.go_to_place(place, action)
            elif dial is not None and dial.kind != "external":
                self.go_to_place(dial, action)
            else:  # what a speed dial means outside is known there
                self._go_outside(number, action)
            return
        handling = self.house.handling
        if handling.undisturbed(number, self._shown):
            self._leave_message(number, "user-busy", refused(486, "pbx"))
            return
        always = handling.forwarding(extension, "always", self._shown)
        if always is not None:
            self._send_on(number, always.place, "unconditional")
            return
        if self.house.lines.is_busy(extension, self.front.number):
            self._busy(number, refused(486, "pbx"))
            return
        reached = [(extension, flows) for flows in phones(self._meant(number))]
        beside, outside = phones_at(self.house, handling.rings_too(extension))
        if not (reached or beside or outside):
            status = self.house.directory.settings.unavailable_status
            self._absent(number, refused(status, "pbx"))
            return
        no_answer = handling.forwarding(extension, "no_answer", self._shown)
        rings_s = no_answer.rings * _RING_S if no_answer is not None else 0
        rings_s = rings_s or extension.ring_s
        ringing = Ringing(number, self.house.now() + rings_s, self._timed_out)
        self._ring(ringing, [*reached, *beside], action, outside)

    def _meant(self, number: str) -> Sequence[StoredBinding]:
        """The bindings of an extension, or that of the phone which alone was dialled."""
        aim, bindings = self.call.aim, self.house.bindings(number)
        if not aim.device or number != aim.number:
            return bindings
        return [each for each in bindings if each.instance == aim.device]

    def go_to_place(self, place: Place, action: str = "dial") -> None:
        """Go wherever a route, a menu or a group leads."""
        service = service_at(self.house.directory.plan, place)
        if place.kind in _DIALLED:
            self.go_to(place.value, action)
        elif service is not None:
            named = place.value in self.house.directory.plan.unnumbered
            self.attend(service, service_name(service) if named else place.value)
        elif place.kind == "intercom":
            self._telling += answer_at_once(self.house.domain)
            self.go_to(place.value, "intercom")
        elif place.kind == "priority":
            self._go_urgently(place.value)
        else:
            special_places.go_there(self, place)

    def _go_urgently(self, number: str) -> None:
        """Ring at an extension whatever it wants, and end what it does."""
        house = self.house
        status = interrupting.refusal(house, self.front.number, number)
        extension = house.directory.extension(number)
        if status or extension is None:
            self.fail(refused(status, "pbx"))
            return
        interrupting.interrupt(house, number)
        self._telling += (interrupting.PRIORITY,)
        ringing = Ringing("", house.now() + interrupting.RINGS_S, self._timed_out)
        reached = [(extension, flows) for flows in phones(house.bindings(number))]
        self._ring(ringing, reached, "priority")

    def attend(self, service: Service, number: str) -> None:
        """Let one of our own services, reached at a number, talk to the front."""
        call, front = self.call, self.front
        self.taken()
        visit = visit_of(call, front, number, self.forwardings)
        seen = service.kind == "echo"  # pictures too
        call.attend(front, service, visit, self.lines if seen else spoken_with_us(self.lines))

    def _ring(
        self,
        ringing: Ringing,
        reached: Sequence[Reached],
        action: str,
        outside: Sequence[str] = (),
    ) -> None:
        """Let these phones ring, all at once, and numbers outside on behalf of who is called."""
        self._ringing = ringing
        for extension, flows in reached:
            leg = self._phone(extension, flows, action)
            leg.recorded = self._hunt is not None and self._hunt.recorded
            ringing.legs.append(leg)
        for number in outside:
            ringing.legs += self._beside(ringing.number, number, action)
        if not ringing.legs:  # a number outside that may not be called
            ringing.deadline = self.house.now()
        self.house.agent.core.layer.watch(ringing)
        for leg in list(ringing.legs):
            leg.session.open(self._lines, partial(self._anchored, leg))

    def _beside(self, owner: str, number: str, action: str) -> list[CalledLeg]:
        """A leg to a number outside, as `owner` may call it without a PIN, or none."""
        try:
            ways = WaysOut(self.house, self.house.way_out(owner, number, self._original, ""))
        except RemoteProtocolError:
            return []
        found = None if ways.pins is not None else ways.next()
        return [] if found is None else [self._leg_out(*found, action)]

    def _ring_round(self, hunt: Hunt | Search, otherwise: Farewell) -> None:
        """Let the next ones ring; when none is left, go where such calls are to go."""
        found, number = hunt.next(), hunt.number
        if found is not None:
            deadline = self.house.now() + found.rings_s
            ringing = Ringing(number, deadline, self._timed_out, one_person=False)
            self._ring(ringing, found.phones, hunt.action, found.outside)
            return
        self._hunt = None
        if hunt.otherwise is None:
            self._leave_message(number, "no-answer", otherwise)
        elif hunt.otherwise == HANG_UP:
            self.fail(otherwise)
        else:
            self._send_on(number, hunt.otherwise, "no-answer")

    def _look_for(self, number: str, follow_me: FollowMe, otherwise: Farewell) -> None:
        """Ring where somebody may be who does not answer his phones."""
        self._searched.add(number)
        self._told.clear()
        self._behalf = self._owner = number
        self._hunt = Search(self.house, number, follow_me, self.front.number)
        self.front.ring(181)
        self._ring_round(self._hunt, otherwise)

    def _go_outside(self, number: str, action: str) -> None:
        """Call somebody outside, by the first trunk that takes the call."""
        try:
            tries = self.house.way_out(self._behalf, number, self._original, self._level)
        except RemoteProtocolError as error:
            self.fail(refused(error.status, "pbx"))
        else:
            self.go_out(tries, number, action)

    def go_out(self, tries: Sequence[Try], number: str, action: str = "dial") -> None:
        """Call outside by the first of these ways that takes the call."""
        self._ways = WaysOut(self.house, tries)
        pins = self._ways.pins
        if pins is None or self._admitted:
            self._try_next(action, refused(503, "pbx"))
        elif self._behalf and self._behalf == self.front.number:
            self.attend(PinGate(number, pins), number)
        else:  # nobody is there who could know it
            self.fail(refused(403, "pbx"))

    def _try_next(self, action: str, otherwise: Farewell) -> None:
        found = self._ways.next()
        if found is None:
            self.fail(otherwise)
        else:
            self._ring_out(*found, action)

    def _ring_out(self, trunk: Trunk, way: Try, action: str) -> None:
        house, leg = self.house, self._leg_out(trunk, way, action)
        self._ringing = ringing = Ringing("", house.now() + OUTSIDE_S, self._timed_out)
        ringing.legs.append(leg)
        house.agent.core.layer.watch(ringing)
        leg.session.open(self._lines, partial(self._anchored, leg))

    def _leg_out(self, trunk: Trunk, way: Try, action: str) -> CalledLeg:
        house, call = self.house, self.call
        lines = (*diversion_lines(self._told_outside()), *self._telling)
        leg = house.trunks.leg(call, trunk, way, self._caller, self._hops, lines)
        call.add(leg)
        house.record(LegCalled(call.id, leg.id, way.number, action, trunk.id, owner=self._owner))
        return leg

    @property
    def _original(self) -> str:
        """Who calls from outside."""
        origin = self.call.origin
        return origin.shown if origin.trunk else ""

    def _told_outside(self) -> list[Forwarding]:
        """How the call came here; some providers want to read of deflection, whatever it was."""
        settings = self.house.directory.settings
        if not (settings.deflection_diversion and self.call.origin.trunk):
            return self.forwardings
        ours = self.forwardings[self._came_with :]
        deflected = (msgspec.structs.replace(each, reason="deflection") for each in ours)
        return [*self.forwardings[: self._came_with], *deflected]

    @property
    def lines(self) -> list[Line]:
        """What the front can carry."""
        return [each for each in self._lines if each is not None]

    def serve(self, front: Leg) -> None:
        """Go on for another leg, which was answered, in place of the one that waited."""
        self.front = front
        self._connected = lambda leg: self.call.connect(front, leg)
        self._failed = lambda farewell: self.call.end(front, farewell)

    def redirect(self, number: str) -> None:
        """Call somebody else instead."""
        self.give_up(_REDIRECTED)
        self._told.clear()
        self.call.setting_up = self
        self.go_to(number, "transfer")

    def give_up(self, farewell: Farewell) -> None:
        """Nobody is to ring any more."""
        ringing, self._ringing = self._ringing, None
        if ringing is None:
            return
        self.house.agent.core.layer.unwatch(ringing)
        for each in list(ringing.legs):
            self.call.finish(each, farewell)
            each.hang_up()

    def rang(self, leg: CalledLeg, status: int) -> None:
        """It rings somewhere: the front is told once, and hears who is first to be heard."""
        ringing = self._ringing
        if ringing is None:
            return
        self.house.record(LegRinging(self.call.id, leg.id, status))
        if leg.early and ringing.speaking in (None, leg):
            ringing.speaking = leg
            try:
                self.front.ring(183, leg.session.lines)
            except RemoteProtocolError:
                return  # the answer will fit, or tell why not
            self.house.waiting.stop(self.front)
            self.front.session.join(leg.session)
        elif ringing.speaking is None and status not in self._told:
            self._told.add(status)
            self._rang(status)
            if self.front.answered:
                self.house.waiting.ringing(self.front)
            self.front.ring(status if status in (180, 181, 182) else 183)

    def answered(self, leg: Leg) -> None:
        """Somebody was first: one of those it rings at, or one who picked the call up."""
        ringing, self._ringing = self._ringing, None
        if ringing is None:  # given up in the same moment
            leg.hang_up()
            return
        self.house.agent.core.layer.unwatch(ringing)
        for each in ringing.others(leg):
            self.call.finish(each, _LOSER)
            each.hang_up(*_ELSEWHERE)
        self.over()
        self._connected(leg)

    def failed(self, leg: CalledLeg, farewell: Farewell, contacts: tuple[bytes, ...] = ()) -> None:
        """One leg will not answer."""
        self.call.finish(leg, farewell)
        ringing = self._ringing
        if ringing is None or leg not in ringing.legs:
            return
        best = ringing.failed(leg, farewell, contacts)
        if best is None:
            return
        self.give_up(best[0])
        farewell, contacts = best
        if self._hunt is not None:
            self._ring_round(self._hunt, for_caller(farewell))
            return
        if not ringing.number:
            if self._ways.goes_on(farewell.status) and not leg.ringing:
                self._try_next("dial", for_caller(farewell))
            else:
                self.fail(for_caller(farewell))
            return
        targets = [each for each in map(self.house.number_of, contacts) if each]
        if targets:
            self._send_on(ringing.number, Place("external", targets[0]), "deflection")
        elif farewell.status in (486, 600):
            self._busy(ringing.number, for_caller(farewell))
        elif farewell.status in (408, 480, 503):
            self._absent(ringing.number, for_caller(farewell))
        else:
            self.fail(for_caller(farewell))

    def _busy(self, number: str, farewell: Farewell) -> None:
        self._forward(number, "busy", "user-busy", farewell)

    def _absent(self, number: str, farewell: Farewell) -> None:
        self._forward(number, "no_answer", "no-answer", farewell)

    def _forward(self, number: str, case: Case, why: str, farewell: Farewell) -> None:
        """Go where an extension wants its calls to go in that case, or tell that it is so."""
        extension, handling = self.house.directory.extension(number), self.house.handling
        if extension is None:
            self.fail(farewell)
            return
        follow_me = handling.follow_me(extension)
        if to := handling.forwarding(extension, case, self._shown):
            self._send_on(number, to.place, why)
        elif case == "no_answer" and follow_me and number not in self._searched:
            self._look_for(number, follow_me, farewell)
        else:
            self._leave_message(number, why, farewell)

    def _leave_message(self, number: str, why: str, farewell: Farewell) -> None:
        """Go to the mailbox of an extension, if it has one."""
        if self.house.premises.post.has_box(number):
            self._send_on(number, Place("voicemail", number), why)
        else:
            self.fail(farewell)

    @property
    def _shown(self) -> str:
        """The number of who calls, as lists of callers name it."""
        return self.front.number or self.call.origin.shown

    def _send_on(self, number: str, place: Place, reason: str) -> None:
        """Go to somebody else, unless the call was there before (RFC 3261 §16.6 knows loops)."""
        address_of = self.house.address_of
        flow = self.front.flow
        self.forwardings.append(Forwarding(address_of(number, flow), reason))
        target = address_of(place.value or place.kind, flow)
        if place.kind in _DIALLED and not may_forward(self.forwardings, target):
            self.fail(refused(482, "pbx"))
            return
        self._told.clear()
        self._behalf = self._owner = number
        self.front.ring(181)
        self.go_to_place(place, "forward")

    def _phone(
        self, extension: Extension, flows: Sequence[StoredBinding], action: str
    ) -> CalledLeg:
        origin = self.call.origin
        if origin.trunk and self.front.calls:
            self.house.recent.came(extension.number, origin.shown, self.house.now())
        lines = (*self._history(extension.number), *self._alerted(extension))
        dialling = Dialling(self._caller, extension, self._hops, lines)
        leg = self.house.phone(self.call, dialling, flows)
        self.call.add(leg)
        self.house.record(
            LegCalled(
                self.call.id,
                leg.id,
                extension.number,
                action,
                target=flows[0].contact,
                owner=self._owner,
            )
        )
        return leg

    def _alerted(self, extension: Extension) -> tuple[bytes, ...]:
        return alerted(self._telling, extension, self.house.directory.settings.ringtones)

    def _anchored(self, leg: CalledLeg, problem: str) -> None:
        if leg.over:
            return
        if problem:
            self.failed(leg, Farewell("pbx", 503, causes.cause_of(503), problem))
        elif leg.to_sign is not None:
            self.house.vouching.sign(leg.to_sign, partial(self._signed, leg))
        else:
            leg.invite(self._lines)

    def _signed(self, leg: CalledLeg, lines: tuple[bytes, ...]) -> None:
        if not leg.over:
            leg.signed = lines
            leg.invite(self._lines)

    def fail(self, farewell: Farewell) -> None:
        """Nobody will be found."""
        self.over()
        self._failed(farewell)

    def taken(self) -> None:
        """The PBX itself talks to the front from now on."""
        self.over()
        self.house.waiting.stop(self.front)
        self._attended()

    def over(self) -> None:
        """Nobody is looked for any more."""
        if self.call.setting_up is self:
            self.call.setting_up = None

    def _timed_out(self) -> None:
        ringing = self._ringing
        self.give_up(_TIMED_OUT)
        if self._hunt is not None:
            self._ring_round(self._hunt, _TIMED_OUT)
        elif ringing is not None and ringing.number:
            self._absent(ringing.number, _TIMED_OUT)
        else:
            self.fail(_TIMED_OUT)

    def _history(self, number: str) -> tuple[bytes, ...]:
        """How the call came here, in both ways of saying it (RFC 5806, RFC 7044)."""
        if not self.forwardings:
            return ()
        target = self.house.address_of(number, self.front.flow)
        return (*diversion_lines(self.forwardings), *history_lines(self.forwardings, target))
