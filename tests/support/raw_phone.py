"""A phone in the simulator that sends what it is told to, byte by byte, and answers nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pbxcore.sip.message import Request, Response, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.sip.message import Message
    from tests.support.handsets import Office

OFFER = (
    b"v=0\r\no=- 1 1 IN IP4 %b\r\ns=-\r\nc=IN IP4 %b\r\nt=0 0\r\n"
    b"m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)
SDP = b"Content-Type: application/sdp"


class RawPhone:
    """Takes the place of an office's phone.

    Attributes:
        came: every message with its moment.
    """

    def __init__(self, office: Office, name: str) -> None:
        self._office, self.name = office, name
        stack = office[name].stack
        self.host = stack.host
        self.came: list[tuple[float, Message]] = []
        stack.datagram = self._take  # type: ignore[method-assign]

    @property
    def offer(self) -> bytes:
        """A plain session."""
        return OFFER % (self.host.encode(), self.host.encode())

    def send(
        self,
        method: bytes,
        number: str,
        *lines: bytes,
        body: bytes = b"",
        branch: bytes = b"z9hG4bKone",
        cseq: int = 1,
        call_id: bytes = b"raw",
        to: bytes = b"",
        uri: bytes = b"",
        hops: int = 70,
        tag: bytes = b"mine",
        contact: bytes = b"",
    ) -> None:
        """Send a request; with `to` in the dialog of that tag, `tag` is ours."""
        host, pbx = self.host.encode(), self._office.house.stack.host.encode()
        theirs = b";tag=" + to if to else b""
        ours = contact or b"<sip:%b@%b:5060>" % (self.name.encode(), host)
        head = [
            b"%b %b SIP/2.0" % (method, uri or b"sip:%b@%b" % (number.encode(), pbx)),
            b"Via: SIP/2.0/UDP %b:5060;branch=%b" % (host, branch),
            b"Max-Forwards: %d" % hops,
            b"From: <sip:%b@%b>;tag=%b" % (self.name.encode(), pbx, tag),
            b"To: <sip:%b@%b>%b" % (number.encode(), pbx, theirs),
            b"Call-ID: " + call_id,
            b"CSeq: %d %b" % (cseq, method),
            b"Contact: " + ours,
            *lines,
            b"Content-Length: %d" % len(body),
        ]
        self.put(b"\r\n".join([*head, b"", body]))

    def invite(self, number: str, *lines: bytes, offers: bool = True, **how: Any) -> None:
        """Send an INVITE."""
        body = self.offer if offers else b""
        described = (SDP,) if offers else ()
        self.send(b"INVITE", number, *described, *lines, body=body, **how)

    def put(self, data: bytes) -> None:
        """Send a datagram."""
        self._office.inject(data, (self.host, 5060), self._office.house.stack)

    def answer(
        self,
        request: Request,
        status: int,
        *lines: bytes,
        body: bytes = b"",
        tag: bytes = b"theirs",
    ) -> None:
        """Answer a request; `tag` is ours where it has none yet."""
        kept = [
            each
            for each in request.lines
            if each.partition(b":")[0].lower() in (b"via", b"from", b"call-id", b"cseq")
        ]
        to = b"To: " + (request.get(b"to") or b"")
        to += b"" if b";tag=" in to else b";tag=" + tag
        head = [b"SIP/2.0 %d Said" % status, *kept, to, *lines, b"Content-Length: %d" % len(body)]
        self.put(b"\r\n".join([*head, b"", body]))

    def responses(self, method: bytes, status: int = 0) -> list[tuple[float, Response]]:
        """Those to a method, with that status or with any."""
        return [
            (at, each)
            for at, each in self.came
            if isinstance(each, Response)
            and (each.get(b"cseq") or b"").endswith(b" " + method)
            and status in (0, each.status)
        ]

    def statuses(self, method: bytes) -> list[int]:
        """What was answered, in order."""
        return [each.status for _, each in self.responses(method)]

    def requests(self, method: bytes) -> list[tuple[float, Request]]:
        """Those of a method."""
        return [
            (at, each)
            for at, each in self.came
            if isinstance(each, Request) and each.method == method
        ]

    def first(self, method: bytes) -> Request:
        """The first of a method."""
        return self.requests(method)[0][1]

    def last(self, method: bytes) -> Response:
        """The last response to a method."""
        return self.responses(method)[-1][1]

    def tag_of(self, method: bytes = b"INVITE") -> bytes:
        """Theirs of the dialog."""
        return (self.last(method).get(b"to") or b"").partition(b";tag=")[2]

    def _take(self, data: bytes, _source: tuple[str, int]) -> None:
        self.came.append((self._office.clock.now, parse(data)))


def after(came: Sequence[tuple[float, Message]]) -> list[float]:
    """How long after the first each came, in seconds."""
    return [round(at - came[0][0], 1) for at, _ in came]
