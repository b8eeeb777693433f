"""Lists: what may be asked of them, their pages, their files."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from engage.errors import Invalid
from engage.web.collections import Asked, asked, csv_file, make_cursor, matching, page, read_cursor


def request(query: str) -> Request:
    return Request({"type": "http", "query_string": query.encode(), "headers": [], "method": "GET"})


def everything(rows: list[dict[str, Any]], sort: str, *, limit: int) -> list[dict[str, Any]]:
    """All pages of a list, one after the other."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        wanted = Asked("", sort.removeprefix("-"), sort.startswith("-"), limit, cursor, False, {})
        got = page(
            rows,
            wanted,
            key=lambda row, name: row[name],
            ident=lambda row: str(row["id"]),
            shown=dict,
        )
        found += got["items"]
        if got["cursor"] is None:
            return found
        cursor = got["cursor"]


values = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text(max_size=4))


@given(st.lists(values, max_size=30), st.sampled_from(["value", "-value"]), st.integers(1, 7))
def test_pages_together_hold_every_row_once(column: list[Any], sort: str, limit: int) -> None:
    rows = [{"id": f"{number:03}", "value": value} for number, value in enumerate(column)]
    found = everything(rows, sort, limit=limit)
    assert sorted(row["id"] for row in found) == [row["id"] for row in rows]


def test_a_row_that_comes_or_goes_between_two_pages_shifts_nothing() -> None:
    rows = [{"id": str(number), "value": number} for number in range(10)]
    first = page(
        rows,
        Asked("", "value", False, 4, "", False, {}),
        key=lambda row, name: row[name],
        ident=lambda row: str(row["id"]),
        shown=dict,
    )
    changed = [row for row in rows if row["value"] not in (1, 3)]
    second = page(
        changed,
        Asked("", "value", False, 4, first["cursor"], False, {}),
        key=lambda row, name: row[name],
        ident=lambda row: str(row["id"]),
        shown=dict,
    )
    assert [row["value"] for row in second["items"]] == [4, 5, 6, 7]


@given(st.text(max_size=60))
def test_a_foreign_cursor_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_cursor(text)
    assert "cursor" in refused.value.fields


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_cursor_of_ours_is_read_back(key: str, ident: str) -> None:
    assert read_cursor(make_cursor((2, key), ident)) == ((2, key), ident)


@pytest.mark.parametrize("query", ["sort=secret", "sort=-", "colour=red", "limit=0", "format=xml"])
def test_what_a_list_does_not_know_is_refused(query: str) -> None:
    with pytest.raises(Invalid):
        asked(request(query), sorts=("number", "name"))


def test_every_word_must_be_found() -> None:
    wanted = asked(request("q=ana+COSTA"), sorts=("number",))
    people = ["Ana Costa", "Ana Osei"]
    assert matching(people, wanted, lambda each: [each]) == ["Ana Costa"]


@given(st.lists(st.text(alphabet='=+-@abc,"\n;', max_size=6), min_size=1, max_size=4))
def test_no_cell_is_a_formula_and_every_text_survives(cells: list[str]) -> None:
    body = bytes(csv_file("people", ["x"] * len(cells), [cells]).body).decode("utf-8-sig")
    _, row = list(csv.reader(io.StringIO(body, newline="")))
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)
    assert [cell.removeprefix("'") for cell in row] == cells


def test_a_cursor_is_printable_text() -> None:
    assert json.dumps(make_cursor((2, "ü"), "1")).isascii()
