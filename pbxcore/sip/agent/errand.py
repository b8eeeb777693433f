"""One request on its way, until there is an answer that is worth telling.

On the way it tries the next server when one is silent, out of reach or overloaded (RFC 3263 §4.3),
answers challenges (RFC 3261 §22), and goes over TCP when it is too large for UDP (§18.1.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.flow import LARGEST_UDP_REQUEST, Target
from pbxcore.sip.message import Request, build_request
from pbxcore.sip.resolution import moves_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.agent.core import Core
    from pbxcore.sip.agent.route import Way
    from pbxcore.sip.dialogs.dialog import Draft
    from pbxcore.sip.digest_client import Attempts
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.message import Response
    from pbxcore.sip.transactions.outgoing import OutgoingInvite

_SAYS_WHERE_WE_ARE: Final = frozenset(
    (b"INVITE", b"UPDATE", b"SUBSCRIBE", b"NOTIFY", b"REFER", b"REGISTER")
)
"""Those with a Contact: they make a dialog, refresh its target, or register us."""


class Errand:
    """Carries one request.

    Args:
        core: the surroundings.
        method: what is asked.
        draft: begins the request; asked again for the next CSeq when a challenge was answered.
        lines: whole header lines besides those of the draft.
        body: what it carries.
        last: the flow its dialog's last message came by.
        way: finds the flows, where somebody knows better than the router.
        attempts: answers challenges; None: the core's do.
        focus: the user part of the conference that sends it; empty for none.
        heard: gets the final status, 408 for silence and 503 for no way; for INVITE everything
            above 100 as well, and every 2xx.
    """

    def __init__(
        self,
        core: Core,
        method: bytes,
        draft: Callable[[], Draft],
        heard: Callable[[int, Response | None], None],
        *,
        lines: tuple[bytes, ...] = (),
        body: bytes = b"",
        last: Flow | None = None,
        way: Callable[[], Way] | None = None,
        attempts: Attempts | None = None,
        focus: bytes = b"",
    ) -> None:
        self._core = core
        self._focus = focus
        self._method = method
        self._make = draft
        self._draft = draft()
        self._heard = heard
        self._lines = lines
        self._body = body
        attempts = attempts or core.attempts
        self._attempt = attempts and attempts.attempt(method, self._draft.uri, body)
        self._find = way or (lambda: core.router.way(self._draft.next_hop, last))
        self._way: Way | None = None
        self._transaction: OutgoingInvite | None = None
        self._failure: tuple[int, Response | None] = 503, None
        """What the last server said, where there is no other."""
        self._progressed = self._cancelled = False
        self._cancel_lines: tuple[bytes, ...] = ()
        self.on_sent: Callable[[Request, Flow], None] | None = None
        """Told each request before it goes out, since a challenge makes another of it."""

    @property
    def credentials(self) -> tuple[bytes, ...]:
        """The lines that proved who we are: the ACK of a 2xx carries them too (§22.1)."""
        return tuple(self._attempt.lines) if self._attempt else ()

    @property
    def responded(self) -> bool:
        """Whether anything has come back to an INVITE as it was sent last, be it a 100."""
        return self._transaction is not None and self._transaction.responded

    def start(self) -> None:
        """Find the way and send."""
        self._way = self._find()
        self._way.next(self._reached)

    def cancel(self, *lines: bytes) -> None:
        """Give an INVITE up; `lines` such as Reason go into the CANCEL."""
        self._cancelled, self._cancel_lines = True, lines
        if self._transaction is not None:
            self._transaction.cancel(*lines)

    def _reached(self, flow: Flow | None) -> None:
        if self._cancelled:
            self._heard(487, None)
        elif flow is None:
            self._heard(*self._failure)
        else:
            self._send(flow)

    def _send(self, flow: Flow) -> None:
        branch = self._core.layer.branch()
        lines = self._lines_for(flow, branch)
        data = self._written(lines)
        if flow.reliable or len(data) <= LARGEST_UDP_REQUEST:
            self._go(data, lines, flow, branch)
            return

        def connected(found: Flow | None) -> None:
            if self._cancelled:
                self._heard(487, None)
            elif found is None:  # no TCP there: UDP may still carry it (§18.1.1)
                self._go(data, lines, flow, branch)
            else:
                others = self._lines_for(found, branch)
                self._go(self._written(others), others, found, branch)

        target = Target("tcp", flow.host, flow.port, optional=True)
        self._core.layer.wire.reach(target, connected)

    def _go(self, data: bytes, lines: list[bytes], flow: Flow, branch: bytes) -> None:
        def heard(status: int, response: Response | None) -> None:
            self._answered(status, response, flow)

        if self.on_sent is not None:
            uri = self._draft.uri
            self.on_sent(Request(self._method, uri, b"SIP/2.0", lines, self._body, odd=False), flow)
        if self._method == b"INVITE":
            self._transaction = self._core.layer.invite(data, flow, branch, heard)
            if self._cancelled:
                self._transaction.cancel(*self._cancel_lines)
        else:
            self._core.layer.request(data, flow, (branch, self._method), heard)

    def _answered(self, status: int, response: Response | None, flow: Flow) -> None:
        if status >= 300 and not self._cancelled:
            if response is not None and status in (401, 407) and self._answers(response):
                self._draft = self._make()
                self._send(flow)
                return
            again = moves_on(status, answered=response is not None) and not self._progressed
            if again and self._way is not None:  # nobody has rung yet
                self._failure = status, response
                self._way.next(self._reached)
                return
        if 200 <= status < 300 and response is not None and self._attempt:
            self._attempt.accepted(response)
        self._progressed = True
        self._heard(status, response)

    def _answers(self, response: Response) -> bool:
        """Whether the challenge can be answered; one that is malformed cannot."""
        try:
            return bool(self._attempt and self._attempt.answer(response) is not None)
        except RemoteProtocolError:
            return False

    @property
    def _is_named(self) -> bool:
        """Whether the lines have a Contact already."""
        return any(each[:8].lower() == b"contact:" for each in self._lines)

    def _written(self, lines: list[bytes]) -> bytes:
        return build_request(self._method, self._draft.uri, lines, self._body)

    def _lines_for(self, flow: Flow, branch: bytes) -> list[bytes]:
        core, draft = self._core, self._draft
        lines = [core.via(flow, branch), *draft.lines]
        if self._method in _SAYS_WHERE_WE_ARE and not self._is_named:
            secure = draft.uri[:5].lower() == b"sips:"
            lines.append(core.contact(flow, secure=secure, focus=self._focus))
        lines += self._lines
        lines += self.credentials
        if core.profile.product:
            lines.append(b"User-Agent: " + core.profile.product)
        return lines
