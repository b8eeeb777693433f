"""MESSAGE to phones: one phone's text passed on, and texts sent in the product's own name."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.commands import MessageArrived, MessageResult, MessageStored, SendMessage
from pbxcore.errors import LocalProtocolError
from pbxcore.journal import MessageRelayed
from pbxcore.messages.fork import Fork
from pbxcore.messages.text import Text, call_id_of, check_media_type
from pbxcore.presence.reach import flow_failed, way_to
from pbxcore.presence.registration import shown
from pbxcore.sip.flow import LARGEST_UDP_REQUEST, Target, host_port
from pbxcore.sip.grammar import quoted
from pbxcore.sip.message import build_request
from pbxcore.sip.status import reason_of
from pbxcore.sip.uri import escaped_user
from pbxcore.sip.via import via_line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from pbxcore.directory import Directory
    from pbxcore.journal import Fact
    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.presence.reach import Way
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.message import Response
    from pbxcore.sip.transactions.incoming import Incoming
    from pbxcore.sip.transactions.layer import TransactionLayer

log = logging.getLogger(__name__)

RETRY_AFTER: Final = b"Retry-After: 10"
_MOST_ARRIVING: Final = 2000


class Letter(msgspec.Struct, frozen=True):
    """A message on its way: who it is from and for, and its identity on the wire."""

    id: str
    sender: str
    sender_name: str
    recipient: str
    content_type: bytes
    body: bytes
    call_id: bytes
    tag: bytes
    max_forwards: int = 70
    cseq: int = 1


class Pager:
    """Passes messages on; the answers of phones decide what the sender hears."""

    def __init__(
        self,
        directory: Directory,
        layer: TransactionLayer,
        *,
        record: Callable[[Fact], None],
        arrived: Callable[[MessageArrived], Awaitable[MessageStored | None]],
        entropy: Callable[[int], bytes],
    ) -> None:
        self._directory = directory
        self._layer = layer
        self._record = record
        self._arrived = arrived
        self._entropy = entropy
        self._storing: set[asyncio.Task[None]] = set()
        self._sending: dict[tuple[str, str], asyncio.Future[tuple[int, str]]] = {}
        self.taken = self.relayed = self.sent = 0

    def relay(
        self,
        incoming: Incoming,
        arrived: MessageArrived,
        sender_name: str,
        text: Text,
        reached: Sequence[Sequence[StoredBinding]],
    ) -> None:
        """Pass a phone's message to the recipient's phones and answer with what they say.

        `reached` are the phones, each with its flows; a flow that fails is followed by the next.
        """
        self.taken += 1
        identity = self._entropy(20).hex().encode()
        letter = Letter(
            arrived.id,
            arrived.sender,
            sender_name,
            arrived.recipient,
            text.content_type,
            text.body,
            identity[:24],
            identity[24:],
            incoming.head.max_forwards - 1,
        )
        fork = Fork(len(reached))

        def answered(status: int, reason: str) -> None:
            outcome = fork.receive(status, reason)
            if outcome is None:
                return
            self.relayed += 1
            _answer_with(incoming, *outcome)
            self._record(
                MessageRelayed(
                    arrived.id, arrived.sender, arrived.recipient, arrived.text, outcome[0]
                )
            )

        for flows in reached:
            self._deliver(letter, flows, answered)

    def store(self, incoming: Incoming, arrived: MessageArrived) -> None:
        """Hand a message over to be stored; the sender hears nothing before that is done."""
        self.taken += 1
        if len(self._storing) >= _MOST_ARRIVING:
            incoming.answer(503, "", [RETRY_AFTER])
            return
        task = asyncio.get_running_loop().create_task(self._store(incoming, arrived))
        self._storing.add(task)
        task.add_done_callback(self._storing.discard)

    async def send(self, command: SendMessage, flows: Sequence[StoredBinding]) -> MessageResult:
        """Send one message to one phone; the same one asked for twice at once is sent once."""
        if not flows:
            return MessageResult(command.id, 480, "Not Registered")
        key = (command.id, command.contact)
        waiting = self._sending.get(key)
        if waiting is None:
            waiting = asyncio.get_running_loop().create_future()
            self._sending[key] = waiting
            self._send(command, flows, waiting)
            waiting.add_done_callback(lambda _: self._sending.pop(key, None))
        status, reason = await asyncio.shield(waiting)
        return MessageResult(command.id, status, reason)

    def _send(
        self,
        command: SendMessage,
        flows: Sequence[StoredBinding],
        waiting: asyncio.Future[tuple[int, str]],
    ) -> None:
        self.sent += 1

        def answered(status: int, reason: str) -> None:
            if not waiting.done():
                waiting.set_result((status, reason))

        try:
            content_type = check_media_type(command.content_type)
            body = command.text.encode("utf-8")
        except (LocalProtocolError, UnicodeEncodeError) as error:
            log.warning("message not sent", extra={"delivery": command.id, "why": str(error)})
            answered(500, "Not Encodable")
            return
        call_id, tag = call_id_of(f"{command.id}\0{command.contact}")
        letter = Letter(
            command.id,
            command.sender,
            command.sender_name,
            command.number,
            content_type,
            body,
            call_id,
            tag,
            cseq=command.cseq,
        )
        self._deliver(letter, flows, answered)

    async def _store(self, incoming: Incoming, arrived: MessageArrived) -> None:
        try:
            stored = await self._arrived(arrived)
        except Exception:
            log.exception("message not stored", extra={"arrived": arrived.id})
            stored = None
        if stored is None or stored.status == 503:
            incoming.answer(503, "", [RETRY_AFTER])
        elif 200 <= stored.status <= 699:
            incoming.answer(stored.status)
        else:
            incoming.answer(500)

    def _deliver(
        self,
        letter: Letter,
        flows: Sequence[StoredBinding],
        answered: Callable[[int, str], None],
    ) -> None:
        """Send to one phone, by its first flow that works."""
        way, others = way_to(flows[0]), flows[1:]

        def done(status: int, response: Response | None) -> None:
            if others and flow_failed(status):
                self._deliver(letter, others, answered)
            elif response is None:
                answered(status, reason_of(status))
            else:
                answered(status, shown(response.reason) or reason_of(status))

        def reached(flow: Flow | None) -> None:
            if flow is None or way is None:
                done(503, None)
                return
            branch = self._layer.branch()
            data = self._written(letter, way, flow, branch)
            if flow.reliable or len(data) <= LARGEST_UDP_REQUEST:
                self._layer.request(data, flow, (branch, b"MESSAGE"), done)
                return
            by_tcp = Target("tcp", flow.host, flow.port, optional=True)
            self._layer.wire.reach(by_tcp, connected)

        def connected(flow: Flow | None) -> None:
            if flow is None or way is None:  # RFC 3428 §8: never by UDP
                answered(513, reason_of(513))
                return
            branch = self._layer.branch()
            data = self._written(letter, way, flow, branch)
            self._layer.request(data, flow, (branch, b"MESSAGE"), done)

        if way is None:
            done(503, None)
        else:
            self._layer.wire.reach(way.target, reached)

    def _written(self, letter: Letter, way: Way, flow: Flow, branch: bytes) -> bytes:
        host, port = self._layer.wire.advertised(flow)
        here = host_port(host, port).encode()
        domains = self._directory.settings.domains
        domain = domains[0].encode() if domains else here.removesuffix(b":5060")
        name = quoted(letter.sender_name) + b" " if letter.sender_name else b""
        lines = [
            via_line(flow.transport, here, branch),
            *way.routes,
            b"Max-Forwards: %d" % letter.max_forwards,
            b"From: %b<sip:%b@%b>;tag=%b" % (name, escaped_user(letter.sender), domain, letter.tag),
            b"To: <sip:%b@%b>" % (escaped_user(letter.recipient), domain),
            b"Call-ID: " + letter.call_id,
            b"CSeq: %d MESSAGE" % letter.cseq,
            b"Content-Type: " + letter.content_type,
        ]
        return build_request(b"MESSAGE", way.uri, lines, letter.body)


def _answer_with(incoming: Incoming, status: int, reason: str) -> None:
    """Tell the caller what the phones said, in words that fit a hop further up."""
    if status == 408:
        return  # RFC 4320 §4.2: a server never answers 408; the caller has given up by now
    if status in (401, 407):  # a phone's own challenge is not for our caller
        incoming.answer(502)
    elif status == 503:
        incoming.answer(480)  # §16.7: the phone's 503 would speak for the whole PBX
    else:
        incoming.answer(status, reason)
