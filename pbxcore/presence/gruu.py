"""Globally routable URIs for single phones (RFC 5627): the public ones.

A public GRUU is the address of record with the device in `gr`; making one and finding its phone
takes no memory. `temporary_gruu` has those that hide the address of record.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.sip.uri import SipUri, TelUri

GRUU: Final = b"gruu"
DEVICE: Final = b"gr"
"""The parameter that makes a URI a GRUU; a temporary one's has no value."""
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9\-_.!~*'()\[\]/:&+$]")


def public_gruu(address_of_record: bytes, instance: str) -> bytes:
    """The URI that reaches this device alone (§3.1); `address_of_record` has no parameters."""
    escaped = _UNSAFE.sub(lambda match: f"%{ord(match[0]):02X}", instance)
    return b"%b;gr=%b" % (address_of_record, escaped.encode())


def addressed(uri: SipUri | TelUri, bindings: Iterable[StoredBinding]) -> list[StoredBinding]:
    """Of an extension's bindings those that a request's URI means: all, or one device's (§5.5)."""
    device = uri.parameters.get(DEVICE)
    if not device:
        return list(bindings)
    return [each for each in bindings if each.instance.encode() == device]
