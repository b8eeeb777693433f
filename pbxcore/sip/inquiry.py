"""One request outside dialogs, brought to whichever server answers it, without I/O.

Servers are tried in turn (RFC 3263 §4.3), challenges answered (RFC 3261 §22.2), each try being a
transaction of its own with a new branch and a higher CSeq (§8.1.3.5).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxcore.errors import LocalProtocolError
from pbxcore.sip.flow import Target, host_port
from pbxcore.sip.resolution import moves_on
from pbxcore.sip.via import via_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.digest_client import Attempt
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.message import Response
    from pbxcore.sip.resolution import Server, Servers
    from pbxcore.sip.transactions.layer import TransactionLayer

log = logging.getLogger(__name__)

SHUNNED_S: Final = 300.0
"""How long a server that failed is tried after all others."""
_MOST_SHUNNED: Final = 1024


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


class Shunned:
    """Servers that failed lately (RFC 3261 §21.5.4)."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._until: dict[Server, float] = {}

    def __call__(self, server: Server) -> bool:
        """Whether others come first."""
        return self._until.get(server, 0.0) > self._clock()

    def add(self, server: Server) -> None:
        """It failed."""
        self._until.pop(server, None)
        if len(self._until) >= _MOST_SHUNNED:
            del self._until[next(iter(self._until))]
        self._until[server] = self._clock() + SHUNNED_S

    def forgive(self, server: Server) -> None:
        """It answered."""
        self._until.pop(server, None)


class Inquiry:
    """One request on its way; `then` hears once how it ended.

    Args:
        layer: carries the transactions.
        servers: where to.
        method: the request's.
        write: the request for a path, with these lines of credentials.
        then: hears the outcome.
        attempt: answers challenges; without it they are an outcome like others.
        shunned: learns which servers fail.
    """

    def __init__(
        self,
        layer: TransactionLayer,
        servers: Servers,
        method: bytes,
        write: Callable[[Path, list[bytes]], bytes],
        then: Callable[[Outcome], None],
        *,
        attempt: Attempt | None = None,
        shunned: Shunned | None = None,
    ) -> None:
        self._layer = layer
        self._servers = servers
        self._method = method
        self._write = write
        self._then: Callable[[Outcome], None] | None = then
        self._attempt = attempt
        self._shunned = shunned
        self._server: Server | None = None
        self._last = Outcome(503, None, None, 0.0)
        self._sent_at = 0.0

    def start(self) -> None:
        """Go to the first server."""
        self._servers.next(self._try)

    def abandon(self) -> None:
        """Nobody wants to hear the outcome any more; nothing new is sent."""
        self._then = None

    def _try(self, server: Server | None) -> None:
        if self._then is None:
            return
        if server is None:
            self._finish(self._last)
            return
        self._server = server
        target = Target(server.transport, server.host, server.port, server_name=server.name)
        self._layer.wire.reach(target, self._reached)

    def _reached(self, flow: Flow | None) -> None:
        if self._then is None:
            return
        if flow is None:
            self._failed(Outcome(503, None, None, 0.0))
        else:
            self._send(flow)

    def _send(self, flow: Flow) -> None:
        branch = self._layer.branch()
        here = host_port(*self._layer.wire.advertised(flow)).encode()
        via = via_line(flow.transport, here, branch)
        lines = [] if self._attempt is None else self._attempt.lines
        path = Path(flow, here, via, self._server)
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
            self._failed(outcome)
            return
        if self._server is not None and self._shunned is not None:
            self._shunned.forgive(self._server)
        if response is not None and self._attempt is not None:
            if status in (401, 407) and self._attempt.answer(response) is not None:
                self._send(path.flow)
                return
            if status < 300:
                self._attempt.accepted(response)
        self._finish(outcome)

    def _failed(self, outcome: Outcome) -> None:
        """Go to the next server; the last one's answer is the outcome when there is none."""
        self._last = outcome
        if self._server is not None and self._shunned is not None:
            self._shunned.add(self._server)
        self._servers.next(self._try)

    def _finish(self, outcome: Outcome) -> None:
        then, self._then = self._then, None
        if then is not None:
            then(outcome)
