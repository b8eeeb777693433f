"""Bans: who is shut out, for how long, and that each begins and ends once."""

from __future__ import annotations

import pytest

from pbxcore.defence import bans as module
from pbxcore.defence.bans import Ban, Bans, Lifted
from pbxcore.domain_settings import BanPolicy

STRANGER = "203.0.113.9"
POLICY = BanPolicy(most_failures=5, within_s=600, lasts_s=600)


def fail(bans: Bans, times: int, host: str = STRANGER, at_ms: int = 0) -> list[Ban | Lifted]:
    return [each for n in range(times) for each in bans.failed(host, at_ms + n)]


def test_fifty_failures_of_one_address_are_one_ban_and_one_end() -> None:
    bans = Bans(POLICY)
    assert fail(bans, 50) == [Ban(STRANGER, 4, 600_004, 5)]
    assert bans.tick(600_003) == []
    assert [(each.ban.address, each.cause) for each in bans.tick(600_004)] == [
        (STRANGER, "expired")
    ]
    assert bans.tick(700_000) == []
    assert bans.lift(STRANGER) == []


def test_failures_count_only_within_the_window() -> None:
    bans = Bans(POLICY)
    assert not [each for n in range(20) for each in bans.failed(STRANGER, n * 150_001)]
    assert len(fail(bans, 5, "203.0.113.10", 5_000_000)) == 1


def test_after_a_ban_counting_begins_anew() -> None:
    bans = Bans(POLICY)
    fail(bans, 5)
    bans.lift(STRANGER)
    assert fail(bans, 4, at_ms=10) == []
    assert len(fail(bans, 1, at_ms=20)) == 1


def test_ban_without_end_is_lifted_by_hand_only() -> None:
    bans = Bans(BanPolicy(lasts_s=0))
    fail(bans, 5)
    assert bans.tick(10**15) == []
    assert [each.cause for each in bans.lift(STRANGER)] == ["removed"]


@pytest.mark.parametrize(
    ("entry", "host", "shut_out"),
    [
        ("203.0.113.9", "203.0.113.9", False),
        ("203.0.113.0/24", "203.0.113.9", False),
        ("203.0.113.8", "203.0.113.9", True),
        ("2001:db8::/32", "2001:db8:1::7", False),
        ("2001:db8:1::7", "2001:db8:1::8", False),
        ("2001:db8:2::/48", "2001:db8:1::7", True),
        ("203.0.113.9", "::ffff:203.0.113.9", False),
    ],
)
def test_whitelist_holds_addresses_and_networks(entry: str, host: str, shut_out: bool) -> None:
    bans = Bans(BanPolicy(whitelist=(entry,)))
    assert bool(fail(bans, 5, host)) is shut_out


def test_neighbours_in_one_ipv6_site_are_one_source() -> None:
    bans = Bans(POLICY)
    facts = [each for n in range(5) for each in bans.failed(f"2001:db8:1:2::{n + 1}", n)]
    assert [each.address for each in facts if isinstance(each, Ban)] == ["2001:db8:1:2::/64"]


def test_loopback_is_banned_only_when_asked_for() -> None:
    assert fail(Bans(POLICY), 50, "127.0.0.1") == []
    assert fail(Bans(POLICY), 50, "::1") == []
    assert len(fail(Bans(BanPolicy(ignore_self=False)), 50, "127.0.0.1")) == 1


def test_another_policy_lets_in_whom_it_allows() -> None:
    bans = Bans(POLICY)
    fail(bans, 5)
    fail(bans, 5, "198.51.100.1")
    allowed = bans.obey(BanPolicy(whitelist=("198.51.100.0/24",)))
    assert [each.ban.address for each in allowed] == ["198.51.100.1"]
    assert [each.cause for each in bans.obey(BanPolicy(enabled=False))] == ["allowed"]
    assert fail(bans, 50) == []


def test_bans_of_an_earlier_run_stand_or_have_ended() -> None:
    stands, ended = Ban("203.0.113.1", 0, 2000, 5), Ban("203.0.113.2", 0, 900, 5)
    bans = Bans(POLICY)
    assert [each.ban for each in bans.restore([stands, ended], 1000)] == [ended]
    assert list(bans.held.values()) == [stands]


def test_bans_and_counters_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BANS", 3)
    bans = Bans(BanPolicy(most_failures=1))
    found = [each for n in range(5) for each in bans.failed(f"203.0.113.{n}", n)]
    assert len(bans) == 3
    assert sum(isinstance(each, Ban) for each in found) == 5
    assert [each.cause for each in found if isinstance(each, Lifted)] == ["replaced"] * 2
