"""Handshakes between two of our own associations; other implementations meet ours elsewhere."""

from __future__ import annotations

import datetime
import struct

import pytest

from pbxcore.media.dtls import MTU, Association, Identity, State
from pbxcore.sip.sdp.dtls import Dtls, Fingerprint, Setup

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
RTP = struct.pack(">BBHII", 0x80, 0, 1, 160, 7) + b"sound" * 32


@pytest.fixture(scope="module")
def ours() -> Identity:
    return Identity(NOW, datetime.timedelta(days=30))


@pytest.fixture(scope="module")
def theirs() -> Identity:
    return Identity(NOW, datetime.timedelta(days=30))


def association(me: Identity, peer: Fingerprint, setup: Setup) -> Association:
    return Association(me, Dtls((peer,), setup))


def exchange(one: Association, other: Association, lose: int | None = None) -> int:
    """Carry datagrams to and fro until nobody says anything; the number of them."""
    count = 0
    way = [(other, each) for each in one.start(0.0)] + [(one, each) for each in other.start(0.0)]
    while way:
        receiver, datagram = way.pop(0)
        assert len(datagram) <= MTU
        count += 1
        if count == lose:
            continue
        sender = one if receiver is other else other
        way += [(sender, each) for each in receiver.receive(datagram, 0.0)]
    return count


def test_both_roles_come_to_the_same_keys(ours: Identity, theirs: Identity) -> None:
    active = association(ours, theirs.fingerprint, Setup.ACTIVE)
    passive = association(theirs, ours.fingerprint, Setup.PASSIVE)
    exchange(active, passive)
    assert active.state is passive.state is State.KEYED
    assert active.ends is not None
    assert passive.ends is not None
    for (sender, _), (_, receiver) in (
        (active.ends, passive.ends),
        (passive.ends, active.ends),
    ):
        protected = sender.protect(RTP)
        assert protected is not None
        assert receiver.unprotect(protected) == RTP


def test_another_certificate_than_the_description_s_gets_no_keys(
    ours: Identity, theirs: Identity
) -> None:
    active = association(ours, Fingerprint("sha-256", bytes(32)), Setup.ACTIVE)
    passive = association(theirs, ours.fingerprint, Setup.PASSIVE)
    exchange(active, passive)
    assert active.state is State.FAILED
    assert active.ends is None
    assert "certificate" in active.problem


def test_any_of_several_fingerprints_may_be_the_one(ours: Identity, theirs: Identity) -> None:
    peer = Dtls((Fingerprint("sha-1", bytes(20)), theirs.fingerprint), Setup.ACTIVE)
    active = Association(ours, peer)
    exchange(active, association(theirs, ours.fingerprint, Setup.PASSIVE))
    assert active.state is State.KEYED


def test_only_a_flight_that_waits_has_a_deadline(ours: Identity, theirs: Identity) -> None:
    active = association(ours, theirs.fingerprint, Setup.ACTIVE)
    passive = association(theirs, ours.fingerprint, Setup.PASSIVE)
    assert active.deadline is passive.deadline is None
    hello = active.start(10.0)
    assert len(hello) == 1
    assert active.deadline == pytest.approx(11.0, abs=0.1)  # RFC 6347 §4.2.4.1
    assert active.tick(10.5) == []
    answered = [each for datagram in hello for each in passive.receive(datagram, 10.0)]
    for datagram in answered:
        active.receive(datagram, 10.0)
    assert passive.state is State.HANDSHAKING
    assert passive.deadline == pytest.approx(11.0, abs=0.1)


def test_noise_does_not_disturb_a_handshake(ours: Identity, theirs: Identity) -> None:
    active = association(ours, theirs.fingerprint, Setup.ACTIVE)
    passive = association(theirs, ours.fingerprint, Setup.PASSIVE)
    for noise in (b"", b"\x16", b"\x16\xfe\xfd" + bytes(40), bytes(range(20, 64))):
        assert passive.receive(noise, 0.0) == []
    exchange(active, passive)
    assert active.state is passive.state is State.KEYED


def test_the_end_is_told(ours: Identity, theirs: Identity) -> None:
    active = association(ours, theirs.fingerprint, Setup.ACTIVE)
    passive = association(theirs, ours.fingerprint, Setup.PASSIVE)
    exchange(active, passive)
    for datagram in active.close():
        passive.receive(datagram, 1.0)
    assert passive.state is State.CLOSED
    assert active.close() == []
    assert passive.ends is not None
