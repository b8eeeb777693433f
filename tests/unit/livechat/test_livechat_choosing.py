"""Who is given a visitor who waits."""

from __future__ import annotations

from engage.livechat.choosing import PASSED_OVER_MS, Candidate, least_busy

NOW = 1_800_000_000_000


def agent(number: str, chats: int = 0, busy_at_ms: int = 0) -> Candidate:
    return Candidate(number, f"Agent {number}", chats, busy_at_ms)


def chosen(*candidates: Candidate, most: int = 0, passed_over: dict[str, int] | None = None) -> str:
    found = least_busy(candidates, most, passed_over or {}, NOW)
    return "" if found is None else found.number


def test_fewest_chats_come_first_then_who_was_idle_for_longest() -> None:
    assert chosen(agent("1", chats=2), agent("2", chats=1, busy_at_ms=NOW)) == "2"
    assert chosen(agent("1", busy_at_ms=NOW - 5), agent("2", busy_at_ms=NOW - 9)) == "2"


def test_nobody_has_more_chats_than_the_most() -> None:
    assert chosen(agent("1", chats=3), most=3) == ""
    assert chosen(agent("1", chats=300), most=0) == "1"


def test_who_let_it_lapse_is_passed_over_for_a_while() -> None:
    lapsed = {"user:1": NOW - PASSED_OVER_MS + 1}
    assert chosen(agent("1"), agent("2", chats=9), passed_over=lapsed) == "2"
    assert chosen(agent("1"), passed_over=lapsed) == ""
    assert chosen(agent("1"), passed_over={"user:1": NOW - PASSED_OVER_MS}) == "1"


def test_nobody_is_chosen_where_nobody_is() -> None:
    assert chosen() == ""
