"""How fast strangers may start chats and write."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from engage.errors import TooMany
from engage.livechat.limits import LOOPBACK, Limits, Throttle, network_of


class Now:
    def __init__(self) -> None:
        self.ms = 1_000_000

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def throttle(now: Now) -> Throttle:
    return Throttle(Limits, now)


def test_thirty_new_chats_a_minute_per_address(throttle: Throttle, now: Now) -> None:
    for _ in range(30):
        throttle.new_chat("a", "192.0.2.1")
    with pytest.raises(TooMany) as refused:
        throttle.new_chat("a", "192.0.2.1")
    assert refused.value.retry_after_s == 2
    throttle.new_chat("a", "192.0.2.2")
    throttle.new_chat("b", "192.0.2.1")
    now.ms += 2_000
    throttle.new_chat("a", "192.0.2.1")


def test_five_messages_at_once_then_one_a_moment(throttle: Throttle, now: Now) -> None:
    for _ in range(5):
        throttle.message("a", "192.0.2.1", "c")
    with pytest.raises(TooMany):
        throttle.message("a", "192.0.2.1", "c")
    throttle.message("a", "192.0.2.1", "another")
    now.ms += 1_000
    throttle.message("a", "192.0.2.1", "c")


def test_twenty_messages_a_minute_in_one_conversation(throttle: Throttle, now: Now) -> None:
    sent = 0
    for _ in range(30):
        now.ms += 500
        try:
            throttle.message("a", "192.0.2.1", "c")
        except TooMany:
            continue
        sent += 1
    assert 20 <= sent <= 25


def test_sixty_messages_a_minute_from_one_address(throttle: Throttle) -> None:
    for number in range(60):
        throttle.message("a", "192.0.2.1", str(number))
    with pytest.raises(TooMany):
        throttle.message("a", "192.0.2.1", "60")


def test_a_refused_message_takes_nothing_from_the_other_limits(throttle: Throttle) -> None:
    for _ in range(5):
        throttle.message("a", "192.0.2.1", "c")
    for _ in range(100):  # refused for their conversation: they do not count for their address
        with pytest.raises(TooMany):
            throttle.message("a", "192.0.2.1", "c")
    for number in range(55):
        throttle.message("a", "192.0.2.1", str(number))
    with pytest.raises(TooMany):
        throttle.message("a", "192.0.2.1", "55")


def test_exempt_networks_are_not_counted(now: Now) -> None:
    throttle = Throttle(lambda: Limits(exempt=LOOPBACK), now)
    for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        for _ in range(100):
            throttle.new_chat("a", address)


def test_an_ipv6_subscriber_counts_as_one() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:2")
    assert network_of("2001:db8::1") != network_of("2001:db8:0:1::1")
    assert network_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert network_of("") == ""


def test_an_address_that_is_none_is_limited() -> None:
    assert Limits(exempt=(ip_network("0.0.0.0/0"),)).counts("unix")
