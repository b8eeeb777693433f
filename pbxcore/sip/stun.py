"""STUN as a phone's keep-alive on the SIP port (RFC 5626 §8, RFC 8489), without I/O.

A phone behind a NAT asks from time to time which address it is seen under. The answer tells it, and
keeps the way through the NAT open. Nothing but a Binding request is understood, and only whoever
asks is answered, from the socket that was asked.
"""

from __future__ import annotations

import struct
import zlib
from ipaddress import IPv6Address, ip_address
from typing import Final

COOKIE: Final = 0x2112A442
BINDING_REQUEST: Final = 0x0001
BINDING_SUCCESS: Final = 0x0101
BINDING_ERROR: Final = 0x0111
ERROR_CODE: Final = 0x0009
UNKNOWN_ATTRIBUTES: Final = 0x000A
XOR_MAPPED_ADDRESS: Final = 0x0020
FINGERPRINT: Final = 0x8028
FINGERPRINT_XOR: Final = 0x5354554E

HEADER: Final = struct.Struct(">HHI12s")
_ATTRIBUTE: Final = struct.Struct(">HH")
_LARGEST: Final = 548
"""Bytes (§6.1: what passes unfragmented everywhere); a keep-alive has 20."""
_OPTIONAL: Final = 0x8000  # whoever does not know an attribute from here on may ignore it (§14)
_CREDENTIALS: Final = frozenset({0x0006, 0x0008, 0x0014, 0x0015, 0x001C, 0x001D, 0x001E})
"""USERNAME, MESSAGE-INTEGRITY and their like: known, and not asked for by this usage."""
_MOST_UNKNOWN: Final = 4


def answer(data: bytes, host: str, port: int) -> bytes | None:
    """The answer to a Binding request that came from there; None for anything else.

    It tells the address, or that the request wants what is not known here; it is longer than the
    request by that alone.
    """
    request = _read(data)
    if request is None:
        return None
    transaction, kinds = request
    unknown = [each for each in kinds if each < _OPTIONAL and each not in _CREDENTIALS]
    if unknown:  # §6.3.1
        listed = unknown[:_MOST_UNKNOWN]
        body = attribute(ERROR_CODE, b"\0\0\4\x14") + attribute(
            UNKNOWN_ATTRIBUTES, struct.pack(f">{len(listed)}H", *listed)
        )
        return _written(BINDING_ERROR, transaction, body, printed=FINGERPRINT in kinds)
    body = attribute(XOR_MAPPED_ADDRESS, xor_address(host, port, transaction))
    return _written(BINDING_SUCCESS, transaction, body, printed=FINGERPRINT in kinds)


def _read(data: bytes) -> tuple[bytes, list[int]] | None:
    """Transaction and kinds of attributes of a whole and sound Binding request."""
    if not HEADER.size <= len(data) <= _LARGEST:
        return None
    kind, length, cookie, transaction = HEADER.unpack_from(data)
    if kind != BINDING_REQUEST or cookie != COOKIE or length != len(data) - HEADER.size:
        return None
    attributes = _attributes(data[HEADER.size :])
    if attributes is None:
        return None
    kinds = list(attributes)
    if FINGERPRINT in attributes:  # §14.7: the last, over all before it
        sum_ = zlib.crc32(data[:-8]) ^ FINGERPRINT_XOR
        if kinds[-1] != FINGERPRINT or attributes[FINGERPRINT] != struct.pack(">I", sum_):
            return None
    return transaction, kinds


def walk(body: bytes) -> list[tuple[int, int, bytes]] | None:
    """Kind, place in the body and value of each attribute; None if they do not fill the body."""
    found: list[tuple[int, int, bytes]] = []
    at = 0
    while at < len(body):
        if len(body) - at < _ATTRIBUTE.size:
            return None
        kind, length = _ATTRIBUTE.unpack_from(body, at)
        begin = at + _ATTRIBUTE.size
        found.append((kind, at, body[begin : begin + length]))
        at = begin + length + -length % 4
        if at > len(body):
            return None
    return found


def _attributes(body: bytes) -> dict[int, bytes] | None:
    """Values by kind, the first where one is repeated (§14); None if they do not fill the body."""
    walked = walk(body)
    if walked is None:
        return None
    found: dict[int, bytes] = {}
    for kind, _, value in walked:
        found.setdefault(kind, value)
    return found


def xor_address(host: str, port: int, transaction: bytes) -> bytes:
    """XOR-MAPPED-ADDRESS (§14.2): hidden from gateways that rewrite addresses they recognise."""
    address = ip_address(host.partition("%")[0])
    family = 2 if isinstance(address, IPv6Address) else 1
    pad = struct.pack(">I", COOKIE) + transaction
    hidden = bytes(one ^ other for one, other in zip(address.packed, pad, strict=False))
    return struct.pack(">BBH", 0, family, port ^ (COOKIE >> 16)) + hidden


def attribute(kind: int, value: bytes) -> bytes:
    """One attribute, filled up to four bytes (§14)."""
    return _ATTRIBUTE.pack(kind, len(value)) + value + b"\0" * (-len(value) % 4)


def _written(kind: int, transaction: bytes, body: bytes, *, printed: bool) -> bytes:
    """The message; with a fingerprint if the request had one (§7)."""
    head = HEADER.pack(kind, len(body) + 8 * printed, COOKIE, transaction)
    if not printed:
        return head + body
    sum_ = zlib.crc32(head + body) ^ FINGERPRINT_XOR
    return head + body + attribute(FINGERPRINT, struct.pack(">I", sum_))
