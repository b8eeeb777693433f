"""A capture file of traced messages, for Wireshark and tshark. Pure.

Messages of every transport are written as UDP over IP (LINKTYPE_RAW, 101): what went over TCP, TLS
or WebSocket is shown in clear and whole, which a true capture could not do.
"""

from __future__ import annotations

import ipaddress
import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

LINKTYPE_RAW: Final = 101
_MAGIC, _VERSION = 0xA1B2C3D4, (2, 4)
_UDP: Final = 17
_LARGEST_PACKET: Final = 65535
_HEADERS = {4: 28, 6: 48}


def header() -> bytes:
    """The head of the file."""
    return struct.pack("<IHHiIII", _MAGIC, *_VERSION, 0, 0, _LARGEST_PACKET, LINKTYPE_RAW)


def packet(at: float, source: tuple[str, int], target: tuple[str, int], data: bytes) -> bytes:
    """One message as a record of the file.

    Args:
        at: seconds UTC since 1970.
        source: address and port it came from.
        target: address and port it went to; of the same IP version.
        data: the message; what no datagram could hold is cut off.
    """
    whole = _datagram(source, target, data)
    seconds = int(at)
    record = struct.pack("<IIII", seconds, int((at - seconds) * 1_000_000), len(whole), len(whole))
    return record + whole


def file(packets: Iterable[bytes]) -> bytes:
    """A whole file."""
    return header() + b"".join(packets)


def _datagram(source: tuple[str, int], target: tuple[str, int], data: bytes) -> bytes:
    here, there = _address(source[0]), _address(target[0])
    if here.version != there.version:
        here, there = _mapped(here), _mapped(there)
    data = data[: _LARGEST_PACKET - _HEADERS[here.version]]
    length = 8 + len(data)
    pseudo = here.packed + there.packed + struct.pack(">II", length, _UDP)
    udp = struct.pack(">HHHH", source[1], target[1], length, 0)
    checksum = _checksum(pseudo + udp + data) or 0xFFFF  # RFC 768, RFC 8200 §8.1
    udp = udp[:6] + struct.pack(">H", checksum)
    if here.version == 6:
        head = struct.pack(">IHBB", 6 << 28, length, _UDP, 64) + here.packed + there.packed
        return head + udp + data
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + length, 0, 0x4000, 64, _UDP, 0)
    head += here.packed + there.packed
    return head[:10] + struct.pack(">H", _checksum(head)) + head[12:] + udp + data


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ipaddress.IPv4Address(0)


def _mapped(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv6Address:
    if isinstance(address, ipaddress.IPv6Address):
        return address
    return ipaddress.IPv6Address(b"\0" * 10 + b"\xff\xff" + address.packed)


def _checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071): one's complement of the one's complement sum."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
