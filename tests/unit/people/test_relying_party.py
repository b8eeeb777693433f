"""Which site a page's passkeys belong to."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from engage.people.sign_in.model import RelyingParty
from engage.people.sign_in.routes.inside import relying_party

OWN = frozenset({"pbx.example.com", "10.0.0.7"})


def party(scheme: str, host: str) -> RelyingParty | None:
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": scheme,
        "path": "/",
        "query_string": b"",
        "headers": [(b"host", host.encode())],
    }
    return relying_party(Request(scope), lambda: OWN)


@pytest.mark.parametrize(
    ("scheme", "host", "name", "origin"),
    [
        ("https", "pbx.example.com", "pbx.example.com", "https://pbx.example.com"),
        ("https", "PBX.example.com:8089", "pbx.example.com", "https://pbx.example.com:8089"),
        ("http", "localhost:8088", "localhost", "http://localhost:8088"),
        ("https", "localhost:8089", "localhost", "https://localhost:8089"),
    ],
)
def test_a_name_of_the_servers_own_has_passkeys(
    scheme: str, host: str, name: str, origin: str
) -> None:
    assert party(scheme, host) == RelyingParty(name, origin)


@pytest.mark.parametrize(
    ("scheme", "host"),
    [
        ("http", "pbx.example.com"),  # anyone on the way could change the page
        ("https", "evil.example"),
        ("https", "pbx.example.com.evil.example"),
        ("https", "10.0.0.7"),  # allowed, and yet no name
        ("http", "127.0.0.1:8088"),
        ("https", "[::1]:8089"),
        ("https", "[::1"),
        ("https", "pbx.example.com:no"),
        ("https", ""),
    ],
)
def test_anything_else_has_none(scheme: str, host: str) -> None:
    assert party(scheme, host) is None
