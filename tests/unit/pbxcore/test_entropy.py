"""Bytes that nobody guesses, and that nobody gets twice."""

from __future__ import annotations

from pbxcore.entropy import Entropy


def test_no_byte_is_given_out_twice() -> None:
    entropy = Entropy()
    pieces = [entropy(16) for _ in range(1000)]
    assert {len(each) for each in pieces} == {16}
    assert len(set(pieces)) == 1000


def test_any_length_is_given() -> None:
    entropy = Entropy()
    for count in (0, 1, 4095, 2, 4096, 4097, 3, 10_000):
        assert len(entropy(count)) == count
