"""One leg: one party of a call, its dialog and its session. It tells its owner, the call."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.media.commands import DigitHeard, StreamSilent
from pbxcore.sip.agent.listener import CallListener
from pbxcore.sip.dialogs.info import read_digit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.calls.offering import Line
    from pbxcore.calls.party import Farewell
    from pbxcore.calls.session import Session
    from pbxcore.media.commands import MediaNotice
    from pbxcore.sip.agent.call import Call as SipCall
    from pbxcore.sip.agent.listener import Ending
    from pbxcore.sip.agent.offer import Offer
    from pbxcore.sip.agent.references import Referral
    from pbxcore.sip.dialogs.info import Information
    from pbxcore.sip.flow import Flow

log = logging.getLogger(__name__)


class Owner(Protocol):
    """What hears of a leg: the call it belongs to."""

    def leg_rang(self, leg: Leg, status: int) -> None:
        """It rings there, or there is something to hear."""
        ...

    def leg_answered(self, leg: Leg) -> None:
        """It answered, and has a session; of a caller: it knows that it was answered."""
        ...

    def leg_failed(self, leg: Leg, farewell: Farewell, contacts: tuple[bytes, ...]) -> None:
        """It will not answer; `contacts` are where else to look for it."""
        ...

    def leg_ended(self, leg: Leg, ending: Ending) -> None:
        """Its dialog is over."""
        ...

    def leg_offered(self, leg: Leg, offer: Offer) -> None:
        """It wants another session."""
        ...

    def leg_settled(self, leg: Leg) -> None:
        """It answered an offer of ours: its session is another now."""
        ...

    def leg_changed(self, leg: Leg, status: int) -> None:
        """It took the session that was offered, or did not."""
        ...

    def leg_referred(self, leg: Leg, referral: Referral) -> None:
        """It wants its peer to be connected with somebody else."""
        ...

    def leg_pressed(self, leg: Leg, digit: str, duration_ms: int) -> None:
        """It pressed a key."""
        ...

    def leg_silent(self, leg: Leg) -> None:
        """Nothing was heard of it for too long, or its worker is gone."""
        ...


class Leg(CallListener):
    """What both kinds have in common; `CallerLeg` and `CalledLeg` begin it.

    Attributes:
        id: its name within its call.
        number: the extension it belongs to, "" for somebody outside.
        sip: its dialog, once there is one.
    """

    def __init__(self, id_: str, owner: Owner, number: str) -> None:
        self.id = id_
        self.owner = owner
        self.number = number
        self.session: Session
        self.sip: SipCall | None = None
        self.ringing = self.answered = self.over = False
        self.held = False

    @property
    def flow(self) -> Flow:
        """The way its messages take now.

        Raises:
            LocalProtocolError: it has no dialog yet.
        """
        if self.sip is None:
            raise LocalProtocolError("no dialog yet")
        return self.sip.flow

    def ring(self, status: int, lines: Sequence[Line] | None = None) -> None:
        """Tell that it rings at somebody; a leg that was answered hears that otherwise."""

    def accept(self, lines: Sequence[Line]) -> None:
        """Somebody is there who carries these lines."""

    def refuse(self, status: int, reason: str = "", lines: tuple[bytes, ...] = ()) -> None:
        """Nobody is there."""
        self.hang_up(*lines)

    def hang_up(self, *lines: bytes) -> None:
        """End it, whatever state it is in; `lines` such as Reason go along."""
        if self.sip is not None:
            self.sip.hang_up(*lines)

    # What its dialog tells

    def described(self, call: SipCall, body: bytes, *, final: bool) -> None:
        """The peer answered our offer."""
        if not final:
            return
        try:
            self.session.accept(body)
            self.owner.leg_settled(self)
        except RemoteProtocolError as error:
            log.info("answer does not fit", extra={"leg": self.id, "why": str(error)})
            self.hang_up()  # RFC 3261 §13.2.2.4

    def offered(self, call: SipCall, offer: Offer) -> None:
        """The peer wants another session."""
        self.owner.leg_offered(self, offer)

    def changed(self, call: SipCall, status: int) -> None:
        """Our change has its answer."""
        if status >= 300:
            self.session.withdraw()
        self.owner.leg_changed(self, status)

    def ended(self, call: SipCall, ending: Ending) -> None:
        """The dialog is over."""
        if call is self.sip:
            self.owner.leg_ended(self, ending)

    def informed(self, call: SipCall, information: Information) -> None:
        """Keys come by INFO from those who know no RFC 4733."""
        digit = read_digit(information)
        if digit is not None:
            self.owner.leg_pressed(self, digit.key, digit.duration_ms)

    def referred(self, call: SipCall, referral: Referral) -> None:
        """The peer wants to hand the call on."""
        self.owner.leg_referred(self, referral)

    # What its workers tell

    def noticed(self, notice: MediaNotice) -> None:
        """Hear keys and silence."""
        match notice:
            case DigitHeard(_, digit, duration_ms):
                self.owner.leg_pressed(self, digit, duration_ms)
            case StreamSilent():
                self.owner.leg_silent(self)

    def media_lost(self) -> None:
        """A worker died."""
        self.owner.leg_silent(self)
