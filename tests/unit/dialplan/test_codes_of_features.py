"""Feature codes as they are stored, and as they are changed."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from engage.dialplan.feature_codes import FeatureCodes

NEWER = ("remote_wake_up", "room_status")


@pytest.mark.parametrize(
    ("own", "without"),
    [
        ({"park": "*36"}, "remote_wake_up"),
        ({"desk_login": "*23"}, "room_status"),
        ({"desk_login": "*235"}, "room_status"),
    ],
)
def test_codes_that_are_stored_stay_when_there_are_more_features(
    own: dict[str, str], without: str
) -> None:
    stored = FeatureCodes().model_dump(exclude=set(NEWER)) | {"pickup": "*7"} | own
    codes = FeatureCodes.model_validate(stored)
    assert codes.model_dump() == FeatureCodes().model_dump() | stored | {without: ""}


def test_what_is_given_as_the_code_of_two_is_refused() -> None:
    present = FeatureCodes().model_dump()
    for wrong in ({"park": "*36"}, {"park": "*23"}, {"forward_on": "*231"}):
        with pytest.raises(ValidationError, match="code of its own"):
            FeatureCodes.model_validate(present | wrong)
    other = FeatureCodes.model_validate(present | {"forward_on": "*230"})
    assert other.has("*231")
    assert other.has("*230")
    assert not other.has("*2301")
