"""One call: a dialog with a session in it, from its first sign to its end (RFC 3261 §13 to §15)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.agent.changing import Changing
from pbxcore.sip.agent.description import described, description_of
from pbxcore.sip.agent.ended import REMEMBERED_S, Ended
from pbxcore.sip.agent.listener import CallListener, Ending
from pbxcore.sip.agent.offer import Offer
from pbxcore.sip.agent.peer import Peer
from pbxcore.sip.agent.receiving import Receiving
from pbxcore.sip.agent.references import References
from pbxcore.sip.dialogs.modification import Wish
from pbxcore.sip.dialogs.offer_answer import Carrier, Meaning, OfferAnswer, Side
from pbxcore.sip.dialogs.session_timer import Due, SessionTimer
from pbxcore.sip.headers.tokens import read_allow

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.agent.answering import Answering
    from pbxcore.sip.agent.core import Core
    from pbxcore.sip.dialogs.dialog import Dialog
    from pbxcore.sip.dialogs.refer import Progress
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.message import Message, Request, Response
    from pbxcore.sip.transactions.deadlines import Planned
    from pbxcore.sip.transactions.incoming import Incoming

log = logging.getLogger(__name__)

Reply = "Callable[[bytes, tuple[bytes, ...]], None]"


class Call(Peer):
    """One call, at either end. `IncomingCall` and `OutgoingCall` begin it."""

    def __init__(
        self,
        core: Core,
        dialog: Dialog,
        flow: Flow,
        listener: CallListener,
        exchange: OfferAnswer,
    ) -> None:
        super().__init__(core, dialog, flow)
        profile = core.profile
        self.listener = listener
        self.exchange = exchange
        self.timer = SessionTimer(profile.session_s, profile.shortest_session_s)
        self.allows: tuple[bytes, ...] = ()
        """The methods the peer knows, as its Allow says."""
        self.presents: tuple[bytes, ...] = ()
        """Header lines that say who is at our end: our answers and changes bring them."""
        self.ended = False
        self.planned: Planned | None = None
        self.answering: Answering | None = None
        """The last INVITE of the peer."""
        self.references = References(self, self.moved)
        self.changing = Changing(self)
        self._receiving = Receiving(self)
        self.withdraw: Callable[[tuple[bytes, ...]], None] | None = None
        """Takes an early call of ours back: CANCEL."""
        self._confirmed = False
        self._preview = b""
        self._bye_lines: tuple[bytes, ...] = ()
        self._forget_at: float | None = None
        core.dialogs.add(dialog, self)

    # What the application does

    @property
    def early(self) -> bool:
        """Whether it is not answered yet."""
        return self.dialog.early

    @property
    def called_by_us(self) -> bool:
        """Whether we sent its first INVITE."""
        return self.dialog.ours

    def modify(self, body: bytes, lines: tuple[bytes, ...] = ()) -> None:
        """Offer another session, or ask the peer for an offer (no body), when it is our turn.

        By re-INVITE, or by UPDATE while the call is not answered. `changed` tells how it went.
        """
        self.changing.want(Wish(body, lines))
        self.moved()

    def refresh(self) -> None:
        """Tell the peer what is new of us alone, such as our Contact (RFC 3261 §12.2.1)."""
        self.changing.refresh()
        self.moved()

    def present(self, lines: tuple[bytes, ...]) -> None:
        """Say who is at our end from now on, in header lines such as P-Asserted-Identity.

        The next answer brings them; a call that was answered is updated without a session, where
        the peer knows UPDATE, and hears of it by our next re-INVITE where it does not.
        """
        self.presents = lines
        if lines and not self.early and not self.ended:
            self.changing.present()
            self.moved()

    def hang_up(self, *lines: bytes) -> None:
        """End the call, whatever state it is in; `lines` such as Reason go along."""
        if self.ended:
            return
        self._bye_lines = lines
        answering = self.answering
        if self.withdraw is not None:
            self.withdraw(lines)
        elif answering is None or not answering.open:
            self._bye(Ending(by_peer=False))
        elif answering.unanswered and not self.early:
            answering.refuse(487)
            self._bye(Ending(by_peer=False))
        else:
            answering.hang_up()

    def send(
        self,
        method: bytes,
        heard: Callable[[int, Response | None], None] = lambda status, response: None,
        lines: tuple[bytes, ...] = (),
        body: bytes = b"",
    ) -> None:
        """Send any other request within the call, such as INFO or MESSAGE."""

        def answered(status: int, response: Response | None) -> None:
            heard(status, response)
            unknown = status == 481 and method != b"PRACK"  # it may be but the 1xx (RFC 3262 §3)
            if (status == 408 or unknown) and method not in (b"NOTIFY", b"MESSAGE", b"OPTIONS"):
                self.lost(status)  # §12.2.1.2, RFC 5057 §5.1

        self.ask(method, answered, lines, body)

    def refer(
        self, target: bytes, told: Callable[[Progress], None], lines: tuple[bytes, ...] = ()
    ) -> None:
        """Ask the peer to call `target`, the value of Refer-To; `told` hears how that goes."""
        self.references.ask((b"Refer-To: " + target, *lines), told)

    # What the network does

    def receive(self, incoming: Incoming) -> None:
        """Take a request in the dialog.

        Raises:
            RemoteProtocolError: the refusal to answer with.
        """
        self._receiving.receive(incoming)

    def acknowledged(self, ack: Request, flow: Flow) -> None:
        """Take the ACK of our 2xx, maybe again."""
        answering = self.answering
        number = int((ack.get(b"cseq") or b"0").partition(b" ")[0])
        if answering is None or not answering.acknowledgeable(number):
            return
        self.flow = flow
        try:
            self.take(Carrier.ACK, ack)
        except RemoteProtocolError as error:
            log.info("call without a session", extra={"why": str(error)})
            self.hang_up()
        answering.acknowledge()
        self.confirm()
        self.changing.go_on()

    @property
    def deadline(self) -> float | None:
        """When something is due."""
        known = (
            self.changing.deadline,
            self.references.deadline,
            None if self.answering is None else self.answering.deadline,
            self._forget_at,
        )
        earliest = self.timer.deadline
        for each in known:
            if each is not None and (earliest is None or each < earliest):
                earliest = each
        return earliest

    def tick(self, now: float) -> None:
        """Let time pass."""
        if self.answering is not None:
            self.answering.tick(now)
        self.references.tick(now)
        match self.timer.tick(now):
            case Due.REFRESH:
                self.changing.refresh()
            case Due.EXPIRED:
                self.answering = None
                self._bye(Ending(by_peer=False, status=408))
            case None:
                self.changing.go_on()
        if self._forget_at is not None and now >= self._forget_at:
            self._forget_at = now + REMEMBERED_S if self.references.open else None
            if self._forget_at is None:
                self.core.dialogs.drop(self.dialog)

    # What its parts do

    @property
    def answering_open(self) -> bool:
        """Whether an INVITE of the peer has no final answer or no ACK yet."""
        return self.answering is not None and self.answering.open and not self.early

    def moved(self) -> None:
        """A deadline may have come closer."""
        self.core.layer.watch(self)

    def learn(self, message: Message) -> None:
        """Take what the peer says of its abilities, and of who it is."""
        told = read_allow(message)
        if told is not None:
            self.allows = told
        self.listener.identified(self, message)

    def take(
        self,
        carrier: Carrier,
        message: Message,
        reply: Callable[[bytes, tuple[bytes, ...]], None] | None = None,
        refuse: Callable[[int, tuple[bytes, ...]], None] | None = None,
    ) -> None:
        """Take the description in a message; `reply` sends what has to follow it.

        Raises:
            RemoteProtocolError: it is out of turn, missing, or of a type we do not know.
        """
        if self.ended:  # what crosses the end is acknowledged, and means nothing any more
            if reply is not None:
                reply(b"", ())
            return
        body = self._meant(carrier, description_of(message))
        meaning = self.exchange.receive(carrier, body)
        if meaning is Meaning.OFFER and reply is not None:
            self.listener.offered(self, Offer(body, reply, refuse or self._refuse_response(reply)))
            return
        if reply is not None:
            reply(b"", ())
        if meaning in (Meaning.ANSWER, Meaning.PREVIEW):
            self.listener.described(self, body, final=meaning is Meaning.ANSWER)

    def _meant(self, carrier: Carrier, body: bytes) -> bytes:
        """The description of a message; some gateways answer in a 1xx, and leave it at that."""
        if carrier is Carrier.PROVISIONAL:
            self._preview = body or self._preview
        elif carrier is Carrier.SUCCESS:
            previewed, self._preview = self._preview, b""
            if not body and self.exchange.offerer is Side.LOCAL:
                return previewed
        return body

    def take_provisional(self, response: Response, rack: bytes | None) -> None:
        """Take a 1xx to an INVITE of ours; a reliable one gets its PRACK.

        Raises:
            RemoteProtocolError: its body is of a type we do not know.
        """
        if rack is None:
            self.take(Carrier.PROVISIONAL, response)
            return

        def acknowledge(body: bytes, lines: tuple[bytes, ...]) -> None:
            self.exchange.send(Carrier.PRACK, body)
            more = (b"RAck: " + rack, *lines, *described(body))
            self.send(b"PRACK", lines=more, body=body)

        self.take(Carrier.RELIABLE, response, acknowledge)

    def confirm(self) -> None:
        """Both sides know that the call is answered."""
        if not self._confirmed and not self.ended:
            self._confirmed = True
            self.listener.confirmed(self)

    def invite_accepted(self, request: Request, timer_lines: list[bytes]) -> None:
        """Our 2xx to an INVITE of the peer goes out."""
        self.dialog.early = False
        self.dialog.refresh(request)
        self.timer.start(timer_lines, self.core.now())

    def invite_refused(self, status: int) -> None:
        """Our refusal of an INVITE of the peer went out."""
        self.exchange.refused(Carrier.INVITE)
        if self.early:
            self.end(Ending(by_peer=False, status=status))
        else:
            self.changing.go_on()

    def answer_settled(self, *, acknowledged: bool) -> None:
        """The call may be hung up now: the ACK came, or will not come any more."""
        self._bye(Ending(by_peer=False, status=0 if acknowledged else 408))

    def lost(self, status: int) -> None:
        """A request within the dialog was answered 408 or 481: the other end has no such dialog."""
        if self.ended:
            return
        if self.withdraw is not None:  # not answered yet: the INVITE's own answer ends it
            self.withdraw(())
        elif status == 408:
            self._bye(Ending(by_peer=False, status=status))
        else:
            self.end(Ending(by_peer=True, status=status))

    def end(self, ending: Ending) -> None:
        """The call is over; the dialog is known a while longer."""
        if self.ended:
            return
        self.ended = True
        self.withdraw = None
        self.timer.stop()
        self.changing.stop()
        answering, self.answering = self.answering, None
        self.listener.ended(self, ending)
        self.listener = CallListener()  # what remembers the call for a while holds nobody else
        if answering is not None:
            answering.end()
        self.core.layer.unwatch(self)  # the session's timers lie far ahead
        if self.references.open:
            self._forget_at = self.core.now() + REMEMBERED_S
            self.moved()
        else:
            Ended(self.core, self.dialog)

    def _bye(self, ending: Ending) -> None:
        if not self.ended:
            self.ask(b"BYE", lambda _status, _response: None, self._bye_lines)
            self.end(ending)

    def _refuse_response(
        self, reply: Callable[[bytes, tuple[bytes, ...]], None]
    ) -> Callable[[int, tuple[bytes, ...]], None]:
        """An offer in a response cannot be refused: what carried it is acknowledged, and left."""

        def refuse(_status: int, _lines: tuple[bytes, ...]) -> None:
            self.exchange.refused(Carrier.INVITE)
            reply(b"", ())
            self.hang_up()

        return refuse
