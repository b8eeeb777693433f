"""What `cdrapi` writes for programs, where that differs from what people open in spreadsheets."""

from __future__ import annotations

import csv
import io

import pytest

from engage.api.cdr_documents import as_csv
from engage.calls.cdr import COLUMNS


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("+493012345", "+493012345"),
        ("+1 (555) 0100", "'+1 (555) 0100"),
        ("+1+cmd", "'+1+cmd"),
        ('=HYPERLINK("x")', '\'=HYPERLINK("x")'),
        ("2001", "2001"),
    ],
)
def test_numbers_are_what_programs_look_up_and_no_cell_is_a_formula(
    given: str, written: str
) -> None:
    row = {**dict.fromkeys((*COLUMNS, "verstat"), ""), "src": given}
    [line] = csv.DictReader(io.StringIO(as_csv([[row]]).decode()))
    assert line["src"] == written
