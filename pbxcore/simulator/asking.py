"""Requests of the plainest kind, to see what a stack makes of them; dialogs need more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.sip.flow import host_port
from pbxcore.sip.message import build_request
from pbxcore.sip.via import via_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.simulator.stack import Stack
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.message import Response
    from pbxcore.sip.transactions.outgoing import OutgoingInvite


class _Request:
    """The parts of a request outside any dialog."""

    def __init__(
        self, stack: Stack, other: Stack, method: bytes, lines: Sequence[bytes], body: bytes
    ) -> None:
        self.method = method
        self._stack, self._other = stack, other
        self._lines, self._body = lines, body
        self._branch = stack.layer.branch()
        self._tag = self._branch[-8:]
        self._call_id = self._branch[-16:]

    def _written(self, flow: Flow) -> bytes:
        lines = [
            *self._head(flow, self._branch, self.method),
            b"To: <%b>" % self._other.uri,
            b"Contact: <%b>" % self._stack.uri,
            *self._lines,
        ]
        return build_request(self.method, self._other.uri, lines, self._body)

    def _head(self, flow: Flow, branch: bytes, method: bytes) -> list[bytes]:
        here = host_port(self._stack.host, self._stack.port).encode()
        return [
            via_line(flow.transport, here, branch),
            b"Max-Forwards: 70",
            b"From: <%b>;tag=%b" % (self._stack.uri, self._tag),
            b"Call-ID: " + self._call_id,
            b"CSeq: 1 " + method,
        ]


class Asked(_Request):
    """One request other than INVITE.

    Attributes:
        statuses: the final status, 408 for silence, 503 for no way; more than one is a fault.
        response: what came, None for silence.
    """

    def __init__(
        self, stack: Stack, other: Stack, method: bytes, lines: Sequence[bytes], body: bytes
    ) -> None:
        super().__init__(stack, other, method, lines, body)
        self.statuses: list[int] = []
        self.response: Response | None = None

    @property
    def status(self) -> int | None:
        """The final status, None before it is there."""
        return self.statuses[-1] if self.statuses else None

    @property
    def settled(self) -> bool:
        """Whether it had the one final answer it may have."""
        return len(self.statuses) == 1

    def reached(self, flow: Flow | None) -> None:
        """Send it, now that there is a way."""
        if flow is None:
            self._done(503, None)
            return
        self._stack.layer.request(
            self._written(flow), flow, (self._branch, self.method), self._done
        )

    def _done(self, status: int, response: Response | None) -> None:
        self.statuses.append(status)
        self.response = response


class Invited(_Request):
    """One INVITE; every 2xx is acknowledged, as often as it comes.

    Attributes:
        statuses: all that was heard, repeated successes too.
    """

    def __init__(self, stack: Stack, other: Stack, lines: Sequence[bytes], body: bytes) -> None:
        super().__init__(stack, other, b"INVITE", lines, body)
        self.statuses: list[int] = []
        self.response: Response | None = None
        self._flow: Flow | None = None
        self._outgoing: OutgoingInvite | None = None
        self._cancelled = False

    @property
    def status(self) -> int | None:
        """The final status, None before it is there."""
        return next((each for each in self.statuses if each >= 200), None)

    @property
    def settled(self) -> bool:
        """Whether it ended in one refusal, or in successes alone."""
        finals = [each for each in self.statuses if each >= 200]
        return bool(finals) and (len(finals) == 1 or all(each < 300 for each in finals))

    def reached(self, flow: Flow | None) -> None:
        """Send it, now that there is a way."""
        if flow is None:
            self.statuses.append(503)
            return
        self._flow = flow
        self._outgoing = self._stack.layer.invite(
            self._written(flow), flow, self._branch, self._heard
        )
        if self._cancelled:
            self._outgoing.cancel()

    def cancel(self) -> None:
        """Give it up."""
        self._cancelled = True
        if self._outgoing is not None:
            self._outgoing.cancel()

    def _heard(self, status: int, response: Response | None) -> None:
        self.statuses.append(status)
        self.response = response
        if response is not None and 200 <= status < 300 and self._flow is not None:
            branch = self._stack.layer.branch()
            lines = [
                *self._head(self._flow, branch, b"ACK"),
                b"To: " + (response.get(b"to") or b""),
            ]
            ack = build_request(b"ACK", self._other.uri, lines)
            self._stack.send(ack, self._flow, self._flow.port)
