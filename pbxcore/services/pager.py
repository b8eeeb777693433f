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
from pbxcore.presence.registration import shown
from pbxcore.sip.flow import LARGEST_UDP_REQUEST, Target, host_port, split_host_port
from pbxcore.sip.grammar import quoted
from pbxcore.sip.message import build_request
from pbxcore.sip.status import reason_of
from pbxcore.sip.uri import SipUri, escaped_user, parse_uri

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from pbxcore.directory import Directory
    from pbxcore.journal import Fact
    from pbxcore.presence.bindings import StoredBinding
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
        bindings: Sequence[StoredBinding],
    ) -> None:
        """Pass a phone's message to the recipient's phones and answer with what they say."""
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
        fork = Fork(len(bindings))

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

        for binding in bindings:
            self._deliver(letter, binding, answered)

    def store(self, incoming: Incoming, arrived: MessageArrived) -> None:
        """Hand a message over to be stored; the sender hears nothing before that is done."""
        self.taken += 1
        if len(self._storing) >= _MOST_ARRIVING:
            incoming.answer(503, "", [RETRY_AFTER])
            return
        task = asyncio.get_running_loop().create_task(self._store(incoming, arrived))
        self._storing.add(task)
        task.add_done_callback(self._storing.discard)

    async def send(self, command: SendMessage, binding: StoredBinding | None) -> MessageResult:
        """Send one message to one phone; the same one asked for twice at once is sent once."""
        if binding is None:
            return MessageResult(command.id, 480, "Not Registered")
        key = (command.id, binding.contact)
        waiting = self._sending.get(key)
        if waiting is None:
            waiting = asyncio.get_running_loop().create_future()
            self._sending[key] = waiting
            self._send(command, binding, waiting)
            waiting.add_done_callback(lambda _: self._sending.pop(key, None))
        status, reason = await asyncio.shield(waiting)
        return MessageResult(command.id, status, reason)

    def _send(
        self, command: SendMessage, binding: StoredBinding, waiting: asyncio.Future[tuple[int, str]]
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
        call_id, tag = call_id_of(f"{command.id}\0{binding.contact}")
        letter = Letter(
            command.id,
            command.sender,
            command.sender_name,
            binding.number,
            content_type,
            body,
            call_id,
            tag,
            cseq=command.cseq,
        )
        self._deliver(letter, binding, answered)

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
        self, letter: Letter, binding: StoredBinding, answered: Callable[[int, str], None]
    ) -> None:
        def done(status: int, response: Response | None) -> None:
            if response is None:
                answered(status, reason_of(status))
            else:
                answered(status, shown(response.reason) or reason_of(status))

        def reached(flow: Flow | None) -> None:
            if flow is None:
                answered(503, "Connection Not Made")
                return
            branch = self._layer.branch()
            data = self._written(letter, binding, flow, branch)
            if not flow.reliable and len(data) > LARGEST_UDP_REQUEST:
                answered(513, reason_of(513))
                return
            self._layer.request(data, flow, (branch, b"MESSAGE"), done)

        target = target_of(binding)
        if target is None:
            answered(503, "No Way To The Contact")
        else:
            self._layer.wire.reach(target, reached)

    def _written(self, letter: Letter, binding: StoredBinding, flow: Flow, branch: bytes) -> bytes:
        host, port = self._layer.wire.advertised(flow)
        here = host_port(host, port).encode()
        domains = self._directory.settings.domains
        domain = domains[0].encode() if domains else here.removesuffix(b":5060")
        name = quoted(letter.sender_name) + b" " if letter.sender_name else b""
        lines = [
            b"Via: SIP/2.0/%b %b;branch=%b;rport" % (flow.transport.upper().encode(), here, branch),
            b"Max-Forwards: %d" % letter.max_forwards,
            b"From: %b<sip:%b@%b>;tag=%b" % (name, escaped_user(letter.sender), domain, letter.tag),
            b"To: <sip:%b@%b>" % (escaped_user(letter.recipient), domain),
            b"Call-ID: " + letter.call_id,
            b"CSeq: %d MESSAGE" % letter.cseq,
            b"Content-Type: " + letter.content_type,
        ]
        return build_request(b"MESSAGE", binding.contact.encode(), lines, letter.body)


def target_of(binding: StoredBinding) -> Target | None:
    """Where a binding's phone is reached.

    A contact that names the address the REGISTER came from is believed with its port: the phone is
    not behind a NAT and may listen elsewhere than it sends from. Any other contact is reached where
    the REGISTER came from, so that nobody can make us send to a third party.
    """
    source = split_host_port(binding.source)
    uri = parse_uri(binding.contact.encode())
    if not isinstance(uri, SipUri):
        return None
    if uri.host.strip(b"[]").decode() == source[0]:
        return Target(binding.transport, source[0], uri.port or 5060, binding.local, source)
    return Target(binding.transport, *source, binding.local, source)


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
