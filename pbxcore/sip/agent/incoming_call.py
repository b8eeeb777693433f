"""A call that comes in: it rings, then it is accepted or refused (RFC 3261 §13.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.sip.agent.answering import Answering
from pbxcore.sip.agent.call import Call
from pbxcore.sip.agent.description import description_of
from pbxcore.sip.agent.listener import CallListener, Ending
from pbxcore.sip.dialogs.dialog import dialog_of_request
from pbxcore.sip.dialogs.offer_answer import Carrier, OfferAnswer
from pbxcore.sip.dialogs.reliable import reliability
from pbxcore.sip.dialogs.session_timer import SessionTimer
from pbxcore.sip.headers.expiry import read_expires

if TYPE_CHECKING:
    from pbxcore.sip.agent.core import Core
    from pbxcore.sip.dialogs.reliable import Prack
    from pbxcore.sip.message import Request
    from pbxcore.sip.transactions.incoming import Incoming


class IncomingCall(Call):
    """A call the peer began. Set `listener` before accepting it.

    Raises:
        RemoteProtocolError: the INVITE cannot be answered: no Contact (400), a body of another type
            (415), a session too short (422), no reliable provisionals where `prack` wants them
            (421).
    """

    def __init__(self, core: Core, incoming: Incoming, prack: Prack = "supported") -> None:
        request = incoming.request
        exchange = OfferAnswer(lambda: round(core.chance() * 10))
        profile = core.profile
        timer = SessionTimer(profile.session_s, profile.shortest_session_s)
        timer_lines = timer.answer(request)
        reliable = reliability(request, prack if profile.reliable else "off")
        offer = description_of(request)
        dialog = dialog_of_request(
            request, incoming.tag, secure=incoming.flow.transport in ("tls", "wss")
        )
        exchange.receive(Carrier.INVITE, offer)
        super().__init__(core, dialog, incoming.flow, CallListener(), exchange)
        self.timer = timer
        self.request = request
        """The INVITE."""
        self.offer = offer
        """The session the caller proposes; empty when it wants us to propose one."""
        self.replaced: Call | None = None
        """The call this one takes the place of; it is hung up when this one is accepted."""
        self.learn(request)
        incoming.keep()
        self._incoming = incoming
        self._first = Answering(self, incoming, timer_lines, reliable=reliable)
        self.answering = self._first
        expires_s = read_expires(request)
        self._expires_at = core.now() + expires_s if expires_s else None
        incoming.on_cancel = self._cancelled
        incoming.on_failed = self._failed

    def ring(
        self,
        status: int = 180,
        body: bytes = b"",
        *,
        reason: str = "",
        lines: tuple[bytes, ...] = (),
    ) -> None:
        """Send a provisional response; with a body it answers the offer early, or makes one."""
        self._first.ring(status, reason, lines, body)

    def accept(self, body: bytes = b"", lines: tuple[bytes, ...] = ()) -> None:
        """Answer with 200; `body` is the answer, or our offer if the caller made none.

        It is not sent again if a reliable provisional has brought it already.
        """
        self._first.accept(body, lines)
        replaced, self.replaced = self.replaced, None
        if replaced is not None:
            replaced.hang_up()

    def refuse(self, status: int = 486, reason: str = "", lines: tuple[bytes, ...] = ()) -> None:
        """Answer with an error, or a redirection when `lines` have Contact."""
        self._first.refuse(status, reason, lines)

    @property
    def deadline(self) -> float | None:
        """When something is due."""
        due = super().deadline
        if self._expires_at is None or not self._first.unanswered:
            return due
        return self._expires_at if due is None else min(due, self._expires_at)

    def tick(self, now: float) -> None:
        """Let time pass; an invitation that has expired is not answered any more (§13.3.1)."""
        if self._expires_at is not None and now >= self._expires_at and self._first.unanswered:
            self.end(Ending(by_peer=True, status=487))
        else:
            super().tick(now)

    def end(self, ending: Ending) -> None:
        """The call is over: its INVITE's transaction, which lives on a while, holds it no more."""
        super().end(ending)
        self._incoming.on_cancel = self._incoming.on_failed = None

    def _cancelled(self, request: Request) -> None:
        if self._first.unanswered:
            self.end(Ending(by_peer=True, status=487, message=request))

    def _failed(self) -> None:
        self.end(Ending(by_peer=False, status=503))
