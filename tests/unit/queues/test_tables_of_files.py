"""The first lines of tables in files: every figure has a name, in the reader's language."""

from __future__ import annotations

import csv
import io

from engage.column_heads import KIND, Column, heads
from engage.i18n import translate
from engage.queues import sheets
from engage.queues.agent_times import AgentTimes
from engage.queues.figures import Figures, Report
from engage.queues.reports import TIMES


def test_heads_are_in_the_readers_language_with_their_unit() -> None:
    column = Column("total_s", "Total", "s")
    assert column.head("en") == "Total (s)"
    assert column.head("de") == f"{translate('Total', 'de')} (s)" != column.head("en")
    assert heads(sheets.OF_LINES, "xx") == heads(sheets.OF_LINES, "en")


def test_files_of_queues_are_in_one_language() -> None:
    times = {"1001": AgentTimes(3600, 600, 30, {"lunch": 600})}
    found = Report(Figures(""), [Figures("6500")], [Figures("1001")], [], times)
    rows = list(csv.reader(io.StringIO(sheets.csv_bytes(found, str, "de").decode("utf-8-sig"))))
    assert rows[0] == heads((KIND, *sheets.OF_LINES, *TIMES), "de")
    kinds = [translate(each, "de") for each in ("Total", "Queue", "Agent")]
    assert [row[0] for row in rows[1:]] == kinds
    assert [row[-4:] for row in rows[2:]] == [[""] * 4, ["3600", "600", "30", "lunch: 600"]]
    names = [name for name, _ in sheets.sheets(found, str, "de")]
    assert names == [translate(each, "de") for each in ("Queues", "Agents", "Hours")]
