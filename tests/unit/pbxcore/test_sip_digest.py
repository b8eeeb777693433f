"""Digest authentication, the server's side."""

from __future__ import annotations

import hashlib
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.digest import NONCE_LIFE_S, Authenticator, Verdict, parse_credentials

NOW = 1_700_000_000.0
SIP_1000 = "Sip-1000!"
MUFASA_2617, MUFASA_7616 = "Circle Of Life", "Circle of Life"


def authenticator() -> Authenticator:
    numbers = count(1)
    return Authenticator(b"k" * 32, lambda size: next(numbers).to_bytes(size, "big"))


def nonce_of(challenge: bytes) -> bytes:
    return challenge.partition(b'nonce="')[2].partition(b'"')[0]


def md5(value: bytes) -> bytes:
    return hashlib.md5(value, usedforsecurity=False).hexdigest().encode()


def sha256(value: bytes) -> bytes:
    return hashlib.sha256(value).hexdigest().encode()


def credentials(
    nonce: bytes,
    *,
    user: bytes = b"1000",
    password: bytes = b"Sip-1000!",
    realm: bytes = b"engage",
    nc: int = 1,
    algorithm: bytes = b"MD5",
) -> dict[bytes, bytes]:
    hashed = sha256 if algorithm == b"SHA-256" else md5
    a1 = hashed(user + b":" + realm + b":" + password)
    a2 = hashed(b"REGISTER:sip:pbx")
    response = hashed(b"%b:%b:%08x:c:auth:%b" % (a1, nonce, nc, a2))
    header = (
        b'Digest username="1000", realm="%b", nonce="%b", uri="sip:pbx", response="%b",'
        b' algorithm=%b, qop=auth, nc=%08x, cnonce="c"' % (realm, nonce, response, algorithm, nc)
    )
    found = parse_credentials(header)
    assert found is not None
    return found


def judge(
    door: Authenticator,
    given: dict[bytes, bytes],
    now: float = NOW,
    secret: str | None = SIP_1000,
) -> Verdict:
    return door.judge(given, method=b"REGISTER", realm="engage", secret=secret, now=now)


def test_challenge_offers_md5_first_and_sha256_second() -> None:
    first, second = authenticator().challenges('my "realm"', NOW)
    assert first.startswith(b'WWW-Authenticate: Digest realm="my \\"realm\\"", nonce="')
    assert b'algorithm=MD5, qop="auth"' in first
    assert b'algorithm=SHA-256, qop="auth"' in second
    assert b"stale" not in first


@pytest.mark.parametrize("algorithm", [b"MD5", b"SHA-256"])
def test_right_password_is_good(algorithm: bytes) -> None:
    door = authenticator()
    nonce = nonce_of(door.challenges("engage", NOW)[0])
    assert judge(door, credentials(nonce, algorithm=algorithm)) is Verdict.GOOD


def test_weaker_algorithm_than_was_offered_is_wrong() -> None:
    door = authenticator()
    nonce = nonce_of(door.challenges("engage", NOW, algorithms=["SHA-256", "no-such"])[0])
    for algorithm, verdict in (b"MD5", Verdict.WRONG), (b"SHA-256", Verdict.GOOD):
        judged = door.judge(
            credentials(nonce, algorithm=algorithm),
            method=b"REGISTER",
            realm="engage",
            secret=SIP_1000,
            now=NOW,
            algorithms=["SHA-256"],
        )
        assert judged is verdict


def test_old_nonce_is_followed_by_the_next_one() -> None:
    door = authenticator()
    nonce = nonce_of(door.challenges("engage", NOW)[0])
    assert door.next_nonce(nonce, NOW + 1) == ()
    later = NOW + NONCE_LIFE_S - 1
    [line] = door.next_nonce(nonce, later)
    assert line.startswith(b"Authentication-Info: nextnonce=")
    following = line.partition(b'"')[2][:-1]
    assert judge(door, credentials(following), now=later + 30) is Verdict.GOOD


def test_wrong_password_and_unknown_user_are_wrong() -> None:
    door = authenticator()
    nonce = nonce_of(door.challenges("engage", NOW)[0])
    assert judge(door, credentials(nonce, password=b"x")) is Verdict.WRONG
    assert judge(door, credentials(nonce), secret=None) is Verdict.WRONG
    assert judge(door, credentials(nonce, realm=b"other")) is Verdict.WRONG


def test_example_of_rfc_2617_is_computed_alike() -> None:
    # RFC 2617 §3.5; the nonce is not ours, so the right answer counts as stale.
    header = (
        b'Digest username="Mufasa", realm="testrealm@host.com",'
        b' nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", qop=auth,'
        b' nc=00000001, cnonce="0a4f113b", response="6629fae49393a05397450978507c4ef1",'
        b' opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    found = parse_credentials(header)
    assert found is not None
    verdicts = [
        authenticator().judge(
            found, method=b"GET", realm="testrealm@host.com", secret=secret, now=NOW
        )
        for secret in (MUFASA_2617, MUFASA_2617.lower())
    ]
    assert verdicts == [Verdict.STALE, Verdict.WRONG]


def test_example_of_rfc_7616_is_computed_alike() -> None:
    # RFC 7616 §3.9.1, SHA-256.
    header = (
        b'Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html",'
        b" algorithm=SHA-256,"
        b' nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001,'
        b' cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth,'
        b' response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"'
    )
    found = parse_credentials(header)
    assert found is not None
    verdict = authenticator().judge(
        found, method=b"GET", realm="http-auth@example.org", secret=MUFASA_7616, now=NOW
    )
    assert verdict is Verdict.STALE


def test_each_nonce_count_is_good_once_in_any_order_within_the_window() -> None:
    door = authenticator()
    nonce = nonce_of(door.challenges("engage", NOW)[0])
    for nc in (1, 3, 2, 100, 99, 37):
        assert judge(door, credentials(nonce, nc=nc)) is Verdict.GOOD
    for nc in (1, 2, 3, 100, 99, 37, 36, 0):
        assert judge(door, credentials(nonce, nc=nc)) is Verdict.STALE


def test_old_nonce_and_one_from_the_future_and_a_forged_one_are_stale() -> None:
    door = authenticator()
    nonce = nonce_of(door.challenges("engage", NOW)[0])
    assert judge(door, credentials(nonce), now=NOW + NONCE_LIFE_S + 1) is Verdict.STALE
    assert judge(door, credentials(nonce), now=NOW - 5) is Verdict.STALE
    for forged in (b"", b"x" * 52, b"0" + nonce[1:-1] + b"z", nonce[:-2]):
        assert judge(door, credentials(forged)) is Verdict.STALE
    assert b"stale=true" in door.challenges("engage", NOW, stale=True)[0]


def test_old_way_without_qop_is_good_once() -> None:
    door = authenticator()
    nonce = nonce_of(door.challenges("engage", NOW)[0])
    response = md5(
        b"%b:%b:%b" % (md5(b"1000:engage:" + SIP_1000.encode()), nonce, md5(b"REGISTER:sip:pbx"))
    )
    header = b'Digest username="1000",realm="engage",nonce="%b",uri="sip:pbx",response="%b"' % (
        nonce,
        response,
    )
    found = parse_credentials(header)
    assert found is not None
    assert judge(door, found) is Verdict.GOOD
    assert judge(door, found) is Verdict.STALE


@pytest.mark.parametrize("missing", [b"nc", b"cnonce", b"nonce", b"uri", b"response", b"username"])
def test_incomplete_credentials_are_refused(missing: bytes) -> None:
    found = credentials(b"n")
    del found[missing]
    with pytest.raises(RemoteProtocolError) as caught:
        judge(authenticator(), found)
    assert caught.value.status == 400


def test_name_with_quotes_is_right_escaped_and_plain() -> None:
    for hashed_name in (b'a\\"b', b'a"b'):
        door = authenticator()
        nonce = nonce_of(door.challenges("engage", NOW)[0])
        found = credentials(nonce, user=hashed_name)
        found[b"username"] = b'a\\"b'
        assert judge(door, found) is Verdict.GOOD


def test_other_schemes_are_not_ours() -> None:
    assert parse_credentials(b"Basic abc") is None
    with pytest.raises(RemoteProtocolError):
        parse_credentials(b'Digest username="open')


@given(st.binary(max_size=80))
def test_any_credentials_raise_nothing_but_a_refusal(noise: bytes) -> None:
    try:
        found = parse_credentials(b"Digest " + noise)
        if found is not None:
            judge(authenticator(), {**credentials(b"n"), **found})
    except RemoteProtocolError:
        return


@given(st.lists(st.integers(0, 300), max_size=50))
def test_no_nonce_count_is_ever_good_twice(counts: list[int]) -> None:
    door = authenticator()
    nonce = nonce_of(door.challenges("engage", NOW)[0])
    good = [nc for nc in counts if judge(door, credentials(nonce, nc=nc)) is Verdict.GOOD]
    assert len(good) == len(set(good))


def test_nonce_tells_whom_it_was_sent_to() -> None:
    door = authenticator()
    nonce = nonce_of(door.challenges("engage", NOW, source="192.0.2.7")[0])
    assert door.issued_to(nonce, "192.0.2.7")
    assert not door.issued_to(nonce, "192.0.2.8")
    assert not door.issued_to(b"0" * len(nonce), "192.0.2.7")
    assert not door.issued_to(b"", "192.0.2.7")
    forged = b"f" * 28 + nonce[28:]
    assert not door.issued_to(forged, "192.0.2.7")
    assert judge(door, credentials(nonce)) is Verdict.GOOD  # from wherever it comes


def test_an_empty_nonce_is_none_of_ours() -> None:
    authenticator = Authenticator(bytes(32), bytes)
    credentials = parse_credentials(
        b'Digest username="1", realm="x", nonce="", uri="u", response=""'
    )
    assert credentials is not None
    verdict = authenticator.judge(credentials, method=b"REGISTER", realm="x", secret=None, now=1.0)
    assert verdict is Verdict.WRONG
