"""One request outside dialogs, brought to whichever server answers it, without I/O.

Servers are tried in turn (RFC 3263 §4.3), challenges answered (RFC 3261 §22.2), each try being a
transaction of its own with a new branch and a higher CSeq (§8.1.3.5).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

from pbxcore.errors import LocalProtocolError
from pbxcore.sip.flow import host_port
from pbxcore.sip.resolution import moves_on
from pbxcore.sip.via import via_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.digest_client import Attempt
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.message import Response
    from pbxcore.sip.resolution import Server
    from pbxcore.sip.server_way import ServerWay
    from pbxcore.sip.transactions.layer import TransactionLayer

log = logging.getLogger(__name__)


class Path(NamedTuple):
    """The way of one try. `here` is our host and port as that server should write them."""

    flow: Flow
    here: bytes
    via: bytes
    """The whole Via line."""
    server: Server | None


class Outcome(NamedTuple):
    """How it ended. Without a response `status` is 408 for silence, 503 for no way."""

    status: int
    response: Response | None
    path: Path | None
    took_s: float
    """From the last try to its answer."""


class Inquiry:
    """One request on its way; `then` hears once how it ended.

    Args:
        layer: carries the transactions.
        way: the flows to those who may answer.
        method: the request's.
        write: the request for a path, with these lines of credentials.
        then: hears the outcome.
        attempt: answers challenges; without it they are an outcome like others.
    """

    def __init__(
        self,
        layer: TransactionLayer,
        way: ServerWay,
        method: bytes,
        write: Callable[[Path, list[bytes]], bytes],
        then: Callable[[Outcome], None],
        *,
        attempt: Attempt | None = None,
    ) -> None:
        self._layer = layer
        self._way = way
        self._method = method
        self._write = write
        self._then: Callable[[Outcome], None] | None = then
        self._attempt = attempt
        self._last = Outcome(503, None, None, 0.0)
        self._sent_at = 0.0

    def start(self) -> None:
        """Go to the first server."""
        self._way.next(self._reached)

    def abandon(self) -> None:
        """Nobody wants to hear the outcome any more; nothing new is sent."""
        self._then = None

    def _reached(self, flow: Flow | None) -> None:
        if self._then is None:
            return
        if flow is None:
            self._finish(self._last)
        else:
            self._send(flow)

    def _send(self, flow: Flow) -> None:
        branch = self._layer.branch()
        here = host_port(*self._layer.wire.advertised(flow)).encode()
        via = via_line(flow.transport, here, branch)
        lines = [] if self._attempt is None else self._attempt.lines
        path = Path(flow, here, via, self._way.server)
        try:
            data = self._write(path, lines)
        except LocalProtocolError as error:
            log.warning("request not written", extra={"why": str(error)})
            self._finish(Outcome(500, None, path, 0.0))
            return
        self._sent_at = self._layer.now()

        def done(status: int, response: Response | None) -> None:
            self._answered(status, response, path)

        self._layer.request(data, flow, (branch, self._method), done)

    def _answered(self, status: int, response: Response | None, path: Path) -> None:
        outcome = Outcome(status, response, path, self._layer.now() - self._sent_at)
        if self._then is None:
            return
        if moves_on(status, answered=response is not None):
            self._last = outcome
            self._way.failed()
            self._way.next(self._reached)
            return
        self._way.answered()
        if response is not None and self._attempt is not None:
            if status in (401, 407) and self._attempt.answer(response) is not None:
                self._send(path.flow)
                return
            if status < 300:
                self._attempt.accepted(response)
        self._finish(outcome)

    def _finish(self, outcome: Outcome) -> None:
        then, self._then = self._then, None
        if then is not None:
            then(outcome)
