"""Which of our addresses a peer is told."""

from __future__ import annotations

import pytest

from pbxcore.net import addresses
from pbxcore.networks import is_public

EVERYWHERE = "0.0.0.0"  # noqa: S104 - compared with, not bound to


@pytest.fixture(autouse=True)
def routes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose way to everybody begins at 10.0.0.5."""
    monkeypatch.setattr(addresses, "toward", lambda _: "10.0.0.5")


@pytest.mark.parametrize(
    ("peer", "bound", "external", "told"),
    [
        ("10.0.0.9", "10.0.0.5", "", "10.0.0.5"),
        ("10.0.0.9", EVERYWHERE, "", "10.0.0.5"),
        ("10.0.0.9", "::ffff:10.0.0.5", "", "10.0.0.5"),
        ("8.8.8.8", "10.0.0.5", "203.0.113.1", "203.0.113.1"),
        ("10.0.0.9", "10.0.0.5", "203.0.113.1", "10.0.0.5"),
        ("127.0.0.1", "127.0.0.1", "203.0.113.1", "127.0.0.1"),
        ("::1", "::1", "", "::1"),
        ("::ffff:127.0.0.1", "127.0.0.1", "", "127.0.0.1"),
        # A proxy on this machine stands between us and the browser.
        ("10.0.0.9", "127.0.0.1", "", "10.0.0.5"),
        ("8.8.8.8", "127.0.0.1", "203.0.113.1", "203.0.113.1"),
    ],
)
def test_peer_is_told_the_address_it_can_reach(
    peer: str, bound: str, external: str, told: str
) -> None:
    assert addresses.seen_by(peer, bound, external=external, local_networks=()) == told


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:192.168.1.1",
        "64:ff9b::a9fe:a9fe",  # by NAT64 (RFC 6052)
        "2002:c0a8:101::1",  # by 6to4 (RFC 3056)
    ],
)
def test_no_address_within_our_network_is_public(address: str) -> None:
    assert not is_public(address)
    assert is_public("8.8.8.8")
    assert is_public("2001:4860:4860::8888")
    assert is_public("64:ff9b::808:808")
