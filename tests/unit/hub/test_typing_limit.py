"""How often somebody's typing is told, in virtual time."""

from __future__ import annotations

from engage.hub.typing_limit import TypingLimit


def test_typing_is_told_once_per_three_seconds() -> None:
    limit = TypingLimit()
    told = [now / 10 for now in range(101) if limit.allows("user:1000", "c", now / 10)]
    assert told == [0.0, 3.0, 6.0, 9.0]


def test_everyone_has_a_limit_of_their_own_in_each_conversation() -> None:
    limit = TypingLimit()
    assert limit.allows("user:1000", "c", 0.0)
    assert limit.allows("user:1001", "c", 0.0)
    assert limit.allows("user:1000", "d", 0.0)
    assert not limit.allows("user:1000", "c", 2.9)


def test_message_lets_the_next_typing_through_at_once() -> None:
    limit = TypingLimit()
    assert limit.allows("user:1000", "c", 0.0)
    limit.reset("user:1000", "c")
    assert limit.allows("user:1000", "c", 0.1)


def test_flood_of_typists_fills_no_memory() -> None:
    limit = TypingLimit()
    for number in range(25_000):
        assert limit.allows(f"visitor:{number}", "c", number / 1e6)
    assert len(limit._told) <= 10_000  # noqa: SLF001 - what is bounded is not to be seen outside
