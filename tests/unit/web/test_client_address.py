"""Whose address counts: the socket's, or what a trusted proxy has written."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import pytest
from starlette.requests import Request

from engage.web.middleware import ClientAddress
from engage.web.requests import is_known

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

PROXY, CLIENT, FORGED = "10.0.0.1", "203.0.113.9", "198.51.100.1"


async def passed_on(
    peer: str, *headers: tuple[str, str], kind: str = "http", scheme: str = "http"
) -> Scope:
    """What becomes of a request."""
    found: list[Scope] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        found.append(scope)

    async def nothing(*_: Any) -> Any:
        return None

    scope = {
        "type": kind,
        "scheme": scheme,
        "client": (peer, 4711),
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    await ClientAddress(application, [ip_network("10.0.0.0/8")])(scope, nothing, nothing)
    return found[0]


async def seen(
    peer: str, *headers: tuple[str, str], kind: str = "http", scheme: str = "http"
) -> tuple[str, str]:
    """The address and scheme that a request comes to have."""
    scope = await passed_on(peer, *headers, kind=kind, scheme=scheme)
    return scope["client"][0], scope["scheme"]


@pytest.mark.parametrize(
    ("peer", "header", "known"),
    [
        ("127.0.0.1", None, True),
        ("127.0.0.1", ("x-forwarded-for", FORGED), False),  # a proxy that nobody named
        ("127.0.0.1", ("x-forwarded-for", "127.0.0.1"), False),
        ("127.0.0.1", ("forwarded", f"for={FORGED}"), False),
        ("127.0.0.1", ("x-real-ip", FORGED), False),
        (PROXY, None, True),
        (PROXY, ("x-forwarded-for", FORGED), True),
        (PROXY, ("x-forwarded-for", "10.0.0.2"), True),
        (PROXY, ("x-forwarded-for", "unknown"), False),
        (PROXY, ("forwarded", f"for={FORGED}"), False),  # says it in words that are not read
    ],
)
async def test_whose_address_is_known(
    peer: str, header: tuple[str, str] | None, known: bool
) -> None:
    scope = await passed_on(peer, *[header] if header else [])
    assert is_known(Request(scope)) is known


async def test_a_stranger_cannot_forward_anything() -> None:
    told = (("x-forwarded-for", FORGED), ("x-forwarded-proto", "https"))
    assert await seen(CLIENT, *told) == (CLIENT, "http")


async def test_a_trusted_proxy_says_who_asks_and_how() -> None:
    told = (("x-forwarded-for", CLIENT), ("x-forwarded-proto", "https"))
    assert await seen(PROXY, *told) == (CLIENT, "https")
    assert await seen(PROXY, *told, kind="websocket", scheme="ws") == (CLIENT, "wss")


@pytest.mark.parametrize(
    "lines",
    [
        (f"{FORGED}, {CLIENT}",),
        (FORGED, CLIENT),  # proxies that add a line of their own, as HAProxy does
        (FORGED, f"{CLIENT}, 10.0.0.2"),
    ],
)
async def test_only_what_the_last_trusted_proxy_wrote_counts(lines: tuple[str, ...]) -> None:
    told = [("x-forwarded-for", line) for line in lines]
    assert (await seen(PROXY, *told))[0] == CLIENT


async def test_of_several_schemes_the_nearest_proxys_counts() -> None:
    told = (("x-forwarded-proto", "https"), ("x-forwarded-proto", "http"))
    assert (await seen(PROXY, *told))[1] == "http"


async def test_what_is_no_address_leaves_the_proxys() -> None:
    assert (await seen(PROXY, ("x-forwarded-for", "unknown")))[0] == PROXY
