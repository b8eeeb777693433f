"""The guard: shares per source, what proves an address, no reflection, memory with a bound."""

from __future__ import annotations

from pbxcore.defence import guard as module
from pbxcore.defence.bans import Ban, Lifted
from pbxcore.defence.guard import Guard
from pbxcore.domain_settings import BanPolicy, DomainSettings, SipLimits
from pbxcore.sip.flow import Flow

LIMITS = SipLimits(connections=3, requests_per_s=100, strangers_per_s=10)
SETTINGS = DomainSettings(limits=LIMITS, trusted_peers=("192.0.2.0/24",))


class House:
    """A guard, the settings it reads and what it told."""

    def __init__(self, settings: DomainSettings = SETTINGS) -> None:
        self.settings = settings
        self.told: list[Ban | Lifted] = []
        self.guard = Guard(lambda: self.settings, banned=self.told.append, lifted=self.told.append)

    def admitted(self, flow: Flow, times: int, now: float = 0.0, size: int = 300) -> int:
        return sum(self.guard.admits(flow, size, now) for _ in range(times))


def udp(host: str = "203.0.113.9") -> Flow:
    return Flow("udp", "198.51.100.1:5060", host, 5060)


def tcp(host: str = "203.0.113.9", number: int = 1) -> Flow:
    return Flow("tcp", "198.51.100.1:5060", host, 5060, number)


def test_stranger_has_a_burst_and_then_its_rate() -> None:
    house = House()
    assert house.admitted(udp(), 1000) == 40
    assert house.admitted(udp(), 1000, now=1.0) == 10
    assert house.admitted(udp("203.0.113.10"), 1000, now=1.0) == 40


def test_proved_address_has_more_and_strangers_cannot_use_it_up() -> None:
    house = House()
    house.guard.proved(udp())
    for n in range(20_000):
        house.guard.admits(udp(f"10.{n % 250}.{n // 250}.1"), 300, 0.0)
    assert house.guard.figures.dropped_often == 20_000 - module.ALL_STRANGERS.burst
    assert house.admitted(udp(), 1000) == 400


def test_forged_datagrams_do_not_touch_the_share_of_connections() -> None:
    house = House()
    house.admitted(udp(), 1000)
    assert house.admitted(tcp(), 1000) == 400


def test_neighbours_speak_for_many() -> None:
    house = House()
    assert house.admitted(udp("192.0.2.7"), 5000) == 5000
    assert house.admitted(udp("127.0.0.1"), 5000) == 5000


def test_limits_that_change_hold_at_once() -> None:
    house = House()
    house.settings = DomainSettings(limits=SipLimits(strangers_per_s=1))
    house.guard.settings_changed()
    assert house.admitted(udp(), 1000) == 4


def test_forged_address_gets_no_more_than_three_times_what_it_sent() -> None:
    house, flow = House(), udp()
    assert not house.guard.answers(flow, 1)
    house.guard.admits(flow, 200, 0.0)
    assert house.guard.answers(flow, 500)
    assert not house.guard.answers(flow, 101)
    assert house.guard.answers(flow, 100)
    assert house.guard.answers(tcp(), 10_000)
    house.guard.proved(flow)
    assert house.guard.answers(flow, 10_000)


def test_trusted_peer_is_still_no_target_for_reflection() -> None:
    house, flow = House(), udp("192.0.2.7")
    house.guard.admits(flow, 100, 0.0)
    assert not house.guard.answers(flow, 301)


def test_only_what_proves_its_address_counts_against_it() -> None:
    house = House()
    for n in range(50):
        house.guard.failed(udp(), n, issued=False)
    assert house.told == []
    for n in range(50):
        house.guard.failed(udp(), n, issued=True)
    assert house.told == [Ban("203.0.113.9", 4, 600_004, 5)]
    for n in range(50):
        house.guard.failed(tcp("203.0.113.10"), n, issued=False)
    assert len(house.told) == 2


def test_banned_address_is_heard_on_no_transport_until_the_ban_ends() -> None:
    house = House()
    for n in range(5):
        house.guard.failed(udp(), n, issued=True)
    assert house.admitted(udp(), 1, now=1.0) == house.admitted(tcp(), 1, now=1.0) == 0
    assert not house.guard.connected(7, "203.0.113.9")
    house.guard.tick(601.0, 601_000)
    assert isinstance(house.told[-1], Lifted)
    assert house.admitted(udp(), 1, now=601.0) == 1
    assert house.guard.connected(8, "203.0.113.9")
    assert house.guard.counts()["sip_banned_total"] == house.guard.counts()["sip_unbanned_total"]


def test_whitelisting_a_banned_address_ends_its_ban() -> None:
    house = House()
    for n in range(5):
        house.guard.failed(udp(), n, issued=True)
    house.settings = DomainSettings(bans=BanPolicy(whitelist=("203.0.113.9",)))
    house.guard.settings_changed()
    assert [each.cause for each in house.told if isinstance(each, Lifted)] == ["allowed"]


def test_connections_that_have_not_signed_in_are_few() -> None:
    house = House()
    guard = house.guard

    def crowded_out(number: int, host: str = "203.0.113.9") -> int | None:
        assert guard.connected(number, host)
        return guard.crowded_out(number)

    assert [crowded_out(n) for n in range(5)] == [None, None, None, 0, 1]
    guard.proved(tcp(number=2))
    assert crowded_out(5) is None
    assert crowded_out(6) == 3
    guard.disconnected(4)
    guard.disconnected(4)
    assert crowded_out(7) is None
    assert crowded_out(8, "203.0.113.10") is None
    assert guard.counts()["sip_connections_displaced_total"] == 3


def test_oldest_stranger_makes_room_and_whoever_signed_in_stays() -> None:
    house = House()
    for n in range(3):
        assert house.guard.connected(n, f"203.0.113.{n}")
    house.guard.proved(tcp(number=0))
    assert house.guard.displaced(2) == 1
    assert house.guard.displaced(2) is None  # there is nobody but itself
    assert house.guard.counts()["sip_connections_displaced_total"] == 1


def test_source_that_spoke_too_often_is_shunned_until_it_may_speak_again() -> None:
    house = House()
    house.admitted(udp(), 41)
    assert house.guard.shuns("203.0.113.9", 0.05)
    assert not house.guard.shuns("203.0.113.10", 0.05)
    assert not house.guard.shuns("203.0.113.9", 0.11)
    assert house.admitted(udp(), 5, now=0.11) == 1


def test_flood_of_forged_addresses_costs_bounded_memory() -> None:
    house = House()
    for n in range(100_000):
        house.guard.admits(udp(f"{n >> 16}.{n >> 8 & 255}.{n & 255}.1"), 300, n / 1000)
    sizes = [len(house.guard._credit), len(house.guard._neighbours)]  # noqa: SLF001
    assert max(sizes) <= module.MOST_SOURCES
