"""What a broadcast must hold, and the state its deliveries tell."""

from __future__ import annotations

import pytest

from engage.broadcast.model import (
    YEAR_MS,
    Stored,
    Tally,
    check_message,
    check_name,
    check_send_at,
    check_sender,
    state_of,
)
from engage.broadcast.wire import PostBroadcast
from engage.errors import Invalid
from engage.people.model import Contact

NOW = 1_800_000_000_000


class Book:
    """Two colleagues."""

    def contacts(self) -> list[Contact]:
        return [Contact("1000", "Ana Costa", ""), Contact("1001", "Ben Osei", "")]

    def name_of(self, number: str) -> str | None:
        return {each.number: each.name for each in self.contacts()}.get(number)

    def members(self, extensions: list[str], groups: list[str]) -> list[Contact]:
        return [each for each in self.contacts() if each.number in extensions]

    def names_taken(self) -> set[str]:
        return {"1000", "Ana Costa", "1001", "Ben Osei", "admin", "Administrator"}


def tally(people: int, reached: int, troubled: int = 0, **counts: int) -> Tally:
    return Tally(counts, people, reached, troubled)


@pytest.mark.parametrize(
    ("stored", "sums", "state"),
    [
        ("scheduled", tally(0, 0), "scheduled"),
        ("sending", tally(2, 1, pending=1, delivered=1), "sending"),
        ("sending", tally(2, 2, delivered=2), "finished"),
        ("sending", tally(2, 2, accepted=2, offline=2), "finished"),
        ("sending", tally(2, 1, delivered=1, offline=1), "partly_failed"),
        ("sending", tally(2, 2, troubled=1, read=2, failed=1), "partly_failed"),
        ("sending", tally(2, 0, troubled=2, failed=2), "failed"),
        ("sending", tally(2, 0, offline=2), "failed"),
        ("sending", tally(0, 0, skipped=1), "failed"),
        ("cancelled", tally(2, 1, delivered=1, cancelled=1), "cancelled"),
        ("cancelled", tally(1, 0, pending=1), "cancelled"),
    ],
)
def test_state_is_told_by_the_deliveries(stored: Stored, sums: Tally, state: str) -> None:
    assert state_of(stored, sums) == state


@pytest.mark.parametrize(
    "name",
    [
        *("Ana Costa", "ana  costa", "\uff21na Costa", " BEN OSEI ", "1000", "\uff11001"),
        *("admin", "ADMINISTRATOR"),
    ],
)
def test_sender_never_bears_a_users_name_or_number(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_sender(name, None, Book())
    assert list(refused.value.fields) == ["sender"]


def test_free_sender_is_one_line() -> None:
    sender = check_sender("  Facility \t Management ", "name", Book())
    assert (sender.kind, sender.name, sender.sip_user) == (
        "name",
        "Facility Management",
        "broadcast",
    )


def test_sender_extension_shows_the_users_name() -> None:
    sender = check_sender("1000", "extension", Book())
    assert (sender.value, sender.name, sender.sip_user) == ("1000", "Ana Costa", "1000")


@pytest.mark.parametrize(("value", "kind"), [("9999", "extension"), ("", None), ("x" * 33, None)])
def test_sender_that_will_not_do_is_named(value: str, kind: str | None) -> None:
    with pytest.raises(Invalid) as refused:
        check_sender(value, kind, Book())
    assert list(refused.value.fields) == ["sender"]


def test_name_has_up_to_64_characters() -> None:
    assert check_name("n" * 64) == "n" * 64
    for wrong in ("", "  ", "n" * 65, "bell\a"):
        with pytest.raises(Invalid) as refused:
            check_name(wrong)
        assert list(refused.value.fields) == ["name"]


def test_message_has_up_to_1000_characters_and_keeps_its_lines() -> None:
    assert check_message("one\r\ntwo") == "one\ntwo"
    assert len(check_message("é" * 1000)) == 1000
    for wrong in ("", "\n\n", "m" * 1001, "nul\0", "\ud800"):
        with pytest.raises(Invalid) as refused:
            check_message(wrong)
        assert list(refused.value.fields) == ["message"]


def test_send_time_is_now_or_within_a_year() -> None:
    assert check_send_at(None, NOW) == NOW
    assert check_send_at(NOW - 5, NOW) == NOW
    assert check_send_at(NOW + YEAR_MS, NOW) == NOW + YEAR_MS
    with pytest.raises(Invalid):
        check_send_at(NOW + YEAR_MS + 1, NOW)


@pytest.mark.parametrize(
    ("given", "since_ms"),
    [
        ("0001-01-01T00:00:00+14:00", -62_135_647_200_000),
        ("9999-12-31T23:59:59.999-14:00", 253_402_351_199_999),
        ("2026-03-29T02:30:00.001+01:00", 1_774_747_800_001),
    ],
)
def test_send_time_of_any_year_and_zone_is_a_moment(given: str, since_ms: int) -> None:
    body = {"name": "Drill", "sender": "Facilities", "message": "Ten.", "send_at": given}
    assert PostBroadcast.model_validate(body).wanted().send_at_ms == since_ms
