"""Several addresses in one line."""

from __future__ import annotations

import pytest

from engage.errors import Refused
from engage.people.addresses import address_list, addresses_in


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" ; ;", []),
        ("a@example.com", ["a@example.com"]),
        ("a+b@m.example.org;c@example.com ; ", ["a+b@m.example.org", "c@example.com"]),
        ('"x; y"@example.com; z@example.com', ['"x; y"@example.com', "z@example.com"]),
        (r'"x\"; y"@example.com;z@example.com', [r'"x\"; y"@example.com', "z@example.com"]),
    ],
)
def test_semicolons_part_them_outside_of_quotes(text: str, found: list[str]) -> None:
    assert addresses_in(text) == found
    assert address_list(text) == "; ".join(found)


@pytest.mark.parametrize("text", ["a", "a@example.com; b", '"open@example.com; c@example.com'])
def test_one_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        address_list(text)
