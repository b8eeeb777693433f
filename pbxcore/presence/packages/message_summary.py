"""The message-summary package: what waits in a mailbox (RFC 3842)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pbxcore.directory import Mailbox
from pbxcore.presence.package import Body, Told

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.presence.package import View

CONTENT_TYPE: Final = b"application/simple-message-summary"
_COUNTS: Final = re.compile(
    r"\s*(\d{1,9})\s*/\s*(\d{1,9})\s*(?:\(\s*(\d{1,9})\s*/\s*(\d{1,9})\s*\))?"
)


class MessageSummary:
    """Tells a mailbox's counts; `waiting` knows them by extension."""

    name = b"message-summary"
    types = (CONTENT_TYPE,)
    usual_expiry_s = 3600
    interval_ms = 0  # RFC 3842 §3.10 asks for none, and a lamp must go off at once
    own_only = True

    def __init__(self, waiting: Callable[[str], Mailbox]) -> None:
        self._waiting = waiting

    def tell(self, view: View) -> Told:
        """Write the counts."""
        now = self._waiting(view.number)
        return Told(Body(CONTENT_TYPE, write_summary(now, view.uri)), now)


def write_summary(waiting: Mailbox, account: str) -> bytes:
    """Write the document; `account` is the mailbox's URI."""
    lines = (
        f"Messages-Waiting: {'yes' if waiting.new else 'no'}",
        f"Message-Account: {account}",
        f"Voice-Message: {waiting.new}/{waiting.old} ({waiting.urgent_new}/{waiting.urgent_old})",
    )
    return "".join(each + "\r\n" for each in lines).encode()


def read_summary(data: bytes) -> Mailbox:
    """Read the voice counts of a document, as a trunk sends it (RFC 3842 §5.2).

    One that says only whether anything waits counts as one new message or none.
    """
    fields = {}
    for line in data.decode("utf-8", "replace").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            fields[name.strip().lower()] = value.strip()
    counts = _COUNTS.match(fields.get("voice-message", ""))
    if counts is None:
        return Mailbox(new=int(fields.get("messages-waiting", "").lower() == "yes"))
    return Mailbox(*(int(each or 0) for each in counts.groups()))
