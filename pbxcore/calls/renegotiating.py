"""Sessions that change: what a leg offers is answered here, or passed to whom it talks to.

A change that the other leg need not know of stays between the one who wants it and us: hold,
another address, a refresh, one of the codecs both have or of those that are converted already. New
lines and other codecs are passed on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pbxcore.calls.faxing import PACKETS, lines_for_fax, needs_listening
from pbxcore.calls.offering import OURS, Line, agree, shares, spoken_with_us
from pbxcore.calls.track import paired
from pbxcore.errors import RemoteProtocolError
from pbxcore.journal import LegHeld

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbxcore.calls.attending import Attending
    from pbxcore.calls.call import Call
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.session import Session
    from pbxcore.sip.agent.offer import Offer


class _Passed(NamedTuple):
    """An offer that waits for what the other leg says to it."""

    leg: Leg
    offer: Offer
    lines: tuple[Line | None, ...]


class Renegotiating:
    """The changes of one call's sessions, one at a time."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._passed: _Passed | None = None

    def offered(self, leg: Leg, offer: Offer) -> None:
        """A leg wants another session, or an offer of ours."""
        partner = self._call.partner(leg)
        ours = leg.session.lines if partner is None else partner.session.lines
        if leg.session.pending:
            offer.refuse(491)
        elif not offer.body:
            offer.accept(leg.session.offer(_worded(leg.session, ours or OURS)))
        elif self._passed is not None:
            offer.refuse(491)
        else:
            self._take(leg, offer, partner, ours)

    def changed(self, leg: Leg, status: int) -> None:
        """A leg has answered what we passed to it; what it refused stays as it was."""
        passed = self._passed
        if passed is None or self._call.partner(passed.leg) is not leg:
            return
        self._passed = None
        if not passed.offer.open:  # withdrawn meanwhile: back to what the two talk in
            if status < 300:
                self._propose(leg, leg.session.arranged(passed.leg.session.lines), "")
            return
        if status >= 300 and not can_share(passed.lines, leg.session.lines):
            passed.offer.refuse(488)
            return
        asker = passed.leg
        asker.session.open(
            passed.lines, lambda problem: self._answer_passed(asker, leg, passed, problem)
        )

    def align(self, first: Leg, second: Leg) -> None:
        """Two legs with sessions of their own were joined: the second learns what the first can.

        Unless it has chosen already among what the first can: asked again, it would say the same.
        """
        for each in first, second:
            each.session.listen_for_fax("answering", wanted=needs_listening(first, second))
        lines = first.session.lines
        together = fits(second.session.lines, lines) and fits(lines, second.session.lines)
        together = together or fits(lines, second.session.offered)
        if lines and not together and second.sip is not None and not second.session.pending:
            session = second.session
            wanted = session.arranged(lines)
            session.open(wanted, lambda problem: self._propose(second, wanted, problem))

    def fax_answered(self) -> None:
        """A fax machine answered one of the two who talk."""
        if self._call.talking is None or self._passed is not None:
            return
        for leg, line in lines_for_fax(*self._call.talking).items():
            leg.session.listen_for_fax("answering", wanted=False)
            self.ask_for(leg, line)

    def ask_for(self, leg: Leg, line: Line) -> None:
        """Offer a leg this line in place of what it has, unless an offer is open there."""
        if leg.sip is not None and not leg.session.pending:
            self._propose(leg, leg.session.arranged([line]), "")

    def ended(self, leg: Leg) -> None:
        """A leg is over."""
        if self._passed is not None and leg in (self._passed.leg, self._call.partner(leg)):
            self._passed = None

    def settled(self, leg: Leg) -> None:
        """A leg's session is another now: whom does it hold, and who hears whom?"""
        partner = self._call.partner(leg)
        if partner is not None:
            leg.session.join(partner.session)
            self._call.room.arrange()
        elif leg.attending is not None:
            leg.attending.session_changed()
        held = leg.session.holds or leg.held_from_outside
        if held is not leg.held and leg.answered:
            leg.held = held
            leg.held_privately &= held
            self._call.context.record(LegHeld(self._call.id, leg.id, held))
            self._call.held(leg, held=held)
            self._call.context.lines.moved(leg)

    def _take(self, leg: Leg, offer: Offer, partner: Leg | None, ours: Sequence[Line]) -> None:
        try:
            theirs = leg.session.wanted(offer.body)
        except RemoteProtocolError as error:
            offer.refuse(error.status, error.headers)
            return
        if partner is None and leg.attending is not None and any(e and e.fax for e in theirs):
            self._take_packets(leg, leg.attending, offer, theirs)
            return
        if (
            partner is None
            or partner.sip is None
            or fits(theirs, ours)
            or (fits(theirs, leg.session.lines) and can_share_all(theirs, ours))
        ):
            self._go_on(leg, offer, theirs, ours or spoken_with_us(theirs))
            return
        if any(each and each.fax for each in theirs) and not self._fax_may_pass(leg, partner):
            offer.refuse(488)
            return
        self._passed = passed = _Passed(leg, offer, theirs)
        lines = partner.session.arranged([each for each in theirs if each is not None])
        partner.session.open(lines, lambda problem: self._pass(passed, partner, lines, problem))

    def _go_on(
        self, leg: Leg, offer: Offer, theirs: Sequence[Line | None], ours: Sequence[Line]
    ) -> None:
        """Answer what concerns nobody else; a line that was closed gets another stream.

        Some phones hold by closing their line, and resume by opening it again (RFC 3264 §8.1).
        """
        both = zip(theirs, paired(theirs, ours), strict=True)
        lines = [each if other is not None else None for each, other in both]

        def opened(_problem: str) -> None:
            if offer.open:
                self._answer(leg, offer, ours)

        leg.session.open(lines, opened)

    def _take_packets(
        self, leg: Leg, attending: Attending, offer: Offer, theirs: Sequence[Line | None]
    ) -> None:
        """A machine wants to send to one of ours by datagrams."""
        if not attending.may_take_packets:
            offer.refuse(488)
            return

        def opened(problem: str) -> None:
            if problem:
                offer.refuse(488)
            elif offer.open:
                self._answer(leg, offer, [PACKETS])
                attending.heard_fax()

        leg.session.open([each if each and each.fax else None for each in theirs], opened)

    def _fax_may_pass(self, leg: Leg, partner: Leg) -> bool:
        """Datagrams of a fax pass between two who are joined, and nobody else can hear them."""
        both = leg.session.takes_fax and partner.session.takes_fax
        return both and not self._call.room.occupied

    def _answer(self, leg: Leg, offer: Offer, ours: Sequence[Line]) -> None:
        try:
            answer = leg.session.answer(offer.body, ours)
        except RemoteProtocolError as error:
            offer.refuse(error.status, error.headers)
            return
        offer.accept(answer)
        self.settled(leg)

    def _pass(
        self, passed: _Passed, partner: Leg, lines: Sequence[Line | None], problem: str
    ) -> None:
        if self._passed is not passed:
            return
        if problem or partner.sip is None or partner.session.pending:
            self._passed = None
            self._answer(passed.leg, passed.offer, partner.session.lines)
            return
        if not partner.session.has_words_for(lines):
            self._passed = None
            passed.offer.refuse(488)
            return
        partner.sip.modify(partner.session.offer(lines))

    def _propose(self, leg: Leg, lines: Sequence[Line | None], problem: str) -> None:
        session = leg.session
        ready = not problem and not leg.over and not session.pending
        if leg.sip is not None and ready and session.has_words_for(lines):
            leg.sip.modify(session.offer(lines))

    def _answer_passed(self, asker: Leg, partner: Leg, passed: _Passed, problem: str) -> None:
        if passed.offer.open and not asker.over:
            self._answer(asker, passed.offer, partner.session.lines)
            self.settled(partner)


def _worded(session: Session, lines: Sequence[Line]) -> list[Line | None]:
    """The lines to offer a leg; those that it has where its rules leave it no codec of these."""
    wanted = session.arranged(lines)
    return wanted if session.has_words_for(wanted) else session.arranged(session.lines)


def fits(theirs: Sequence[Line | None], ours: Sequence[Line]) -> bool:
    """Whether each open line of an offer has a codec in common with ours."""
    both = zip(theirs, paired(theirs, ours), strict=True)
    return all(other is not None and agree(each, other) for each, other in both if each)


def can_share(theirs: Sequence[Line | None], ours: Sequence[Line]) -> bool:
    """Whether some line of an offer can be joined with ours, if need be by conversion."""
    return any(_shared(theirs, ours))


def can_share_all(theirs: Sequence[Line | None], ours: Sequence[Line]) -> bool:
    """Whether each open line of an offer can be joined with ours, if need be by conversion."""
    return all(_shared(theirs, ours))


def _shared(theirs: Sequence[Line | None], ours: Sequence[Line]) -> Iterator[bool]:
    """For each open line of an offer whether it can be joined with the one of ours in its place."""
    both = zip(theirs, paired(theirs, ours), strict=True)
    return (other is not None and shares(each, other) for each, other in both if each)
