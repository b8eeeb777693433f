"""RTCP: reports, names, goodbyes and feedback, in compound packets (RFC 3550 §6, RFC 4585 §6)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

SENDER, RECEIVER, NAMES, GOODBYE = 200, 201, 202, 203
TRANSPORT_FEEDBACK, PICTURE_FEEDBACK = 205, 206
NACK, TMMBR = 1, 3
"""Transport feedback's formats (RFC 4585 §6.2.1, RFC 5104 §4.2.1)."""
PLI, FIR, APPLICATION = 1, 4, 15
"""Picture feedback's formats (RFC 4585 §6.3.1, RFC 5104 §4.3.1); REMB is the last's."""

_HEAD: Final = struct.Struct(">BBH")
_BLOCK: Final = struct.Struct(">IIIIII")
_CNAME: Final = 1
_NTP_EPOCH_S: Final = 2_208_988_800
"""From 1900 to 1970."""


class ReportBlock(msgspec.Struct, frozen=True):
    """How one source is received (§6.4.1).

    `fraction` is lost in 256 parts since the last report; `last_report` the middle of that sender
    report's NTP time, `since_last` the time since it came, in 1/65536 s.
    """

    ssrc: int
    fraction: int = 0
    lost: int = 0
    highest: int = 0
    jitter: int = 0
    last_report: int = 0
    since_last: int = 0


class SenderReport(msgspec.Struct, frozen=True):
    """What a source has sent, at which moment on both clocks; `ntp` has 64 bits (§6.4.1)."""

    ssrc: int
    ntp: int
    timestamp: int
    packets: int
    octets: int
    blocks: tuple[ReportBlock, ...] = ()


class ReceiverReport(msgspec.Struct, frozen=True):
    """What somebody who sends nothing receives (§6.4.2)."""

    ssrc: int
    blocks: tuple[ReportBlock, ...] = ()


class Names(msgspec.Struct, frozen=True):
    """The canonical name of each source (§6.5.1)."""

    names: tuple[tuple[int, str], ...]


class Goodbye(msgspec.Struct, frozen=True):
    """These sources end (§6.6)."""

    sources: tuple[int, ...]


class Feedback(msgspec.Struct, frozen=True):
    """What a receiver asks of the `media` source (RFC 4585 §6.1); `type` is 205 or 206."""

    type: int
    format: int
    sender: int
    media: int
    control: bytes = b""


Item = SenderReport | ReceiverReport | Names | Goodbye | Feedback


def is_rtcp(second: int) -> bool:
    """Whether the second byte of what looks like RTP says RTCP (RFC 5761 §4)."""
    return 192 <= second <= 223


def parse(data: bytes | memoryview) -> list[Item] | None:
    """What a compound packet says, unknown types left out; None when it is none (§A.2).

    It need not begin with a report (RFC 5506).
    """
    view, items, at = memoryview(data), [], 0
    while at < len(view):
        if len(view) - at < _HEAD.size:
            return None
        first, kind, words = _HEAD.unpack_from(view, at)
        end = at + 4 * (words + 1)
        if first >> 6 != 2 or not is_rtcp(kind) or end > len(view):
            return None
        body = view[at + 4 : end]
        if first & 0x20:  # padding: the last one only
            if end != len(view) or not body or not 0 < body[-1] <= len(body):
                return None
            body = body[: len(body) - body[-1]]
        try:
            item = _item(kind, first & 0x1F, body)
        except (struct.error, IndexError):
            return None
        if item is not None:
            items.append(item)
        at = end
    return items or None


def encode(items: Iterable[Item]) -> bytes:
    """The compound packet."""
    return b"".join(map(_encoded, items))


def ntp_time(unix_s: float) -> int:
    """NTP's 64 bits: seconds since 1900 and their fraction (§4)."""
    return int((unix_s + _NTP_EPOCH_S) * 2**32) & 0xFFFFFFFFFFFFFFFF


def middle(ntp: int) -> int:
    """The middle 32 bits, as report blocks have them."""
    return ntp >> 16 & 0xFFFFFFFF


def round_trip_s(block: ReportBlock, ntp: int) -> float | None:
    """Seconds there and back, when the block knows a report of ours (§6.4.1, figure 2)."""
    if not block.last_report:
        return None
    passed = (middle(ntp) - block.last_report - block.since_last) & 0xFFFFFFFF
    return passed / 65536 if passed < 0x80000000 else 0.0


def _item(kind: int, count: int, body: memoryview) -> Item | None:
    match kind:
        case 200:
            ssrc, ntp, timestamp, packets, octets = struct.unpack_from(">IQIII", body)
            return SenderReport(ssrc, ntp, timestamp, packets, octets, _blocks(body, 24, count))
        case 201:
            (ssrc,) = struct.unpack_from(">I", body)
            return ReceiverReport(ssrc, _blocks(body, 4, count))
        case 202:
            return Names(_names(body, count))
        case 203:
            return Goodbye(struct.unpack_from(f">{count}I", body))
        case 205 | 206:
            sender, media = struct.unpack_from(">II", body)
            return Feedback(kind, count, sender, media, bytes(body[8:]))
        case _:
            return None


def _blocks(body: memoryview, at: int, count: int) -> tuple[ReportBlock, ...]:
    found = []
    for number in range(count):
        ssrc, lost, *rest = _BLOCK.unpack_from(body, at + number * _BLOCK.size)
        total = lost & 0xFFFFFF
        total -= (total & 0x800000) << 1  # 24 bits with a sign: duplicates count below zero
        found.append(ReportBlock(ssrc, lost >> 24, total, *rest))
    return tuple(found)


def _names(body: memoryview, count: int) -> tuple[tuple[int, str], ...]:
    found, at = [], 0
    for _ in range(count):
        (ssrc,) = struct.unpack_from(">I", body, at)
        at += 4
        while body[at]:
            kind, length = body[at], body[at + 1]
            if kind == _CNAME:
                found.append((ssrc, bytes(body[at + 2 : at + 2 + length]).decode(errors="replace")))
            at += 2 + length
        at += 4 - at % 4  # the end of the list fills up a word
    return tuple(found)


def _encoded(item: Item) -> bytes:
    match item:
        case SenderReport():
            body = struct.pack(
                ">IQIII", item.ssrc, item.ntp, item.timestamp, item.packets, item.octets
            )
            return _packet(SENDER, len(item.blocks), body + _written(item.blocks))
        case ReceiverReport(ssrc, blocks):
            return _packet(RECEIVER, len(blocks), ssrc.to_bytes(4) + _written(blocks))
        case Names(names):
            return _packet(NAMES, len(names), b"".join(_chunk(*each) for each in names))
        case Goodbye(sources):
            return _packet(GOODBYE, len(sources), struct.pack(f">{len(sources)}I", *sources))
        case Feedback():
            head = struct.pack(">II", item.sender, item.media)
            return _packet(item.type, item.format, head + item.control)


def _packet(kind: int, count: int, body: bytes) -> bytes:
    return _HEAD.pack(0x80 | count, kind, len(body) // 4) + body


def _written(blocks: Iterable[ReportBlock]) -> bytes:
    return b"".join(
        _BLOCK.pack(
            each.ssrc,
            each.fraction << 24 | each.lost & 0xFFFFFF,
            each.highest,
            each.jitter,
            each.last_report,
            each.since_last,
        )
        for each in blocks
    )


def _chunk(ssrc: int, name: str) -> bytes:
    text = name.encode()[:255]
    chunk = ssrc.to_bytes(4) + bytes((_CNAME, len(text))) + text
    return chunk + bytes(4 - len(chunk) % 4)
