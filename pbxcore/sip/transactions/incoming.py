"""A request that came in, and the way its answer takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pbxcore.sip.flow import Target, default_port
from pbxcore.sip.headers.dates import read_timestamp
from pbxcore.sip.message import Request, build_response
from pbxcore.sip.status import reason_of
from pbxcore.sip.transactions.invite_server import InviteServerTransaction
from pbxcore.sip.transactions.non_invite_server import NonInviteServerTransaction
from pbxcore.sip.transactions.outputs import Output, Send, Trying, Unacknowledged
from pbxcore.sip.via import Via, answer_port, stamped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.errors import RemoteProtocolError
    from pbxcore.sip.checks import Head
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.transactions.deadlines import Planned
    from pbxcore.sip.transactions.layer import TransactionLayer

_TAG: Final = re.compile(rb";\s*tag\s*=", re.IGNORECASE)
_ECHOED: Final = (
    (b"from", b"From: "),
    (b"to", b"To: "),
    (b"call-id", b"Call-ID: "),
    (b"cseq", b"CSeq: "),
)
_FORGOTTEN: Final = Request(b"", b"", b"", [], b"")


class Incoming:
    """One request. Answered without memory (RFC 3261 §8.2.7) unless `keep` makes it a transaction.

    Refusals need no memory: the same request gets the same refusal again, and a flood of bad ones
    costs no room. What has an effect is kept, so that its repetition has none; an INVITE that is
    not refused at once is always kept.

    Whoever keeps an INVITE may set `on_cancel`, called when a CANCEL came (the CANCEL has its 200;
    the INVITE still wants its 487), and `on_failed`, called when a refusal was never acknowledged
    or a response could not be sent.
    """

    __slots__ = (
        "_layer",
        "_machine",
        "_owed",
        "_tag",
        "flow",
        "head",
        "key",
        "merged_key",
        "on_cancel",
        "on_failed",
        "planned",
        "port",
        "request",
        "success",
        "via",
    )

    head: Head
    merged_key: tuple[bytes | None, bytes, int, bytes]

    def __init__(
        self,
        layer: TransactionLayer,
        request: Request,
        flow: Flow,
        via: Via,
        key: tuple[bytes, ...],
    ) -> None:
        self._layer = layer
        self._machine: NonInviteServerTransaction | InviteServerTransaction | None = None
        self._owed = False
        self._tag: bytes | None = None
        self.request = request
        self.flow = flow
        self.via = via
        self.key = key
        self.port = flow.port if flow.reliable else answer_port(via, flow.host, flow.port)
        self.on_cancel: Callable[[Request], None] | None = None
        self.on_failed: Callable[[], None] | None = None
        self.success: tuple[bytes, ...] = ()
        """Lines that go with a 2xx, whoever gives it."""
        self.planned: Planned | None = None

    @property
    def tag(self) -> bytes:
        """The To tag of its dialog: the request's own, else ours."""
        return self.head.to.tag or self.own_tag

    @property
    def own_tag(self) -> bytes:
        """Our tag: the same for the same request without having to remember it."""
        if self._tag is None:
            sealed = self._layer.tag_hash.copy()
            sealed.update(b"\0".join(self.key))
            self._tag = sealed.hexdigest().encode()
        return self._tag

    def keep(self) -> None:
        """Make it a transaction: repetitions are absorbed from here on.

        To be called before whoever took the request returns, else nobody watches its clock.
        """
        if self._machine is not None:
            return
        now, reliable = self._layer.now(), self.flow.reliable
        if self.request.method == b"INVITE":
            self._machine = InviteServerTransaction(now, reliable=reliable)
        else:
            self._machine = NonInviteServerTransaction(now, reliable=reliable)
        self._owed = True
        self._layer.keep(self)

    def refuse(self, refusal: RemoteProtocolError) -> None:
        """Answer with an error."""
        self.answer(refusal.status, refusal.reason, refusal.headers)

    def provisional(
        self, status: int, reason: str = "", lines: Sequence[bytes] = (), body: bytes = b""
    ) -> None:
        """Tell an INVITE's sender how it goes (101-199); after the final answer nothing is sent."""
        self.keep()
        if isinstance(self._machine, InviteServerTransaction):
            data = self._response(status, reason, lines, body)
            self._perform(self._machine.progress(data))

    def answer(
        self, status: int, reason: str = "", lines: Sequence[bytes] = (), body: bytes = b""
    ) -> None:
        """Give the final answer; a second one, or one that comes too late, is not sent."""
        machine = self._machine
        if machine is None and status < 300 and self.request.method == b"INVITE":
            self.keep()
            machine = self._machine
        if machine is None:
            self._send(self._response(status, reason, lines, body))
            return
        if machine.answered:
            return
        data, now = self._response(status, reason, lines, body), self._layer.now()
        if isinstance(machine, InviteServerTransaction):
            self._perform(machine.answer(data, now, success=status < 300))
        else:
            self._perform(machine.answer(data, now))
            if status >= 300:
                self._layer.part(self)  # by another path it may be asked again, and refused again
            self.request = _FORGOTTEN  # a repetition needs the answer only
            del self.head
        self._moved()

    def repeat_success(self) -> None:
        """Send an INVITE's 2xx again; its dialog does so until the ACK comes (§13.3.1.4)."""
        if isinstance(self._machine, InviteServerTransaction):
            self._perform(self._machine.repeat_success())

    # What follows is for the layer, which keeps the transaction.

    @property
    def deadline(self) -> float | None:
        """When `tick` is next due."""
        return None if self._machine is None else self._machine.deadline

    @property
    def open(self) -> bool:
        """Whether an answer is still owed."""
        return self._machine is not None and not self._machine.answered

    def repeat(self) -> None:
        """The same request came again."""
        if self._machine is not None:
            self._perform(self._machine.repeat())

    def acknowledge(self) -> bool:
        """An ACK came; whether it ends here, being for a refusal."""
        if not isinstance(self._machine, InviteServerTransaction):
            return True  # nothing else is ever acknowledged
        taken = self._machine.acknowledge(self._layer.now())
        self._layer.moved(self)
        return taken

    def cancel(self, cancel: Incoming) -> None:
        """A CANCEL came; without effect once the final answer was given (§9.2)."""
        cancel._tag = self.own_tag  # both answers carry the same one
        cancel.keep()
        request = cancel.request
        cancel.answer(200)
        if self.open and self.on_cancel is not None:
            self.on_cancel(request)

    def tick(self, now: float) -> None:
        """Let time pass."""
        if self._machine is not None:
            self._perform(self._machine.tick(now))
            self._moved()

    def fail(self) -> None:
        """No response reaches the sender any more (§17.2.4)."""
        if isinstance(self._machine, InviteServerTransaction):
            self._perform(self._machine.fail())
            self._moved()

    def _moved(self) -> None:
        """Let the layer know; that nothing is owed only once: a failure may come amid a tick."""
        self._layer.moved(self)
        if self._owed and not self.open:
            self._owed = False
            self._layer.settled()

    def _perform(self, outputs: list[Output]) -> None:
        for output in outputs:
            if isinstance(output, Send):  # nearly always
                self._send(output.data)
            elif isinstance(output, Trying) and self._machine is not None:
                lines = self._echo(tagged=False)
                timestamp = read_timestamp(self.request)
                if timestamp is not None:  # by it the sender measures the way here (§8.2.6.1)
                    lines.append(b"Timestamp: " + timestamp.encode())
                self._perform(self._machine.progress(build_response(100, "Trying", lines)))
            elif isinstance(output, Unacknowledged) and self.on_failed is not None:
                self.on_failed()

    def _send(self, data: bytes) -> None:
        """Send a response the way the request came, or on a new connection (§18.2.2).

        The new one goes to the address the request came from, never to one that only Via names: a
        third party must not be reached by lying.
        """
        flow = self.flow
        if self._layer.wire.send(data, flow, self.port):
            return
        if not flow.reliable:
            self.fail()
            return

        def reached(found: Flow | None) -> None:
            if found is None or not self._layer.wire.send(data, found, found.port):
                self.fail()

        port = self.via.port or default_port(flow.transport)
        self._layer.wire.reach(Target(flow.transport, flow.host, port), reached)

    def _response(self, status: int, reason: str, lines: Sequence[bytes], body: bytes) -> bytes:
        all_lines = self._echo()
        all_lines += lines
        if self.success and 200 <= status < 300:
            all_lines += self.success
        return build_response(status, reason or reason_of(status), all_lines, body)

    def _echo(self, *, tagged: bool = True) -> list[bytes]:
        """The headers a response repeats (§8.2.6.2)."""
        request, flow, values = self.request, self.flow, self.request.values
        top, comma, rest = values[b"via"].partition(b",")
        top = stamped(top.strip(), self.via, flow.host, flow.port)
        lines = [b"Via: %b,%b" % (top, rest) if comma else b"Via: " + top]
        if request.repeated(b"via"):
            lines += [b"Via: " + each for each in request.lines_of(b"via")[1:]]
        for name, title in _ECHOED:
            value = values.get(name)
            if value is None:
                continue
            if name == b"to" and tagged and not _is_tagged(value):
                value = b"%b;tag=%b" % (value, self.own_tag)
            lines.append(title + value)
        return lines


def _is_tagged(to: bytes) -> bool:
    """Whether a To has a tag, malformed as it may be: what stands in quotes or brackets is none."""
    if to[-1:] == b">":
        return False
    behind = max(to.rfind(b">"), to.rfind(b"<"), to.rfind(b'"')) + 1
    return _TAG.search(to, behind) is not None
