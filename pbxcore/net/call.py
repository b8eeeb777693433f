"""A call for coroutines: everything one does with it is awaited where it takes time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pbxcore.net.hearing import Hearing, Refused, settle
from pbxcore.sip.agent.incoming_call import IncomingCall
from pbxcore.sip.dialogs.info import DTMF_RELAY, Digit, digit_body
from pbxcore.sip.headers.dialog_reference import DialogReference
from pbxcore.sip.uri import write_uri_headers

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.agent.call import Call
    from pbxcore.sip.agent.listener import Ending
    from pbxcore.sip.agent.outgoing_call import OutgoingCall
    from pbxcore.sip.agent.references import Referral
    from pbxcore.sip.dialogs.refer import Progress
    from pbxcore.sip.message import Response


class AsyncCall:
    """One call; `AsyncUserAgent` makes them.

    Session descriptions are bytes, for whatever writes and reads them. What the peer offers later
    (hold, resume) is answered with our last description, unless `on_offer` says otherwise.
    """

    def __init__(self, hearing: Hearing, outgoing: OutgoingCall | None = None) -> None:
        self._hearing = hearing
        self._outgoing = outgoing

    @property
    def call(self) -> Call | None:
        """The call underneath, None while nothing was heard of our INVITE."""
        return self._hearing.call

    @property
    def peer(self) -> str:
        """The URI of the other side."""
        return "" if self.call is None else self.call.dialog.remote_address.uri.decode()

    @property
    def description(self) -> bytes:
        """Our session description."""
        return self._hearing.description

    @property
    def remote_description(self) -> bytes:
        """The peer's; while the call rings maybe a preview of it."""
        return self._hearing.remote_description

    @property
    def statuses(self) -> list[int]:
        """The provisional responses we got."""
        return self._hearing.statuses

    def on_offer(self, answer: Callable[[bytes], bytes | None]) -> None:
        """Let `answer` say what we answer to an offer; None refuses it with 488."""
        self._hearing.on_offer = answer

    def on_referred(self, decide: Callable[[Referral], None]) -> None:
        """Let `decide` accept or refuse a transfer that the peer asks for; 603 without it."""
        self._hearing.on_referred = decide

    def ring(self, status: int = 180, description: bytes = b"") -> None:
        """Tell the caller that it rings; with a description the session begins early."""
        if isinstance(self.call, IncomingCall):
            self._hearing.description = description or self.description
            self.call.ring(status, description)

    async def accept(self, description: bytes = b"") -> None:
        """Answer the call, and wait until the caller knows.

        Raises:
            Refused: it ended before; 487: the caller gave up.
        """
        if isinstance(self.call, IncomingCall):
            self._hearing.description = description or self.description
            self.call.accept(description)
        await self.answered()

    def refuse(self, status: int = 486) -> None:
        """Do not answer the call."""
        if isinstance(self.call, IncomingCall):
            self.call.refuse(status)

    async def answered(self) -> None:
        """Wait until both sides know that the call is answered.

        Raises:
            Refused: it was not.
        """
        await asyncio.shield(self._hearing.answered)

    async def hang_up(self) -> Ending:
        """End the call, whatever state it is in; returns how it ended."""
        self.give_up()
        return await self.ended()

    def give_up(self) -> None:
        """The same, without waiting."""
        if self.call is not None:
            self.call.hang_up()
        elif self._outgoing is not None:
            self._outgoing.cancel()

    async def ended(self) -> Ending:
        """Wait until the call is over."""
        return await asyncio.shield(self._hearing.over)

    async def modify(self, description: bytes) -> None:
        """Propose another session, and wait for the answer.

        Raises:
            Refused: the peer keeps the session as it is, or the call is over.
        """
        call, hearing = self._there(), self._hearing
        if hearing.changing is not None:
            raise Refused(491, "Change Pending")
        hearing.changing = asyncio.get_running_loop().create_future()
        try:
            call.modify(description)
            status = await hearing.changing
        finally:
            hearing.changing = None
        if status >= 300:
            raise Refused(status)
        hearing.description = description or self.description

    async def press(self, key: str, duration_ms: int = 160) -> None:
        """Press a key, told by INFO.

        Raises:
            Refused: the peer takes no keys that way.
        """
        line = b"Content-Type: " + DTMF_RELAY
        await self.request(b"INFO", (line,), digit_body(Digit(key, duration_ms)))

    async def pressed(self) -> Digit:
        """Wait for a key that the peer presses, told by INFO."""
        return await self._hearing.digits.get()

    async def request(
        self, method: bytes, lines: tuple[bytes, ...] = (), body: bytes = b""
    ) -> Response:
        """Send any request within the call.

        Raises:
            Refused: by a status above 299, 408 for silence, or 481 after the end.
        """
        heard: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._there().send(method, lambda *answer: settle(heard, *answer), lines, body)
        return await heard

    async def refer(self, uri: str, replacing: AsyncCall | None = None) -> None:
        """Ask the peer to call somebody instead of us, and wait until that one has answered.

        Args:
            uri: whom.
            replacing: our own call with that one, which the new one takes the place of (RFC 3891).

        Raises:
            Refused: the peer would not, nobody answered, or the call is over.
        """
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        last = 408

        def told(progress: Progress) -> None:
            nonlocal last
            last = progress.status or last
            if (progress.final or last >= 200) and not done.done():
                done.set_result(last)

        target = uri.encode()
        if replacing is not None:
            reference = replacing.reference().encode()
            target += b"?" + write_uri_headers([(b"Replaces", reference)])
        self._there().refer(b"<%b>" % target, told)
        status = await done
        if not 200 <= status < 300:
            raise Refused(status)

    def reference(self) -> DialogReference:
        """This call as its peer knows it: what Replaces says.

        Raises:
            Refused: there is no call yet, or none any more.
        """
        dialog = self._there().dialog
        return DialogReference(dialog.call_id, dialog.remote_tag, dialog.local_tag)

    def _there(self) -> Call:
        if self.call is None:
            raise Refused(481, "No Call Yet")
        if self._hearing.over.done():
            raise Refused(481, "Call Is Over")
        return self.call
