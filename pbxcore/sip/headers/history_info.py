"""History-Info: every target a request was sent to, oldest first (RFC 7044 §5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.headers.address_header import AddressHeader
from pbxcore.sip.headers.reason import Reason, parse_reason
from pbxcore.sip.uri import SipUri, parse_uri, uri_headers

if TYPE_CHECKING:
    from pbxcore.sip.message import Message

_INDEX: Final = re.compile(rb"[0-9]{1,4}(?:\.[0-9]{1,4})*")


class HistoryEntry(AddressHeader, frozen=True):
    """One target; its URI carries, as headers, why it was left and whether it may be shown."""

    @property
    def index(self) -> tuple[int, ...]:
        """Its place in the tree of targets: `1.2` is the second below the first."""
        value = self.parameters.get(b"index") or b""
        return tuple(map(int, value.split(b"."))) if _INDEX.fullmatch(value) else ()

    @property
    def how(self) -> bytes | None:
        """How it was chosen: `rc` same user, `mp` another user, `np` no change (§5)."""
        return next((each for each in (b"rc", b"mp", b"np") if each in self.parameters), None)

    @property
    def reasons(self) -> list[Reason]:
        """Why the request did not stay there."""
        found = [parse_reason(value) for name, value in self._headers() if name == b"reason"]
        return [each for each in found if each is not None]

    @property
    def private(self) -> bool:
        """Whether the entry may not be shown (RFC 7044 §10.1.2)."""
        return any(
            name == b"privacy" and b"history" in value.lower() for name, value in self._headers()
        )

    @property
    def cause(self) -> int | None:
        """The URI's `cause`, a status that tells why the target was chosen (RFC 4458 §2)."""
        uri = _sip_uri(self.uri)
        value = uri.parameters.get(b"cause", b"") if uri is not None else b""
        return int(value) if value.isdigit() and len(value) == 3 else None

    def _headers(self) -> list[tuple[bytes, bytes]]:
        uri = _sip_uri(self.uri)
        return [] if uri is None else uri_headers(uri.headers)


def read_history(message: Message) -> list[HistoryEntry]:
    """All entries up to the first that cannot be read, oldest first."""
    return HistoryEntry.readable(message, b"history-info")


def _sip_uri(uri: bytes) -> SipUri | None:
    try:
        found = parse_uri(uri)
    except RemoteProtocolError:
        return None
    return found if isinstance(found, SipUri) else None
