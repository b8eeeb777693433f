"""The way of a caller to somebody who answers: who is called, what rings, and who is told what."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.apps.opening import service_at, service_name
from pbxcore.calls import special_places
from pbxcore.calls.alerting import alerted
from pbxcore.calls.called_leg import CalledLeg
from pbxcore.calls.confirming import announce
from pbxcore.calls.connected import introduce
from pbxcore.calls.dialling import Dialling
from pbxcore.calls.diverting import RINGING_KINDS, Diverting, history
from pbxcore.calls.group_ringing import call_group
from pbxcore.calls.hanging_up import end_with_tone
from pbxcore.calls.hunting import Hunt, Search, phones_at
from pbxcore.calls.outward import Outward
from pbxcore.calls.paging import answer_at_once
from pbxcore.calls.party import LOSER, Farewell, refused
from pbxcore.calls.reaching import phones_of
from pbxcore.calls.ring_back import RingBack
from pbxcore.calls.ringing import Refusal, Ringing, for_caller
from pbxcore.calls.seeking import Terms
from pbxcore.calls.serving import attend, spoken_at
from pbxcore.calls.telling import reasons_to_cancel
from pbxcore.calls.visiting import visit_of
from pbxcore.dialplan.place import HANG_UP, Place
from pbxcore.dialplan.resolving import OUT_OF_SERVICE
from pbxcore.errors import RemoteProtocolError
from pbxcore.journal import LegCalled, LegRinging
from pbxcore.sip import causes
from pbxcore.sip.flow import IN_CLEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.apps.services import Service
    from pbxcore.calls.call import Call
    from pbxcore.calls.hunting import Rounds
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.offering import Line
    from pbxcore.calls.reaching import Reached
    from pbxcore.calls.seeking import Hearer
    from pbxcore.calls.trunk_legs import Try
    from pbxcore.dialplan.plan import RingGroup
    from pbxcore.directory import Extension
    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.sip.identity import Caller

USUAL: Final = Terms()
_RING_S: Final = 5
"""A ring and its pause, for who counts rings."""
_REDIRECTED: Final = Farewell("pbx", 487, causes.NORMAL, "transferred")
_TIMED_OUT: Final = Farewell("pbx", 480, causes.NO_ANSWER, "no_answer")


class SettingUp:
    """Finds somebody for one leg.

    Args:
        call: whose legs these are.
        front: who waits: hears that it rings, and is connected.
        hearer: hears of it, once.
        terms: what holds for the whole search.
        caller: who is shown to those it rings at; None: who the front is.
        lines: what the front can carry; None: what its session can.

    Attributes:
        behalf: the extension whose rights count: the caller's, or that of who sends the call on.
        owner: whose doing it is that it rings: a group's, or of who sends the call on.
        lines: what the front can carry.
    """

    def __init__(
        self,
        call: Call,
        front: Leg,
        hearer: Hearer,
        terms: Terms = USUAL,
        *,
        caller: Caller | None = None,
        lines: Sequence[Line | None] | None = None,
    ) -> None:
        self.call = call
        self.context = call.context
        self.front = front
        self._hearer = hearer
        self.hops, self.level, self.admitted = terms.hops, terms.level, terms.admitted
        self.telling = terms.telling
        self.forwardings = list(terms.forwardings)
        self.caller = caller or front.identity
        told = front.session.lines if lines is None else lines
        # A place that means nothing to us is none for those whom we offer the others.
        self.lines = [each for each in told if each is not None]
        self._ringing: Ringing | None = None
        self._told: set[int] = set()
        self.behalf = front.number
        self.owner = ""
        self._outward = Outward(self)
        self._ring_back = RingBack(self)
        self._hunt: Rounds | None = None
        self._diverting = Diverting(self)

    def go_to(self, number: str, action: str = "dial") -> None:
        """Call an extension, a group of them, a service of our own, or somebody outside."""
        group = self.context.directory.plan.ring_groups.get(number)
        self._hunt = None
        if group is not None:
            call_group(self, group)
            return
        extension = self.context.directory.extension(number)
        if extension is not None:
            self._go_to_extension(extension, action)
            return
        place = self.context.directory.own(number)
        dial = self.context.directory.plan.speed_dials.get(number) if self.behalf else None
        if place is not None and place.kind not in RINGING_KINDS:
            self.go_to_place(place, action)
        elif dial is not None and dial.kind != "external":
            self.go_to_place(dial, action)
        elif self.context.directory.is_out_of_service(number):
            status = self.context.directory.settings.unavailable_status
            self.fail(Farewell("pbx", status, causes.cause_of(status), OUT_OF_SERVICE))
        else:  # what a speed dial means outside is known there
            self._outward.go_to(number, action)

    def _go_to_extension(self, called: Extension, action: str) -> None:
        """Let an extension's phones ring, as it wants its calls handled."""
        extension, handling = self.context.directory.owner(called), self.context.handling
        number = extension.number
        if handling.undisturbed(number, self.shown):
            self._diverting.to_mailbox(number, "user-busy", refused(486, "pbx"))
            return
        always = handling.forwarding(extension, "always", self.shown)
        if always is not None:
            self._diverting.to(number, always.place, "unconditional")
            return
        if self.context.lines.is_busy(extension, self.front.number):
            self._diverting.busy(number, refused(486, "pbx"))
            return
        aim = self.call.aim
        device = aim.device if called.number == aim.number else ""
        reached = phones_of(self.context, called, device)
        beside, outside = phones_at(self.context, handling.rings_too(extension))
        if not (reached or beside or outside):
            status = self.context.directory.settings.unavailable_status
            self._diverting.absent(number, refused(status, "pbx"))
            return
        no_answer = handling.forwarding(extension, "no_answer", self.shown)
        rings_s = no_answer.rings * _RING_S if no_answer is not None else 0
        deadline = self.context.now() + (rings_s or extension.ring_s)
        ringing = Ringing(number, deadline, self.timed_out, self.nobody_answers)
        self._ring(ringing, [*reached, *beside], action, outside)

    def go_to_place(self, place: Place, action: str = "dial") -> None:
        """Go wherever a route, a menu or a group leads."""
        service = service_at(self.context.directory.plan, place)
        if place.kind in RINGING_KINDS:
            self.go_to(place.value, action)
        elif service is not None:
            named = place.value in self.context.directory.plan.unnumbered
            self.attend(service, service_name(service) if named else place.value)
        elif place.kind == "intercom":
            self.telling += answer_at_once(self.context.domain)
            self.go_to(place.value, "intercom")
        else:
            special_places.go_there(self, place)

    def ring_at(self, reached: Sequence[Reached], rings_s: float, action: str) -> None:
        """Ring at these phones, whatever their extensions want."""
        until = self.context.now() + rings_s
        ringing = Ringing("", until, self.timed_out, self.nobody_answers)
        self._ring(ringing, reached, action)

    def attend(self, service: Service, number: str) -> None:
        """Let one of our own services, reached at a number, talk to the front."""
        call, front = self.call, self.front
        if not front.can_be_served:  # nobody would ever end that talk
            self.fail(refused(480, "pbx"))
            return
        self.taken()
        visit = visit_of(call, front, number, self.forwardings, self.caller)
        attend(front, service, visit, spoken_at(service, self.lines))

    def _ring(
        self,
        ringing: Ringing,
        reached: Sequence[Reached],
        action: str,
        outside: Sequence[str] = (),
    ) -> None:
        """Let these phones ring, all at once, and numbers outside on behalf of who is called."""
        ringing.legs += self._phones(reached, action)
        for number in outside:
            ringing.legs += self._outward.beside(ringing.number, number, action)
        for each in ringing.legs:
            each.confirms = isinstance(self._hunt, Search) and self._hunt.confirms
        self.let_ring(ringing)

    def _phones(self, reached: Sequence[Reached], action: str) -> list[CalledLeg]:
        """A leg to each of these phones that carries this call."""
        carrying = ((extension, self._carrying(ways)) for extension, ways in reached)
        return [self._phone(extension, flows, action) for extension, flows in carrying if flows]

    def _carrying(self, flows: Sequence[StoredBinding]) -> Sequence[StoredBinding]:
        """The flows to a phone that carry this call: none in clear if it is to stay secure."""
        if not self.call.aim.secure:
            return flows
        return [each for each in flows if each.transport not in IN_CLEAR]

    def let_ring(self, ringing: Ringing) -> None:
        """Call all these legs, and give each a place for its sound."""
        self._ringing = ringing
        ringing.begin(self.context.now())
        self.context.agent.core.layer.watch(ringing)
        self._anchor(ringing.legs)

    def _anchor(self, legs: Sequence[CalledLeg]) -> None:
        for leg in list(legs):
            leg.session.open(self.lines, partial(self._anchored, leg))

    def _send_on(self, ringing: Ringing, leg: CalledLeg, contacts: tuple[bytes, ...]) -> None:
        """A member's phone names others: one rings in its place, where the group lets him."""
        targets = [each for each in map(self.context.number_of, contacts) if each]
        found = self._hunt.sent_on(targets) if isinstance(self._hunt, Hunt) else None
        if found is None:
            return
        legs = self._phones(found.phones, "forward")
        for number in found.outside:
            legs += self._outward.beside(leg.number, number, "forward")
        ringing.legs += legs
        self._anchor(legs)

    def go_out(self, tries: Sequence[Try], number: str) -> None:
        """Call outside by the first of these ways that takes the call."""
        self._outward.go_by(tries, number, "dial")

    def act_for(self, number: str) -> None:
        """Go on on behalf of who was called: as he wants it, and at his expense."""
        self._told.clear()
        self.behalf = self.owner = number

    def hunt(self, hunt: Rounds, otherwise: Farewell) -> None:
        """Ring at one after the other, or at groups of them."""
        self._hunt = hunt
        self._ring_round(hunt, otherwise)

    def _ring_round(self, hunt: Rounds, otherwise: Farewell) -> None:
        """Let the next ones ring; when none is left, go where such calls are to go."""
        found, number = hunt.next(), hunt.number
        if found is not None:
            deadline = self.context.now() + found.rings_s
            ringing = Ringing(
                number, deadline, self.timed_out, self.nobody_answers, one_person=False
            )
            self._ring(ringing, found.phones, hunt.action, found.outside)
            return
        self._hunt = None
        if hunt.otherwise is None:
            self._diverting.to_mailbox(number, "no-answer", otherwise)
        elif hunt.otherwise == HANG_UP:
            self.fail(otherwise)
        else:
            self._diverting.to(number, hunt.otherwise, "no-answer")

    def _next_round(self, hunt: Rounds, farewell: Farewell, otherwise: Farewell) -> None:
        """Those that rang are told why that is over, and the next ones ring."""
        with self.context.lines.at_once():
            self.give_up(farewell)
            self._ring_round(hunt, otherwise)

    @property
    def shown(self) -> str:
        """The number of who calls, as lists of callers name it."""
        return self.front.number or self.call.origin.shown

    def serve(self, front: Leg) -> None:
        """Go on for another leg, which was answered, in place of the one that waited."""
        self.front = front
        self._hearer = replace(
            self._hearer,
            connected=lambda leg: self.call.connect(front, leg),
            failed=lambda farewell: end_with_tone(front, farewell),
        )

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
        for each in ringing.stop(self.context.agent.core.layer):
            self.call.finish(each, farewell)
            each.hang_up(*reasons_to_cancel(farewell))

    def rang(self, leg: CalledLeg, status: int) -> None:
        """It rings somewhere: the front is told once, and hears who is first to be heard."""
        ringing = self._ringing
        if ringing is None:
            return
        self.context.record(LegRinging(self.call.id, leg.id, status))
        if ringing.is_for(leg) and not self.front.answered:
            introduce(self.front, leg)
        self.context.waiting_tones.rings(leg)
        new = status not in self._told
        if leg.early and ringing.speaking in (None, leg):
            ringing.speaking = leg
            self._told.add(status)
            if new:
                self._hearer.rang(status)
            try:
                self.front.ring(status, leg.session.lines if leg.describes else None)
            except RemoteProtocolError:
                return  # the answer will fit, or tell why not
            self.context.waiting.stop(self.front)
            self.front.session.join(leg.session)
        elif ringing.speaking is None and new:
            self._told.add(status)
            self._hearer.rang(status)
            music = self._hunt.music if self._hunt is not None else ""
            self._ring_back.rang(status, music or self.call.aim.music)

    def answered(self, leg: Leg) -> None:
        """Somebody was first: one of those it rings at, or one who picked the call up."""
        ringing = self._ringing
        if ringing is None:  # given up in the same moment
            leg.hang_up()
            return
        if isinstance(leg, CalledLeg) and leg.confirms:
            announce(self, leg, ringing)
            return
        self._ringing = None
        for each in ringing.stop(self.context.agent.core.layer):
            if each is not leg:
                self.call.finish(each, LOSER)
                each.hang_up(*reasons_to_cancel(LOSER))
        self.over()
        self._hearer.connected(leg)

    def failed(self, leg: CalledLeg, farewell: Farewell, contacts: tuple[bytes, ...] = ()) -> None:
        """One leg will not answer."""
        with self.context.lines.at_once():
            self.call.finish(leg, farewell)
            ringing = self._ringing
            if ringing is None or leg not in ringing.legs:
                return
            if contacts:
                self._send_on(ringing, leg, contacts)
            best = ringing.failed(leg, farewell, contacts, self.context.now())
            if best is None:
                self.context.agent.core.layer.watch(ringing)
            else:
                self.nobody_answers(best, rang=leg.ringing)

    def nobody_answers(self, best: Refusal, *, rang: bool = False) -> None:
        """Nobody answers in this round, and this says it best."""
        ringing, (farewell, contacts) = self._ringing, best
        if self._hunt is not None and ringing is not None:
            self._next_round(self._hunt, farewell, for_caller(farewell))
            return
        self.give_up(farewell)
        targets = [each for each in map(self.context.number_of, contacts) if each]
        if ringing is None:
            return
        if not ringing.number:
            heard = for_caller(farewell, outside=True)
            self._outward.failed(farewell, heard, rang=rang)
        elif targets:
            self._diverting.redirected(ringing.number, targets)
        else:
            self._diverting.turned_down(ringing.number, for_caller(farewell))

    def _phone(
        self, extension: Extension, flows: Sequence[StoredBinding], action: str
    ) -> CalledLeg:
        origin = self.call.origin
        number = extension.line or extension.number
        if origin.trunk and self.front.calls:
            self.context.recent.came(number, origin.shown, self.context.moment())
        appearance = self.context.appearances.line_of(extension, self.call.id)
        lines = (*history(self, number), *self._alerted(extension), *appearance)
        dialling = Dialling(self._caller_shown(), extension, self.hops, lines)
        leg = self.context.phone(self.call, dialling, flows)
        self.count_in(leg)
        self.call.add(leg)
        self.context.record(
            LegCalled(
                self.call.id,
                leg.id,
                number,
                action,
                target=flows[0].contact,
                owner=self.owner,
            )
        )
        return leg

    def count_in(self, leg: CalledLeg) -> None:
        """A leg rings for whoever is hunted: recorded as they want, and seen at a group's lamp."""
        leg.recorded |= self._hunt is not None and self._hunt.recorded
        if self._group is not None:
            leg.group = self.owner

    @property
    def _group(self) -> RingGroup | None:
        """The group that it rings for."""
        return self._hunt.group if isinstance(self._hunt, Hunt) else None

    def _caller_shown(self) -> Caller:
        """Who phones are told calls; some groups want their own name to be read."""
        group = self._group
        if group is None or not group.replaces_name:
            return self.caller
        return msgspec.structs.replace(self.caller, display_name=group.name.encode())

    def _alerted(self, extension: Extension) -> tuple[bytes, ...]:
        by_group = "" if self._group is None else self._group.alert_info
        settings = self.context.directory.settings
        return alerted(self.telling, extension, settings.ringtones, by_group)

    def _anchored(self, leg: CalledLeg, problem: str) -> None:
        if leg.over:
            return
        if problem:
            self.failed(leg, Farewell("pbx", 503, causes.cause_of(503), problem))
        elif leg.to_sign is not None:
            self.context.vouching.sign(leg.to_sign, partial(self._signed, leg))
        else:
            leg.invite(self.lines)

    def _signed(self, leg: CalledLeg, lines: tuple[bytes, ...]) -> None:
        if not leg.over:
            leg.signed = lines
            leg.invite(self.lines)

    def timed_out(self) -> None:
        """Nobody has answered for as long as it was to ring."""
        ringing = self._ringing
        if self._hunt is not None:
            self._next_round(self._hunt, _TIMED_OUT, _TIMED_OUT)
            return
        self.give_up(_TIMED_OUT)
        if ringing is not None and ringing.number:
            self._diverting.absent(ringing.number, _TIMED_OUT)
        else:
            self.fail(_TIMED_OUT)

    def fail(self, farewell: Farewell) -> None:
        """Nobody will be found, unless a phone has named somebody else."""
        if self._diverting.next(farewell):
            return
        self.over()
        self._hearer.failed(farewell)

    def not_carried(self, farewell: Farewell) -> None:
        """No trunk takes the call: a mailbox may, of who sends it on."""
        if not self._diverting.next(farewell):
            self._diverting.to_mailbox(self.owner, "unavailable", farewell)

    def taken(self) -> None:
        """The PBX itself talks to the front from now on."""
        self.over()
        self.context.waiting.stop(self.front)
        self._hearer.attended()

    def over(self) -> None:
        """Nobody is looked for any more."""
        if self.call.setting_up is self:
            self.call.setting_up = None
