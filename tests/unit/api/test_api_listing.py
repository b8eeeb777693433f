"""Pages, sort and columns of every list; what cannot be used is ignored."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.api.listing import listed

ROWS = [
    {"extension": "1002", "name": "Chen", "newmsg": 0},
    {"extension": "1000", "name": "ana", "newmsg": 3},
    {"extension": "999", "name": None, "newmsg": 1},
]


def numbers(**asked: object) -> list[Any]:
    return [row["extension"] for row in listed("account", ROWS, asked)["account"]]


def test_everything_is_on_the_first_page_by_default() -> None:
    assert listed("account", ROWS, {}) == {
        "account": ROWS,
        "page": 1,
        "total_item": 3,
        "total_page": 1,
    }


def test_empty_list_has_one_page() -> None:
    assert listed("account", [], {"page": "4"}) == {
        "account": [],
        "page": 4,
        "total_item": 0,
        "total_page": 1,
    }


@pytest.mark.parametrize("page", ["2", 2])
def test_pages_are_asked_for_by_number_or_text(page: object) -> None:
    answer = listed("account", ROWS, {"page": page, "item_num": "2"})
    assert [row["extension"] for row in answer["account"]] == ["999"]
    assert (answer["page"], answer["total_item"], answer["total_page"]) == (2, 3, 2)


def test_sort_goes_by_number_where_the_column_holds_numbers() -> None:
    assert numbers(sidx="extension") == ["999", "1000", "1002"]
    assert numbers(sidx="extension", sord="DESC") == ["1002", "1000", "999"]
    assert numbers(sidx="extension", sord="acs") == ["999", "1000", "1002"]
    assert numbers(sidx="name") == ["999", "1000", "1002"]


@pytest.mark.parametrize("sidx", [True, "nothing", 7, None, []])
def test_unusable_sort_leaves_the_natural_order(sidx: object) -> None:
    assert numbers(sidx=sidx) == ["1002", "1000", "999"]


def test_columns_are_chosen_by_name_and_by_their_usual_misspellings() -> None:
    for options in (
        "extension,newms,nonsense",
        ["extension", "newms"],
        " Extension , account.NEWMSG",
    ):
        assert listed("account", ROWS, {"options": options})["account"][0] == {
            "extension": "1002",
            "newmsg": 0,
        }
    assert listed("account", ROWS, {"options": "nonsense"})["account"] == ROWS


@given(
    st.dictionaries(
        st.sampled_from(["page", "item_num", "sidx", "sord", "options"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text()),
    )
)
def test_no_parameter_fails(asked: dict[str, object]) -> None:
    answer = listed("account", ROWS, asked)
    assert answer["total_item"] == 3
    assert answer["total_page"] >= 1
