"""The side of ICE that only answers (RFC 8445 §2.5, §7.3, RFC 8489, RFC 7675), without I/O.

A browser checks which of its addresses reaches us, and says which pair of addresses it takes. We
are where our one candidate says; so nothing is gathered, nothing checked and nothing timed here.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import zlib
from typing import Final, TypeAlias

import msgspec

from pbxcore.sip import stun

USERNAME: Final = 0x0006
MESSAGE_INTEGRITY: Final = 0x0008
PRIORITY: Final = 0x0024
USE_CANDIDATE: Final = 0x0025
MESSAGE_INTEGRITY_SHA256: Final = 0x001C
ICE_CONTROLLED: Final = 0x8029

CONSENT_S: Final = 30.0
"""Seconds without a check after which a browser takes nothing from us any more (RFC 7675 §5.1)."""

_KNOWN: Final = frozenset(
    {USERNAME, MESSAGE_INTEGRITY, MESSAGE_INTEGRITY_SHA256, PRIORITY, USE_CANDIDATE}
)
_OPTIONAL: Final = 0x8000
_LARGEST: Final = 1280
_BAD_REQUEST: Final = (400, b"Bad Request")
_UNAUTHENTICATED: Final = (401, b"Unauthenticated")
_UNKNOWN_ATTRIBUTE: Final = (420, b"Unknown Attribute")
_ROLE_CONFLICT: Final = (487, b"Role Conflict")
_MOST_REMEMBERED: Final = 16

Source: TypeAlias = "tuple[str, int] | tuple[str, int, int, int]"
"""An address as the socket gives it."""


class Credentials(msgspec.Struct, frozen=True):
    """What stands in our description; the password is a key, so it is not shown."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Credentials({self.user!r})"


class IceLite:
    """One stream's component: who may send to us, and where to send.

    Attributes:
        selected: the address the peer nominated, or the first it reached us from until it does.
        checked_at: when the last sound check came, None before the first.
    """

    def __init__(self, credentials: Credentials) -> None:
        self.selected: Source | None = None
        self.checked_at: float | None = None
        # While ICE restarts both generations are answered (RFC 8445 §9); the newest is the last.
        self._generations = [credentials]
        self._valid: dict[Source, None] = {}

    @property
    def credentials(self) -> Credentials:
        """Those of the newest generation."""
        return self._generations[-1]

    def restart(self, credentials: Credentials) -> None:
        """Take a second generation; the first ends when a pair of the second is nominated."""
        self._generations = [self._generations[-1], credentials]

    def knows(self, source: Source) -> bool:
        """Whether a sound check came from there, so that other packets may."""
        return source in self._valid

    def consents(self, now: float) -> bool:
        """Whether the peer still wants to be sent to."""
        return self.checked_at is not None and now - self.checked_at < CONSENT_S

    def receive(self, data: bytes, source: Source, now: float) -> bytes | None:
        """The answer to a check; None when it is none, is broken or is not to be answered."""
        request = _read(data)
        if request is None:
            return None
        user = request.values.get(USERNAME)
        if user is None or MESSAGE_INTEGRITY not in request.values:
            return _refusal(request, _BAD_REQUEST)  # RFC 8489 §9.1.3
        mine, colon, _ = user.partition(b":")
        credentials = next((one for one in self._generations if one.user.encode() == mine), None)
        if credentials is None or not colon:
            return _refusal(request, _UNAUTHENTICATED)
        key = credentials.password.encode()
        if not hmac.compare_digest(request.values[MESSAGE_INTEGRITY], request.integrity(key)):
            return _refusal(request, _UNAUTHENTICATED)
        unknown = [each for each in request.values if each < _OPTIONAL and each not in _KNOWN]
        if unknown:
            listed = stun.attribute(
                stun.UNKNOWN_ATTRIBUTES, struct.pack(f">{len(unknown)}H", *unknown)
            )
            return _refusal(request, _UNKNOWN_ATTRIBUTE, listed, key)
        if ICE_CONTROLLED in request.values:
            # Who only answers never decides: the other one has to (RFC 8445 §6.1.1, §7.3.1.1).
            return _refusal(request, _ROLE_CONFLICT, b"", key)
        self._take(credentials, source, now, nominated=USE_CANDIDATE in request.values)
        mapped = stun.xor_address(_plain(source[0]), source[1], request.transaction)
        body = stun.attribute(stun.XOR_MAPPED_ADDRESS, mapped)
        return _signed(stun.BINDING_SUCCESS, request.transaction, body, key)

    def _take(
        self, credentials: Credentials, source: Source, now: float, *, nominated: bool
    ) -> None:
        self.checked_at = now
        newest = credentials == self.credentials
        if source not in self._valid and len(self._valid) >= _MOST_REMEMBERED:
            self._valid.pop(next(iter(self._valid)))
        self._valid[source] = None
        if nominated and newest:
            # The last nomination holds: browsers move to a better pair that way.
            if len(self._generations) > 1:
                self._generations = [credentials]
                self._valid = {source: None}
            self.selected = source
        elif self.selected is None:
            self.selected = source


def _plain(host: str) -> str:
    """Without the prefix of an IPv4 address that came by an IPv6 socket (RFC 4291 §2.5.5.2)."""
    return host.removeprefix("::ffff:") if "." in host else host


class _Request(msgspec.Struct, frozen=True):
    """A whole and sound Binding request; the values before and with its MESSAGE-INTEGRITY."""

    transaction: bytes
    values: dict[int, bytes]
    signed: bytes

    def integrity(self, key: bytes) -> bytes:
        """What its MESSAGE-INTEGRITY has to be (RFC 8489 §14.5)."""
        return hmac.digest(key, self.signed, hashlib.sha1)


def _read(data: bytes) -> _Request | None:
    if not stun.HEADER.size <= len(data) <= _LARGEST:
        return None
    kind, length, cookie, transaction = stun.HEADER.unpack_from(data)
    body = data[stun.HEADER.size :]
    if kind != stun.BINDING_REQUEST or cookie != stun.COOKIE or length != len(body):
        return None
    walked = stun.walk(body)
    if walked is None:
        return None
    values: dict[int, bytes] = {}
    signed = b""
    for kind, at, value in walked:
        if kind == stun.FINGERPRINT:  # the last of all (§14.7)
            if at + 8 != len(body) or value != _fingerprint(data[:-8]):
                return None
        elif not signed:  # what comes behind the signature is as if absent (§14.5)
            values.setdefault(kind, value)
            if kind == MESSAGE_INTEGRITY:
                # The length counts up to and with the signature, whatever follows it.
                head = stun.HEADER.pack(stun.BINDING_REQUEST, at + 24, cookie, transaction)
                signed = head + body[:at]
    return _Request(transaction, values, signed)


def _refusal(
    request: _Request, error: tuple[int, bytes], more: bytes = b"", key: bytes | None = None
) -> bytes:
    code, reason = error
    value = struct.pack(">HBB", 0, code // 100, code % 100) + reason
    body = stun.attribute(stun.ERROR_CODE, value) + more
    return _signed(stun.BINDING_ERROR, request.transaction, body, key)


def _signed(kind: int, transaction: bytes, body: bytes, key: bytes | None) -> bytes:
    """The message with MESSAGE-INTEGRITY, if there is a key, and FINGERPRINT."""
    if key is not None:
        head = stun.HEADER.pack(kind, len(body) + 24, stun.COOKIE, transaction)
        body += stun.attribute(MESSAGE_INTEGRITY, hmac.digest(key, head + body, hashlib.sha1))
    message = stun.HEADER.pack(kind, len(body) + 8, stun.COOKIE, transaction) + body
    return message + stun.attribute(stun.FINGERPRINT, _fingerprint(message))


def _fingerprint(message: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(message) ^ stun.FINGERPRINT_XOR)
