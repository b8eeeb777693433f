"""When a mail is tried again, and how fast mails go."""

from __future__ import annotations

from engage.notify.model import OUTAGE_S, Pace, Reason, Trouble, delay_s, outage_s, spread

MIDDLE = 0.5  # no jitter


def delays(reason: Reason) -> list[float | None]:
    return [delay_s(Trouble(reason, ""), tries, MIDDLE) for tries in range(1, 7)]


def test_a_mail_put_off_is_tried_after_1_5_15_and_60_minutes_then_given_up() -> None:
    assert delays("deferred") == [60, 300, 900, 3600, None, None]


def test_a_broken_connection_is_tried_again_soon_first() -> None:
    assert delays("broken_off") == [5, 60, 300, 900, 3600, None]


def test_a_refused_mail_is_given_up_at_once() -> None:
    assert delays("refused")[0] is None
    assert delays("template")[0] is None


def test_what_hits_every_mail_alike_blames_none() -> None:
    general: list[Reason] = ["unreachable", "encryption", "credentials"]
    assert all(Trouble(each, "").general for each in general)
    assert not Trouble("deferred", "").general


def test_an_absent_server_is_looked_for_ever_more_rarely_but_twice_a_minute_at_least() -> None:
    waits = [outage_s(failures, MIDDLE) for failures in range(1, 100)]
    assert waits == sorted(waits)
    assert waits[0] == OUTAGE_S[0]
    assert waits[-1] == 30


def test_jitter_stays_within_a_fifth() -> None:
    assert spread(100, 0) == 80
    assert spread(100, 1) == 120


def test_pace_spreads_mails_evenly_and_saves_nothing_up() -> None:
    pace = Pace()
    assert pace.wait_ms(0) == 0
    pace.took(0, 60)
    assert pace.wait_ms(0) == 1000
    assert pace.wait_ms(400) == 600
    pace.took(10_000, 60)
    assert pace.wait_ms(10_000) == 1000


def test_pace_without_a_limit_never_waits() -> None:
    pace = Pace()
    pace.took(0, 0)
    assert pace.wait_ms(0) == 0
