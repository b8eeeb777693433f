"""One SIP stack in the simulation: the real transaction layer on virtual wires."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.errors import RemoteProtocolError
from pbxcore.simulator.asking import Asked, Invited
from pbxcore.simulator.network import Sending
from pbxcore.sip.flow import Flow, Target, host_port, split_host_port
from pbxcore.sip.framing import StreamFraming, StreamLost
from pbxcore.sip.transactions.layer import TransactionLayer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.simulator.clock import Planned
    from pbxcore.simulator.connection import End
    from pbxcore.simulator.network import Network
    from pbxcore.sip.transactions.incoming import Incoming

_FIRST_CLIENT_PORT: Final = 40000


class Stack:
    """Has one address, at which it takes datagrams and connections.

    Args:
        network: carries what it sends.
        name: what it is called in records.
        host: its IP address.
        port: where it listens.
        on_request: takes each new request that is well formed, as it does for a layer.

    Attributes:
        layer: drives it all; a user agent or a service is put on top of it.
        asked: what was asked through `ask` and `invite`.
    """

    def __init__(
        self,
        network: Network,
        name: str,
        host: str,
        port: int,
        on_request: Callable[[Incoming], None],
    ) -> None:
        self.name, self.host, self.port = name, host, port
        self._network = network
        self._alarm: Planned | None = None
        self._ends: dict[int, tuple[Flow, End]] = {}
        self._client_port = _FIRST_CLIENT_PORT
        self._running = True
        self.asked: list[Asked | Invited] = []
        self.layer = self._new_layer(on_request)
        network.add(self)

    @property
    def uri(self) -> bytes:
        """The URI that leads here."""
        return b"sip:%b@%b" % (self.name.encode(), host_port(self.host, self.port).encode())

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._ends)

    @property
    def flows(self) -> list[Flow]:
        """The open connections, the oldest first."""
        return [flow for flow, _ in self._ends.values()]

    def ask(
        self,
        method: bytes,
        other: Stack,
        *,
        transport: str = "udp",
        lines: Sequence[bytes] = (),
        body: bytes = b"",
    ) -> Asked:
        """Send a request other than INVITE to another stack."""
        asked = Asked(self, other, method, lines, body)
        self.asked.append(asked)
        self.reach(Target(transport, other.host, other.port), asked.reached)
        return asked

    def invite(
        self,
        other: Stack,
        *,
        transport: str = "udp",
        lines: Sequence[bytes] = (),
        body: bytes = b"",
    ) -> Invited:
        """Send an INVITE to another stack, and acknowledge whatever comes of it."""
        invited = Invited(self, other, lines, body)
        self.asked.append(invited)
        self.reach(Target(transport, other.host, other.port), invited.reached)
        return invited

    def crash(self) -> None:
        """Forget all transactions and lose all connections, as a killed process does.

        Nothing is heard any more until `start`.
        """
        self._running = False
        for _, end in list(self._ends.values()):
            end.close()
        self._ends.clear()
        if self._alarm is not None:
            self._alarm.cancel()
        self._network.watcher.forgot(self)
        self.layer = self._new_layer(refuse_all)

    def start(self) -> None:
        """Listen again after a crash, with a `layer` that knows nothing and refuses everything."""
        self._running = True

    # The wire of the layer

    def send(self, data: bytes, flow: Flow, port: int) -> bool:
        """Put bytes on a flow."""
        if flow.connection:
            known = self._ends.get(flow.connection)
            return known is not None and known[1].send(data)
        source = split_host_port(flow.local)
        return self._network.send(self, Sending(source, (flow.host, port), data))

    def reach(self, target: Target, then: Callable[[Flow | None], None]) -> None:
        """Find or make the flow to a target."""
        if target.transport == "udp":
            then(Flow("udp", host_port(self.host, self.port), target.host, target.port))
            return
        wanted = {(target.host, target.port), target.peer}
        for flow, _ in self._ends.values():
            if flow.transport == target.transport and (flow.host, flow.port) in wanted:
                then(flow)
                return
        self._client_port += 1

        def connected(end: End | None) -> None:
            then(None if end is None else self._take(end))

        address = (target.host, target.port)
        self._network.connect(target.transport, self, self._client_port, address, connected)

    def advertised(self, _flow: Flow) -> tuple[str, int]:
        """Our address, the same for all."""
        return self.host, self.port

    def hold(self, flow: Flow, seconds: float) -> None:
        """Nothing: virtual connections stay open until they break."""

    # What the network brings

    def datagram(self, data: bytes, source: tuple[str, int]) -> None:
        """Take a datagram."""
        if self._running:
            self.layer.receive(data, Flow("udp", host_port(self.host, self.port), *source))

    def accept(self, end: End) -> bool:
        """Take a connection, if anybody listens."""
        if self._running:
            self._take(end)
        return self._running

    def _take(self, end: End) -> Flow:
        flow = Flow(end.transport, host_port(*end.local), *end.remote, end.number)
        framing = StreamFraming()
        self._ends[end.number] = flow, end

        def lost() -> None:
            if self._ends.pop(end.number, None) is not None:
                self.layer.lost(flow)

        def received(data: bytes) -> None:
            try:
                messages = framing.receive(data)
            except StreamLost as error:
                for message in error.messages:
                    self.layer.receive(message, flow)
                self.layer.lost_framing(error.head, flow, error)
                end.close()
                return
            for message in messages:
                self.layer.receive(message, flow)

        end.on_bytes, end.on_lost = received, lost
        return flow

    # The clock of the layer

    def _new_layer(self, on_request: Callable[[Incoming], None]) -> TransactionLayer:
        return TransactionLayer(
            self,
            on_request,
            clock=self._now,
            entropy=self._network.chance.octets,
            arm=self._arm,
        )

    def _now(self) -> float:
        return self._network.clock.now

    def _arm(self, deadline: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._network.clock.at(deadline, lambda: self.layer.tick(self._now()))


def refuse_all(_incoming: Incoming) -> None:
    """Serve nothing."""
    raise RemoteProtocolError(501)
