"""Messages matched to transactions, without I/O (RFC 3261 §17.1.3, §17.2.3, §9.2, §8.2.2.2).

The layer is driven: `receive` brings bytes, `lost` a broken connection, `tick` time. What carries
its bytes is a `Wire`: the sockets of `pbxcore.net`, or the virtual ones of a simulation.
"""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING, Final, Protocol

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.checks import MOST_LINES, MOST_VIAS, cut_body, examine, read_cseq
from pbxcore.sip.grammar import COMMA, elements
from pbxcore.sip.message import METHODS, Request, Response, parse
from pbxcore.sip.transactions.deadlines import Deadlines
from pbxcore.sip.transactions.incoming import Incoming
from pbxcore.sip.transactions.outgoing import Outgoing, OutgoingInvite
from pbxcore.sip.via import MAGIC_COOKIE, Via, parse_via

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.flow import Flow, Target
    from pbxcore.sip.framing import StreamLost
    from pbxcore.sip.transactions.deadlines import Timed

log = logging.getLogger(__name__)

MOST_TRANSACTIONS: Final = 200_000
"""Server transactions kept at once: beyond it new requests get 503, memory stays bounded."""
_NOT_CANCELLED: Final = METHODS - {b"INVITE", b"ACK", b"CANCEL"}
_LONGEST_KEEP_ALIVE: Final = 4
_KEEP_ALIVES: Final = (b"\r\n\r\n", b"\r\n", b"\0", b"\0\0\0\0", b"")


class Wire(Protocol):
    """What carries bytes to peers."""

    def send(self, data: bytes, flow: Flow, port: int) -> bool:
        """Put bytes on a flow, over UDP to that port; False when that is known to have failed."""
        ...

    def reach(self, target: Target, then: Callable[[Flow | None], None]) -> None:
        """Find or make the flow to a target, and tell, now or later; None when there is none."""
        ...

    def advertised(self, flow: Flow) -> tuple[str, int]:
        """Our address and port as the peer at the other end should write them."""
        ...

    def hold(self, flow: Flow, seconds: float) -> None:
        """Keep the connection of a flow open for that long, even in silence."""
        ...


class Figures:
    """Counters since the start."""

    __slots__ = ("malformed", "received", "refused")

    def __init__(self) -> None:
        self.received = self.malformed = self.refused = 0


class TransactionLayer:
    """All transactions of one stack.

    Args:
        wire: carries the bytes.
        on_request: takes each new request that is well formed, but ACK and CANCEL; may answer at
            once or later, or raise the refusal to answer with.
        clock: seconds, monotonic.
        entropy: that many unguessable bytes.
        arm: asked to call `tick` at a moment of that clock; a later call stands for all before.
    """

    def __init__(
        self,
        wire: Wire,
        on_request: Callable[[Incoming], None],
        *,
        clock: Callable[[], float],
        entropy: Callable[[int], bytes],
        arm: Callable[[float], None],
    ) -> None:
        self.wire = wire
        self.now = clock
        self.tag_hash = hashlib.blake2b(digest_size=8, key=entropy(32))
        self.figures = Figures()
        self.on_request = on_request
        self.on_ack: Callable[[Request, Flow], None] | None = None
        """Takes each ACK that is not for a refusal: that of a 2xx (§13.3.1.4)."""
        self.on_success: Callable[[Response, Flow], None] | None = None
        """Takes each 2xx to an INVITE whose transaction is gone: late, or of a late fork."""
        self.on_lost: Callable[[Flow], None] | None = None
        """Called when a connection is gone, after its transactions have failed."""
        self.on_answered: Callable[[Flow], None] | None = None
        """Told the way of each response that came from where our request went: its branch, which
        nobody can guess, proves that address."""
        self.on_idle: Callable[[], None] | None = None
        """Called when the last answer that was owed or awaited is there."""
        self.most_lines, self.most_vias = MOST_LINES, MOST_VIAS
        """How large the head of a request may be."""
        self.draining = False
        """Whether new requests are turned away, because we are about to stop."""
        self._entropy = entropy
        self._deadlines = Deadlines(arm)
        self._server: dict[tuple[bytes, ...], Incoming] = {}
        self._merged: dict[tuple[bytes | None, bytes, int, bytes], Incoming] = {}
        self._client: dict[tuple[bytes, bytes], Outgoing | OutgoingInvite] = {}
        self.open = 0
        """Answers owed or awaited."""

    def __len__(self) -> int:
        """How many transactions there are."""
        return len(self._server) + len(self._client)

    @property
    def deadline(self) -> float | None:
        """When `tick` is next due; it may then find nothing to do."""
        return self._deadlines.deadline

    def tick(self, now: float) -> None:
        """Let time pass."""
        self._deadlines.tick(now)

    def close(self) -> None:
        """End all: what was awaited has failed."""
        for each in list(self._client.values()):
            each.fail()
        self._deadlines.clear()

    def watch(self, timed: Timed) -> None:
        """Tick something of the user's at its deadlines; again when one came or moved closer."""
        self._deadlines.watch(timed)

    def unwatch(self, timed: Timed) -> None:
        """Tick it no more."""
        self._deadlines.drop(timed)

    # Sending

    def branch(self) -> bytes:
        """A new branch; unguessable, since a response is believed by it."""
        return MAGIC_COOKIE + self._entropy(10).hex().encode()

    def request(
        self,
        data: bytes,
        flow: Flow,
        key: tuple[bytes, bytes],
        done: Callable[[int, Response | None], None],
    ) -> Outgoing:
        """Send a request other than INVITE as a client transaction; `key` is branch and method.

        `done` gets the final status: the response's, 408 for silence, 503 when the transport
        failed.
        """
        outgoing = Outgoing(self, data, flow, key, done)
        self._client[key] = outgoing
        self.open += 1
        outgoing.start(self.now())
        self._deadlines.watch(outgoing)
        return outgoing

    def invite(
        self,
        data: bytes,
        flow: Flow,
        branch: bytes,
        heard: Callable[[int, Response | None], None],
    ) -> OutgoingInvite:
        """Send an INVITE as a client transaction; what `heard` gets is told there."""
        outgoing = OutgoingInvite(self, data, flow, branch, heard)
        self._client[outgoing.key] = outgoing
        self.open += 1
        outgoing.start(self.now())
        return outgoing

    # Receiving

    def receive(self, data: bytes, flow: Flow) -> None:
        """Take one datagram, or one message of a stream."""
        if len(data) <= _LONGEST_KEEP_ALIVE and data in _KEEP_ALIVES:
            if data == b"\r\n\r\n":
                self.wire.send(b"\r\n", flow, flow.port)
            return
        self.figures.received += 1
        try:
            message = parse(data)
        except RemoteProtocolError as error:
            self._not_understood(flow, error)
            return
        try:
            via = _top_via(message)
        except RemoteProtocolError as error:
            self._not_understood(flow, error)
            self._refuse_unroutable(message, flow, error)
            return
        if isinstance(message, Response):
            self._response(message, via, flow)
        else:
            self._request(message, via, flow)

    def lost(self, flow: Flow) -> None:
        """A connection is gone: what awaited a response on it has failed."""
        number = flow.connection
        for each in [each for each in self._client.values() if each.flow.connection == number]:
            each.fail()
        if self.on_lost is not None:
            self.on_lost(flow)

    def lost_framing(self, head: bytes, flow: Flow, lost: StreamLost) -> None:
        """Answer what can be read of a message whose end cannot be found; the connection closes."""
        self.figures.malformed += 1
        log.info("SIP stream lost", extra={"from": flow.source, "why": str(lost)})
        try:
            message = parse(head[:65536] if b"\r\n\r\n" in head else head[:65000] + b"\r\n\r\n")
            via = _top_via(message)
        except RemoteProtocolError:
            return
        if isinstance(message, Request) and message.method != b"ACK":
            key = _server_key(message, via, message.method)
            Incoming(self, message, flow, via, key).refuse(lost)

    def _not_understood(self, flow: Flow, error: RemoteProtocolError) -> None:
        self.figures.malformed += 1
        log.info("SIP not understood", extra={"from": flow.source, "why": str(error)})

    def _refuse_unroutable(
        self, message: Request | Response, flow: Flow, error: RemoteProtocolError
    ) -> None:
        """Tell the sender of a request that its Via is none (RFC 4475 §3.1.2.1).

        The response goes where the request came from, the Via as it was written.
        """
        if not isinstance(message, Request) or message.method == b"ACK" or not message.get(b"via"):
            return
        via = Via(b"", flow.host.encode(), flow.port, b"", b"")
        Incoming(self, message, flow, via, _server_key(message, via, message.method)).refuse(error)

    def _response(self, response: Response, via: Via, flow: Flow) -> None:
        try:
            _, method = read_cseq(response.get(b"cseq") or b"")
        except RemoteProtocolError:
            self.figures.malformed += 1
            return
        if response.repeated(b"via"):
            return  # for somebody behind us, and we are no proxy (§18.1.2)
        outgoing = self._client.get((via.branch, method))
        if outgoing is not None:
            if self.on_answered is not None and flow.host == outgoing.flow.host:
                self.on_answered(flow)
            outgoing.receive(response, self.now())
        elif method == b"INVITE" and 200 <= response.status < 300 and self.on_success is not None:
            self.on_success(response, flow)

    def _request(self, request: Request, via: Via, flow: Flow) -> None:
        if request.method == b"ACK":
            self._acknowledge(request, via, flow)
            return
        key = _server_key(request, via, request.method)
        known = self._server.get(key)
        if known is not None:
            known.repeat()
            return
        incoming = Incoming(self, request, flow, via, key)
        if self.draining:
            if flow.reliable:  # over UDP silence lets the repetition reach our successor
                incoming.answer(503, "", [b"Retry-After: 5"])
            return
        try:
            self._check(incoming)
            if request.method == b"CANCEL":
                self._cancel(incoming)
            else:
                self.on_request(incoming)
            if incoming.open:  # the answer comes later; the clock runs
                self._deadlines.watch(incoming)
        except RemoteProtocolError as refusal:
            self.figures.refused += 1
            if refusal.status != 401:
                log.info("SIP refused", extra={"from": flow.source, "why": str(refusal)})
            incoming.refuse(refusal)

    def _acknowledge(self, request: Request, via: Via, flow: Flow) -> None:
        invited = self._server.get(_server_key(request, via, b"INVITE"))
        if (invited is not None and invited.acknowledge()) or self.on_ack is None:
            return
        try:
            if flow.whole:
                cut_body(request)
            examine(request)
        except RemoteProtocolError as error:
            self.figures.malformed += 1
            log.info("SIP not understood", extra={"from": flow.source, "why": str(error)})
            return  # ACK is never answered
        self.on_ack(request, flow)

    def _cancel(self, incoming: Incoming) -> None:
        """End an INVITE; no other request is kept from its answer by a CANCEL (§9.2)."""
        request, via = incoming.request, incoming.via
        invited = self._server.get(_server_key(request, via, b"INVITE"))
        if invited is not None:
            invited.cancel(incoming)
        elif any(_server_key(request, via, each) in self._server for each in _NOT_CANCELLED):
            incoming.answer(200)
        else:
            raise RemoteProtocolError(481)

    def _check(self, incoming: Incoming) -> None:
        """Let pass what is well formed, new, and not too much (§8.2.2.2, §18.3)."""
        request = incoming.request
        if incoming.flow.whole:
            cut_body(request)
        head = examine(request, most_lines=self.most_lines, most_vias=self.most_vias)
        incoming.head = head
        incoming.merged_key = head.from_.tag, head.call_id, head.cseq, request.method
        fresh = head.to.tag is None and request.method != b"CANCEL"
        if fresh and incoming.merged_key in self._merged:
            raise RemoteProtocolError(482, "Merged Request")
        if len(self._server) >= MOST_TRANSACTIONS:
            raise RemoteProtocolError(503, "", (b"Retry-After: 10",))

    # For the transactions

    def keep(self, incoming: Incoming) -> None:
        """Remember a server transaction."""
        self.open += 1
        self._server[incoming.key] = incoming
        self._merged[incoming.merged_key] = incoming

    def part(self, incoming: Incoming) -> None:
        """Take the same request by another path for a new one from here on."""
        if self._merged.get(incoming.merged_key) is incoming:
            del self._merged[incoming.merged_key]

    def moved(self, incoming: Incoming) -> None:
        """A server transaction's deadline changed, or it has ended."""
        if incoming.deadline is not None:
            self._deadlines.watch(incoming)
        elif self._server.get(incoming.key) is incoming and not incoming.open:
            del self._server[incoming.key]
            self.part(incoming)

    def watch_invite(self, outgoing: OutgoingInvite) -> None:
        """A sent INVITE's deadline changed, or it has ended."""
        if outgoing.ended:
            self._client.pop(outgoing.key, None)
        else:
            self._deadlines.watch(outgoing)

    def forget(self, outgoing: Outgoing) -> None:
        """A client transaction has ended."""
        self._client.pop(outgoing.key, None)
        self.settled()

    def settled(self) -> None:
        """An answer that was owed or awaited is there."""
        self.open -= 1
        if not self.open and self.on_idle is not None:
            self.on_idle()


def _top_via(message: Request | Response) -> Via:
    value = message.get(b"via") or b""
    return parse_via(elements(value)[0] if COMMA in value else value)


def _server_key(request: Request, via: Via, method: bytes) -> tuple[bytes, ...]:
    """What a repetition has in common with the first (RFC 3261 §17.2.3).

    `method` is INVITE for what looks for an INVITE's transaction: its ACK and its CANCEL.
    """
    branch = via.branch
    if branch.startswith(MAGIC_COOKIE) and len(branch) > len(MAGIC_COOKIE):
        return branch, via.host, b"%d" % (via.port or 0), method
    header = request.get
    return (
        request.uri,
        header(b"from") or b"",
        header(b"call-id") or b"",
        (header(b"cseq") or b"").partition(b" ")[0],
        via.sent_by,
        method,
    )
