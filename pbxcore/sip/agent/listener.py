"""What the application hears of its calls, and what it decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.agent.profile import ALLOW_IN_CALLS
from pbxcore.sip.message import METHODS, Request, Response

if TYPE_CHECKING:
    from pbxcore.sip.agent.call import Call
    from pbxcore.sip.agent.offer import Offer
    from pbxcore.sip.agent.outgoing_call import OutgoingCall
    from pbxcore.sip.agent.references import Referral
    from pbxcore.sip.dialogs.info import Information
    from pbxcore.sip.message import Message
    from pbxcore.sip.transactions.incoming import Incoming


class Ending(msgspec.Struct, frozen=True):
    """How a call ended."""

    by_peer: bool
    status: int = 0
    """The refusal's status; 0 for a call that was answered and hung up; 408 when silence ended it,
    487 when it was cancelled."""
    message: Request | Response | None = None
    """The BYE, CANCEL or response that ended it: it may hold Reason."""


class CallListener:
    """What happens to one call. Each method does what is right for whoever does not care."""

    def rang(self, call: Call | None, response: Response) -> None:
        """A provisional response came; without a call when it made no dialog."""

    def identified(self, call: Call, message: Message) -> None:
        """A message came that may say who is at the peer's end: an answer, or a change."""

    def described(self, call: Call, body: bytes, *, final: bool) -> None:
        """The peer answered our offer; not final: in a 1xx, to be used until the answer comes."""

    def offered(self, call: Call, offer: Offer) -> None:
        """The peer wants to change the session, or offers one first; `offer` wants an answer."""
        offer.refuse(488)

    def confirmed(self, call: Call) -> None:
        """The call is answered, and both sides know."""

    def changed(self, call: Call, status: int) -> None:
        """Our `modify` has its final status."""

    def ended(self, call: Call, ending: Ending) -> None:
        """The call is over."""

    def failed(self, invitation: OutgoingCall, status: int, response: Response | None) -> None:
        """Nobody answered our INVITE."""

    def informed(self, call: Call, information: Information) -> None:
        """An INFO came, of a package we take or of the older kind."""

    def referred(self, call: Call, referral: Referral) -> None:
        """The peer asks us to call somebody."""
        referral.refuse(603)

    def requested(self, call: Call, incoming: Incoming) -> None:
        """Another request came within the call; to be answered, now or later.

        Raises:
            RemoteProtocolError: the refusal to answer with.
        """
        raise unwanted(incoming.request.method)


def unwanted(method: bytes) -> RemoteProtocolError:
    """What a request within a call is told that means nothing there."""
    match method:
        case b"NOTIFY":
            return RemoteProtocolError(481)  # RFC 6665 §4.1.3: nobody has subscribed
        case b"SUBSCRIBE":
            return RemoteProtocolError(489, "", (b"Allow-Events: refer",))
        case _ if method in METHODS:
            return RemoteProtocolError(405, "", (b"Allow: " + ALLOW_IN_CALLS,))
        case _:
            return RemoteProtocolError(501, "", (b"Allow: " + ALLOW_IN_CALLS,))
