"""Tracing: the ring, what is masked, capture files and ladders."""

from __future__ import annotations

import struct

import pytest

from pbxcore.sip.flow import Flow
from pbxcore.trace import pcap, view
from pbxcore.trace.ladder import Step, ladder
from pbxcore.trace.masking import masked
from pbxcore.trace.ring import Ring

PHONE = Flow("udp", "192.0.2.1:5060", "198.51.100.7", 5062)
SIX = Flow("tls", "[2001:db8::1]:5061", "2001:db8::7", 40000, 3)
INVITE = (
    b"INVITE sip:1001@pbx SIP/2.0\r\nCall-ID: one\r\nCSeq: 1 INVITE\r\n"
    b'Authorization: Digest username="1000", nonce="n", response="0123456789abcdef", nc=1\r\n'
    b"Content-Length: 80\r\n\r\n"
    b"v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9|2^20\r\n"
)
TRYING = b"SIP/2.0 100 Trying\r\ni:one\r\nCSeq: 1 INVITE\r\n\r\n"


def filled() -> Ring:
    ring = Ring()
    ring.add(10.0, PHONE, 5062, INVITE, sent=False)
    ring.add(10.25, PHONE, 5062, TRYING, sent=True)
    ring.add(11.0, SIX, 40000, INVITE.replace(b"one", b"two"), sent=False)
    return ring


def test_ring_forgets_the_oldest_by_count_and_by_bytes() -> None:
    ring = Ring(most_messages=3, most_bytes=1000)
    for n in range(5):
        ring.add(float(n), PHONE, 5062, b"x" * 100, sent=False)
    assert [number for number, _ in ring.since(0)] == [3, 4, 5]
    assert [number for number, _ in ring.since(4)] == [5]
    ring.add(9.0, PHONE, 5062, b"y" * 900, sent=False)
    assert (len(ring), ring.size, ring.last) == (2, 1000, 6)
    ring.add(9.0, PHONE, 5062, b"z" * 1001, sent=False)
    assert (len(ring), ring.size) == (0, 0)


def test_messages_are_chosen_by_call_and_by_address() -> None:
    ring = filled()
    assert [n for n, _ in view.chosen(ring, call_id="one")] == [1, 2]
    assert [n for n, _ in view.chosen(ring, address="2001:db8::7")] == [3]
    assert [n for n, _ in view.chosen(ring, call_id="one", address="2001:db8::7")] == []
    assert [n for n, _ in view.chosen(ring, after=1)] == [2, 3]


def test_secrets_are_masked_and_lengths_stay() -> None:
    shown = masked(INVITE)
    assert len(shown) == len(INVITE)
    assert b'response="****************"' in shown
    assert b"inline:********************************|2^20" in shown
    assert b'nonce="n"' in shown


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        (b'Authorization: Digest a=b,\r\n  response="5ecret"', b"5ecret"),
        (b"Proxy-Authorization:Digest response=5ecret, a=b", b"5ecret"),
        (b'authentication-info: rspauth = "5ecret"', b"5ecret"),
        (b"Authorization: Basic 5ecret==", b"5ecret"),
    ],
)
def test_no_header_gives_a_password_away(line: bytes, secret: bytes) -> None:
    message = b"REGISTER sip:pbx SIP/2.0\r\n" + line + b"\r\nX-Kept: response=yes\r\n\r\n"
    assert secret not in masked(message)
    assert b"X-Kept: response=yes" in masked(message)


def test_what_people_write_and_dial_is_shown_only_when_asked_for() -> None:
    text = b"MESSAGE sip:1 SIP/2.0\r\nContent-Length: 11\r\n\r\nmeet\r\nat 5"
    dialled = b"INFO sip:1 SIP/2.0\r\nContent-Length: 8\r\n\r\nSignal=4"
    assert masked(text).endswith(b"\r\n\r\n****\r\n****")
    assert masked(dialled).endswith(b"\r\n\r\n********")
    assert masked(text, bodies=True) == text


def test_text_tells_when_and_whither_and_shows_no_control_characters() -> None:
    (_, first), (_, second), _ = view.chosen(filled())
    assert view.text(first).splitlines()[:2] == [
        "─── 1970-01-01T00:00:10.000+00:00 udp 198.51.100.7:5062 → 192.0.2.1:5060",
        "INVITE sip:1001@pbx SIP/2.0",
    ]
    assert "192.0.2.1:5060 → 198.51.100.7:5062" in view.text(second)
    ring = Ring()
    ring.add(0.0, PHONE, 5062, b"\x1b[2J\xff", sent=False)
    ((_, noise),) = view.chosen(ring)
    assert view.text(noise).endswith("\\x1b[2J\\xff\n\n")


def read_capture(data: bytes) -> list[tuple[float, bytes]]:
    """Packets of a capture file, by the description of its format."""
    magic, major, minor, _, _, largest, link = struct.unpack_from("<IHHiIII", data)
    assert (magic, major, minor, link) == (0xA1B2C3D4, 2, 4, 101)
    found, at = [], 24
    while at < len(data):
        seconds, micros, kept, whole = struct.unpack_from("<IIII", data, at)
        assert kept == whole <= largest
        found.append((seconds + micros / 1e6, data[at + 16 : at + 16 + kept]))
        at += 16 + kept
    return found


def ones_complement(data: bytes) -> int:
    data += b"\0" * (len(data) % 2)
    total = sum(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def test_capture_holds_right_packets_of_both_versions() -> None:
    capture = pcap.file(view.packet(each) for _, each in view.chosen(filled()))
    (at, first), (_, second), (_, third) = read_capture(capture)
    assert at == 10.0
    assert first[0] == 0x45
    assert struct.unpack(">H", first[2:4])[0] == len(first)
    assert (first[12:16], first[16:20]) == (b"\xc6\x33\x64\x07", b"\xc0\x00\x02\x01")
    assert struct.unpack(">HHH", first[20:26]) == (5062, 5060, len(first) - 20)
    assert ones_complement(first[:20]) == 0xFFFF
    pseudo = first[12:20] + struct.pack(">II", len(first) - 20, 17)
    assert ones_complement(pseudo + first[20:]) == 0xFFFF
    assert first[28:] == masked(INVITE)
    assert second[12:16] == b"\xc0\x00\x02\x01"
    assert third[0] >> 4 == 6
    assert ones_complement(third[8:40] + struct.pack(">II", len(third) - 40, 17) + third[40:]) == (
        0xFFFF
    )


def test_ladder_shows_who_said_what_in_order() -> None:
    steps = [
        Step(5.0, "alice", "pbx", "INVITE"),
        Step(5.25, "pbx", "bob", "INVITE"),
        Step(6.5, "bob", "alice", "a label that is wider than both of the gaps would be"),
        Step(7.0, "bob", "bob", "lost"),
    ]
    assert ladder(steps) == (
        "           alice         pbx                                          bob\n"
        "    0.000    |── INVITE ─>|                                            |\n"
        "    0.250    |            |────────────────── INVITE ─────────────────>|\n"
        "    1.500    |<─ a label that is wider than both of the gaps would be ─|\n"
        "    2.000    |            |                                            |⟲ lost\n"
    )
    assert ladder([]) == ""


def test_calls_are_drawn_from_the_ring() -> None:
    picture = view.drawn(each for _, each in view.chosen(filled(), call_id="one"))
    assert "INVITE" in picture
    assert "100 Trying (INVITE)" in picture
    assert picture.splitlines()[0].split() == ["198.51.100.7:5062", "192.0.2.1:5060"]
