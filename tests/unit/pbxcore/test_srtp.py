"""Encrypted RTP: what one side protects the other opens, once."""

from __future__ import annotations

import struct

import pytest

from pbxcore.media.srtp import SUITES, Inbound, Outbound, ends_by_dtls, usable
from pbxcore.sip.sdp.crypto import Key, new_crypto

RTCP = bytes.fromhex("80c90001 00000007")


def entropy(seed: int):
    return lambda count: bytes((seed + each) % 256 for each in range(count))


def rtp(sequence: int, payload: bytes = b"sound" * 32) -> bytes:
    return (
        struct.pack(">BBHII", 0x80, 0, sequence & 0xFFFF, sequence * 160 & 0xFFFFFFFF, 7) + payload
    )


def ends(suite: str, seed: int = 1) -> tuple[Outbound, Inbound]:
    """One direction, from the one who sends to the one who receives."""
    keys = new_crypto(1, suite, entropy(seed)).keys
    return Outbound(suite, keys[0]), Inbound(suite, keys)


@pytest.mark.parametrize("suite", SUITES)
def test_each_suite_opens_what_it_protected(suite: str) -> None:
    sender, receiver = ends(suite)
    protected, report = sender.protect(rtp(1)), sender.protect_rtcp(RTCP)
    assert protected is not None
    assert report is not None
    assert b"sound" not in protected
    assert receiver.unprotect(protected) == rtp(1)
    assert receiver.unprotect_rtcp(report) == RTCP


def test_replayed_and_forged_packets_are_refused() -> None:
    one, other = ends("AES_CM_128_HMAC_SHA1_80")
    protected = one.protect(rtp(1))
    assert protected is not None
    assert other.unprotect(protected[:-1] + bytes([protected[-1] ^ 1])) is None
    assert other.unprotect(protected) == rtp(1)
    assert other.unprotect(protected) is None
    assert other.unprotect(rtp(2)) is None
    assert other.unprotect(b"\x80") is None
    assert other.unprotect_rtcp(RTCP) is None


def test_late_packets_are_taken_within_the_window() -> None:
    one, other = ends("AEAD_AES_128_GCM")
    sent = [one.protect(rtp(each)) for each in range(1, 300)]
    last = sent[-1]
    assert last is not None
    assert other.unprotect(last) == rtp(299)
    assert sent[-100] is not None
    assert other.unprotect(sent[-100]) == rtp(200)
    assert sent[0] is not None
    assert other.unprotect(sent[0]) is None


def test_sequence_numbers_roll_over() -> None:
    one, other = ends("AES_CM_128_HMAC_SHA1_80")
    for sequence in range(65500, 2 * 65536 + 40, 16):
        protected = one.protect(rtp(sequence))
        assert protected is not None
        assert other.unprotect(protected) == rtp(sequence)


@pytest.mark.parametrize("suite", SUITES)
def test_identifiers_tell_keys_apart(suite: str) -> None:
    length = SUITES[suite].key + SUITES[suite].salt
    first, second = Key(entropy(1)(length), mki=b"\0\1"), Key(entropy(2)(length), mki=b"\0\2")
    receiver = Inbound(suite, (first, second))
    for key in (first, second):
        sender = Outbound(suite, key)
        protected, report = sender.protect(rtp(5)), sender.protect_rtcp(RTCP)
        assert protected is not None
        assert report is not None
        assert receiver.unprotect(protected) == rtp(5)
        assert receiver.unprotect_rtcp(report) == RTCP
    assert receiver.unprotect(b"\x80") is None


def test_packets_longer_than_the_path_takes_are_left_out() -> None:
    one, _ = ends("AES_CM_128_HMAC_SHA1_80")
    assert one.protect(rtp(1, bytes(1500))) is None


def test_client_and_server_of_a_handshake_understand_each_other() -> None:
    exported = bytes(range(60))
    sender, _ = ends_by_dtls("AES_CM_128_HMAC_SHA1_80", exported, client=True)
    _, receiver = ends_by_dtls("AES_CM_128_HMAC_SHA1_80", exported, client=False)
    protected = sender.protect(rtp(1))
    assert protected is not None
    assert receiver.unprotect(protected) == rtp(1)


def test_only_suites_of_the_library_are_usable() -> None:
    assert usable(new_crypto(1, "AES_CM_128_HMAC_SHA1_80", entropy(1)))
    assert not usable(new_crypto(1, "AES_256_CM_HMAC_SHA1_80", entropy(1)))
