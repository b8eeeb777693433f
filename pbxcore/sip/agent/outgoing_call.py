"""An INVITE we send and the calls it makes, one for each phone that answers (RFC 3261 §13.2)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.agent.acknowledgement import Acknowledgement
from pbxcore.sip.agent.call import Call
from pbxcore.sip.agent.description import described
from pbxcore.sip.agent.errand import Errand
from pbxcore.sip.agent.listener import CallListener, Ending
from pbxcore.sip.dialogs.invitation_client import (
    Answered,
    AnsweredAgain,
    InvitationClient,
    Output,
    Rang,
    Refused,
    Unwanted,
    Withdrawn,
)
from pbxcore.sip.dialogs.offer_answer import Carrier, OfferAnswer
from pbxcore.sip.dialogs.session_timer import SessionTimer

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.agent.conversation import Conversation
    from pbxcore.sip.agent.core import Core
    from pbxcore.sip.agent.route import Way
    from pbxcore.sip.dialogs.dialog import Dialog
    from pbxcore.sip.dialogs.reliable import Prack
    from pbxcore.sip.digest_client import Attempts
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.message import Request, Response
    from pbxcore.sip.transactions.deadlines import Planned

log = logging.getLogger(__name__)

REMEMBERED_S: Final = 64.0
"""How long after its end a late 2xx of a fork is recognised, and hung up."""


class OutgoingCall:
    """One INVITE, with all its forks.

    Args:
        core: the surroundings.
        conversation: whom the INVITE is for.
        listener: hears of all forks.
        body: our offer; nothing lets the callee make one.
        lines: more header lines.
        every_answer: keep each fork that answers; else the first, and hang up the others.
        way: finds the flows of the INVITE, where somebody knows better than the router.
        attempts: answers the callee's challenges, in the calls too; None: the core's do.
        focus: the user part of the conference that calls; empty for none.
        prack: whether provisional responses may, or must, be reliable.
    """

    def __init__(
        self,
        core: Core,
        conversation: Conversation,
        listener: CallListener,
        *,
        body: bytes = b"",
        lines: tuple[bytes, ...] = (),
        every_answer: bool = False,
        way: Callable[[], Way] | None = None,
        attempts: Attempts | None = None,
        focus: bytes = b"",
        prack: Prack = "supported",
    ) -> None:
        self.core = core
        self.listener = listener
        self.calls: dict[Dialog, Call] = {}
        """The calls there are now, early and answered."""
        self.planned: Planned | None = None
        self.over: Callable[[], object] = lambda: None
        """Called when nothing can come of it any more."""
        self.sent_at: float | None = None
        """When the INVITE went out last; None while its way is looked for, or its phone woken."""
        self._conversation = conversation
        self._body = body
        self._lines = lines
        self._every_answer = every_answer
        self._way = way
        self._attempts, self._focus, self._prack = attempts, focus, prack
        self._exchange = OfferAnswer(lambda: round(core.chance() * 10))
        self._exchange.send(Carrier.INVITE, body)
        self._timer = SessionTimer(core.profile.session_s, core.profile.shortest_session_s)
        self._machine: InvitationClient | None = None
        self._errand: Errand | None = None
        self._invite: Request | None = None
        self._flow: Flow | None = None
        self._acknowledged: dict[Dialog, Acknowledgement] = {}
        self._cancelled = False
        self._cancel_lines: tuple[bytes, ...] = ()
        self._told = False  # whether the listener knows the end already
        self._forget_at: float | None = None

    def start(self) -> None:
        """Send the INVITE; again, after a 422."""
        core = self.core
        lines = (*core.abilities(self._prack), *self._timer.request_lines(), *self._lines)
        lines += described(self._body)
        errand = Errand(
            core,
            b"INVITE",
            lambda: self._conversation.draft(b"INVITE"),
            self._heard,
            lines=lines,
            body=self._body,
            way=self._way,
            attempts=self._attempts,
            focus=self._focus,
        )
        errand.on_sent = self._sent
        self._errand = errand
        errand.start()

    def cancel(self, *lines: bytes) -> None:
        """Give up; `failed` tells when it is over.

        `lines` such as Reason go into the CANCEL, and into the BYE of an answer that crosses it.
        """
        if self._cancelled or (self._machine is not None and not self._machine.cancel()):
            return
        self._cancelled, self._cancel_lines = True, lines
        if self._errand is not None:
            self._errand.cancel(*lines)

    def receive_late(self, response: Response) -> None:
        """Take a 2xx that came after the transaction had ended.

        While it has not, a 2xx that does not match it is not believed.
        """
        if self._machine is not None and self._machine.over:
            self._heard(response.status, response)

    @property
    def responded(self) -> bool:
        """Whether anything has come back to the INVITE, be it a 100."""
        return self._errand is not None and self._errand.responded

    @property
    def deadline(self) -> float | None:
        """When it may be forgotten."""
        return self._forget_at

    def tick(self, now: float) -> None:
        """Let time pass."""
        if self._forget_at is not None and now >= self._forget_at:
            self._forget_at = None
            self.over()

    def _sent(self, request: Request, flow: Flow) -> None:
        """A request goes out: another one after each challenge or fail-over."""
        secure = flow.transport in ("tls", "wss")
        self._invite, self._flow, self.sent_at = request, flow, self.core.now()
        self._machine = InvitationClient(request, secure=secure, every_answer=self._every_answer)
        if self._cancelled:
            self._machine.cancel()

    def _heard(self, status: int, response: Response | None) -> None:
        machine = self._machine
        try:
            if machine is None:
                self._refused(status, response)
            elif response is None:
                self._perform(machine.fail(status))
            else:
                self._perform(machine.receive(response))
        except RemoteProtocolError as error:
            log.info("response not understood", extra={"why": str(error)})

    def _perform(self, outputs: list[Output]) -> None:
        for output in outputs:
            match output:
                case Rang(None, response):
                    self.listener.rang(None, response)
                case Rang(dialog, response, rack) if dialog is not None:
                    self._rang(self._call(dialog), response, rack)
                case Answered(dialog, response):
                    self._answered(self._call(dialog), response)
                case AnsweredAgain(dialog):
                    self._acknowledged[dialog].repeat()
                case Unwanted(dialog, response):
                    self._unwanted(dialog)
                case Withdrawn(dialog):
                    self._withdrawn(dialog)
                case Refused(status, response):
                    self._refused(status, response)

    def _call(self, dialog: Dialog) -> Call:
        call = self.calls.get(dialog)
        if call is None and self._flow is not None:
            call = Call(self.core, dialog, self._flow, self.listener, self._exchange.forked())
            call.attempts, call.focus = self._attempts, self._focus
            call.withdraw = lambda lines: self.cancel(*lines)
            self.calls[dialog] = call
        if call is None:
            raise RemoteProtocolError(481)
        return call

    def _rang(self, call: Call, response: Response, rack: bytes | None) -> None:
        call.learn(response)
        self.listener.rang(call, response)
        call.take_provisional(response, rack)

    def _answered(self, call: Call, response: Response) -> None:
        if call.ended:  # the callee hung up while it rang, which it should not
            self._unwanted(call.dialog)
            return
        call.withdraw = None
        call.learn(response)
        acknowledgement = self._acknowledge(call)
        try:
            call.timer.accepted(response, self.core.now())
            call.take(Carrier.SUCCESS, response, acknowledgement.send)
        except RemoteProtocolError as error:
            log.info("call without a session", extra={"why": str(error)})
            acknowledgement.send(b"")
            call.hang_up()
        self._remember()
        call.confirm()
        call.moved()
        if not self._every_answer:
            self.listener = CallListener()  # there will be no other call, but this is kept a while

    def _unwanted(self, dialog: Dialog) -> None:
        """A fork that answered too late: acknowledged, and hung up (§13.2.2.4)."""
        known = self.calls.get(dialog)
        if known is not None and known.ended:
            self._told = True
            del self.calls[dialog]
        call = self._call(dialog)
        call.listener = CallListener()
        call.withdraw = None
        self._acknowledge(call).send(b"")
        call.hang_up(*self._cancel_lines)

    def _acknowledge(self, call: Call) -> Acknowledgement:
        if self._errand is None or self._invite is None or self._flow is None:
            raise RemoteProtocolError(481)
        acknowledgement = Acknowledgement(call, self._errand, 0)
        acknowledgement.sent(self._invite, self._flow)
        self._acknowledged[call.dialog] = acknowledgement
        return acknowledgement

    def _withdrawn(self, dialog: Dialog) -> None:
        """An early dialog is over; its late 2xx would make another call."""
        call = self.calls.pop(dialog, None)
        if call is not None:
            self._told = self._told or call.ended
            call.listener = CallListener()
            call.end(Ending(by_peer=True, status=487))

    def _refused(self, status: int, response: Response | None) -> None:
        again = status == 422 and response is not None and not self._cancelled
        if again and response is not None and self._timer.too_small(response):
            self.start()
            return
        self._remember()
        if not self._told:
            self.listener.failed(self, 487 if self._cancelled else status, response)

    def _remember(self) -> None:
        self._forget_at = self.core.now() + REMEMBERED_S
        self.core.layer.watch(self)
