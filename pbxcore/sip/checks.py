"""What every request must be before anything else looks at it (RFC 3261 §8.2, §16.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.address import Address, parse_address
from pbxcore.sip.grammar import COMMA
from pbxcore.sip.message import METHODS
from pbxcore.sip.uri import SipUri, TelUri, parse_uri

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbxcore.sip.message import Request

MOST_LINES: Final = 256
"""Header lines of one message: beyond it 513, since reading them all would cost too much."""
MOST_VIAS: Final = 40
"""Hops a request may have come over: beyond it 483. RFC 4475 has a valid one with 34."""
_SURE_DIGITS: Final = 9
"""So many are less than 2**31."""
_CSEQ: Final = re.compile(rb"([0-9]{1,10})[ \t]+([A-Za-z0-9\-.!%*_+`'~]+)")
_MANDATORY: Final = (b"call-id", b"cseq", b"from", b"to")
_SINGLE: Final = (*_MANDATORY, b"max-forwards")


class Head(msgspec.Struct, frozen=True, gc=False):
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
    if request.version != b"SIP/2.0" and request.version.upper() != b"SIP/2.0":
        raise RemoteProtocolError(505)
    values = request.values
    if request.any_repeated:
        _refuse_repeated(request)
    if COMMA in values.get(b"via", b"") or request.repeated(b"via"):
        _refuse_far_travelled(request, most_vias)
    call_id, cseq, from_, to = map(values.get, _MANDATORY)
    if not (call_id and cseq and from_ and to):
        raise RemoteProtocolError(400, f"Missing {_title(_missing(values))}")
    number, method = read_cseq(cseq)
    if method != request.method:
        raise RemoteProtocolError(400, "CSeq Method Differs")
    sender, target = parse_address(from_), parse_address(to)
    max_forwards = values.get(b"max-forwards") or b"70"
    if not max_forwards.isdigit() or len(max_forwards) > 9 or int(max_forwards) > 255:
        raise RemoteProtocolError(400, "Malformed Max-Forwards")
    uri = parse_uri(request.uri)
    if isinstance(uri, SipUri) and uri.headers:
        raise RemoteProtocolError(400, "Headers in Request-URI")
    return Head(uri, sender, target, call_id, number, int(max_forwards))


def _refuse_repeated(request: Request) -> None:
    for name in _SINGLE:
        if request.repeated(name):
            raise RemoteProtocolError(400, f"Repeated {_title(name)}")


def _missing(values: Mapping[bytes, bytes]) -> bytes:
    """The first header that there must be and is not."""
    return next(name for name in _MANDATORY if not values.get(name))


def _refuse_far_travelled(request: Request, most_vias: int) -> None:
    """Let a request pass that came over few hops; a comma within quotes counts as one too."""
    if sum(1 + line.count(b",") for line in request.lines_of(b"via")) > most_vias:
        raise RemoteProtocolError(483, "Too Many Via")


def read_cseq(value: bytes) -> tuple[int, bytes]:
    """Number and method.

    Raises:
        RemoteProtocolError: 400: malformed, or 2**31 and more.
    """
    digits, _, method = value.partition(b" ")
    if method in METHODS and digits.isdigit() and len(digits) <= _SURE_DIGITS:
        return int(digits), method  # as nearly everybody writes it
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
    if length < len(request.body):
        request.body = request.body[:length]


def _title(name: bytes) -> str:
    return {b"cseq": "CSeq", b"call-id": "Call-ID"}.get(name) or name.decode().title()
