"""The queue log and the figures of a morning: both from the same facts."""

from __future__ import annotations

from engage.queues.agent_times import spans
from engage.queues.figures import Report, report, stays
from engage.queues.log import log_rows
from engage.queues.model import LogRow
from pbxcore.dialplan.place import Place
from pbxcore.journal import Entry, QueueCallRated
from pbxcore.queues.inputs import (
    AgentLeft,
    CallerLeft,
    EndBreak,
    Held,
    LogIn,
    LogOut,
    PressKey,
    Remove,
    TakeBreak,
    Transferred,
)
from pbxcore.queues.settings import LOOSE, QueueAgent
from tests.support.queue_play import log_of
from tests.support.queueing import EPOCH_MS, Hall, queue

HOUR_MS = 3_600_000
GOLDEN = """
000|NONE|NONE|NONE|QUEUESTART
000|NONE|NONE|NONE|CONFIGRELOAD
000|NONE|6500|Agent/1001|ADDMEMBER|
000|NONE|6500|Agent/1002|AGENTLOGIN|SIP/1002
000|c1|6500|NONE|DID|8000
000|c1|6500|NONE|ENTERQUEUE||5551|1|Ann_a
004|c1|6500|Agent/1001|CONNECT|4|leg-1001|4
004|c1|6500|Agent/1001|CALLERONHOLD
009|c1|6500|Agent/1001|CALLEROFFHOLD
014|c1|6500|Agent/1001|COMPLETEAGENT|4|10|1
014|c2|6500|NONE|ENTERQUEUE||c2|1|
014|c2|6500|Agent/1001|CONNECT|0|leg-1001|0
020|c2|6500|Agent/1001|COMPLETECALLER|0|6|1
020|c3|6500|NONE|ENTERQUEUE||c3|1|
020|c3|6500|Agent/1001|CONNECT|0|leg-1001|0
026|c3|6500|Agent/1001|BLINDTRANSFER|200|internal|0|6|1
026|c4|6500|NONE|ENTERQUEUE||c4|1|
026|c4|6500|Agent/1001|CONNECT|0|leg-1001|0
032|c4|6500|Agent/1001|ATTENDEDTRANSFER|BRIDGE|201|0|6|1
032|c5|6500|NONE|ENTERQUEUE||c5|1|
042|c5|6500|Agent/1001|RINGNOANSWER|10000
045|c5|6500|Agent/1002|RINGCANCELED|3000
045|c5|6500|NONE|ABANDON|1|1|13
045|NONE|6500|Agent/1002|PAUSE|paper
045|busy|6500|NONE|ENTERQUEUE||busy|1|
045|busy|6500|Agent/1001|CONNECT|0|leg-1001|0
045|c6|6500|NONE|ENTERQUEUE||c6|1|
045|c7|6500|NONE|ENTERQUEUE||c7|2|
050|c6|6500|NONE|EXITWITHKEY|0|1|1|5
050|c8|6500|NONE|ENTERQUEUE||c8|2|
051|c8|6500|NONE|WITHDRAW|2|2|1|administrator
105|c7|6500|NONE|EXITWITHTIMEOUT|1|2|60
105|busy|6500|Agent/1001|COMPLETEAGENT|0|60|1
105|NONE|6500|Agent/1002|AGENTLOGOFF|SIP/1002|105
105|NONE|NONE|Agent/1001|PAUSEALL|lunch
105|c10|6500|NONE|ENTERQUEUE||c10|1|
105|c10|6500|NONE|EXITEMPTY|1|1|0
105|NONE|NONE|Agent/1001|UNPAUSEALL|lunch
105|c9|6500|NONE|ENTERQUEUE||c9|1|
105|NONE|NONE|Agent/1001|PAUSEALL|meeting
105|c9|6500|Agent/1001|RINGCANCELED|0
105|c9|6500|NONE|EXITEMPTY|1|1|0
"""


def played() -> Hall:
    """A morning of nine callers, each with an end of its own."""
    hall = Hall(
        queue(
            *("1001", QueueAgent("1002", static=False)),
            ring_s=10.0,
            max_wait_s=60.0,
            exit_keys={"0": Place("extension", "100")},
            leave_empty=LOOSE,
            service_level_s=3.0,
        )
    )
    hall.give(LogIn("1002", channel="SIP/1002"))
    hall.enter("c1", number="5551", name="Ann|a", did="8000")
    hall.pass_(4)
    hall.talk("1001")
    hall.give(Held("c1", held=True))
    hall.pass_(5)
    hall.give(Held("c1", held=False))
    hall.pass_(5)
    hall.give(AgentLeft("c1"))
    for key, end in (
        ("c2", CallerLeft("c2")),
        ("c3", Transferred("c3", "200")),
        ("c4", Transferred("c4", "201", blind=False)),
    ):
        hall.enter(key)
        hall.talk("1001")
        hall.pass_(6)
        hall.give(end)
    hall.enter("c5")
    hall.pass_(13)
    hall.give(CallerLeft("c5"), TakeBreak("1002", "paper", ("6500",)))
    hall.enter("busy")
    hall.talk("1001")
    hall.enter("c6")
    hall.enter("c7")
    hall.pass_(5)
    hall.give(PressKey("c6", "0"))
    hall.enter("c8")
    hall.pass_(1)
    hall.give(Remove("c8"))
    hall.pass_(54)
    hall.give(AgentLeft("busy"), LogOut("1002", channel="SIP/1002"))
    hall.give(TakeBreak("1001", "lunch"))
    hall.enter("c10")
    hall.give(EndBreak("1001"))
    hall.enter("c9")
    hall.give(TakeBreak("1001", "meeting"))
    return hall


def log(hall: Hall) -> list[LogRow]:
    """All rows."""
    return log_of(hall.transitions)


def counted(hall: Hall, begin_ms: int = 0, end_ms: int = 1 << 62, **only: str) -> Report:
    """The figures; 3 seconds are in time, an hour is named by its number."""
    return report(
        log(hall), begin_ms, end_ms, lambda queue: 3, lambda at_ms: str(at_ms // HOUR_MS), **only
    )


def test_the_queue_log_of_a_morning() -> None:
    lines = [row.line() for row in log(played())]
    told = [line.removeprefix("1700000") for line in lines if "|INFO|" not in line]
    assert told == GOLDEN.split()


def test_a_line_is_one_line_whatever_a_name_holds() -> None:
    row = LogRow(1000, "c", "6500", "", "ENTERQUEUE", ("", "1", "1", "a|b\r\nc"))
    assert row.line() == "1|c|6500|NONE|ENTERQUEUE||1|1|a_b  c"


def test_figures_are_sums_of_the_log() -> None:
    hall = played()
    verbs = [row.verb for row in log(hall)]
    found = counted(hall)
    [figures] = found.queues
    assert figures.key == "6500"
    assert figures.answered == verbs.count("CONNECT") == 5
    assert figures.abandoned == verbs.count("ABANDON") == 1
    assert figures.other == sum(verb.startswith(("EXIT", "WITHDRAW")) for verb in verbs) == 5
    assert figures.offered == verbs.count("ENTERQUEUE") == 11
    [agent] = [each for each in found.agents if each.key == "1001"]
    assert (agent.answered, agent.missed) == (5, verbs.count("RINGNOANSWER"))
    assert figures.talked_s == agent.talked_s == 10 + 3 * 6 + 60


def test_both_service_levels() -> None:
    hall = Hall(queue("a"))
    for number, wait_s in enumerate((2, 15)):
        hall.enter(f"x{number}")
        hall.pass_(wait_s)
        hall.serve("a")
    for number, wait_s in enumerate((2, 12)):
        hall.enter(f"y{number}")
        hall.pass_(wait_s)
        hall.give(CallerLeft(f"y{number}"))
    total = counted(hall).total
    assert (total.service_level, total.service_level_2) == (50.0, 50.0)


def test_a_caller_counts_in_the_hour_of_his_entry_with_all_that_became_of_him() -> None:
    hall = Hall(queue("a"))
    hall.enter("x")
    hall.serve("a", 3600)
    first = EPOCH_MS - EPOCH_MS % HOUR_MS
    before = counted(hall, first, first + HOUR_MS)
    assert (before.total.answered, before.total.talked_s) == (1, 3600)
    assert [each.key for each in before.hours] == [str(first // HOUR_MS)]
    assert counted(hall, first + HOUR_MS).total.offered == 0


def test_a_restart_ends_calls_but_neither_callbacks_nor_duties() -> None:
    rows = [
        LogRow(1000, "", "6500", "1001", "ADDMEMBER"),
        LogRow(1000, "", "", "1001", "PAUSEALL", ("lunch",)),
        *(LogRow(2000, key, "6500", "", "ENTERQUEUE", ("", key, "1")) for key in "abcd"),
        LogRow(3000, "b", "6500", "1001", "CONNECT", ("1", "leg", "1")),
        LogRow(3000, "c", "6500", "", "INFO", ("CALLBACK", "0170")),
        LogRow(4000, "d", "6500", "", "ABANDON", ("1", "1", "2")),
        LogRow(9000, "", "", "", "QUEUESTART"),
        LogRow(9500, "a", "6500", "", "ABANDON", ("1", "1", "2")),
        LogRow(9900, "c", "6500", "1001", "CONNECT", ("7", "leg", "1")),
    ]
    found = stays(rows, 0, 10_000)
    assert [(each.outcome, each.ended_by, each.ended_ms) for each in found] == [
        *(("system", "", 9000), ("answered", "system", 9000)),
        *(("answered", "", 9900), ("abandoned", "", 4000)),
    ]
    assert report(rows, 0, 10_000, lambda queue: 3, str).total.other == 1
    assert [each.end_ms for each in spans(rows, 0, 10_000)] == [0, 0]


def test_ratings_of_callers_are_in_the_log_and_counted_for_queue_and_agent() -> None:
    told = [
        *log_rows(Entry(9, 9000, QueueCallRated("call", "6500", "c1", "1001", 4))),
        *log_rows(Entry(10, 9500, QueueCallRated("call", "6500", "c2", "1001", 1))),
    ]
    assert [(each.verb, each.data) for each in told] == [
        ("INFO", ("SURVEY", "4")), ("INFO", ("SURVEY", "1")),
    ]  # fmt: skip
    rows = [
        row
        for caller in ("c1", "c2", "c3")
        for row in (
            LogRow(1000, caller, "6500", "", "ENTERQUEUE", ("", "5551", "1", "")),
            LogRow(2000, caller, "6500", "1001", "CONNECT", ("1", "leg", "1")),
            LogRow(8000, caller, "6500", "1001", "COMPLETEAGENT", ("1", "6", "1")),
        )
    ]
    found = report([*rows, *told], 0, 60_000, lambda queue: 60, lambda at_ms: "")
    for figures in (found.total, *found.queues, *found.agents):
        assert (figures.rated, figures.average_rating) == (2, 2.5)
    assert report(rows, 0, 60_000, lambda queue: 60, lambda at_ms: "").total.average_rating == 0
