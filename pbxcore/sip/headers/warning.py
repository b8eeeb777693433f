"""Warning: what went wrong, for people and logs (RFC 3261 §20.43)."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from pbxcore.errors import LocalProtocolError
from pbxcore.sip.grammar import quoted

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
