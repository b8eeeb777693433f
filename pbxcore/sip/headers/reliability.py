"""RSeq and RAck: provisional responses that are acknowledged (RFC 3262 §7)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.sip.grammar import TOKEN, is_token

if TYPE_CHECKING:
    from pbxcore.sip.message import Message

_RACK: Final = re.compile(
    rb"([0-9]{1,10})[ \t]+([0-9]{1,10})[ \t]+(" + TOKEN.pattern + rb")", re.DOTALL
)
_MOST: Final = (1 << 32) - 1


class RAck(msgspec.Struct, frozen=True):
    """Which response a PRACK acknowledges: its RSeq, and the CSeq of its request."""

    rseq: int
    cseq: int
    method: bytes

    def encode(self) -> bytes:
        """The value as it is written.

        Raises:
            LocalProtocolError: a number is out of range, or the method no token.
        """
        numbers = 0 < self.rseq <= _MOST and 0 <= self.cseq < 1 << 31
        if not numbers or not is_token(self.method):
            raise LocalProtocolError("not an RAck")
        return b"%d %d %b" % (self.rseq, self.cseq, self.method)


def parse_rack(value: bytes) -> RAck:
    """Read an RAck header.

    Raises:
        RemoteProtocolError: 400: it is malformed.
    """
    match = _RACK.fullmatch(value)
    if match is None:
        raise RemoteProtocolError(400, "Malformed RAck")
    found = RAck(int(match[1]), int(match[2]), match[3])
    if not 0 < found.rseq <= _MOST or found.cseq >= 1 << 31:
        raise RemoteProtocolError(400, "Malformed RAck")
    return found


def read_rack(message: Message) -> RAck:
    """What a PRACK acknowledges.

    Raises:
        RemoteProtocolError: 400: it is missing or malformed.
    """
    return parse_rack(message.get(b"rack") or b"")


def parse_rseq(value: bytes) -> int:
    """Read an RSeq header: 1 to 2**32 - 1.

    Raises:
        RemoteProtocolError: 400: it is malformed.
    """
    if not value.isdigit() or len(value) > 10 or not 0 < int(value) <= _MOST:
        raise RemoteProtocolError(400, "Malformed RSeq")
    return int(value)


def read_rseq(message: Message) -> int | None:
    """The number of a reliable provisional response.

    Raises:
        RemoteProtocolError: 400: it is malformed.
    """
    value = message.get(b"rseq")
    return None if value is None else parse_rseq(value)
