"""Who may offer a session, and what a body means where it stands (RFC 3264, RFC 6337 §2 and §3).

Bodies are opaque here. Either side passes a message; the machine says whether its body is an offer,
an answer, a preview of one, or nothing at all, and refuses what is out of turn: the peer's with the
status it deserves, ours as a bug.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NoReturn

from pbxcore.errors import LocalProtocolError, RemoteProtocolError

if TYPE_CHECKING:
    from collections.abc import Callable


class Side(enum.Enum):
    """Who sends a message."""

    LOCAL = enum.auto()
    REMOTE = enum.auto()

    @property
    def other(self) -> Side:
        """The one who answers."""
        return _REMOTE if self is _LOCAL else _LOCAL


_LOCAL, _REMOTE = Side


class Carrier(enum.Enum):
    """The messages a session description may stand in (RFC 6337 table 1)."""

    INVITE = enum.auto()
    PROVISIONAL = enum.auto()
    """A 1xx that is not reliable."""
    RELIABLE = enum.auto()
    """A 1xx with RSeq (RFC 3262)."""
    SUCCESS = enum.auto()
    """The 2xx to INVITE."""
    ACK = enum.auto()
    PRACK = enum.auto()
    PRACK_SUCCESS = enum.auto()
    UPDATE = enum.auto()
    UPDATE_SUCCESS = enum.auto()


class Meaning(enum.Enum):
    """What a body is."""

    OFFER = enum.auto()
    ANSWER = enum.auto()
    PREVIEW = enum.auto()
    """The answer to come, in a 1xx that may get lost: to be used, not to be relied on (§13.2.1)."""
    NOTHING = enum.auto()


# Bound once: to find a member in its class takes Python 3.11 longer than all that is done with it.
_INVITE, _PROVISIONAL, _RELIABLE, _SUCCESS, _ACK, _PRACK, _PRACK_SUCCESS, _UPDATE, _ = Carrier
_OFFER, _ANSWER, _PREVIEW, _NOTHING = Meaning


class OfferAnswer:
    """The exchanges of one dialog.

    Args:
        retry_after: gives the seconds of a 500's Retry-After, by chance 0 to 10 (RFC 3311 §5.2).
    """

    __slots__ = (
        "_before",
        "_carrier",
        "_inviter",
        "_offerer",
        "_proposal",
        "_retry_after",
        "_settled",
        "agreed",
    )

    def __init__(self, retry_after: Callable[[], int] = lambda: 1) -> None:
        self._retry_after = retry_after
        self._inviter: Side | None = None
        """Who sent the INVITE that is open; None when none is."""
        self._settled = False
        """Whether the exchange that belongs to this INVITE is over, so that its 2xx adds none."""
        self._offerer: Side | None = None
        self._carrier = _INVITE
        self._proposal = b""
        self._before: dict[Side, bytes] = {}
        self.agreed: dict[Side, bytes] = {}
        """The last offer and answer that both hold: the body of each side."""

    @property
    def offerer(self) -> Side | None:
        """Who waits for an answer, None when nobody does."""
        return self._offerer

    @property
    def offered(self) -> bytes:
        """The offer that has no answer yet."""
        return self._proposal if self._offerer is not None else b""

    @property
    def established(self) -> bool:
        """Whether there is a session."""
        return bool(self.agreed)

    def forked(self) -> OfferAnswer:
        """The same state for another dialog of the same INVITE."""
        other = OfferAnswer(self._retry_after)
        other._inviter, other._settled, other._before = self._inviter, self._settled, self._before
        other._offerer, other._carrier = self._offerer, self._carrier
        other._proposal, other.agreed = self._proposal, dict(self.agreed)
        return other

    def may_offer(self, carrier: Carrier) -> bool:
        """Whether a body of ours in this message would be a legal offer now (RFC 6337 §2.2)."""
        if self._offerer is not None:
            return False
        match carrier:
            case Carrier.INVITE:
                return self._inviter is None
            case Carrier.UPDATE:
                return self._inviter is None or self._settled
            case Carrier.PRACK:
                return self._inviter is _LOCAL and self._settled
            case Carrier.RELIABLE | Carrier.SUCCESS:
                return self._inviter is _REMOTE and not self._settled
            case _:
                return False

    def needs(self, carrier: Carrier) -> bool:
        """Whether this message of ours has to bring an offer or an answer."""
        if carrier is _SUCCESS:
            return self.may_offer(_SUCCESS) or self._awaits(_LOCAL, _INVITE)
        if carrier is _ACK:
            return self._awaits(_LOCAL, _SUCCESS)
        return carrier is _PRACK and self._awaits(_LOCAL, _RELIABLE)

    def send(self, carrier: Carrier, body: bytes) -> Meaning:
        """Our message goes out.

        Raises:
            LocalProtocolError: an offer out of turn, or a message that must bring one or an answer
                and does not.
        """
        return self._pass(_LOCAL, carrier, body)

    def receive(self, carrier: Carrier, body: bytes) -> Meaning:
        """The peer's message came in.

        Raises:
            RemoteProtocolError: 491 when both offer at once, 500 with Retry-After when its own
                offer is not answered yet, 400 when an answer is missing.
        """
        return self._pass(_REMOTE, carrier, body)

    def refused(self, carrier: Carrier) -> None:
        """The request got an error: the session is what it was before (RFC 3261 §14.1)."""
        if carrier is _INVITE:
            # An offer of the responder (18x or 2xx) and one in PRACK go with their INVITE as well.
            if self._carrier is not _UPDATE:
                self._offerer = None
            self._inviter, self._settled = None, False
            self.agreed = self._before
        elif self._offerer is not None and self._carrier is carrier:
            self._offerer = None

    def _pass(self, side: Side, carrier: Carrier, body: bytes) -> Meaning:
        if carrier is _INVITE:
            return self._invite(side, body)
        if carrier is _PROVISIONAL:
            return _PREVIEW if body and self._awaits(side, _INVITE) else _NOTHING
        if carrier is _SUCCESS or carrier is _RELIABLE:
            return self._respond(side, carrier, body)
        if carrier is _ACK:
            return self._acknowledge(side, body)
        if carrier is _PRACK:
            return self._prack(side, body)
        if carrier is _UPDATE:
            return self._update(side, body)
        return self._answer_if(side, _PRACK if carrier is _PRACK_SUCCESS else _UPDATE, body)

    def _invite(self, side: Side, body: bytes) -> Meaning:
        if self._inviter is side:
            self._too_early(side, "INVITE Pending")  # RFC 3261 §14.2
        if self._inviter is not None or self._offerer is side.other:
            self._glare(side)
        if self._offerer is side:
            self._too_early(side, "Offer Pending")
        self._inviter, self._settled, self._before = side, False, self.agreed
        return self._offer(side, _INVITE, body) if body else _NOTHING

    def _respond(self, side: Side, carrier: Carrier, body: bytes) -> Meaning:
        """A reliable 1xx or a 2xx to INVITE: it answers the INVITE's offer or makes one."""
        meaning = _NOTHING
        if self._awaits(side, _INVITE):
            if body:
                self._settled = True
                meaning = self._answer(side, body)
            elif carrier is _SUCCESS:
                self._wrong(side, "Answer Missing")
        elif not self._settled and self._offerer is None and self._inviter is side.other:
            if body:
                self._settled = True
                meaning = self._offer(side, carrier, body)
            elif carrier is _SUCCESS or side is _LOCAL:
                self._wrong(side, "Offer Missing")  # RFC 3262 §5, RFC 3261 §13.2.1
        elif carrier is _SUCCESS and self._offers(_LOCAL, _RELIABLE):
            self._wrong(side, "a 2xx before the PRACK with the answer")  # RFC 3262 §3
        if carrier is _SUCCESS and meaning is not _OFFER:
            self._inviter = None
        return meaning

    def _acknowledge(self, side: Side, body: bytes) -> Meaning:
        if self._inviter is side:  # else we have sent an INVITE before this ACK of the last came
            self._inviter = None
        return self._answer_if(side, _SUCCESS, body)

    def _prack(self, side: Side, body: bytes) -> Meaning:
        if self._awaits(side, _RELIABLE):
            return self._answer_if(side, _RELIABLE, body)
        if not body:
            return _NOTHING
        if self._inviter is not side and not self._settled:
            return _NOTHING  # it crossed the refusal of its INVITE
        if self._offerer is side:
            self._too_early(side, "Offer Pending")
        if self._offerer is not None:
            self._glare(side)
        if not self._settled:
            self._wrong(side, "Offer in PRACK Before Answer")  # RFC 3262 §5
        return self._offer(side, _PRACK, body)

    def _update(self, side: Side, body: bytes) -> Meaning:
        """RFC 3311 §5.1 and §5.2: without a body it refreshes timer and target only."""
        if not body:
            return _NOTHING
        if self._offerer is side:
            self._too_early(side, "Offer Pending")
        if self._offerer is not None:
            self._glare(side)
        if self._inviter is not None and not self._settled:
            self._glare(side)  # the INVITE asks for an offer that is not made yet
        return self._offer(side, _UPDATE, body)

    def _answer_if(self, side: Side, carrier: Carrier, body: bytes) -> Meaning:
        if not self._awaits(side, carrier):
            if body and side is _LOCAL:
                self._wrong(side, "an answer to nothing")
            return _NOTHING
        if not body:
            self._wrong(side, "Answer Missing")
        return self._answer(side, body)

    def _awaits(self, side: Side, carrier: Carrier) -> bool:
        """Whether this side owes the answer to the offer that came in that message."""
        return self._offers(side.other, carrier)

    def _offers(self, side: Side, carrier: Carrier) -> bool:
        return self._offerer is side and self._carrier is carrier

    def _offer(self, side: Side, carrier: Carrier, body: bytes) -> Meaning:
        self._offerer, self._carrier, self._proposal = side, carrier, body
        return _OFFER

    def _answer(self, side: Side, body: bytes) -> Meaning:
        self.agreed = {side.other: self._proposal, side: body}
        self._offerer = None
        return _ANSWER

    def _glare(self, side: Side) -> NoReturn:
        if side is _LOCAL:
            raise LocalProtocolError("an offer while the peer's is open")
        raise RemoteProtocolError(491)

    def _too_early(self, side: Side, why: str) -> NoReturn:
        if side is _LOCAL:
            raise LocalProtocolError(f"out of turn: {why}")
        raise RemoteProtocolError(500, why, (b"Retry-After: %d" % self._retry_after(),))

    def _wrong(self, side: Side, why: str) -> NoReturn:
        if side is _LOCAL:
            raise LocalProtocolError(why)
        raise RemoteProtocolError(400, why)
