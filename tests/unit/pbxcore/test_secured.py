"""What protects a stream, from description to description."""

from __future__ import annotations

import datetime
import struct
from typing import TYPE_CHECKING

import msgspec
import pytest
from aioice import stun

from pbxcore.media.dtls import Association, Identity
from pbxcore.media.ice_lite import CONSENT_S, Credentials
from pbxcore.media.secured import CLEAR, SHUT, Datagram, Kind, Secured, kind_of
from pbxcore.media.srtp import Inbound, Outbound
from pbxcore.sip.sdp.crypto import new_crypto
from pbxcore.sip.sdp.direction import Direction
from pbxcore.sip.sdp.dtls import Dtls, Setup
from pbxcore.sip.sdp.ice import Ice
from pbxcore.sip.sdp.rtcp import Endpoint
from pbxcore.sip.sdp.stream import Agreed

if TYPE_CHECKING:
    from pbxcore.sip.sdp.crypto import Crypto

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
CREDENTIALS = Credentials("ourfrag", "our-password-of-22-char")
BROWSER = ("192.0.2.7", 40000)
STRANGER = ("192.0.2.66", 40000)
RTP = struct.pack(">BBHII", 0x80, 0, 1, 160, 7) + b"sound" * 32
LATER = struct.pack(">BBHII", 0x80, 0, 2, 320, 7) + b"sound" * 32
PLAIN = Agreed(
    index=0,
    kind="audio",
    profile="RTP/AVP",
    direction=Direction.SENDRECV,
    remote=Endpoint(*BROWSER),
)


@pytest.fixture(scope="module")
def identity() -> Identity:
    return Identity(NOW, datetime.timedelta(days=30))


@pytest.fixture(scope="module")
def browser_s() -> Identity:
    return Identity(NOW, datetime.timedelta(days=30))


@pytest.fixture
def secured(identity: Identity) -> Secured:
    return Secured(identity, CREDENTIALS, lambda: BROWSER)


def crypto(seed: int) -> Crypto:
    return new_crypto(1, "AES_CM_128_HMAC_SHA1_80", lambda count: bytes([seed]) * count)


def with_keys(ours: int, theirs: int) -> Agreed:
    return msgspec.structs.replace(PLAIN, local_crypto=crypto(ours), remote_crypto=crypto(theirs))


def of_browser(browser_s: Identity, setup: Setup = Setup.PASSIVE) -> Agreed:
    return msgspec.structs.replace(
        PLAIN,
        remote=None,
        dtls=Dtls((browser_s.fingerprint,), setup),
        ice=Ice("theirfrag", "their-password-of-22-ch"),
    )


def check(*, nominate: bool = True) -> bytes:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = "ourfrag:theirfrag"
    message.attributes["PRIORITY"] = 1
    message.attributes["ICE-CONTROLLING"] = 7
    if nominate:
        message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity(CREDENTIALS.password.encode())
    message.add_fingerprint()
    return bytes(message)


def handshake(secured: Secured, browser: Association, begun: list[Datagram]) -> None:
    """Carry datagrams to and fro until nobody says anything."""
    to_browser = [data for data, where in begun if where == BROWSER]
    to_us = browser.start(0.0)
    while to_browser or to_us:
        to_us += [each for data in to_browser for each in browser.receive(data, 0.0)]
        to_browser = [
            data for each in to_us for data, _ in secured.receive(each, Kind.DTLS, BROWSER, 0.0)
        ]
        to_us = []


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\0\1\0\0", Kind.STUN),
        (b"\x16\xfe\xfd", Kind.DTLS),
        (b"\x80\x00", Kind.RTP),
        (b"\x80\xff", Kind.RTP),
        (b"\x80\xc8", Kind.RTCP),
        (b"\x81\xcd", Kind.RTCP),
        (b"\x40\x00", Kind.OTHER),
        (b"\x80", Kind.OTHER),
        (b"", Kind.OTHER),
    ],
)
def test_first_bytes_tell_what_a_datagram_is(data: bytes, kind: Kind) -> None:
    assert kind_of(data) is kind


def test_without_keys_agreed_all_is_in_clear(secured: Secured) -> None:
    assert secured.follow(PLAIN, 0.0) == []
    assert secured.protection is CLEAR
    assert secured.protection.protect(RTP) == RTP
    assert secured.admits(STRANGER)
    assert not secured.by_ice


def test_keys_of_the_description_protect_both_directions(secured: Secured) -> None:
    secured.follow(with_keys(1, 2), 0.0)
    into = Inbound("AES_CM_128_HMAC_SHA1_80", crypto(1).keys)
    out = Outbound("AES_CM_128_HMAC_SHA1_80", crypto(2).keys[0])
    protected, theirs = secured.protection.protect(RTP), out.protect(RTP)
    assert protected is not None
    assert theirs is not None
    assert into.unprotect(protected) == RTP
    assert secured.protection.unprotect(theirs) == RTP


def test_a_new_key_of_one_side_leaves_the_other_direction_as_it_is(secured: Secured) -> None:
    secured.follow(with_keys(1, 2), 0.0)
    before = secured.protection
    secured.follow(with_keys(1, 2), 1.0)
    assert secured.protection == before
    secured.follow(with_keys(3, 2), 2.0)
    assert secured.protection.unprotect == before.unprotect
    assert secured.protection.protect != before.protect


@pytest.mark.parametrize("ours", [Setup.PASSIVE, Setup.ACTIVE])
def test_a_browser_is_found_by_ice_and_keyed_by_dtls(
    secured: Secured, identity: Identity, browser_s: Identity, ours: Setup
) -> None:
    theirs = Setup.ACTIVE if ours is Setup.PASSIVE else Setup.PASSIVE
    browser = Association(browser_s, Dtls((identity.fingerprint,), theirs))
    assert secured.follow(of_browser(browser_s, ours), 0.0) == []
    assert secured.protection is SHUT
    assert secured.protection.protect(RTP) is None
    assert secured.destination(0.0) is None
    answer, *begun = secured.receive(check(), Kind.STUN, BROWSER, 0.0)
    assert answer[1] == BROWSER
    assert bool(begun) is (ours is Setup.ACTIVE)
    handshake(secured, browser, begun)
    assert secured.destination(1.0) == BROWSER
    assert browser.ends is not None
    protected = secured.protection.protect(RTP)
    assert protected is not None
    assert browser.ends[1].unprotect(protected) == RTP


def test_only_checked_addresses_may_send(secured: Secured, browser_s: Identity) -> None:
    secured.follow(of_browser(browser_s), 0.0)
    secured.receive(check(), Kind.STUN, BROWSER, 0.0)
    assert secured.admits(BROWSER)
    assert not secured.admits(STRANGER)
    assert secured.receive(b"\x16\xfe\xfd" + bytes(20), Kind.DTLS, STRANGER, 0.0) == []


def test_nothing_is_sent_without_consent(secured: Secured, browser_s: Identity) -> None:
    secured.follow(of_browser(browser_s), 0.0)
    secured.receive(check(), Kind.STUN, BROWSER, 0.0)
    assert secured.destination(CONSENT_S - 1) == BROWSER
    assert secured.destination(CONSENT_S) is None


def test_keys_stay_until_the_peer_has_another_certificate(
    secured: Secured, identity: Identity, browser_s: Identity
) -> None:
    browser = Association(browser_s, Dtls((identity.fingerprint,), Setup.ACTIVE))
    secured.follow(of_browser(browser_s), 0.0)
    secured.receive(check(), Kind.STUN, BROWSER, 0.0)
    handshake(secured, browser, [])
    keyed = secured.protection
    secured.renew(Credentials("newfrag", "new-password-of-22-char"))
    secured.follow(of_browser(browser_s), 5.0)
    assert secured.protection == keyed
    reloaded = Identity(NOW, datetime.timedelta(days=30))
    secured.follow(of_browser(reloaded), 6.0)
    assert secured.protection is SHUT


def test_an_unanswered_flight_is_due_again(secured: Secured, browser_s: Identity) -> None:
    secured.follow(of_browser(browser_s, Setup.ACTIVE), 0.0)
    assert secured.deadline is None
    secured.receive(check(), Kind.STUN, BROWSER, 0.0)
    assert secured.deadline == pytest.approx(1.0, abs=0.1)
    assert secured.tick(0.5) == []


def test_a_phone_without_ice_is_sent_to_where_its_media_go(
    secured: Secured, browser_s: Identity
) -> None:
    phone = msgspec.structs.replace(
        of_browser(browser_s, Setup.ACTIVE), ice=None, remote=PLAIN.remote
    )
    begun = secured.follow(phone, 0.0)
    assert [where for _, where in begun] == [BROWSER]
    assert secured.admits(STRANGER)
