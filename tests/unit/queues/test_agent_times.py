"""What agents' time went to, by the rows of the queue log."""

from __future__ import annotations

from engage.queues.agent_times import AgentTimes, agent_times, spans
from engage.queues.figures import report
from engage.queues.model import LogRow
from pbxcore.queues.inputs import CallerLeft, EndBreak, EndWrapUp, LogIn, LogOut, TakeBreak
from pbxcore.queues.settings import QueueAgent
from tests.support.queue_play import log_of
from tests.support.queueing import EPOCH_MS, Hall, queue

END_MS = EPOCH_MS + 3_600_000


def row(at_s: int, queue: str, verb: str, *data: str, agent: str = "1001") -> LogRow:
    return LogRow(at_s * 1000, "", queue, agent, verb, data)


def test_a_shift_of_login_breaks_talk_and_wrap_up() -> None:
    hall = Hall(queue("1001", QueueAgent("1002", static=False), wrap_up_s=20.0))
    hall.give(LogIn("1002", channel="SIP/1002"), TakeBreak("1001", "meeting"))
    hall.enter("c1")
    hall.talk("1002")
    hall.pass_(30)
    hall.give(CallerLeft("c1"))
    hall.pass_(12)
    hall.give(EndWrapUp("1002"))
    hall.give(TakeBreak("1002", "lunch", ("6500",)))
    hall.pass_(100)
    hall.give(EndBreak("1002", ("6500",)))
    hall.pass_(8)
    hall.give(LogOut("1002", channel="SIP/1002"))
    hall.pass_(50)
    times = agent_times(log_of(hall.transitions), EPOCH_MS, EPOCH_MS + 200_000)
    assert times["1002"] == AgentTimes(150, 100, 12, {"lunch": 100})
    assert times["1001"] == AgentTimes(200, 200, 0, {"meeting": 200})


def test_an_agent_of_several_queues_is_there_once() -> None:
    rows = [
        row(0, "6500", "ADDMEMBER"),
        row(10, "6501", "AGENTLOGIN"),
        row(20, "", "PAUSEALL", "lunch"),
        row(30, "6500", "PAUSE", "paper"),
        row(50, "", "UNPAUSEALL", "lunch"),
        row(60, "6500", "UNPAUSE", "paper"),
        row(90, "6501", "AGENTLOGOFF"),
    ]
    times = agent_times(rows, 0, 100_000)["1001"]
    assert (times.logged_in_s, times.on_break_s) == (100, 40)
    assert times.breaks == {"lunch": 30, "paper": 30}


def test_a_break_after_going_home_is_nobodys_time() -> None:
    rows = [
        row(0, "6500", "AGENTLOGIN"),
        row(40, "", "PAUSEALL", "lunch"),
        row(50, "6500", "AGENTLOGOFF"),
        row(90, "", "UNPAUSEALL", "lunch"),
    ]
    assert agent_times(rows, 0, 100_000)["1001"] == AgentTimes(50, 10, 0, {"lunch": 10})


def test_only_what_is_within_the_time_counts() -> None:
    rows = [row(0, "6500", "ADDMEMBER"), row(30, "", "PAUSEALL"), row(80, "", "UNPAUSEALL")]
    assert agent_times(rows, 50_000, 60_000)["1001"] == AgentTimes(10, 10, 0, {"": 10})
    assert [each.seconds(95_000) for each in spans(rows, 0, 100_000)] == [95, 50]


def test_whoever_logs_in_again_without_having_left_is_there_once() -> None:
    rows = [row(0, "6500", "AGENTLOGIN"), row(10, "6500", "AGENTLOGIN")]
    ends = [(each.begin_ms, each.end_ms) for each in spans(rows, 0, 100_000)]
    assert ends == [(0, 10_000), (10_000, 0)]


def test_of_one_queue_only_wrap_ups_after_its_own_calls_count() -> None:
    ours = row(30, "6500", "COMPLETECALLER", "0", "10", "1")
    after_ours, after_theirs = (
        row(40, "", "INFO", "WRAPUP", "10"),
        row(90, "", "INFO", "WRAPUP", "20"),
    )
    assert agent_times([ours, after_ours, after_theirs], 0, 100_000)["1001"].wrap_up_s == 10
    theirs = row(70, "6501", "COMPLETEAGENT", "0", "10", "1")
    rows = [ours, after_ours, theirs, after_theirs]
    assert agent_times(rows, 0, 100_000)["1001"].wrap_up_s == 30


def test_an_agent_whom_nobody_called_stands_in_the_report() -> None:
    found = report([row(0, "6500", "ADDMEMBER")], 0, END_MS, lambda queue: 3, str, now_ms=60_000)
    assert [(each.key, each.offered) for each in found.agents] == [("1001", 0)]
    assert found.times["1001"].logged_in_s == 60
