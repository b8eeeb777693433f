"""Digest for HTTP: an answer is worth something for one request, once, and for a while."""

from __future__ import annotations

import hashlib
import re

from pbxcore.http_digest import HttpDigest, Verdict

RIGHT = "right"
TARGET = "/cdrapi?format=json"


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def answer(challenge: str, password: str, target: str = TARGET, count: int = 1) -> str:
    """What a client of RFC 7616 makes of the first challenge."""
    nonce = re.findall(r'nonce="([^"]+)"', challenge)[0]
    first = md5(f"crm:API:{password}")
    middle = f"{nonce}:{count:08x}:abcd:auth"
    response = md5(f"{first}:{middle}:{md5(f'GET:{target}')}")
    return (
        f'Digest username="crm", realm="API", nonce="{nonce}", uri="{target}", qop=auth,'
        f' nc={count:08x}, cnonce="abcd", algorithm=MD5, response="{response}"'
    )


def judged(digest: HttpDigest, header: str, now: float, secret: str | None = RIGHT) -> Verdict:
    found = digest.read(header)
    assert found is not None
    assert found.user == "crm"
    return digest.judge(found, "GET", TARGET, secret, now)


def test_a_right_answer_counts_once_and_for_a_minute() -> None:
    digest = HttpDigest("API", bytes(32), lambda most: b"e" * most)
    challenge = digest.challenges(100.0)[0]
    assert challenge.startswith('Digest realm="API", nonce="')
    good = answer(challenge, "right")
    assert judged(digest, good, 101.0) is Verdict.GOOD
    assert judged(digest, good, 101.0) is Verdict.STALE
    assert judged(digest, answer(challenge, "right", count=2), 102.0) is Verdict.GOOD
    assert judged(digest, answer(challenge, "right", count=3), 161.0) is Verdict.STALE
    assert judged(digest, answer(challenge, "wrong", count=4), 103.0) is Verdict.WRONG


def test_an_answer_is_of_its_own_request_alone() -> None:
    digest = HttpDigest("API", bytes(32), lambda most: b"e" * most)
    challenge = digest.challenges(100.0)[0]
    elsewhere = answer(challenge, "right", "/recapi")
    assert judged(digest, elsewhere, 101.0) is Verdict.WRONG
    assert judged(digest, answer(challenge, "right"), 101.0, None) is Verdict.WRONG


def test_other_schemes_and_broken_headers_are_no_answers() -> None:
    digest = HttpDigest("API", bytes(32), lambda most: b"e" * most)
    for header in ("", "Basic YTpi", 'Digest username="crm'):
        assert digest.read(header) is None
    incomplete = digest.read('Digest username="crm"')
    assert incomplete is not None
    assert digest.judge(incomplete, "GET", TARGET, "right", 1.0) is Verdict.WRONG
