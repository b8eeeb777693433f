"""Which form of a file a client gets, compressed or not, and what it has already."""

from __future__ import annotations

import gzip

import pytest
from starlette.requests import Request

from engage.web.representations import compress, represented, tag_of, takes_gzip

BODY = b"engage " * 100
TAG = tag_of(BODY)


def asking(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), each.encode()) for name, each in headers.items()]
    return Request({"type": "http", "headers": raw})


def served(**headers: str) -> tuple[int, bytes, str, str | None]:
    """Status, body, tag and coding of the answer."""
    answer = represented(
        asking(**headers), BODY, "text/css", {}, tag=TAG, compressed=lambda: compress(BODY)
    )
    coding = answer.headers.get("content-encoding")
    return answer.status_code, bytes(answer.body), answer.headers["etag"], coding


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("gzip, deflate, br", True),
        ("GZip;q=0.5", True),
        ("br, *", True),
        ("identity;q=0.5, gzip;Q=1.0", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("*;q=0", False),
        ("identity, gzip;q=0.5", False),
        ("notgzip, gzip;q=much", False),
        ("", False),
    ],
)
def test_what_a_client_does_not_take_it_does_not_get(accepted: str, taken: bool) -> None:
    assert takes_gzip(asking(accept_encoding=accepted)) is taken
    _, body, _, coding = served(accept_encoding=accepted)
    assert (gzip.decompress(body) if taken else body) == BODY
    assert coding == ("gzip" if taken else None)


def test_each_form_has_its_own_tag() -> None:
    plain, packed = served(), served(accept_encoding="gzip")
    assert plain[2] != packed[2]
    assert served(if_none_match=plain[2])[:2] == (304, b"")
    assert served(if_none_match=packed[2], accept_encoding="gzip")[:2] == (304, b"")
    assert served(if_none_match=plain[2], accept_encoding="gzip") == packed
    assert served(if_none_match=packed[2]) == plain


@pytest.mark.parametrize("known", [f'"other", {TAG}', f"W/{TAG}", "*"])
def test_what_a_client_has_it_does_not_get_again(known: str) -> None:
    assert served(if_none_match=known)[0] == 304


@pytest.mark.parametrize("known", ['"other"', TAG.strip('"'), ""])
def test_what_a_client_does_not_have_it_gets(known: str) -> None:
    assert served(if_none_match=known)[0] == 200


def test_what_has_one_form_is_served_in_that() -> None:
    request = asking(accept_encoding="gzip")
    answer = represented(request, BODY, "image/png", {}, tag=TAG, compressed=None)
    assert (answer.body, answer.headers["etag"]) == (BODY, TAG)
