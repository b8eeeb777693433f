"""What a phone does for its keep-alive on the SIP port (RFC 5626 §8), written from RFC 8489."""

from __future__ import annotations

import struct
from ipaddress import ip_address

_COOKIE = 0x2112A442
_MASK = struct.pack(">I", _COOKIE)
_BINDING_REQUEST, _BINDING_SUCCESS = 0x0001, 0x0101
_XOR_MAPPED_ADDRESS = 0x0020


def binding_request(transaction: bytes) -> bytes:
    """A Binding request; `transaction` is 12 bytes."""
    return struct.pack(">HHI", _BINDING_REQUEST, 0, _COOKIE) + transaction


def mapped_address(data: bytes, transaction: bytes) -> tuple[str, int]:
    """The address that the answer tells, which has nothing else in it."""
    kind, length, cookie = struct.unpack_from(">HHI", data)
    assert (kind, cookie, data[8:20]) == (_BINDING_SUCCESS, _COOKIE, transaction)
    assert length == len(data) - 20
    attribute, size, family, port = struct.unpack_from(">HHxBH", data, 20)
    assert (attribute, size) == (_XOR_MAPPED_ADDRESS, {1: 8, 2: 20}[family])
    hidden = data[28 : 24 + size]
    packed = bytes(one ^ other for one, other in zip(hidden, _MASK + transaction, strict=False))
    return str(ip_address(packed)), port ^ (_COOKIE >> 16)
