"""The peer's requests within a call, each as its RFC says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.agent.answering import Answering
from pbxcore.sip.agent.description import described, description_of
from pbxcore.sip.agent.listener import Ending
from pbxcore.sip.agent.offer import Offer
from pbxcore.sip.dialogs.dialog import contact_of
from pbxcore.sip.dialogs.info import read_info
from pbxcore.sip.dialogs.offer_answer import Carrier
from pbxcore.sip.dialogs.reliable import OPTION
from pbxcore.sip.grammar import bare
from pbxcore.sip.headers.option_tags import requires

if TYPE_CHECKING:
    from pbxcore.sip.agent.call import Call
    from pbxcore.sip.message import Request
    from pbxcore.sip.transactions.incoming import Incoming


class Receiving:
    """Takes what the peer asks within one call."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def receive(self, incoming: Incoming) -> None:
        """Take one request.

        Raises:
            RemoteProtocolError: the refusal to answer with.
        """
        call = self._call
        incoming.keep()
        call.dialog.admit(incoming.head.cseq)
        call.flow = incoming.flow
        method = incoming.request.method
        if call.ended and method not in (b"NOTIFY", b"SUBSCRIBE"):
            raise RemoteProtocolError(481)
        match method:
            case b"INVITE":
                self._invite(incoming)
            case b"UPDATE":
                self._update(incoming)
            case b"PRACK":
                self._prack(incoming)
            case b"BYE":
                self._bye(incoming)
            case b"INFO":
                information = read_info(incoming.request, call.core.profile.packages)
                incoming.answer(200)
                call.listener.informed(call, information)
            case b"REFER":
                call.listener.referred(call, call.references.receive_refer(incoming))
            case b"NOTIFY" if is_refer(incoming.request):
                call.references.receive_notify(incoming)
            case b"SUBSCRIBE" if is_refer(incoming.request):
                call.references.receive_subscribe(incoming)
            case _:
                call.listener.requested(call, incoming)

    def _invite(self, incoming: Incoming) -> None:
        """A re-INVITE (RFC 3261 §14.2)."""
        call, request = self._call, incoming.request
        contact_of(request)
        timer_lines = call.timer.answer(request)
        body = description_of(request)
        if call.changing.inviting:
            raise RemoteProtocolError(491)
        call.exchange.receive(Carrier.INVITE, body)
        call.learn(request)
        answering = Answering(call, incoming, timer_lines, reliable=requires(request, OPTION))
        call.answering = answering

        def refuse(status: int, lines: tuple[bytes, ...]) -> None:
            answering.refuse(status, "", lines)

        offer = Offer(body, answering.accept, refuse)

        def cancelled(_request: Request) -> None:
            offer.withdraw()
            answering.cancel()

        incoming.on_cancel = cancelled
        call.listener.offered(call, offer)
        call.moved()

    def _update(self, incoming: Incoming) -> None:
        """RFC 3311 §5.2."""
        call, request, flow = self._call, incoming.request, incoming.flow
        contact_of(request)
        timer_lines = call.timer.answer(request)
        call.learn(request)

        def accept(body: bytes, lines: tuple[bytes, ...]) -> None:
            call.exchange.send(Carrier.UPDATE_SUCCESS, body)
            call.dialog.refresh(request)
            call.timer.start(timer_lines, call.core.now())
            contact = call.contact(flow)
            head = (contact, *call.core.abilities(), *timer_lines)
            incoming.answer(200, "", (*head, *lines, *described(body)), body)
            call.changing.go_on()
            call.moved()

        def refuse(status: int, lines: tuple[bytes, ...]) -> None:
            call.exchange.refused(Carrier.UPDATE)
            incoming.answer(status, "", lines)
            call.changing.go_on()

        call.take(Carrier.UPDATE, request, accept, refuse)

    def _prack(self, incoming: Incoming) -> None:
        """RFC 3262 §3: an offer in it is answered in its 2xx."""
        call, answering = self._call, self._call.answering
        if answering is None:
            raise RemoteProtocolError(481)
        answering.match(incoming.request)

        def accept(body: bytes, lines: tuple[bytes, ...]) -> None:
            call.exchange.send(Carrier.PRACK_SUCCESS, body)
            incoming.answer(200, "", (*lines, *described(body)), body)
            answering.acknowledge_provisional()

        def refuse(status: int, lines: tuple[bytes, ...]) -> None:
            call.exchange.refused(Carrier.PRACK)
            incoming.answer(status, "", lines)
            answering.acknowledge_provisional()

        call.take(Carrier.PRACK, incoming.request, accept, refuse)

    def _bye(self, incoming: Incoming) -> None:
        call, request = self._call, incoming.request
        incoming.answer(200)
        withdraw = call.withdraw
        call.end(Ending(by_peer=True, message=request))
        if withdraw is not None:
            withdraw(())  # a callee should not hang up what rings (§15); its INVITE is open still


def is_refer(request: Request) -> bool:
    """Whether a SUBSCRIBE or NOTIFY is about a reference."""
    return bare(request.get(b"event")) == b"refer"
