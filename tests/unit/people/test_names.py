"""A name is something that can be read."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from engage.people.policy import Name

NAMES = TypeAdapter(Name)


@pytest.mark.parametrize("blank", ["", " ", "\u00a0", " \u2003 ", "\u202a"])
def test_a_name_of_blanks_is_none(blank: str) -> None:
    with pytest.raises(ValidationError) as refused:
        NAMES.validate_python(blank)
    assert [each["type"] for each in refused.value.errors()] == ["string_too_short"]


def test_what_surrounds_a_name_is_left_out() -> None:
    assert NAMES.validate_python("\u00a0Sales ") == "Sales"


def test_a_form_says_how_long_names_are() -> None:
    assert NAMES.json_schema() == {"type": "string", "minLength": 1, "maxLength": 64}
