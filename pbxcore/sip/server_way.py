"""The flows to the servers of one destination, one after the other (RFC 3263 §4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.sip.flow import Target

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.flow import Flow
    from pbxcore.sip.resolution import Server, Servers
    from pbxcore.sip.transactions.layer import Wire

SHUNNED_S: Final = 300.0
"""How long a server that failed is tried after all others."""
_MOST_SHUNNED: Final = 1024


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


class ServerWay:
    """A walk through servers, with a flow to each that can be reached.

    Args:
        wire: finds and makes flows.
        servers: where to.
        local: where UDP is to leave from; anywhere when empty.
        shunned: learns which servers fail.
    """

    def __init__(
        self, wire: Wire, servers: Servers, *, local: str = "", shunned: Shunned | None = None
    ) -> None:
        self._wire, self._servers = wire, servers
        self._local, self._shunned = local, shunned
        self.server: Server | None = None
        """The one that is being tried."""

    def next(self, then: Callable[[Flow | None], None]) -> None:
        """Tell the next flow to try, at once or later; None when there are no more."""
        self._servers.next(lambda server: self._found(server, then))

    def failed(self) -> None:
        """The present server did not do what it is for."""
        if self._shunned is not None and self.server is not None:
            self._shunned.add(self.server)

    def answered(self) -> None:
        """The present server is well."""
        if self._shunned is not None and self.server is not None:
            self._shunned.forgive(self.server)

    def _found(self, server: Server | None, then: Callable[[Flow | None], None]) -> None:
        self.server = server
        if server is None:
            then(None)
            return

        def reached(flow: Flow | None) -> None:
            if flow is None:
                self.failed()
                self.next(then)
            else:
                then(flow)

        local = self._local if server.transport == "udp" else ""
        target = Target(server.transport, server.host, server.port, local, None, server.name)
        self._wire.reach(target, reached)
