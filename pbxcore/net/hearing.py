"""What is heard of one call, as state and futures for those who wait."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pbxcore.errors import PbxError
from pbxcore.sip.agent.listener import CallListener, Ending
from pbxcore.sip.dialogs.info import Digit, read_digit

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.agent.call import Call
    from pbxcore.sip.agent.offer import Offer
    from pbxcore.sip.agent.outgoing_call import OutgoingCall
    from pbxcore.sip.agent.references import Referral
    from pbxcore.sip.dialogs.info import Information
    from pbxcore.sip.message import Response

MOST_DIGITS = 256
"""Keys kept for a reader who is slow; later ones are dropped."""


class Refused(PbxError):
    """The other side said no: `status` is its answer, 408 for silence, 503 for no way."""

    def __init__(self, status: int, reason: str = "", response: Response | None = None) -> None:
        super().__init__(f"{status} {reason}".rstrip())
        self.status = status
        self.reason = reason
        self.response = response


class Hearing(CallListener):
    """The ear of an `AsyncCall`."""

    def __init__(self, description: bytes) -> None:
        loop = asyncio.get_running_loop()
        self.description = description
        self.remote_description = b""
        self.call: Call | None = None
        self.statuses: list[int] = []
        self.digits: asyncio.Queue[Digit] = asyncio.Queue(MOST_DIGITS)
        self.on_offer: Callable[[bytes], bytes | None] = lambda body: self.description
        self.on_referred: Callable[[Referral], None] = lambda referral: referral.refuse(603)
        self.answered: asyncio.Future[None] = loop.create_future()
        self.over: asyncio.Future[Ending] = loop.create_future()
        self.changing: asyncio.Future[int] | None = None
        # A refusal nobody waits for is no error of the event loop.
        self.answered.add_done_callback(lambda done: done.cancelled() or done.exception())

    def rang(self, call: Call | None, response: Response) -> None:
        """A provisional response came."""
        self.call = call or self.call
        self.statuses.append(response.status)

    def described(self, call: Call, body: bytes, *, final: bool) -> None:
        """The peer answered our offer, or previews its answer."""
        self.call = call
        self.remote_description = body

    def offered(self, call: Call, offer: Offer) -> None:
        """The peer wants to change the session, or to be offered one."""
        self.call = call
        answer = self.on_offer(offer.body)
        if not answer:
            offer.refuse(488)
            return
        self.remote_description = offer.body or self.remote_description
        self.description = answer
        offer.accept(answer)

    def confirmed(self, call: Call) -> None:
        """The call is answered."""
        self.call = call
        if not self.answered.done():
            self.answered.set_result(None)

    def changed(self, call: Call, status: int) -> None:
        """Our change was answered."""
        if self.changing is not None and not self.changing.done():
            self.changing.set_result(status)

    def ended(self, call: Call, ending: Ending) -> None:
        """The call is over."""
        self._finish(ending, Refused(ending.status or 487))

    def failed(self, invitation: OutgoingCall, status: int, response: Response | None) -> None:
        """Nobody answered our INVITE."""
        self._finish(
            Ending(by_peer=True, status=status, message=response), refusal(status, response)
        )

    def informed(self, call: Call, information: Information) -> None:
        """An INFO came."""
        digit = read_digit(information)
        if digit is not None and not self.digits.full():
            self.digits.put_nowait(digit)

    def referred(self, call: Call, referral: Referral) -> None:
        """The peer asks us to call somebody."""
        self.on_referred(referral)

    def _finish(self, ending: Ending, refused: Refused) -> None:
        if not self.answered.done():
            self.answered.set_exception(refused)
        if not self.over.done():
            self.over.set_result(ending)
        if self.changing is not None and not self.changing.done():
            self.changing.set_result(481)  # no answer will come any more


def refusal(status: int, response: Response | None) -> Refused:
    """What a final answer above 299, or its absence, means to whoever waits."""
    reason = "" if response is None else response.reason.decode("utf-8", "replace")
    return Refused(status, reason, response)


def settle(heard: asyncio.Future[Response], status: int, response: Response | None) -> None:
    """Hand a final answer to whoever waits for it."""
    if heard.done():
        return
    if response is not None and status < 300:
        heard.set_result(response)
    else:
        heard.set_exception(refusal(status, response))
