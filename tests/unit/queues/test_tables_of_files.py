"""The first lines of tables in files: every figure has a name, in the reader's language."""

from __future__ import annotations

import csv
import io

from engage.column_heads import KIND, Column, heads
from engage.i18n import translate
from engage.queues import sheets
from engage.queues.figures import Figures, Report


def test_heads_are_in_the_readers_language_with_their_unit() -> None:
    column = Column("total_s", "Total", "s")
    assert column.head("en") == "Total (s)"
    assert column.head("de") == f"{translate('Total', 'de')} (s)" != column.head("en")
    assert heads(sheets.OF_LINES, "xx") == heads(sheets.OF_LINES, "en")


def test_files_of_queues_are_in_one_language() -> None:
    found = Report(Figures(""), [Figures("6500")], [], [])
    rows = list(csv.reader(io.StringIO(sheets.csv_bytes(found, str, "de").decode("utf-8-sig"))))
    assert rows[0] == heads((KIND, *sheets.OF_LINES), "de")
    assert [row[0] for row in rows[1:]] == [translate(each, "de") for each in ("Total", "Queue")]
    names = [name for name, _ in sheets.sheets(found, str, "de")]
    assert names == [translate(each, "de") for each in ("Queues", "Agents", "Hours")]
