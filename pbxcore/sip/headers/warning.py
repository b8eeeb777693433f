"""Warning: what went wrong, for people and logs (RFC 3261 §20.43)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.sip.grammar import quoted, unquoted

if TYPE_CHECKING:
    from pbxcore.sip.message import Message

_VALUE: Final = re.compile(
    rb"([1-9][0-9]{2})[ \t]+([^\s,\"]+)[ \t]+(\"(?:[^\"\\]|\\.)*\")", re.DOTALL
)
_AGENT: Final = re.compile(rb"[A-Za-z0-9\-.!%*_+`'~:\[\]]+")


class SipWarning(msgspec.Struct, frozen=True):
    """One warning; `agent` is a host or a name."""

    code: int
    agent: bytes
    text: str

    def encode(self) -> bytes:
        """The value as it is written.

        Raises:
            LocalProtocolError: the code has not three digits, or the agent is neither.
        """
        if not 100 <= self.code <= 999 or not _AGENT.fullmatch(self.agent):
            raise LocalProtocolError("not a warning")
        return b"%d %b %b" % (self.code, self.agent, quoted(self.text))


def read_warnings(message: Message) -> list[SipWarning]:
    """All warnings that can be read."""
    try:
        values = message.all(b"warning")
    except RemoteProtocolError:
        return []
    matches = (_VALUE.fullmatch(each) for each in values)
    return [
        SipWarning(int(each[1]), each[2], unquoted(each[3]).decode("utf-8", "replace"))
        for each in matches
        if each is not None and _AGENT.fullmatch(each[2])
    ]
