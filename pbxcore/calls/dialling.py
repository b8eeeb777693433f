"""What an INVITE of ours says."""

from __future__ import annotations

import msgspec

from pbxcore.directory import Extension
from pbxcore.sip.identity import Caller


class Dialling(msgspec.Struct, frozen=True):
    """What an INVITE to somebody says: who calls, whom, and how far it may still go."""

    caller: Caller
    callee: Extension
    hops: int
    lines: tuple[bytes, ...] = ()
