"""What is asked about a caller, and what comes of it."""

from __future__ import annotations

from typing import Final

import msgspec

PASSED, FAILED, NONE = "TN-Validation-Passed", "TN-Validation-Failed", "No-TN-Validation"


class Verdict(msgspec.Struct, frozen=True):
    """`verstat` is 3GPP's word (TS 24.229 §7.2A.20); `status` refuses the call for it."""

    verstat: str
    status: int = 0
    attest: str = ""
    reason: str = ""

    @property
    def phrase(self) -> str:
        """How the refusal is worded; empty: as its status always is (RFC 8224 §6.2.2)."""
        return "Stale Date" if self.status == 403 else ""


UNSIGNED: Final = Verdict(NONE, 428, reason="unsigned")


class CallToVerify(msgspec.Struct, frozen=True):
    """What a call says: its Identity headers, who calls, and who is called."""

    identities: tuple[bytes, ...]
    caller: str
    called: str


class CallToSign(msgspec.Struct, frozen=True):
    """Who is shown to whom, and how far we stand for it (RFC 8588 §4).

    A call of somebody else that we send on came with his Identity headers.
    """

    caller: str
    called: str
    attest: str
    came_with: tuple[bytes, ...] = ()
