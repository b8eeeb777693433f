"""Replaces: another dialog, named (RFC 3891)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.sip.grammar import is_token, parameters, write_parameters

if TYPE_CHECKING:
    from pbxcore.sip.message import Message

_CALL_ID: Final = re.compile(rb"[!-+\--:<-~]+")  # visible, but no comma and no semicolon


class DialogReference(msgspec.Struct, frozen=True):
    """A dialog as its receiver knows it: `to_tag` is the receiver's own tag."""

    call_id: bytes
    to_tag: bytes
    from_tag: bytes
    early_only: bool = False

    def encode(self) -> bytes:
        """The value as it is written.

        Raises:
            LocalProtocolError: a tag is no token, or the Call-ID cannot be written.
        """
        if not _is_dialog(self.call_id, self.to_tag, self.from_tag):
            raise LocalProtocolError("not a dialog")
        found: dict[bytes, bytes | None] = {
            b"to-tag": self.to_tag,
            b"from-tag": self.from_tag,
        }
        if self.early_only:
            found[b"early-only"] = None
        return self.call_id + write_parameters(found)


def parse_replaces(value: bytes) -> DialogReference:
    """Read a Replaces header.

    Raises:
        RemoteProtocolError: 400: it is malformed, or a tag is missing.
    """
    call_id, semicolon, tail = value.partition(b";")
    found = parameters(semicolon + tail)
    to_tag, from_tag = found.get(b"to-tag") or b"", found.get(b"from-tag") or b""
    call_id = call_id.strip()
    if not _is_dialog(call_id, to_tag, from_tag):
        raise RemoteProtocolError(400, "Malformed Dialog Reference")
    return DialogReference(call_id, to_tag, from_tag, b"early-only" in found)


def read_replaces(message: Message) -> DialogReference | None:
    """The dialog that an INVITE replaces.

    Raises:
        RemoteProtocolError: 400: it is malformed, there are several, or Join is there too (RFC 3891
            §3).
    """
    values = message.all(b"replaces")
    if not values:
        return None
    if len(values) > 1 or message.get(b"join") is not None:
        raise RemoteProtocolError(400, "Several Replaces Or Join")
    return parse_replaces(values[0])


def _is_dialog(call_id: bytes, to_tag: bytes, from_tag: bytes) -> bool:
    return bool(_CALL_ID.fullmatch(call_id)) and is_token(to_tag) and is_token(from_tag)
