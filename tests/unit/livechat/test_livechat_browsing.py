"""Who is on a web site: told by pages, forgotten soon."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from engage.errors import NotFound, TooMany
from engage.livechat.browsing.model import (
    GONE_MS,
    INVITED_MS,
    LEFT_MS,
    MOST,
    Browsers,
    Invitation,
    Page,
)
from engage.livechat.browsing.service import Browsing
from engage.livechat.limits import Limits, Throttle
from engage.livechat.visits import Told
from engage.system import time_settings

NOW = 1_800_000_000_000
HOME = Page("https://shop.example/", "Home", "", "en", "browsing", returning=False)
INVITATION = Invitation("i1", "1000", "Ana Costa", NOW)


def names(browsers: Browsers, now_ms: int = NOW) -> list[str]:
    return [each.visit for each in browsers.here(now_ms)]


def test_a_page_is_there_until_it_is_silent_or_closed() -> None:
    browsers = Browsers()
    browsers.tell("a", HOME, "", NOW)
    browsers.tell("b", HOME, "", NOW + 1)
    assert names(browsers) == ["a", "b"]
    browsers.leave("b", NOW + 1)
    assert names(browsers, NOW + GONE_MS - 1) == ["a"]
    assert names(browsers, NOW + GONE_MS) == []


def test_time_counts_for_one_page() -> None:
    browsers = Browsers()
    browsers.tell("a", HOME, "", NOW)
    browsers.tell("a", HOME, "", NOW + 10_000)
    [here] = browsers.here(NOW + 10_000)
    assert here.since_ms == NOW
    browsers.tell("a", replace(HOME, url="https://shop.example/cart"), "", NOW + 20_000)
    [here] = browsers.here(NOW + 20_000)
    assert here.since_ms == NOW + 20_000


def test_an_invitation_is_shown_until_it_is_followed_refused_or_old() -> None:
    for page, dismissed, later_ms in (
        (replace(HOME, state="form"), "", 1),
        (HOME, "i1", 1),
        (HOME, "", INVITED_MS + 1),
    ):
        browsers = Browsers()
        browsers.tell("a", HOME, "", NOW)
        assert browsers.invite("a", INVITATION)
        assert browsers.tell("a", HOME, "", NOW + 1) == INVITATION
        for at_ms in range(NOW, NOW + later_ms, GONE_MS - 1):  # it goes on telling
            browsers.tell("a", HOME, "", at_ms)
        assert browsers.tell("a", page, dismissed, NOW + later_ms) is None
        assert browsers.tell("a", HOME, "", NOW + later_ms) is None


def test_an_invitation_follows_to_the_next_page() -> None:
    browsers = Browsers()
    cart = replace(HOME, url="https://shop.example/cart")
    browsers.tell("a", HOME, "", NOW)
    assert browsers.invite("a", INVITATION)
    browsers.leave("a", NOW + 1000)
    assert names(browsers, NOW + 1000) == []
    assert browsers.tell("a", cart, "", NOW + 999 + LEFT_MS) == INVITATION
    browsers.leave("a", NOW + 20_000)
    assert browsers.tell("a", cart, "", NOW + 20_000 + LEFT_MS) is None


def test_who_is_between_two_pages_can_be_invited() -> None:
    browsers = Browsers()
    browsers.tell("a", HOME, "", NOW - 1000)
    browsers.leave("a", NOW - 1)
    assert browsers.invite("a", INVITATION)
    assert names(browsers) == []
    assert browsers.tell("a", HOME, "", NOW + 1) == INVITATION


def test_who_chats_or_has_gone_is_not_invited_and_nobody_twice() -> None:
    browsers = Browsers()
    assert not browsers.invite("a", INVITATION)
    browsers.tell("a", replace(HOME, state="chatting"), "", NOW)
    assert not browsers.invite("a", INVITATION)
    browsers.tell("a", HOME, "", NOW)
    assert browsers.invite("a", INVITATION)
    assert browsers.invite("a", replace(INVITATION, id="i2", name="Ben Osei"))
    assert browsers.tell("a", HOME, "", NOW) == INVITATION


def test_a_flood_of_pages_is_bounded() -> None:
    browsers = Browsers()
    for number in range(MOST + 10):
        browsers.tell(str(number), HOME, "", NOW + number)
    found = names(browsers, NOW + MOST)
    assert len(found) == MOST
    assert "0" not in found


def test_the_pages_of_somebody_banned_are_not_shown() -> None:
    options = SimpleNamespace(show_live_visitors=True)
    livechat: Any = SimpleNamespace(id="l-1", enabled=True, options=options)
    livechats: Any = SimpleNamespace(by_public_id=lambda _: livechat)
    lobby: Any = SimpleNamespace()
    banned = ("l-1", "192.0.2.7")
    throttle = Throttle(Limits, lambda: NOW)
    browsing = Browsing(livechats, lobby, throttle, lambda *asked: asked == banned, lambda: NOW)
    with pytest.raises(NotFound):
        browsing.tell("chat", "a", HOME, "", "192.0.2.7")
    assert browsing.here(livechat) == ()
    browsing.tell("chat", "b", HOME, "", "192.0.2.8")
    assert [each.visit for each in browsing.here(livechat)] == ["b"]


def test_the_pages_behind_one_address_tell_so_often_and_no_more() -> None:
    options = SimpleNamespace(show_live_visitors=True)
    livechat: Any = SimpleNamespace(id="l-1", enabled=True, options=options)
    livechats: Any = SimpleNamespace(by_public_id=lambda _: livechat)
    lobby: Any = SimpleNamespace()
    throttle = Throttle(Limits, lambda: NOW)
    browsing = Browsing(livechats, lobby, throttle, lambda *asked: False, lambda: NOW)
    for host in range(120):  # of one subscriber, who has a /64
        browsing.tell("chat", "a", HOME, "", f"2001:db8::{host:x}")
    with pytest.raises(TooMany):
        browsing.tell("chat", "a", HOME, "", "2001:db8::ffff")
    browsing.tell("chat", "b", HOME, "", "2001:db8:0:1::1")


def test_time_zones_are_read_from_the_disk_once(monkeypatch: pytest.MonkeyPatch) -> None:
    walks: list[int] = []

    def walked() -> set[str]:
        walks.append(1)
        return {"Europe/Berlin"}

    time_settings.zones.cache_clear()
    monkeypatch.setattr("zoneinfo.available_timezones", walked)
    monkeypatch.setattr(time_settings, "available_timezones", walked)
    try:
        told = [Told(time_zone=zone).cleaned() for zone in ("Europe/Berlin", "Nowhere", "a b")]
    finally:
        time_settings.zones.cache_clear()
    assert [each.time_zone for each in told] == ["Europe/Berlin", "", ""]
    assert len(walks) == 1
