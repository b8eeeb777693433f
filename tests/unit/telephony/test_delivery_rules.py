"""Retries, parts and pace of texts to phones, in virtual time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.telephony.model import (
    PART_BYTES,
    Delivery,
    Transmission,
    Verdict,
    split,
    verdict,
)

NOW = 1_800_000_000_000
HOUR = 3_600_000


def delivery(text: str = "Fire drill at ten.", part: int = 0) -> Delivery:
    return Delivery("d1", "broadcast", "b1", "1001", "sip:a@h", "s", "S", text, part, 0, NOW + HOUR)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (200, "delivered"),
        (202, "accepted"),
        (299, "delivered"),
        (405, "unsupported"),
        (415, "unsupported"),
        (488, "unsupported"),
        (501, "unsupported"),
        (401, "failed"),
        (407, "failed"),
        (403, "failed"),
        (413, "failed"),
        (482, "failed"),
        (486, "failed"),
        (513, "failed"),
        (603, "failed"),
        (404, "pending"),
        (408, "pending"),
        (480, "pending"),
        (503, "pending"),
    ],
)
def test_each_final_status_has_its_meaning(status: int, state: str) -> None:
    assert verdict(status, tries=0, now_ms=NOW, expires_at_ms=NOW + HOUR).state == state


def test_silent_phone_is_tried_after_ten_seconds_then_one_five_and_fifteen_minutes() -> None:
    now, waits = NOW, []
    for tries in range(4):
        result = verdict(408, tries=tries, now_ms=now, expires_at_ms=NOW + HOUR)
        waits.append((result.due_at_ms - now) // 1000)
        now = result.due_at_ms
    assert waits == [10, 60, 300, 900]


def test_exhausted_retries_rest_until_the_row_expires() -> None:
    result = verdict(480, tries=4, now_ms=NOW, expires_at_ms=NOW + HOUR)
    assert result == Verdict("pending", NOW + HOUR)


def test_no_try_is_due_after_the_expiry() -> None:
    result = verdict(480, tries=0, now_ms=NOW, expires_at_ms=NOW + 4_000)
    assert result == Verdict("pending", NOW + 4_000)


def test_failure_after_the_expiry_is_expired() -> None:
    assert verdict(480, tries=9, now_ms=NOW, expires_at_ms=NOW).state == "expired"


def test_row_cancelled_on_its_way_is_cancelled_unless_it_arrived() -> None:
    assert verdict(480, tries=0, now_ms=NOW, expires_at_ms=0).state == "cancelled"
    assert verdict(200, tries=0, now_ms=NOW, expires_at_ms=0).state == "delivered"


def test_repetition_recognised_by_the_phone_counts_as_taken() -> None:
    result = verdict(482, tries=0, now_ms=NOW, expires_at_ms=NOW + HOUR, repeated=True)
    assert result.state == "accepted"


def test_short_text_goes_whole_under_the_rows_identifier() -> None:
    sending = Transmission(delivery())
    assert sending.message == ("d1", "Fire drill at ten.")
    sending.answered(200)
    assert (sending.message, sending.status, sending.taken) == (None, 200, 1)


def test_text_too_long_for_udp_goes_in_numbered_parts() -> None:
    text = "word " * 300
    sending = Transmission(delivery(text))
    assert sending.message == ("d1", text)
    sending.answered(513)
    sent = []
    while (message := sending.message) is not None:
        sent.append(message)
        sending.answered(200)
    assert [identifier for identifier, _ in sent] == ["d1.1", "d1.2", "d1.3"]
    assert [part[:6] for _, part in sent] == ["(1/3) ", "(2/3) ", "(3/3) "]
    assert " ".join(part[6:] for _, part in sent) == text.strip()
    assert (sending.status, sending.taken) == (200, 3)


def test_retry_never_resends_a_taken_part() -> None:
    sending = Transmission(delivery("word " * 300, part=2))
    message = sending.message
    assert message is not None
    assert message[0] == "d1.3"
    assert message[1].startswith("(3/3) ")


def test_refused_part_ends_the_try_and_keeps_what_was_taken() -> None:
    sending = Transmission(delivery("word " * 300))
    for status in (513, 200, 480):
        sending.answered(status)
    assert (sending.message, sending.status, sending.taken) == (None, 480, 1)


def test_text_that_cannot_be_split_ends_with_the_status() -> None:
    sending = Transmission(delivery("short"))
    sending.answered(413)
    assert (sending.message, sending.status) == (None, 413)


def test_text_that_fits_stays_whole() -> None:
    assert split("a" * PART_BYTES) == ["a" * PART_BYTES]


def test_long_word_is_cut_between_characters_not_inside_them() -> None:
    parts = split("é" * 1000, 101)
    assert all(len(part.encode()) <= 101 for part in parts)
    assert "".join(part.partition(" ")[2] for part in parts) == "é" * 1000


def test_letter_and_its_accent_stay_together() -> None:
    parts = split("e\u0301" * 200, 60)
    assert all(part.partition(" ")[2][0] == "e" for part in parts)


@given(st.text(min_size=1, max_size=400), st.integers(40, 200))
def test_parts_fit_are_numbered_and_lose_no_word(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(len(part.encode()) <= limit for part in parts)
    if len(parts) > 1:
        bodies = []
        for number, part in enumerate(parts, 1):
            head, _, body = part.partition(" ")
            assert head == f"({number}/{len(parts)})"
            bodies.append(body)
        assert "".join("".join(bodies).split()) == "".join(text.split())
