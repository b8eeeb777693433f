from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.files.addresses import STEP_MS, Signer, Variant, good_until
from engage.files.model import AddressOver

SIGNER = Signer(b"k" * 32)
ID = "01a21674-8f2b-7b9b-96a7-5cb23a4e5482"
NOW = 1_800_000_000_000


def parts_of(address: str) -> dict[str, str]:
    split = urlsplit(address)
    _, _, file_id, variant = split.path.split("/")
    query = {name: values[0] for name, values in parse_qs(split.query).items()}
    return {"file_id": file_id, "variant": variant, **query}


def test_an_address_opens_what_it_was_made_for() -> None:
    address = SIGNER.address(ID, Variant.THUMB, good_until(NOW))
    assert SIGNER.check(**parts_of(address), now_ms=NOW) == Variant.THUMB


def test_an_address_lives_for_minutes() -> None:
    parts = parts_of(SIGNER.address(ID, Variant.WHOLE, good_until(NOW)))
    SIGNER.check(**parts, now_ms=NOW + STEP_MS)
    with pytest.raises(AddressOver):
        SIGNER.check(**parts, now_ms=NOW + 2 * STEP_MS + 1)


@given(st.integers(min_value=0, max_value=10**14))
def test_addresses_of_one_moment_are_equal_and_last(now: int) -> None:
    assert STEP_MS <= good_until(now) - now <= 2 * STEP_MS


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("file_id", ID.replace("0", "1")),
        ("variant", "file"),
        ("variant", "../keys/secret"),
        ("until", str(good_until(NOW) + 1)),
        ("until", "٣"),
        ("until", "9" * 40),
        ("until", ""),
        ("seal", ""),
        ("seal", "ü"),
    ],
)
def test_a_changed_address_opens_nothing(name: str, value: str) -> None:
    parts = parts_of(SIGNER.address(ID, Variant.THUMB, good_until(NOW))) | {name: value}
    with pytest.raises(AddressOver):
        SIGNER.check(**parts, now_ms=NOW)


def test_another_installations_address_opens_nothing() -> None:
    parts = parts_of(Signer(b"o" * 32).address(ID, Variant.THUMB, good_until(NOW)))
    with pytest.raises(AddressOver):
        SIGNER.check(**parts, now_ms=NOW)
