"""Replaces, Join and Target-Dialog: another dialog, named (RFC 3891, RFC 3911, RFC 4538)."""

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
    """A dialog as its receiver knows it: `to_tag` is the receiver's own tag.

    In Target-Dialog these are `local_tag` and `remote_tag`, in the same order of meaning.
    """

    call_id: bytes
    to_tag: bytes
    from_tag: bytes
    early_only: bool = False

    def encode(self) -> bytes:
        """The value of Replaces or Join as it is written.

        Raises:
            LocalProtocolError: a tag is no token, or the Call-ID cannot be written.
        """
        return self._encoded(b"to-tag", b"from-tag")

    def encode_target(self) -> bytes:
        """The value of Target-Dialog as it is written.

        Raises:
            LocalProtocolError: a tag is no token, or the Call-ID cannot be written.
        """
        return self._encoded(b"local-tag", b"remote-tag")

    def _encoded(self, ours: bytes, theirs: bytes) -> bytes:
        if not _is_dialog(self.call_id, self.to_tag, self.from_tag):
            raise LocalProtocolError("not a dialog")
        found: dict[bytes, bytes | None] = {ours: self.to_tag, theirs: self.from_tag}
        if self.early_only:
            found[b"early-only"] = None
        return self.call_id + write_parameters(found)


def parse_replaces(value: bytes) -> DialogReference:
    """Read a Replaces or Join header.

    Raises:
        RemoteProtocolError: 400: it is malformed, or a tag is missing.
    """
    return _parsed(value, b"to-tag", b"from-tag")


def parse_target_dialog(value: bytes) -> DialogReference:
    """Read a Target-Dialog header.

    Raises:
        RemoteProtocolError: 400: it is malformed, or a tag is missing.
    """
    return _parsed(value, b"local-tag", b"remote-tag")


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


def read_join(message: Message) -> DialogReference | None:
    """The dialog that an INVITE joins.

    Raises:
        RemoteProtocolError: 400: it is malformed, there are several, or Replaces is there too.
    """
    values = message.all(b"join")
    if not values:
        return None
    if len(values) > 1 or message.get(b"replaces") is not None:
        raise RemoteProtocolError(400, "Several Replaces Or Join")
    return parse_replaces(values[0])


def read_target_dialog(message: Message) -> DialogReference | None:
    """The dialog whose peer a request comes from (RFC 4538 §7).

    Raises:
        RemoteProtocolError: 400: it is malformed.
    """
    value = message.get(b"target-dialog")
    return None if value is None else parse_target_dialog(value)


def is_call_id(value: bytes) -> bool:
    """Whether the value can be a Call-ID in a header that has more than that."""
    return _CALL_ID.fullmatch(value) is not None


def _parsed(value: bytes, ours: bytes, theirs: bytes) -> DialogReference:
    call_id, semicolon, tail = value.partition(b";")
    found = parameters(semicolon + tail)
    to_tag, from_tag = found.get(ours) or b"", found.get(theirs) or b""
    call_id = call_id.strip()
    if not _is_dialog(call_id, to_tag, from_tag):
        raise RemoteProtocolError(400, "Malformed Dialog Reference")
    return DialogReference(call_id, to_tag, from_tag, b"early-only" in found)


def _is_dialog(call_id: bytes, to_tag: bytes, from_tag: bytes) -> bool:
    return is_call_id(call_id) and is_token(to_tag) and is_token(from_tag)
