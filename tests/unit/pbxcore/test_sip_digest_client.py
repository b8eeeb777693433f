"""Digest authentication, the client's side."""

from __future__ import annotations

import hashlib
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.sip.digest import Authenticator, Verdict, parse_credentials
from pbxcore.sip.digest_client import MOST_TRIES, Account, DigestClient
from pbxcore.sip.digest_response import ALGORITHMS
from pbxcore.sip.message import Response

NOW = 1_700_000_000.0
URI = b"sip:provider.example"
PASSWORD = "pässword"  # noqa: S105
ODD_NAME = "user-1_a!b$c&d+e~f"


def refusal(*lines: bytes, status: int = 401) -> Response:
    return Response(status, b"", b"SIP/2.0", list(lines), b"")


def digest(fields: bytes, *, proxy: bool = False) -> bytes:
    return (b"Proxy-Authenticate" if proxy else b"WWW-Authenticate") + b": Digest " + fields


def client(username: str = "1000", secret: str = PASSWORD, *nonces: bytes) -> DigestClient:
    numbers = iter(nonces) if nonces else (b"c%d" % each for each in count(1))
    return DigestClient(lambda realm: Account(username, secret), lambda: next(numbers))


def fields(line: bytes) -> dict[bytes, bytes]:
    name, _, value = line.partition(b": ")
    assert name in (b"Authorization", b"Proxy-Authorization")
    found = parse_credentials(value)
    assert found is not None
    return found


def only(lines: list[bytes] | None) -> dict[bytes, bytes]:
    assert lines is not None
    [line] = lines
    return fields(line)


def test_example_of_rfc_2617() -> None:
    attempt = client("Mufasa", "Circle Of Life", b"0a4f113b").attempt(b"GET", b"/dir/index.html")
    assert attempt.lines == []
    lines = attempt.answer(
        refusal(
            digest(
                b'realm="testrealm@host.com", qop="auth,auth-int",'
                b' nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",'
                b' opaque="5ccc069c403ebaf9f0171e9517f40e41"'
            )
        )
    )
    assert lines == [
        b'Authorization: Digest username="Mufasa", realm="testrealm@host.com",'
        b' nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html",'
        b' response="6629fae49393a05397450978507c4ef1",'
        b' opaque="5ccc069c403ebaf9f0171e9517f40e41",'
        b' qop=auth, nc=00000001, cnonce="0a4f113b"'
    ]


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        (b"MD5", b"8ca523f5e9506fed4657c9700eebdbec"),
        (b"SHA-256", b"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_example_of_rfc_7616(algorithm: bytes, response: bytes) -> None:
    mufasa = client(
        "Mufasa", "Circle of Life", b"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    ).attempt(b"GET", b"/dir/index.html")
    answered = mufasa.answer(
        refusal(
            digest(
                b'realm="http-auth@example.org", qop="auth, auth-int", algorithm=%b,'
                b' nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",'
                b' opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"' % algorithm
            )
        )
    )
    assert only(answered)[b"response"] == response


def test_example_of_rfc_7616_with_another_alphabet() -> None:
    # §3.9.2, with the response as its erratum 4897 corrects it
    attempt = client(
        "Jäsøn Doe", "Secret, or not?", b"NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v"
    ).attempt(b"GET", b"/doe.json")
    answered = attempt.answer(
        refusal(
            digest(
                b'realm="api@example.org", qop="auth", algorithm=SHA-512-256,'
                b' nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",'
                b' opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS",'
                b" charset=UTF-8, userhash=true"
            )
        )
    )
    assert only(answered)[b"response"] == (
        b"3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"
    )


def test_session_algorithm_and_the_body_are_hashed_as_the_standard_says() -> None:
    def sha256(value: bytes) -> bytes:
        return hashlib.sha256(value).hexdigest().encode()

    found = only(
        client()
        .attempt(b"MESSAGE", URI, b"hello")
        .answer(refusal(digest(b'realm="r", nonce="n", algorithm=sha-256-SESS, qop="auth-int"')))
    )
    secret = sha256(sha256(b"1000:r:" + PASSWORD.encode()) + b":n:c1")
    request = sha256(b"MESSAGE:" + URI + b":" + sha256(b"hello"))
    assert found[b"response"] == sha256(b"%b:n:00000001:c1:auth-int:%b" % (secret, request))
    assert (found[b"qop"], found[b"algorithm"]) == (b"auth-int", b"SHA-256-sess")


def test_without_qop_the_old_way_is_taken() -> None:
    found = only(client().attempt(b"INVITE", URI).answer(refusal(digest(b'realm="r",nonce="n"'))))
    assert not {b"qop", b"nc", b"cnonce", b"algorithm"} & set(found)


def test_of_several_challenges_the_strongest_that_we_know_is_answered() -> None:
    answered = (
        client()
        .attempt(b"REGISTER", URI)
        .answer(
            refusal(
                digest(b'realm="r", nonce="1", algorithm=MD5, qop="auth"'),
                digest(b'realm="r", nonce="2", algorithm=AKAv1-MD5, qop="auth"'),
                digest(b'realm="r", nonce="3", algorithm=SHA-256, qop="auth"'),
                digest(b'realm="r", nonce="4", algorithm=SHA-256, qop="future"'),
                b'WWW-Authenticate: Basic realm="r"',
            )
        )
    )
    assert only(answered)[b"nonce"] == b"3"


def test_challenges_in_one_line_are_told_apart() -> None:
    answered = (
        client()
        .attempt(b"REGISTER", URI)
        .answer(
            refusal(
                digest(b'realm="r, Digest", nonce="1", algorithm=MD5, Digest realm="s",nonce="2"')
            )
        )
    )
    assert answered is not None
    assert [fields(each)[b"realm"] for each in answered] == [b"r, Digest", b"s"]


def test_proxies_and_the_server_get_each_their_own() -> None:
    attempt = client().attempt(b"INVITE", URI)
    first = attempt.answer(refusal(digest(b'realm="p", nonce="1"', proxy=True), status=407))
    assert first is not None
    assert [each.partition(b":")[0] for each in first] == [b"Proxy-Authorization"]
    second = attempt.answer(refusal(digest(b'realm="s", nonce="2"')))
    assert second is not None
    assert [each.partition(b":")[0] for each in second] == [
        b"Proxy-Authorization",
        b"Authorization",
    ]


def test_a_second_refusal_says_that_the_password_is_wrong() -> None:
    attempt = client().attempt(b"REGISTER", URI)
    assert attempt.answer(refusal(digest(b'realm="r", nonce="1"'))) is not None
    assert attempt.answer(refusal(digest(b'realm="r", nonce="2"'))) is None
    assert attempt.answer(refusal(digest(b'realm="r", nonce="1", stale=true'))) is None


def test_stale_nonce_is_replaced_but_not_for_ever() -> None:
    attempt = client().attempt(b"REGISTER", URI)
    for turn in range(MOST_TRIES):
        fresh = digest(b'realm="r", nonce="%d", stale=TRUE, qop="auth"' % turn)
        assert only(attempt.answer(refusal(fresh)))[b"nonce"] == b"%d" % turn
    assert attempt.answer(refusal(digest(b'realm="r", nonce="x", stale=true'))) is None


def test_next_request_brings_credentials_and_counts() -> None:
    account = client()
    account.attempt(b"REGISTER", URI).answer(refusal(digest(b'realm="r", nonce="n", qop="auth"')))
    assert only(account.attempt(b"REGISTER", URI).lines)[b"nc"] == b"00000002"
    later = account.attempt(b"REGISTER", URI)
    assert only(later.lines)[b"nc"] == b"00000003"
    # a server that forgot the nonce and does not say stale gets one more try
    answered = later.answer(refusal(digest(b'realm="r", nonce="m", qop="auth"')))
    assert only(answered)[b"nc"] == b"00000001"
    assert later.answer(refusal(digest(b'realm="r", nonce="o", qop="auth"'))) is None


def test_next_nonce_is_taken() -> None:
    account = client()
    attempt = account.attempt(b"REGISTER", URI)
    attempt.answer(refusal(digest(b'realm="r", nonce="n", qop="auth"')))
    attempt.accepted(refusal(b'Authentication-Info: qop=auth, nextnonce="m"', status=200))
    found = only(account.attempt(b"REGISTER", URI).lines)
    assert (found[b"nonce"], found[b"nc"]) == (b"m", b"00000001")
    attempt.accepted(refusal(b'Authentication-Info: nextnonce="late"', status=200))
    assert only(account.attempt(b"REGISTER", URI).lines)[b"nonce"] == b"m"


def test_realm_without_account_is_not_answered() -> None:
    stranger = DigestClient(lambda realm: None, lambda: b"c")
    attempt = stranger.attempt(b"REGISTER", URI)
    assert attempt.answer(refusal(digest(b'realm="r", nonce="n"'))) is None
    assert attempt.answer(refusal()) is None


def test_special_characters_stay_and_quotes_are_escaped() -> None:
    plain = client(ODD_NAME).attempt(b"REGISTER", URI)
    answered = plain.answer(refusal(digest(b'realm="r", nonce="n"')))
    assert only(answered)[b"username"] == ODD_NAME.encode()
    quoted = client('a"b\\c').attempt(b"REGISTER", URI)
    answered = quoted.answer(refusal(digest(b'realm="my \\"realm\\"", nonce="n"')))
    found = only(answered)
    assert (found[b"username"], found[b"realm"]) == (b'a\\"b\\\\c', b'my \\"realm\\"')


@pytest.mark.parametrize("integrity", [False, True])
@pytest.mark.parametrize("algorithm", [each.name.decode() for each in ALGORITHMS.values()])
@pytest.mark.parametrize("username", [ODD_NAME, 'a"b\\c', "Jörg"])
def test_our_server_takes_what_our_client_says(
    algorithm: str, integrity: bool, username: str
) -> None:
    door = Authenticator(b"k" * 32, bytes)
    offered = door.challenges('en"gage', NOW, algorithms=[algorithm], integrity=integrity)
    account = client(username, PASSWORD)
    attempt = account.attempt(b"MESSAGE", URI, b"text")
    for lines in attempt.answer(refusal(*offered)), account.attempt(b"MESSAGE", URI, b"text").lines:
        verdict = door.judge(
            only(lines),
            method=b"MESSAGE",
            realm='en"gage',
            secret=PASSWORD,
            now=NOW,
            body=b"text",
            algorithms=[algorithm],
        )
        assert verdict is Verdict.GOOD


@given(
    st.lists(
        st.sampled_from(
            [b"realm=", b'nonce="1"', b"stale=true", b'"', b",", b"Digest ", b"=", b"\\"]
        )
        | st.binary(max_size=12)
    )
)
def test_any_challenge_is_answered_or_not_and_raises_nothing(parts: list[bytes]) -> None:
    lines = client().attempt(b"REGISTER", URI).answer(refusal(digest(b" ".join(parts))))
    assert lines is None or all(b"\r" not in each and b"\n" not in each for each in lines)
