"""How soon a part that ended comes back."""

from __future__ import annotations

from engage.processes.restart import Backoff


def test_waits_double_up_to_ten_seconds() -> None:
    backoff = Backoff()
    assert [backoff.ended(float(n)) for n in range(8)] == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10]


def test_half_a_minute_of_being_well_forgets_former_ends() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff.ended(0.0)
    backoff.well(100.0)
    assert backoff.ended(129.9) == 6.4
    backoff.well(200.0)
    assert backoff.ended(230.0) == 0.2


def test_a_part_that_never_served_is_not_well_by_being_old() -> None:
    backoff = Backoff()
    backoff.well(0.0)
    backoff.ended(1.0)
    assert backoff.ended(1000.0) == 0.4
