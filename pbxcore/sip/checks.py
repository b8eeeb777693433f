"""What every request must be before anything else looks at it (RFC 3261 §8.2, §16.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.address import Address, parse_address
from pbxcore.sip.uri import SipUri, TelUri, parse_uri

if TYPE_CHECKING:
    from pbxcore.sip.message import Request

MOST_LINES: Final = 256
"""Header lines of one message: beyond it 513, since reading them all would cost too much."""
MOST_VIAS: Final = 40
"""Hops a request may have come over: beyond it 483. RFC 4475 has a valid one with 34."""
_CSEQ: Final = re.compile(rb"([0-9]{1,10})[ \t]+([A-Za-z0-9\-.!%*_+`'~]+)")
_SINGLE: Final = (b"from", b"to", b"call-id", b"cseq", b"max-forwards")


class Head(msgspec.Struct, frozen=True):
    """The parts of a request's head that everything needs."""

    uri: SipUri | TelUri
    from_: Address
    to: Address
    call_id: bytes
    cseq: int
    max_forwards: int


def examine(request: Request, *, most_lines: int = MOST_LINES, most_vias: int = MOST_VIAS) -> Head:
    """Read the mandatory headers.

    Raises:
        RemoteProtocolError: 400 with what is wrong, 416, 483, 505 or 513.
    """
    if len(request.lines) > most_lines:
        raise RemoteProtocolError(513, "Too Many Header Lines")
    if request.version.upper() != b"SIP/2.0":
        raise RemoteProtocolError(505)
    if request.any_repeated:
        for name in _SINGLE:
            if request.repeated(name):
                raise RemoteProtocolError(400, f"Repeated {_title(name)}")
    if request.repeated(b"via") or b"," in (request.get(b"via") or b""):
        _refuse_far_travelled(request, most_vias)
    call_id = _mandatory(request, b"call-id")
    cseq = read_cseq(_mandatory(request, b"cseq"))
    if cseq[1] != request.method:
        raise RemoteProtocolError(400, "CSeq Method Differs")
    from_ = parse_address(_mandatory(request, b"from"))
    to = parse_address(_mandatory(request, b"to"))
    max_forwards = request.get(b"max-forwards") or b"70"
    if not max_forwards.isdigit() or len(max_forwards) > 9 or int(max_forwards) > 255:
        raise RemoteProtocolError(400, "Malformed Max-Forwards")
    uri = parse_uri(request.uri)
    if isinstance(uri, SipUri) and uri.headers:
        raise RemoteProtocolError(400, "Headers in Request-URI")
    return Head(uri, from_, to, call_id, cseq[0], int(max_forwards))


def _refuse_far_travelled(request: Request, most_vias: int) -> None:
    """Let a request pass that came over few hops; a comma within quotes counts as one too."""
    if sum(1 + line.count(b",") for line in request.lines_of(b"via")) > most_vias:
        raise RemoteProtocolError(483, "Too Many Via")


def read_cseq(value: bytes) -> tuple[int, bytes]:
    """Number and method.

    Raises:
        RemoteProtocolError: 400: malformed, or 2**31 and more.
    """
    match = _CSEQ.fullmatch(value)
    if match is None or (number := int(match[1])) >= 1 << 31:
        raise RemoteProtocolError(400, "Malformed CSeq")
    return number, match[2]


def cut_body(request: Request) -> None:
    """Keep the part of a datagram's body that Content-Length covers (§18.3).

    Raises:
        RemoteProtocolError: 400: the length is malformed, contradicted, or longer than the
        datagram.
    """
    value = request.get(b"content-length")
    if value is None:
        return
    contradicted = request.any_repeated and len(set(request.lines_of(b"content-length"))) > 1
    if contradicted or not value.isdigit() or len(value) > 9:
        raise RemoteProtocolError(400, "Malformed Content-Length")
    length = int(value)
    if length > len(request.body):
        raise RemoteProtocolError(400, "Body Shorter Than Content-Length")
    request.body = request.body[:length]


def _mandatory(request: Request, name: bytes) -> bytes:
    value = request.get(name)
    if not value:
        raise RemoteProtocolError(400, f"Missing {_title(name)}")
    return value


def _title(name: bytes) -> str:
    return {b"cseq": "CSeq", b"call-id": "Call-ID"}.get(name) or name.decode().title()
