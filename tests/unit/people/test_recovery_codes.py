"""Recovery codes: readable, different, hashed with a key."""

from __future__ import annotations

import re

from engage.people.sign_in import recovery

KEY = b"k" * 32


def test_ten_different_codes_of_unmistakable_characters() -> None:
    codes = recovery.new_codes()
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[a-hj-km-np-z2-9]{5}-[a-hj-km-np-z2-9]{5}", each) for each in codes)


def test_case_spaces_and_dashes_do_not_matter() -> None:
    assert len({recovery.code_hash(KEY, each) for each in ("k7mpw-3xq9d", "K7MPW 3XQ9D")}) == 1


def test_without_the_key_a_hash_says_nothing() -> None:
    assert recovery.code_hash(KEY, "k7mpw-3xq9d") != recovery.code_hash(b"x" * 32, "k7mpw-3xq9d")
