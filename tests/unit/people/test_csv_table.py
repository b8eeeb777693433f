"""Worksheets as people and spreadsheets write them, good and bad."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.csv_cells import FORMULA_STARTS, cell, text_of
from engage.people.csv_table import Problem, read_table

COLUMNS = ("number", "first_name", "email")


def read(data: bytes, most: int = 100) -> tuple[list[tuple[int, dict[str, str]]], list[Problem]]:
    rows, problems = read_table(data, COLUMNS, key="number", most=most)
    return [(row.line, dict(row.cells)) for row in rows], problems


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_byte_order_marks_delimiters_and_line_ends_do_not_matter(
    mark: bytes, delimiter: str, end: str
) -> None:
    lines = ["Number,First Name", "1000,Jürgen", "", "1001,陈"]
    text = end.join(lines).replace(",", delimiter)
    assert read(mark + text.encode()) == (
        [
            (2, {"number": "1000", "first_name": "Jürgen"}),
            (4, {"number": "1001", "first_name": "陈"}),
        ],
        [],
    )


def test_a_cell_may_hold_line_ends_and_the_next_line_is_counted_right() -> None:
    rows, problems = read(b'number,first_name\n1000,"a\nb"\n1001,c,d\n')
    assert rows == [(2, {"number": "1000", "first_name": "a\nb"})]
    assert [(each.line, each.field) for each in problems] == [(4, "")]


def test_missing_cells_are_not_given_rather_than_empty() -> None:
    assert read(b"number,first_name,email\n1000,Ana\n1001,,\n")[0] == [
        (2, {"number": "1000", "first_name": "Ana"}),
        (3, {"number": "1001", "first_name": "", "email": ""}),
    ]


@pytest.mark.parametrize(
    ("data", "line", "field"),
    [
        (b"", 1, ""),
        (b"\n\n", 1, ""),
        ("number\n1000".encode("utf-16"), 1, ""),
        ("number\n1000".encode("utf-32"), 1, ""),
        (b"number,first_name\n1000,Ana\n1001,J\xfcrgen\n", 3, ""),
        (b"number\n1000\0\n", 2, ""),
        (b"\x89PNG\r\n\x1a\n\0\0", 1, ""),
        (b"first_name\nAna\n", 1, "number"),
        (b"number,shoe_size\n1000,43\n", 1, "shoe_size"),
        (b"number,email,Email\n1000,a,b\n", 1, "email"),
        (b'number,first_name\n1000,Ana\n1001,"open\n', 3, ""),
        (b'number\n"10"00\n', 2, ""),
        (b'number\n"' + b"9" * 200_000 + b'"\n', 2, ""),
        (b'"number\n', 1, ""),
    ],
)
def test_what_cannot_be_read_is_told_by_line_and_column(data: bytes, line: int, field: str) -> None:
    rows, problems = read(data)
    assert [(each.line, each.field) for each in problems] == [(line, field)]
    assert all(row[0] < line for row in rows)


def test_more_lines_than_are_taken_are_refused() -> None:
    _, [problem] = read(b"number\n1\n2\n3\n", most=2)
    assert (problem.line, problem.params) == (4, {"most": 2})


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=40)


@given(TEXTS)
def test_what_an_export_guards_comes_back_as_it_was(text: str) -> None:
    guarded = cell(text)
    assert not guarded.startswith(FORMULA_STARTS)
    assert text_of(guarded) == text


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=20), st.sampled_from(",;"))
def test_whatever_was_exported_is_read_again(pairs: list[tuple[str, str]], delimiter: str) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerow(["number", "first_name"])
    kept = [(f"n{one}", other) for one, other in pairs]
    writer.writerows([cell(one), cell(other)] for one, other in kept)
    rows, problems = read(b"\xef\xbb\xbf" + buffer.getvalue().encode())
    assert problems == []
    assert [(row["number"], row["first_name"]) for _, row in rows] == kept


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_by_a_line(data: bytes) -> None:
    rows, problems = read(b"number,first_name\n" + data)
    lines = data.count(b"\n") + data.count(b"\r") + 2
    assert all(1 <= each.line <= lines for each in problems)
    assert all(1 < line <= lines for line, _ in rows)
