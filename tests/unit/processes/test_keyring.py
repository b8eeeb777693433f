"""Sealing: opened only by the same key, and not after a change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.keyring import Keyring, SealBroken

KEYRING = Keyring(b"a secret of this server")


@given(st.text(st.characters(codec="utf-8")))
def test_what_was_sealed_opens_again(clear: str) -> None:
    assert KEYRING.open(KEYRING.seal(clear)) == clear


def test_two_seals_of_one_text_differ() -> None:
    assert KEYRING.seal("Sip-1000!") != KEYRING.seal("Sip-1000!")


def test_another_key_opens_nothing() -> None:
    with pytest.raises(SealBroken):
        Keyring(b"another secret").open(KEYRING.seal("x"))


@given(st.integers(0, 60), st.integers(0, 63))
def test_a_changed_seal_does_not_open(at: int, into: int) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    sealed = KEYRING.seal("0123456789abcdefghi")  # 47 bytes: 64 characters, none of them padding
    at = len(sealed) - 1 - at
    changed = sealed[:at] + alphabet[into] + sealed[at + 1 :]
    try:
        assert KEYRING.open(changed) == "0123456789abcdefghi"
        assert _same_bytes(changed, sealed)
    except SealBroken:
        assert changed != sealed


def _same_bytes(one: str, other: str) -> bool:
    import base64

    return base64.urlsafe_b64decode(one[2:]) == base64.urlsafe_b64decode(other[2:])


@pytest.mark.parametrize("sealed", ["", "1.", "2.AAAA", "1.AAAA", "1.ü", "plain"])
def test_what_is_no_seal_does_not_open(sealed: str) -> None:
    with pytest.raises(SealBroken):
        KEYRING.open(sealed)


def test_keys_for_different_purposes_differ_and_stay() -> None:
    assert KEYRING.derive("csrf") == Keyring(b"a secret of this server").derive("csrf")
    assert KEYRING.derive("csrf") != KEYRING.derive("seal")
    assert len(KEYRING.derive("csrf")) == 32
