"""When a silent visitor is asked, and when a silent chat is ended."""

from __future__ import annotations

import pytest

from engage.livechat.idle_options import IdleOptions
from engage.livechat.idle_rows import Silence
from engage.livechat.idling import asks, ends, minutes_left
from engage.livechat.model import ACTIVE, Inquiry

MINUTE = 60_000
LAST = 1_000_000


def silence(*, visitors_turn: bool = True) -> Silence:
    inquiry = Inquiry(
        conversation_id="c",
        number=1001,
        livechat_id="l",
        visitor_id="v",
        page_url="",
        queued_at_ms=0,
        accepted_at_ms=0,
        end_reason="",
        away_since_ms=None,
        agent_away_since_ms=None,
        state=ACTIVE,
        owner="user:1000",
        owner_name="Ana",
        epoch=1,
    )
    return Silence(inquiry, 7, LAST, visitors_turn)


def test_a_visitor_is_asked_after_ten_minutes_and_the_chat_ends_after_thirty() -> None:
    options = IdleOptions()
    assert not asks(silence(), options, LAST + 10 * MINUTE - 1)
    assert asks(silence(), options, LAST + 10 * MINUTE)
    assert not ends(silence(), options, LAST + 30 * MINUTE - 1)
    assert ends(silence(), options, LAST + 30 * MINUTE)


def test_who_waits_for_an_answer_is_not_asked() -> None:
    assert not asks(silence(visitors_turn=False), IdleOptions(), LAST + 20 * MINUTE)


@pytest.mark.parametrize(("unit", "minutes"), [("minute", 2), ("hour", 120), ("day", 2880)])
def test_the_time_counts_in_its_unit(unit: str, minutes: int) -> None:
    options = IdleOptions.model_validate({"session_expired_time": 2, "session_expired_unit": unit})
    assert not ends(silence(), options, LAST + minutes * MINUTE - 1)
    assert ends(silence(), options, LAST + minutes * MINUTE)


def test_what_is_switched_off_never_happens() -> None:
    options = IdleOptions(idle_warning_min=0, auto_close_session=False)
    assert not asks(silence(), options, LAST + 10**9)
    assert not ends(silence(), options, LAST + 10**12)
    assert minutes_left(silence(), options, LAST) is None


def test_the_visitor_is_told_the_whole_minutes_that_are_left() -> None:
    assert minutes_left(silence(), IdleOptions(), LAST + 10 * MINUTE) == 20
    assert minutes_left(silence(), IdleOptions(), LAST + 10 * MINUTE + 1) == 20
    assert minutes_left(silence(), IdleOptions(idle_warning_min=30), LAST + 30 * MINUTE) == 1
