"""An INVITE of the peer being answered: the machine's outputs carried out on its transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.errors import LocalProtocolError
from pbxcore.sip.agent.description import described
from pbxcore.sip.dialogs.invitation_server import (
    Accept,
    HangUp,
    InvitationServer,
    Output,
    Refuse,
    Repeat,
    State,
)
from pbxcore.sip.dialogs.offer_answer import Carrier
from pbxcore.sip.dialogs.reliable import OPTION, Provisional
from pbxcore.sip.headers.option_tags import requires

if TYPE_CHECKING:
    from pbxcore.sip.agent.call import Call
    from pbxcore.sip.message import Request
    from pbxcore.sip.transactions.incoming import Incoming


class Answering:
    """Answers one INVITE, the first of a call or a later one."""

    def __init__(
        self, call: Call, incoming: Incoming, timer_lines: list[bytes], *, reliable: bool
    ) -> None:
        self._call = call
        self._incoming = incoming
        self._timer_lines = timer_lines
        self._machine = InvitationServer(incoming.head.cseq, call.core.first_rseq())
        request = incoming.request
        self._reliable = reliable
        self._must = requires(request, OPTION)
        self._record_route = tuple(
            b"Record-Route: " + each for each in request.lines_of(b"record-route")
        )

    @property
    def deadline(self) -> float | None:
        """When something is due."""
        return self._machine.deadline

    @property
    def open(self) -> bool:
        """Whether the final answer, or its ACK, is still to come."""
        return self._machine.state in (State.PROCEEDING, State.ACCEPTED)

    @property
    def unanswered(self) -> bool:
        """Whether the final answer is still to come."""
        return self._machine.state is State.PROCEEDING

    def acknowledgeable(self, cseq: int) -> bool:
        """Whether an ACK of that number is the one we wait for."""
        return self._machine.state is State.ACCEPTED and self._machine.cseq == cseq

    def ring(self, status: int, reason: str, lines: tuple[bytes, ...], body: bytes) -> None:
        """Send a provisional response, reliably to those who want it so (RFC 3262 §3)."""
        call = self._call
        if not self.unanswered:
            return
        reliable = self._reliable
        if reliable and not body and call.exchange.may_offer(Carrier.RELIABLE):
            # The first reliable response to an INVITE without an offer has to make one (§5).
            if self._must:
                return
            reliable = False
        if body:
            call.exchange.send(Carrier.RELIABLE if reliable else Carrier.PROVISIONAL, body)
        head = (*self._record_route, self._contact(), *call.core.abilities(), *call.core.server())
        all_lines = (*head, *call.presents, *lines, *described(body))
        now = call.core.now()
        self.perform(
            self._machine.progress(status, reason, all_lines, body, reliable=reliable, now=now)
        )

    def accept(self, body: bytes, lines: tuple[bytes, ...]) -> None:
        """Send the 2xx, now or when the PRACK it has to wait for has come.

        Raises:
            LocalProtocolError: it has to bring an answer or an offer, and there is none.
        """
        if self.unanswered and not body and self._call.exchange.needs(Carrier.SUCCESS):
            raise LocalProtocolError("a 2xx needs a session description")
        self.perform(self._machine.accept(lines, body, self._call.core.now()))

    def refuse(self, status: int, reason: str = "", lines: tuple[bytes, ...] = ()) -> None:
        """Send a refusal."""
        self.perform(self._machine.refuse(status, reason, lines))

    def cancel(self) -> None:
        """A CANCEL came."""
        self.perform(self._machine.cancel())

    def hang_up(self) -> None:
        """End the call as soon as that is allowed."""
        self.perform(self._machine.hang_up())

    def end(self) -> None:
        """The peer has hung up: an INVITE that is open gets its 487 (RFC 3261 §15.1.2)."""
        self.perform(self._machine.cancel())
        self._machine.end()

    def match(self, prack: Request) -> None:
        """See whether a PRACK is for the provisional response that waits for one.

        Raises:
            RemoteProtocolError: 400 or 481.
        """
        self._machine.match(prack)

    def acknowledge_provisional(self) -> None:
        """It is, and it has its answer."""
        self.perform(self._machine.acknowledge_provisional(self._call.core.now()))

    def acknowledge(self) -> None:
        """The ACK of the 2xx came."""
        self.perform(self._machine.acknowledge())

    def tick(self, now: float) -> None:
        """Let time pass."""
        self.perform(self._machine.tick(now))

    def perform(self, outputs: list[Output]) -> None:
        """Carry out what the machine wants."""
        for output in outputs:
            match output:
                case Provisional(status, reason, lines, body):
                    self._incoming.provisional(status, reason, lines, body)
                case Accept(lines, body):
                    self._accept(lines, body)
                case Repeat():
                    self._incoming.repeat_success()
                case Refuse(status, reason, lines):
                    self._incoming.answer(status, reason, (*self._call.core.server(), *lines))
                    self._call.invite_refused(status)
                case HangUp(acknowledged):
                    self._call.answer_settled(acknowledged=acknowledged)
        self._call.moved()

    def _accept(self, lines: tuple[bytes, ...], body: bytes) -> None:
        call = self._call
        body = body if call.exchange.needs(Carrier.SUCCESS) else b""
        call.exchange.send(Carrier.SUCCESS, body)
        head = (
            *self._record_route,
            self._contact(),
            *call.core.abilities(),
            *call.core.server(),
        )
        all_lines = (*head, *call.presents, *self._timer_lines, *lines, *described(body))
        call.invite_accepted(self._incoming.request, self._timer_lines)
        self._incoming.answer(200, "", all_lines, body)

    def _contact(self) -> bytes:
        return self._call.contact(self._incoming.flow)
