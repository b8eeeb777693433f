"""Who is asked when, and what is known of whom."""

from __future__ import annotations

from pbxcore.presence.bindings import StoredBinding
from pbxcore.presence.qualification import MOST_A_ROUND, MOST_AT_ONCE, Qualification

NOW = 1_700_000_000_000


def binding(number: str, contact: str = "sip:a@h") -> StoredBinding:
    return StoredBinding(number, contact, "c", 1, 1000, "", "10.0.0.1:5060", "", "udp", NOW, NOW)


def even() -> Qualification:
    """Without chance: everybody is asked after half of the first interval."""
    return Qualification(lambda: 0.5)


def test_phone_is_asked_again_an_interval_after_its_answer() -> None:
    asking, phone = even(), binding("1000")
    asking.follow("1000", (phone,), 60, NOW)
    assert asking.of(phone) is None
    assert asking.deadline_ms == NOW + 30_000
    assert asking.tick(NOW + 29_999) == []
    assert asking.tick(NOW + 30_000) == [phone]
    assert asking.deadline_ms is None  # not twice at once
    assert not asking.answered(phone, 200, 12.5, NOW + 30_013)
    reading = asking.of(phone)
    assert reading is not None
    assert (reading.reachable, reading.round_trip_ms) == (True, 12.5)
    assert asking.deadline_ms == NOW + 90_013


def test_only_a_change_is_news_and_any_answer_is_one() -> None:
    asking, phone = even(), binding("1000")
    asking.follow("1000", (phone,), 60, NOW)
    news = []
    for at, status in enumerate((404, 200, 408, 503, 486, 481)):
        now = NOW + (at + 1) * 100_000
        assert asking.tick(now) == [phone]
        news.append(asking.answered(phone, status, 5.0, now))
    assert news == [False, False, True, False, True, False]


def test_first_silence_is_news_and_keeps_no_round_trip() -> None:
    asking, phone = even(), binding("1000")
    asking.follow("1000", (phone,), 60, NOW)
    asking.tick(NOW + 30_000)
    assert asking.answered(phone, 408, 32_000, NOW + 62_000)
    reading = asking.of(phone)
    assert reading is not None
    assert (reading.reachable, reading.round_trip_ms) == (False, None)


def test_phones_are_spread_over_the_interval() -> None:
    chances = iter(at / 10 for at in range(10))
    asking = Qualification(lambda: next(chances))
    for at in range(10):
        asking.follow(str(at), (binding(str(at)),), 60, NOW)
    asked = [len(asking.tick(NOW + at * 6000)) for at in range(10)]
    assert asked == [1] * 10


def test_a_round_and_all_open_questions_are_bounded() -> None:
    asking = even()
    phones = [binding(str(at)) for at in range(2 * MOST_AT_ONCE)]
    for each in phones:
        asking.follow(each.number, (each,), 1, NOW)
    total = 0
    for _ in range(2 * MOST_AT_ONCE // MOST_A_ROUND):
        asked = asking.tick(NOW + 1000)
        assert len(asked) <= MOST_A_ROUND
        total += len(asked)
    assert total == MOST_AT_ONCE
    assert asking.deadline_ms is None
    asking.answered(phones[0], 200, 1.0, NOW + 1000)
    assert len(asking.tick(NOW + 1000)) == 1


def test_phone_that_is_gone_or_no_longer_asked_is_forgotten() -> None:
    asking, phone = even(), binding("1000")
    asking.follow("1000", (phone,), 60, NOW)
    asking.tick(NOW + 30_000)
    asking.follow("1000", (), 60, NOW + 30_500)
    assert not asking.answered(phone, 408, 1.0, NOW + 31_000)
    assert (asking.of(phone), asking.deadline_ms) == (None, None)
    asking.follow("1000", (phone,), 60, NOW)
    asking.follow("1000", (phone,), 0, NOW)
    assert asking.tick(NOW + 600_000) == []


def test_shorter_interval_holds_at_once() -> None:
    asking, phone = even(), binding("1000")
    asking.follow("1000", (phone,), 3600, NOW)
    asking.follow("1000", (phone,), 10, NOW)
    assert asking.tick(NOW + 5000) == [phone]
    asking.answered(phone, 200, 1.0, NOW + 5000)
    assert asking.deadline_ms == NOW + 15_000
