"""The leg of whoever called us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from pbxcore.calls.leg import Leg
from pbxcore.calls.offering import OURS, Line
from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.agent.incoming_call import IncomingCall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.calls.call import Call
    from pbxcore.sip.agent.call import Call as SipCall
    from pbxcore.sip.identity import Caller

_RINGS: Final = (180, 181, 182)
"""What a caller's phone is told as it was; any other provisional status is a progress."""


class Wish(Protocol):
    """What a leg began with: an INVITE, or the wish of somebody at a web page."""

    offer: bytes

    def ring(self, status: int, body: bytes) -> None:
        """Tell that it rings; a body answers the offer early."""

    def accept(self, body: bytes) -> None:
        """Tell that somebody is there; the body is the answer, or an offer where none was made."""

    def refuse(self, status: int, reason: str, lines: tuple[bytes, ...]) -> None:
        """Tell that nobody is."""

    def hang_up(self, *lines: bytes) -> None:
        """End it."""


class CallerLeg(Leg):
    """Began with a wish to talk. Its first answer is kept: what was said early holds."""

    calls = True

    def __init__(self, id_: str, call: Call, number: str, identity: Caller, wish: Wish) -> None:
        super().__init__(id_, call, number, identity)
        self.wish = wish
        self.hears_early = True
        """Whether it may be told a session before it is answered."""
        if isinstance(wish, IncomingCall):
            self.sip = wish
            wish.listener = self
        self._description = b""

    @property
    def early(self) -> bool:
        """Whether it was told a session before it was answered."""
        return bool(self._description)

    def offered_lines(self) -> tuple[Line | None, ...]:
        """What it can carry: what it offers, or what we would offer it.

        Raises:
            RemoteProtocolError: 400: its offer is not readable; 488: there is nothing in it for us.
        """
        offer = self.wish.offer
        lines = self.session.proposed(offer) if offer else OURS
        if not any(lines):
            raise RemoteProtocolError(488)
        return lines

    def ring(self, status: int, lines: Sequence[Line] | None = None) -> bool:
        """Tell that it rings; with lines there is something to hear, whatever the status.

        Whoever left the offer to us hears nothing early: our offer goes into the 200, since not
        every caller can answer one before. Nor does who may not. Its phone is told the status, and
        makes the tone itself.

        Raises:
            RemoteProtocolError: the lines do not fit what it offered.
        """
        if not self.hears_early:
            status, lines = (status if status in _RINGS else 180), None
        early = lines is not None and bool(self.wish.offer)
        told = status if status in _RINGS and not early else 183
        self.ringing = True
        self.wish.ring(told, self._describe(lines or ()) if early else b"")
        self.moved()
        return early

    def accept(self, lines: Sequence[Line]) -> None:
        """Answer it.

        Raises:
            RemoteProtocolError: the lines do not fit what it offered.
        """
        self.wish.accept(self._describe(lines))
        self.answered = True
        self.moved()

    def refuse(self, status: int, reason: str = "", lines: tuple[bytes, ...] = ()) -> None:
        """Do not answer it."""
        self.wish.refuse(status, reason, lines)

    def hang_up(self, *lines: bytes) -> None:
        """End it, whatever state it is in."""
        self.wish.hang_up(*lines)

    def confirmed(self, call: SipCall) -> None:
        """It knows that it was answered, and its session is settled."""
        self.call.leg_answered(self)

    def _describe(self, lines: Sequence[Line]) -> bytes:
        if not self._description:
            offer = self.wish.offer
            session = self.session
            self._description = session.answer(offer, lines) if offer else session.offer(lines)
        return self._description
