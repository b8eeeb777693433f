"""Reports about queues, from rows on disk: nothing is lost at the edges of their time."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import pytest

from engage.errors import Invalid
from engage.queues.model import LogRow
from engage.queues.reports import MOST_ROWS, QueueReports
from engage.queues.repository import QueueLogRepository
from engage.system.actor import SYSTEM

if TYPE_CHECKING:
    from engage.storage.database import Database

DAY_MS = 86_400_000
BEGIN_MS = 20_000 * DAY_MS
END_MS = BEGIN_MS + DAY_MS


async def write(database: Database, *rows: LogRow) -> None:
    """The log, in order."""
    numbered = [(seq, 0, row) for seq, row in enumerate(rows, 1)]
    await database.write(lambda connection: QueueLogRepository(connection).add(numbered))


def reports(database: Database, most_rows: int = MOST_ROWS) -> QueueReports:
    return QueueReports(database, lambda queue: 10, lambda: UTC, most_rows=most_rows)


def enter(at_ms: int, call: str) -> LogRow:
    return LogRow(at_ms, call, "6500", "", "ENTERQUEUE", ("", call, "1"))


def talk(at_ms: int, call: str, seconds: int) -> tuple[LogRow, LogRow]:
    connected = LogRow(at_ms, call, "6500", "1001", "CONNECT", ("5", "leg", "2"))
    data = ("5", str(seconds), "1")
    return connected, LogRow(at_ms + seconds * 1000, call, "6500", "1001", "COMPLETEAGENT", data)


async def test_who_enters_before_midnight_and_talks_after_it_counts_whole_once(
    database: Database,
) -> None:
    await write(
        database,
        enter(BEGIN_MS - 2000, "yesterday"),
        *talk(BEGIN_MS + 3000, "yesterday", 60),
        enter(END_MS - 2000, "today"),
        *talk(END_MS + 3000, "today", 600),
        enter(END_MS + 900_000, "tomorrow"),
    )
    found = await reports(database).report(SYSTEM, BEGIN_MS, END_MS)
    assert (found.total.offered, found.total.answered, found.total.talked_s) == (1, 1, 600)
    [stay] = await reports(database).stays(SYSTEM, BEGIN_MS, END_MS, "6500")
    assert (stay.call, stay.outcome, stay.ended_by) == ("today", "answered", "agent")


async def test_an_agent_who_logged_in_long_before_was_there(database: Database) -> None:
    await write(
        database,
        LogRow(BEGIN_MS - 900 * DAY_MS, "", "6500", "1003", "ADDMEMBER"),
        LogRow(BEGIN_MS - 20 * DAY_MS, "", "6500", "1002", "AGENTLOGIN"),
        LogRow(BEGIN_MS - 19 * DAY_MS, "", "6500", "1002", "AGENTLOGOFF"),
        LogRow(BEGIN_MS - 7 * DAY_MS, "", "6500", "1001", "AGENTLOGIN"),
        LogRow(BEGIN_MS + 1000, "", "", "1001", "PAUSEALL", ("lunch",)),
        LogRow(END_MS + 1000, "", "", "1001", "UNPAUSEALL", ("lunch",)),
        LogRow(END_MS + 2000, "", "6501", "1001", "AGENTLOGIN"),
    )
    found = await reports(database).spans(SYSTEM, BEGIN_MS, END_MS, "6500")
    assert [(each.kind, each.agent, each.begin_ms, each.end_ms) for each in found] == [
        ("login", "1003", BEGIN_MS - 900 * DAY_MS, 0),
        ("login", "1001", BEGIN_MS - 7 * DAY_MS, 0),
        ("break", "1001", BEGIN_MS + 1000, END_MS + 1000),
    ]
    times = (await reports(database).report(SYSTEM, BEGIN_MS, END_MS, "6500")).times
    assert {who: each.logged_in_s for who, each in times.items()} == {
        "1001": 86_400,
        "1003": 86_400,
    }
    assert times["1001"].breaks == {"lunch": 86_399}


async def test_a_report_of_too_much_is_refused_and_never_of_a_part(database: Database) -> None:
    await write(database, *(enter(BEGIN_MS + at, f"c{at}") for at in range(5)))
    found = await reports(database, most_rows=5).report(SYSTEM, BEGIN_MS, END_MS)
    assert found.total.offered == 5
    with pytest.raises(Invalid):
        await reports(database, most_rows=4).report(SYSTEM, BEGIN_MS, END_MS)
    other = await reports(database, most_rows=4).report(SYSTEM, BEGIN_MS, END_MS, "6501")
    assert other.total.offered == 0, "rows of other queues are not even read"


async def test_the_log_comes_day_by_day(database: Database) -> None:
    await write(database, *(enter(BEGIN_MS + at * DAY_MS // 2, f"c{at}") for at in range(5)))
    log = reports(database, most_rows=1).log(SYSTEM, BEGIN_MS, BEGIN_MS + 2 * DAY_MS)
    assert [[each.call for each in rows] async for rows in log] == [["c0", "c1"], ["c2", "c3"]]
