"""One leg: one party of a call, its dialog and its session. It tells its call, which owns it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import msgspec

from pbxcore.calls.connected import follow_identity
from pbxcore.calls.keypad import Keypad
from pbxcore.dialplan.emergencies import ORDINARY
from pbxcore.dialplan.plan import NO_LIMIT
from pbxcore.errors import RemoteProtocolError
from pbxcore.media.commands import DigitHeard, StreamSilent, ToneHeard
from pbxcore.sip.agent.listener import CallListener, unwanted
from pbxcore.sip.dialogs.info import read_digit, wants_picture
from pbxcore.sip.headers.privacy import read_privacy
from pbxcore.sip.message import Response
from pbxcore.sip.uri import escaped_user

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.apps.steps import Script
    from pbxcore.calls.asking_first import AskingFirst
    from pbxcore.calls.attending import Attending
    from pbxcore.calls.call import Call
    from pbxcore.calls.consenting import Consenting
    from pbxcore.calls.curfew import Curfew
    from pbxcore.calls.dialling_on import DiallingOn
    from pbxcore.calls.offering import Line
    from pbxcore.calls.redialling import Redial
    from pbxcore.calls.session import Session
    from pbxcore.calls.talk_room import Mode
    from pbxcore.media.commands import MediaNotice
    from pbxcore.sip.agent.call import Call as SipCall
    from pbxcore.sip.agent.listener import Ending
    from pbxcore.sip.agent.offer import Offer
    from pbxcore.sip.agent.references import Referral
    from pbxcore.sip.dialogs.info import Information
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.identity import Caller
    from pbxcore.sip.message import Message
    from pbxcore.sip.transactions.incoming import Incoming

log = logging.getLogger(__name__)


class Leg(CallListener):
    """What both kinds have in common; `CallerLeg` and `CalledLeg` begin it.

    Attributes:
        id: its name, which no other leg has.
        call: its owner.
        number: the extension it belongs to, "" for somebody outside.
        location: the number its phone is registered by, another one at a place of a shared line.
        identity: who it is for others.
        sip: its dialog, once there is one.
        early_dialog: that of a phone which rings.
        calls: whether it called, and was not called.
        takes_over: whether it came into a call that was there, and began none.
        held: whether it holds whom it talks to.
        held_privately: whether nobody else of its line may take whom it holds.
        waits: whether something is played to it meanwhile.
        asked_slot: the slot for parked calls that it was told of.
        supervises: the leg whose talk it hears, in another call.
        supervisors: who hears its talks, and how.
        muted: whether nobody hears it, as was asked for from outside.
        held_from_outside: whether it holds whom it talks to because somebody else wanted so.
        recorded: whether its talks are recorded, whoever it is: its way here wants so.
        switches_recording: whether it may begin and end a recording by code.
        afterwards: what talks to its partner once it has hung up, if anything.
        keypad: what it pressed last while it talked.
        informs: whether it presses keys by INFO.
        attending: the service it talks to, if it does.
        dialling_on: takes the number that it presses after a code.
        asking: asks somebody before it hands its partner on, while it does.
        handed_to: the call in which it rings at whoever is to have its place.
        room: the conference room that this service is; "": it is none.
        is_machine: whether a fax machine was heard there.
        handed_on: how often services have handed it on since it pressed a key.
    """

    calls = takes_over = False
    can_be_served = True
    """Whether it can talk to the PBX itself: it has a dialog and media, or will have."""
    trunk = ""
    """The id of the trunk it came in or goes out by."""
    limit = NO_LIMIT
    """How long it may last from its answer."""
    urgency = ORDINARY
    curfew: Curfew | None = None
    consenting: Consenting | None = None
    """The question whether somebody may hear its talk, while it is open."""
    shows: Caller | None = None
    """Whom its phone shows as the other party, as far as we told it; None: nobody."""
    asserted = b""
    """Who is there as the far end of its trunk said last."""
    redial: Redial | None = None
    """By which code it dials again, if it came here by a service that lets it."""

    def __init__(self, id_: str, call: Call, number: str, identity: Caller) -> None:
        self.id = id_
        self.call = call
        self.number = self.location = number
        self.identity = identity
        self.session: Session
        self.sip: SipCall | None = None
        self.early_dialog: SipCall | None = None
        self.ringing = self.answered = self.over = False
        self.held = self.held_privately = False
        self.waits = False
        self.asked_slot = ""
        self.supervises: Leg | None = None
        self.supervisors: dict[Leg, Mode] = {}
        self.muted = self.held_from_outside = False
        self.recorded = False
        self.switches_recording = True
        self.afterwards: Script | None = None
        self.group = ""
        """The ring group that it rings for."""
        self.keypad = Keypad()
        self.informs = False
        self.attending: Attending | None = None
        self.dialling_on: DiallingOn | None = None
        self.asking: AskingFirst | None = None
        self.handed_to: Call | None = None
        self.room = ""
        self.is_machine = False
        self.handed_on = 0

    @property
    def heard(self) -> bool:
        """Whether its INVITE was answered by anything yet; who calls has a 100 at once."""
        return True

    @property
    def flow(self) -> Flow | None:
        """The way its messages take now, None before it has a dialog."""
        return None if self.sip is None else self.sip.flow

    def succeed(self, other: Leg) -> None:
        """Have the place of another leg.

        Its time runs on, but a way out has its own, and takes it along; where it is another device
        of the same party, all that was set for it holds on.
        """
        if other.number and other.number == self.number:
            self.recorded, self.switches_recording = other.recorded, other.switches_recording
            self.afterwards, other.afterwards = other.afterwards, None
        ours = self.curfew if self.trunk else None
        theirs = None if other.trunk else other.curfew
        kept = min(filter(None, (ours, theirs)), key=lambda each: each.ends, default=None)
        for each in (other.curfew, self.curfew):
            if each is not None and each is not kept:
                each.stop()
        self.curfew, other.curfew = kept, None
        if kept is not None:
            kept.leg = self

    def ring(self, status: int, lines: Sequence[Line] | None = None) -> bool:
        """Tell that it rings at somebody; a leg that was answered hears that otherwise.

        With lines there is something to hear before the answer; returns whether it hears it.
        """
        return False

    def accept(self, lines: Sequence[Line]) -> None:
        """Somebody is there who carries these lines."""

    def refuse(self, status: int, reason: str = "", lines: tuple[bytes, ...] = ()) -> None:
        """Nobody is there."""
        self.hang_up(*lines)

    def hang_up(self, *lines: bytes) -> None:
        """End it, whatever state it is in; `lines` such as Reason go along."""
        if self.sip is not None:
            self.sip.hang_up(*lines)

    def enter(self, room: str) -> None:
        """Talk to a conference room from now on, to none with "".

        Phones learn by the Contact of their dialog whom to ask who is there (RFC 4579 §5.1).
        """
        self.room = room
        focus = escaped_user(room) if room else b""
        if self.sip is not None and self.sip.focus != focus:
            self.sip.focus = focus
            # Behind a trunk nobody may ask: its gateway is spared a re-INVITE that it may not know.
            if focus and self.answered and not self.trunk:
                self.sip.refresh()

    def decided(self, *, taken: bool) -> None:
        """Whoever answered takes the call that was announced, or does not."""

    def moved(self) -> None:
        """It rings, is answered or was heard of: lamps show that at once."""
        self.call.context.lines.moved(self)

    # What its dialog tells

    def identified(self, call: SipCall, message: Message) -> None:
        """The far end of a trunk says who is there; of phones of ours we know it ourselves.

        Whoever answers one of those may want no name (RFC 3323 §4.3); that he does not mind being
        named takes back nothing that was wished in another way.
        """
        if self.trunk:
            follow_identity(self, message)
        elif isinstance(message, Response) and (privacy := read_privacy(message)):
            wished = msgspec.structs.replace(self.identity, privacy=privacy)
            self.identity = wished if wished.private else self.identity

    def described(self, call: SipCall, body: bytes, *, final: bool) -> None:
        """The peer answered our offer."""
        if not final:
            return
        try:
            self.session.accept(body)
            self.call.renegotiating.settled(self)
        except RemoteProtocolError as error:
            log.info("answer does not fit", extra={"leg": self.id, "why": str(error)})
            self.hang_up()  # RFC 3261 §13.2.2.4

    def offered(self, call: SipCall, offer: Offer) -> None:
        """The peer wants another session."""
        self.call.renegotiating.offered(self, offer)

    def changed(self, call: SipCall, status: int) -> None:
        """Our change has its answer."""
        if status >= 300:
            self.session.withdraw()
        self.call.renegotiating.changed(self, status)

    def ended(self, call: SipCall, ending: Ending) -> None:
        """The dialog is over."""
        if call is self.sip:
            self.call.leg_ended(self, ending)

    def informed(self, call: SipCall, information: Information) -> None:
        """Some know no RFC 4733 for keys, and no RFC 4585 to ask for pictures."""
        digit = read_digit(information)
        if digit is not None:
            self.informs = True
            self.call.leg_pressed(self, digit.key, digit.duration_ms, "info")
        elif wants_picture(information) and (partner := self.call.partner(self)) is not None:
            partner.session.want_pictures()

    def referred(self, call: SipCall, referral: Referral) -> None:
        """The peer wants to hand the call on."""
        self.call.transferring.referred(self, referral)

    def requested(self, call: SipCall, incoming: Incoming) -> None:
        """Some ask by OPTIONS whether the call still stands (RFC 3261 §11.2), or write a text.

        Raises:
            RemoteProtocolError: it is something else, or nobody takes texts at the other end.
        """
        method, partner = incoming.request.method, self.call.partner(self)
        if method == b"OPTIONS":
            incoming.answer(200, lines=call.core.capabilities())
        elif method == b"MESSAGE" and partner is not None and self.number and partner.number:
            self.call.context.written(incoming, self.number, partner.number)
        else:
            raise unwanted(method)

    # What its workers tell

    def noticed(self, notice: MediaNotice) -> None:
        """Hear keys, fax machines and silence."""
        match notice:
            case DigitHeard(_, digit, duration_ms, by):
                self.call.leg_pressed(self, digit, duration_ms, by)
            case ToneHeard(tone="cng"):
                self.is_machine = True
                self.call.leg_faxes(self)
            case ToneHeard():
                self.call.renegotiating.fax_answered()
            case StreamSilent():
                self.call.leg_silent(self, "rtp_silence")

    def media_lost(self) -> None:
        """A worker died."""
        self.call.leg_silent(self, "media_lost")
