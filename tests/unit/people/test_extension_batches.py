"""Which extensions a batch means."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from engage.people.extension_batches import OF_ONE_ALONE, ExtensionBatchForm, NewExtensions


def test_a_batch_is_numbers_in_a_row_with_what_they_have_in_common() -> None:
    given = {"first": "0100", "step": 5, "count": 3, "department": "Shop", "call_waiting": False}
    forms = NewExtensions.model_validate({**given, "client_id": "c"}).forms()
    assert [each.number for each in forms] == ["0100", "0105", "0110"]
    assert [each.client_id for each in forms] == ["c:0100", "c:0105", "c:0110"]
    assert {(each.department, each.call_waiting) for each in forms} == {("Shop", False)}
    assert {each.client_id for each in NewExtensions.model_validate(given).forms()} == {None}


def test_what_is_ones_own_is_in_no_batch() -> None:
    assert OF_ONE_ALONE.isdisjoint(ExtensionBatchForm.model_fields)


@pytest.mark.parametrize(
    "wrong", [{"first": "x"}, {"first": "1"}, {"step": 0}, {"count": 501}, {"email": "a@x.test"}]
)
def test_what_is_wrong_with_a_batch_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        NewExtensions.model_validate({"first": "2000", **wrong})
