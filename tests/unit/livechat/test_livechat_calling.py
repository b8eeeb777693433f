"""Whom the call of a visitor rings."""

from __future__ import annotations

from engage.livechat.calling.model import rounds
from pbxcore.calls.visitor_commands import AgentRound


def test_all_on_duty_ring_for_who_is_served_by_nobody() -> None:
    assert rounds(None, ["1000", "1001"]) == (AgentRound(("1000", "1001"), 60),)
    assert rounds(None, []) == ()


def test_whoever_serves_the_visitor_rings_first_and_not_again() -> None:
    first, then = AgentRound(("1000",), 20), AgentRound(("1001",), 40)
    assert rounds("1000", ["1000", "1001"]) == (first, then)
    assert rounds("1000", ["1001"]) == (first, then)


def test_whoever_serves_the_visitor_alone_rings_to_the_end() -> None:
    assert rounds("1000", ["1000"]) == (AgentRound(("1000",), 60),)
