"""Sound for modems: in order, and nothing made up."""

from __future__ import annotations

from pbxcore.media.in_order import InOrder


def order(*sequences: int) -> list[str | None]:
    """What comes out, by names."""
    hearing: InOrder[str] = InOrder()
    return [out for each in sequences for out in hearing.put(each, str(each))]


def test_what_comes_in_order_comes_at_once() -> None:
    assert order(65535, 0, 1) == ["65535", "0", "1"]


def test_what_overtakes_waits() -> None:
    assert order(1, 3, 2, 4) == ["1", "2", "3", "4"]


def test_what_never_comes_is_told_once_five_others_wait() -> None:
    assert order(1, 3, 4, 5, 6) == ["1"]
    assert order(1, 3, 4, 5, 6, 7) == ["1", None, "3", "4", "5", "6", "7"]


def test_what_is_late_or_comes_twice_is_left_out() -> None:
    assert order(5, 4, 5, 6) == ["5", "6"]


def test_another_beginning_is_taken_as_it_is() -> None:
    assert order(5, 40_000, 40_001) == ["5", "40000", "40001"]
