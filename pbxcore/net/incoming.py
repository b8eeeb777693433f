"""A request that came in, and the way its answer takes."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from pbxcore.sip.message import Request, build_response
from pbxcore.sip.non_invite import NonInviteServerTransaction, Output, Send, Trying
from pbxcore.sip.status import reason_of
from pbxcore.sip.via import Via, answer_port, stamped

if TYPE_CHECKING:
    from pbxcore.errors import RemoteProtocolError
    from pbxcore.net.endpoint import Endpoint
    from pbxcore.sip.checks import Head
    from pbxcore.sip.flow import Flow

_TAG: Final = re.compile(rb";\s*tag\s*=[^<>\"]*$", re.IGNORECASE)
_FORGOTTEN: Final = Request(b"", b"", b"", [], b"")


class Incoming:
    """One request. Answered without memory (RFC 3261 §8.2.7) unless `keep` makes it a transaction.

    Refusals need no memory: the same request gets the same refusal again, and a flood of bad ones
    costs no room. What has an effect is kept, so that its repetition has none.
    """

    __slots__ = (
        "_endpoint",
        "_machine",
        "flow",
        "head",
        "key",
        "merged_key",
        "port",
        "request",
        "via",
        "watched",
    )

    head: Head
    merged_key: tuple[bytes | None, bytes, int, bytes]

    def __init__(
        self, endpoint: Endpoint, request: Request, flow: Flow, via: Via, key: tuple[bytes, ...]
    ) -> None:
        self._endpoint = endpoint
        self._machine: NonInviteServerTransaction | None = None
        self.request = request
        self.flow = flow
        self.via = via
        self.key = key
        self.watched = False
        self.port = flow.port if flow.reliable else answer_port(via, flow.host, flow.port)

    def keep(self) -> None:
        """Make it a transaction: repetitions are absorbed from here on."""
        now = self._endpoint.now()
        self._machine = NonInviteServerTransaction(now, reliable=self.flow.reliable)
        self._endpoint.keep(self)

    def refuse(self, refusal: RemoteProtocolError) -> None:
        """Answer with an error."""
        self.answer(refusal.status, refusal.reason, list(refusal.headers))

    def answer(self, status: int, reason: str = "", lines: list[bytes] | None = None) -> None:
        """Give the final answer; a second one, or one that comes too late, is not sent."""
        data = build_response(status, reason or reason_of(status), [*self._echo(), *(lines or ())])
        if self._machine is None:
            self._endpoint.send(data, self.flow, self.port)
            return
        was_open = not self._machine.answered
        self._perform(self._machine.answer(data, self._endpoint.now()))
        if was_open:
            self.request = _FORGOTTEN  # a repetition needs the answer only
            del self.head
            self._endpoint.answered(self)

    # What follows is for the endpoint, which keeps the transaction.

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

    def tick(self, now: float) -> None:
        """Let time pass."""
        if self._machine is None:
            return
        was_open = not self._machine.answered
        self._perform(self._machine.tick(now))
        if was_open and self._machine.answered:
            self._endpoint.answered(self)
        if self._machine.deadline is None:
            self._endpoint.drop(self)

    def _perform(self, outputs: list[Output]) -> None:
        for output in outputs:
            if isinstance(output, Send):
                self._endpoint.send(output.data, self.flow, self.port)
            elif isinstance(output, Trying) and self._machine is not None:
                data = build_response(100, "Trying", self._echo(tagged=False))
                self._perform(self._machine.progress(data))

    def _echo(self, *, tagged: bool = True) -> list[bytes]:
        """The headers a response repeats (§8.2.6.2)."""
        request, flow = self.request, self.flow
        vias = request.lines_of(b"via")
        top, comma, rest = vias[0].partition(b",")
        lines = [
            b"Via: %b%b%b" % (stamped(top.strip(), self.via, flow.host, flow.port), comma, rest)
        ]
        lines += [b"Via: " + each for each in vias[1:]]
        if (from_ := request.get(b"from")) is not None:
            lines.append(b"From: " + from_)
        if (to := request.get(b"to")) is not None:
            if tagged and not _TAG.search(to):
                to = b"%b;tag=%b" % (to, self._tag())
            lines.append(b"To: " + to)
        for title, name in ((b"Call-ID: ", b"call-id"), (b"CSeq: ", b"cseq")):
            if (value := request.get(name)) is not None:
                lines.append(title + value)
        return lines

    def _tag(self) -> bytes:
        """Our tag: the same for the same request without having to remember it."""
        seed = b"\0".join(self.key)
        return hashlib.blake2b(seed, digest_size=8, key=self._endpoint.tag_key).hexdigest().encode()
