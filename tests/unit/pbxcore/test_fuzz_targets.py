"""The targets of fuzzing on all that fuzzing began with and found, and on a little noise."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.seeds import seeds
from tests.fuzz.targets import READERS, TARGETS
from tests.support.examples import examples


@pytest.mark.parametrize("target", TARGETS)
def test_what_fuzzing_found_stays_mended(target: str) -> None:
    for seed in seeds(target):
        TARGETS[target](seed)


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=examples(50))
@given(data=st.data())
def test_damaged_seeds_break_nothing(target: str, data: st.DataObject) -> None:
    seed = bytearray(data.draw(st.sampled_from(seeds(target))))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(seed)))
        seed[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    TARGETS[target](bytes(seed))


def test_every_family_of_headers_is_read() -> None:
    assert len(READERS) >= 27
