"""OPTIONS to registered phones: whether they answer, and how fast (RFC 3261 §11)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pbxcore.presence.qualification import ROUND_MS
from pbxcore.presence.reach import way_to
from pbxcore.sip.flow import host_port
from pbxcore.sip.message import build_request
from pbxcore.sip.via import via_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.presence.qualification import Qualification
    from pbxcore.presence.reach import Way
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.message import Response
    from pbxcore.sip.transactions.layer import TransactionLayer
    from pbxcore.timers import Timer, Timers


class Qualifying:
    """Asks whom `Qualification` names, and tells it what they say.

    Args:
        qualification: who is to be asked when.
        layer: sends.
        timers: wake for the next question.
        answered: takes each outcome: binding, status, milliseconds.
        now_ms: milliseconds UTC, as `qualification` counts them.
        entropy: that many unguessable bytes.
    """

    def __init__(
        self,
        qualification: Qualification,
        layer: TransactionLayer,
        timers: Timers,
        *,
        answered: Callable[[StoredBinding, int, float], None],
        now_ms: Callable[[], int],
        entropy: Callable[[int], bytes],
    ) -> None:
        self._qualification = qualification
        self._layer = layer
        self._timers = timers
        self._answered = answered
        self._now_ms = now_ms
        self._entropy = entropy
        self._timer: Timer | None = None
        self._due_ms = 0
        self.asked = 0

    def wake(self) -> None:
        """Somebody may be due earlier than was known."""
        due_ms = self._qualification.deadline_ms
        if due_ms is None or (self._timer is not None and self._due_ms <= due_ms):
            return
        self.stop()
        self._due_ms = due_ms
        wait_ms = max(due_ms - self._now_ms(), ROUND_MS)
        self._timer = self._timers.call_later(wait_ms / 1000, self._ask)

    def stop(self) -> None:
        """Ask nobody any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ask(self) -> None:
        self._timer = None
        for binding in self._qualification.tick(self._now_ms()):
            self.asked += 1
            self._send(binding)
        self.wake()

    def _send(self, binding: StoredBinding) -> None:
        started = time.perf_counter()  # uvloop's own clock stands still while it works
        way = way_to(binding)
        if way is None:
            self._answered(binding, 503, 0.0)
            return

        def done(status: int, _: Response | None) -> None:
            self._answered(binding, status, round((time.perf_counter() - started) * 1000, 1))
            self.wake()

        def reached(flow: Flow | None) -> None:
            if flow is None:
                done(503, None)
                return
            branch = self._layer.branch()
            data = self._written(binding, way, flow, branch)
            self._layer.request(data, flow, (branch, b"OPTIONS"), done)

        self._layer.wire.reach(way.target, reached)

    def _written(self, binding: StoredBinding, way: Way, flow: Flow, branch: bytes) -> bytes:
        here = host_port(*self._layer.wire.advertised(flow)).encode()
        identity = self._entropy(20).hex().encode()
        lines = [
            via_line(flow.transport, here, branch),
            *way.routes,
            b"Max-Forwards: 70",
            b"From: <sip:%b>;tag=%b" % (here, identity[24:]),
            b"To: <%b>" % binding.contact.encode(),
            b"Call-ID: " + identity[:24],
            b"CSeq: 1 OPTIONS",
            b"Accept: application/sdp",
        ]
        return build_request(b"OPTIONS", way.uri, lines)
