"""Random calls by six phones through a PBX: each ends, and nothing of it is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbxcore.simulator import Conditions
from tests.support.calling import FAULTS, Fault
from tests.support.examples import examples
from tests.support.scenarios import CONDITIONS
from tests.support.switched import check_facts, play_switched
from tests.support.switched_records import check_records, check_talks

if TYPE_CHECKING:
    from collections.abc import Sequence

SEEDS = st.integers(0, 2**64 - 1)


@settings(
    max_examples=examples(40, in_soak=3000),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(SEEDS, CONDITIONS, st.integers(1, 4), FAULTS)
def test_whatever_the_network_does_switched_calls_end_and_nothing_is_left(
    seed: int, conditions: Conditions, calls: int, faults: Sequence[Fault]
) -> None:
    played = play_switched(seed, conditions, calls, faults)
    check_facts(played.house.facts)
    check_records(played)


def test_in_good_weather_switched_calls_are_answered_and_recorded_as_phones_had_them() -> None:
    answered = asked = 0
    for seed in range(30):
        played = play_switched(seed, Conditions(), 3, [])
        answered += sum(each.answered for each in played.phones)
        asked += 3
        check_talks(played)
    assert answered > asked / 2
