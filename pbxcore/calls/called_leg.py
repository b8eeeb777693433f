"""A leg to somebody we call: one phone, by the first of its flows that works."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Final

from pbxcore.calls.leg import Leg
from pbxcore.calls.party import refused
from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.reach import flow_failed
from pbxcore.sip.headers.contact import read_contacts
from pbxcore.sip.sdp.reader import read

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.calls.call import Call
    from pbxcore.calls.offering import Line
    from pbxcore.sip.agent.call import Call as SipCall
    from pbxcore.sip.agent.listener import Ending
    from pbxcore.sip.agent.outgoing_call import OutgoingCall
    from pbxcore.sip.identity import Caller
    from pbxcore.sip.message import Response
    from pbxcore.sip.sdp.negotiation import Negotiation
    from pbxcore.stir.verdict import CallToSign

log = logging.getLogger(__name__)

_NOT_ACCEPTABLE: Final = (488, 606)
"""What a phone says that wants keys, and takes none that are optional (RFC 8643 §3), or wants them
by DTLS (RFC 5763), which cannot be offered in one line with others."""


class CalledLeg(Leg):
    """Begins with an INVITE of ours.

    Args:
        id_: its name.
        call: its owner.
        number: the extension called, "" for somebody outside.
        identity: who is called.
        invites: each sends our offer by another flow to the same phone, the best first.
    """

    def __init__(
        self,
        id_: str,
        call: Call,
        number: str,
        identity: Caller,
        invites: Sequence[Callable[[CalledLeg, bytes], OutgoingCall]],
    ) -> None:
        super().__init__(id_, call, number, identity)
        self._invites = list(invites)
        self._begin = invites[0]
        self._invitation: OutgoingCall | None = None
        self._offer: Negotiation | None = None
        self._lines: Sequence[Line | None] = ()
        self._came_to: dict[SipCall, Negotiation] = {}
        self._status = 0
        self.describes = False
        """Whether its last provisional response came with a session."""
        self.to_sign: CallToSign | None = None
        """What a trunk wants signed of it."""
        self.signed: tuple[bytes, ...] = ()
        self.tells_early = True
        """Whether its early media are heard, where it has any."""
        self.confirms = False
        """Whoever answers has to take the call by a key."""

    @property
    def early(self) -> bool:
        """Whether there is something to hear before it answers."""
        return self.tells_early and bool(self._came_to)

    @property
    def heard(self) -> bool:
        """Whether its phone has said anything yet, be it a 100 alone."""
        return self._invitation is not None and self._invitation.responded

    @property
    def invited_at(self) -> float | None:
        """When its INVITE went out; None while the phone is being woken, say."""
        return None if self._invitation is None else self._invitation.sent_at

    def invite(self, lines: Sequence[Line | None]) -> None:
        """Send the INVITE; the session's streams are open."""
        self._lines = lines
        self._begin = self._invites.pop(0)
        self._offer_lines()

    def hang_up(self, *lines: bytes) -> None:
        """Give up, or end the call."""
        if self.answered:
            super().hang_up(*lines)
        elif self._invitation is not None:
            self._invitation.cancel(*lines)

    def rang(self, call: SipCall | None, response: Response) -> None:
        """A provisional response came; one with a session is told once that is taken."""
        self._status, self.describes = response.status, bool(response.body)
        self.early_dialog = call or self.early_dialog
        if response.status > 100 and (not response.body or call in self._came_to):
            self._ring()
        self.moved()

    def _ring(self) -> None:
        """Tell the call; what announces a sound that is not heard stands for ringing alone."""
        self.ringing = True
        silent = not self.tells_early and self._status == 183
        self.call.leg_rang(self, 180 if silent else self._status)

    def described(self, call: SipCall, body: bytes, *, final: bool) -> None:
        """Take the answer of one of the dialogs that our INVITE made."""
        if self.answered or self._offer is None:
            super().described(call, body, final=final)
            return
        negotiation = self._offer.fork()
        try:
            negotiation.accept(read(body))
        except RemoteProtocolError as error:
            log.info("answer does not fit", extra={"leg": self.id, "why": str(error)})
            if final:
                call.hang_up()
            return
        self._came_to[call] = negotiation
        self.session.use(negotiation, final=False)
        if call.early:
            self._ring()
            self.moved()

    def confirmed(self, call: SipCall) -> None:
        """It answered."""
        negotiation = self._came_to.get(call)
        if negotiation is None:
            call.hang_up()
            return
        self.sip, self.answered = call, True
        self._came_to.clear()
        self.session.use(negotiation, final=True)
        self.moved()
        self.call.leg_answered(self)

    def decided(self, *, taken: bool) -> None:
        """The call that was announced is taken, or refused as by a phone."""
        call, search = self.call, self.call.setting_up
        call.leave_service(self)
        if search is None:
            return
        self.confirms = False
        if taken:
            search.answered(self)
        else:
            search.failed(self, refused(603, "callee"))
            self.hang_up()

    def ended(self, call: SipCall, ending: Ending) -> None:
        """The call is over; one that was hung up while it rang was not answered."""
        if self.answered and not self.confirms:
            super().ended(call, ending)
        elif not self.over:
            self.call.leg_failed(self, refused(480, "callee"), ())

    def failed(self, invitation: OutgoingCall, status: int, response: Response | None) -> None:
        """Nobody answered; a phone with another flow is tried by that (RFC 5626 §7)."""
        if self.over:
            return
        if self._invites and flow_failed(status) and not self.ringing:
            self.session.withdraw()
            self.invite(self._lines)
            return
        if status in _NOT_ACCEPTABLE and not self.ringing and self.session.key_otherwise():
            self.session.withdraw()
            self.session.open(self._lines, partial(self._offer_again, status))
            return
        # Whom somebody outside names is not called at the expense of one of ours.
        contacts = () if self.trunk else _contacts(response)
        self.call.leg_failed(self, refused(status, "callee", response), contacts)

    def _offer_again(self, status: int, problem: str) -> None:
        if problem:
            self.call.leg_failed(self, refused(status, "callee"))
        elif not self.over:
            self._offer_lines()

    def _offer_lines(self) -> None:
        if not self.session.has_words_for(self._lines):
            self.call.leg_failed(self, refused(488, "pbx"), ())
            return
        body = self.session.offer(self._lines)
        self._offer = self.session.fork()
        self._invitation = self._begin(self, body)


def _contacts(response: Response | None) -> tuple[bytes, ...]:
    """Where a redirection sends us, the best first (RFC 3261 §8.1.3.4)."""
    if response is None or not 300 <= response.status < 400:
        return ()
    try:
        contacts = read_contacts(response)
    except RemoteProtocolError:
        return ()
    return tuple(each.uri for each in sorted(contacts, key=lambda each: -each.q_milli))
