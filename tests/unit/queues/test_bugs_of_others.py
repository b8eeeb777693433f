"""What other queue engines got wrong, once each; tests are named after the reports of it."""

from __future__ import annotations

import pytest

from pbxcore.queues import facts
from pbxcore.queues.facts import End, Outcome
from pbxcore.queues.inputs import (
    AgentLeft,
    AgentLoad,
    AskCallback,
    Bridged,
    CallbackFailed,
    CallbackReached,
    CallerLeft,
    Device,
    EndBreak,
    FreeAgent,
    Kind,
    LogIn,
    LogOut,
    OfferAnswered,
    OfferFailed,
    OfferMissed,
    OfferRung,
    PutAgent,
    PutQueue,
    TakeBreak,
    Transferred,
)
from pbxcore.queues.outputs import CallBack, Connect, Offer, Withdrawal
from pbxcore.queues.settings import (
    AgentProfile,
    Announcements,
    Callbacks,
    LevelRule,
    Miss,
    QueueAgent,
    Strategy,
)
from tests.support.queueing import LONG_S, Hall, announced, left, of, offered, queue, withdrawn

RING_ALL = Strategy.RING_ALL


def test_asterisk_176_two_agents_who_answer_at_once_are_not_both_connected() -> None:
    """asterisk#176: both answers were acknowledged."""
    hall = Hall(queue("a", "b", strategy=RING_ALL))
    hall.enter("x")
    late = hall.offer_of("b")
    assert of(Connect, hall.answer("a"))
    crossing = hall.give(OfferAnswered(late))
    assert not of(Connect, crossing)
    assert withdrawn(crossing) == [("b", Withdrawal.ANSWERED_ELSEWHERE)]
    assert (hall.served("a"), hall.served("b")) == ("x", "")


def test_asterisk_1557_an_agent_who_drops_before_the_talk_costs_one_dump_and_no_time() -> None:
    """asterisk#1557: the whole round began anew, with a dump for everybody."""
    hall = Hall(queue("a", "b", "c", strategy=RING_ALL))
    for agent in ("b", "c"):
        hall.seen(agent, Device.BUSY)
    hall.enter("x")
    hall.answer("a")
    hall.enter("y")
    for agent in ("b", "c"):
        hall.seen(agent)
    assert hall.ringing("y") == ["b", "c"]
    hall.give(AgentLeft("x"))
    assert [each.agent for each in hall.facts(facts.AgentDropped)] == ["a"]
    assert hall.line() == ["x", "y"], "the place is the old one"
    hall.give(OfferMissed(hall.offer_of("b")))
    assert hall.ringing("x") == ["b"], "at once, without the pause of a new round"


def test_asterisk_1006_wrap_up_holds_in_all_queues_of_an_agent() -> None:
    """asterisk#1006: it was skipped now and then with several queues."""
    hall = Hall(
        queue("a", number="1", wrap_up_s=10.0),
        queue("a", number="2", wrap_up_s=25.0),
        queue("a", number="3", wrap_up_s=0.0),
    )
    hall.enter("x", "1")
    hall.serve("a")
    hall.enter("y", "3")
    assert hall.pass_(24.9) == []
    assert offered(hall.pass_(0.1)) == [("y", "a")]


def test_asterisk_607_an_attended_transfer_leaves_the_wrap_up() -> None:
    """asterisk#607: it set the time of the last call to nothing."""
    hall = Hall(queue("a", "b", strategy=Strategy.LEAST_RECENT, wrap_up_s=10.0))
    hall.enter("x")
    hall.talk("a")
    hall.give(Transferred("x", "200", blind=False))
    hall.enter("y")
    assert hall.ringing() == ["b"]
    hall.enter("z")
    assert offered(hall.pass_(10)) == [("z", "a")]


def test_asterisk_1561_a_heavier_queue_takes_no_agent_away_whom_it_cannot_use() -> None:
    """asterisk#1561: its penalties were not looked at."""
    hall = Hall(
        queue(QueueAgent("a", 5), number="1", weight=10, level_rules=(LevelRule(0, highest=2),)),
        queue("a", number="2", weight=1),
    )
    hall.seen("a", Device.BUSY)
    hall.enter("vain", "1")
    hall.enter("x", "2")
    assert offered(hall.seen("a")) == [("x", "a")]


def test_of_two_queues_the_heavier_one_has_the_agent() -> None:
    hall = Hall(queue("a", number="1"), queue("a", number="2", weight=1))
    hall.seen("a", Device.BUSY)
    hall.enter("x", "1")
    hall.pass_(5)
    hall.enter("y", "2")
    assert offered(hall.seen("a")) == [("y", "a")]


def test_asterisk_1691_whoever_enters_in_the_first_place_stops_nobody() -> None:
    """asterisk#1691: comparing who waits longest locked the queue for ever."""
    hall = Hall(queue("a", "b", number="1"), queue("a", "b", number="2"))
    for agent in ("a", "b"):
        hall.seen(agent, Device.BUSY)
    hall.enter("x", "1")
    hall.enter("y", "2")
    hall.enter("first", "1", priority=9)
    assert hall.line("1") == ["first", "x"]
    assert offered(hall.seen("a") + hall.seen("b")) == [("first", "a"), ("x", "b")]


def test_asterisk_1901_raised_levels_come_from_rules_as_well() -> None:
    """asterisk#1901: the flag was lost."""
    hall = Hall(
        queue(
            QueueAgent("low", 0),
            QueueAgent("high", 3),
            strategy=Strategy.LEAST_RECENT,
            level_rules=(LevelRule(10, raised_to=3),),
        )
    )
    hall.enter("x")
    hall.serve("low")
    hall.enter("y", waited_s=10.0)
    assert hall.ringing() == ["high"], "the lower level counts as of level 3"
    hall.enter("z", waited_s=10.0)
    assert hall.ringing("z") == ["low"], "and is not excluded"


def test_asterisk_1568_announcements_stop_no_ringing() -> None:
    """asterisk#1568: while the first caller was told something, nobody was tried."""
    hall = Hall(queue("a", ring_s=60.0, announcements=Announcements(position=True, every_s=10.0)))
    hall.enter("x")
    hall.give(OfferRung(hall.offer_of("a")))
    outputs = hall.pass_(30)
    assert announced(outputs)
    assert not withdrawn(outputs)
    assert hall.ringing() == ["a"]
    assert of(Connect, hall.answer("a"))


def test_asterisk_1568_who_is_not_to_be_told_anything_is_told_nothing() -> None:
    """asterisk#1568: announcements were played though switched off."""
    hall = Hall(queue())
    hall.enter("x")
    assert announced(hall.pass_(600)) == []


def test_freeswitch_1148_an_answer_ends_the_announcement_and_the_wait() -> None:
    """FreeSWITCH#1148: dead air until the announcement was over."""
    hall = Hall(queue("a", announcements=Announcements(prompts=("p",), prompts_every_s=5.0)))
    hall.enter("x")
    assert announced(hall.pass_(5))
    assert of(Connect, hall.answer("a")), "at once, with nothing to wait for"
    assert announced(hall.pass_(25)) == []


def test_asterisk_66_1760_395_reason_and_begin_of_a_break_outlast_a_restart() -> None:
    """asterisk#66, #1760, #395: they were lost, or counted from the first break."""
    settings = queue("a")
    hall = Hall(settings)
    hall.give(TakeBreak("a", "lunch"))
    hall.pass_(60)
    hall.give(TakeBreak("a", "meeting"))
    assert [each.lasted_s for each in hall.facts(facts.BreakEnded)] == [60.0]
    began = hall.engine.state.agents[0].breaks[""]
    hall.pass_(30)
    again = Hall(settings, state=hall.engine.state)
    assert again.engine.state.agents[0].breaks == {"": began}
    again.enter("x")
    assert again.ringing() == []


def test_asterisk_1007_somebody_who_logs_in_on_a_break_gets_no_call() -> None:
    """asterisk#1007: a call slipped in before the pause."""
    hall = Hall(queue(QueueAgent("a", static=False)))
    hall.enter("x")
    outputs = hall.give(LogIn("a", on_break="paperwork"))
    assert offered(outputs) == []
    assert offered(hall.give(EndBreak("a"))) == [("x", "a")]


def test_freepbx_124_asterisk_759_a_transfer_is_a_transfer_and_ends_the_talk() -> None:
    """FreePBX#124, asterisk#759: talk time went on until those outside hung up."""
    hall = Hall(queue("a"))
    hall.enter("x")
    hall.talk("a")
    hall.pass_(20)
    hall.give(Transferred("x", "200"))
    hall.pass_(500)
    hall.give(CallerLeft("x"))
    (completed,) = hall.facts(facts.Completed)
    assert (completed.end, completed.talked_s, completed.to) == (End.BLIND_TRANSFER, 20.0, "200")


def test_asterisk_393_the_end_is_told_at_once_and_names_who_hung_up() -> None:
    """asterisk#393: late, and with the wrong reason."""
    hall = Hall(queue("a"))
    for caller, bye in (("x", AgentLeft("x")), ("y", CallerLeft("y"))):
        hall.enter(caller)
        hall.talk("a")
        hall.give(bye)
    assert [each.end for each in hall.facts(facts.Completed)] == [End.AGENT, End.CALLER]


def test_freepbx_816_the_break_comes_after_as_many_misses_as_are_set() -> None:
    """FreePBX#816: after the very first one."""
    hall = Hall(queue("a", ring_s=10.0, retry_s=1.0, unanswered=Miss(break_after=3)))
    hall.enter("x")
    hall.pass_(22)
    assert hall.facts(facts.BreakBegan) == []
    hall.pass_(11)
    (began,) = hall.facts(facts.BreakBegan)
    assert (began.agent, began.reason, began.cause) == ("a", Outcome.UNANSWERED, "misses")
    hall.pass_(100)
    assert hall.ringing() == []


def test_an_answer_makes_up_for_the_misses_before() -> None:
    hall = Hall(queue("a", ring_s=10.0, retry_s=0.0, unanswered=Miss(break_after=2)))
    for caller in ("x", "y"):
        hall.enter(caller)
        hall.pass_(10)
        hall.serve("a")
    assert hall.facts(facts.BreakBegan) == []


def test_freepbx_621_callbacks_overtake_nobody() -> None:
    """FreePBX#621: they were put first."""
    hall = Hall(queue("a", callbacks=Callbacks(enabled=True)))
    hall.enter("now")
    hall.talk("a")
    for caller in ("x", "y", "z"):
        hall.enter(caller)
    hall.give(AskCallback("y", "0170"))
    assert hall.line() == ["x", "y", "z"]
    hall.give(AgentLeft("now"))
    assert hall.served("a") == "x"


def test_twilio_9_no_more_customers_are_called_than_agents_wait() -> None:
    """Twilio's callback plugin#9: callbacks were launched without an agent."""
    hall = Hall(queue("a", "b", callbacks=Callbacks(enabled=True), strategy=RING_ALL))
    for agent in ("a", "b"):
        hall.seen(agent, Device.BUSY)
    for number in range(5):
        hall.enter(f"x{number}")
        hall.give(AskCallback(f"x{number}", f"017{number}"))
    outputs = hall.seen("a")
    assert not of(CallBack, outputs), "not before the agent has answered"
    assert [each.kind for each in of(Offer, outputs)] == [Kind.CALLBACK]
    assert [each.number for each in of(CallBack, hall.answer("a"))] == ["0170"]
    assert not of(CallBack, hall.pass_(20))


def test_freeswitch_2529_a_caller_who_leaves_takes_the_ringing_along() -> None:
    """FreeSWITCH#2529: the agent's phone rang on and got silence."""
    hall = Hall(queue("a", "b", strategy=RING_ALL))
    hall.enter("x")
    outputs = hall.give(CallerLeft("x"))
    assert withdrawn(outputs) == [("a", "caller_left"), ("b", "caller_left")]
    assert [each.outcome for each in hall.facts(facts.OfferEnded)] == [Outcome.CALLER_LEFT] * 2


def test_freeswitch_1973_caller_and_agent_who_cross_have_one_end() -> None:
    """FreeSWITCH#1973: a caller was answered for hours after hanging up."""
    for first_is_answer in (True, False):
        hall = Hall(queue("a"))
        hall.enter("x")
        answer, bye = OfferAnswered(hall.offer_of("a")), CallerLeft("x")
        hall.give(*((answer, bye) if first_is_answer else (bye, answer)), Bridged("x"))
        assert len(hall.facts(facts.Abandoned)) == 1
        assert hall.facts(facts.Connected) == []
        assert not hall.engine.floor.callers
        hall.enter("y")
        assert hall.ringing() == ["a"]


def test_freeswitch_2540_nobody_stays_reserved_when_somebody_else_answers() -> None:
    """FreeSWITCH#2540: agents were stuck."""
    hall = Hall(queue("a", "b", "c", strategy=RING_ALL))
    hall.enter("x")
    hall.answer("b")
    hall.enter("y")
    assert hall.ringing("y") == ["a", "c"]


def test_freeswitch_1216_an_agent_who_cannot_be_reached_stops_nobody() -> None:
    """FreeSWITCH#1216: the last one of the list stopped the distribution."""
    hall = Hall(queue("a", "b"))
    hall.seen("b", Device.UNAVAILABLE)
    hall.enter("x")
    hall.refuse("a")
    assert offered(hall.pass_(5)) == [("x", "a")]
    outputs = hall.give(OfferFailed(hall.offer_of("a")))
    hall.seen("b")
    assert offered(outputs) == []
    assert hall.ringing() == ["b"]


def test_freeswitch_1641_1062_nobody_has_to_look_for_what_is_due() -> None:
    """FreeSWITCH#1641, #1062: a thread that died dispatched nothing any more."""
    hall = Hall(queue("a"))
    hall.seen("a", Device.BUSY)
    hall.enter("x")
    assert hall.engine.deadline is None, "nothing is polled"
    assert offered(hall.seen("a")) == [("x", "a")]


def test_freeswitch_pr_800_openacd_6_what_is_seen_of_a_ringing_phone_makes_no_loop() -> None:
    """FreeSWITCH PR#800: INVITE and CANCEL in turns. OpenACD#6: a refresh counted as a miss."""
    hall = Hall(queue("a", "b", refused=Miss()))
    hall.enter("x")
    seen = [hall.seen("a", device) for device in (Device.RINGING, Device.IDLE, Device.RINGING)]
    assert [output for outputs in seen for output in outputs if isinstance(output, Offer)] == []
    assert hall.ringing() == ["a"]
    hall.refuse("a")
    hall.refuse("b")
    assert offered(hall.seen("a", Device.IDLE)) == [], "the round is over: nobody rings for a while"
    assert offered(hall.pass_(5)) == [("x", "a")]


def test_freeswitch_2511_the_order_is_by_priority_then_by_time() -> None:
    """FreeSWITCH#2511: scores were not respected."""
    hall = Hall(queue())
    for caller, priority in (("a", 0), ("b", 5), ("c", 0), ("d", 5), ("e", 9)):
        hall.enter(caller, priority=priority)
        hall.pass_(1)
    assert hall.line() == ["e", "b", "d", "a", "c"]


def test_opensips_2886_a_refusal_does_not_end_the_call() -> None:
    """OpenSIPS#2886: the caller was dropped with the agent's code."""
    hall = Hall(queue("a", "b"))
    hall.enter("x")
    outputs = hall.refuse("a")
    assert left(outputs) == []
    assert offered(outputs) == [("x", "b")]


def test_opensips_2530_3123_every_reservation_ends_by_itself() -> None:
    """OpenSIPS#2530, #3123: after a lost message an agent was in a call for ever."""
    hall = Hall(queue("a", ring_s=20.0, callbacks=Callbacks(enabled=True, ring_s=30.0, retries=0)))
    hall.enter("x")
    assert withdrawn(hall.pass_(20)) == [("a", "unanswered")]
    hall.give(AskCallback("x", "0170"))
    hall.pass_(5)
    hall.answer("a")
    assert withdrawn(hall.pass_(30)) == [("a", "caller_left")]
    assert hall.served("a") == ""


def test_opensips_2679_wrap_up_is_each_agents_own() -> None:
    """OpenSIPS#2679: everybody's was measured from the last end of a call."""
    hall = Hall(queue("a", "b", wrap_up_s=10.0))
    for caller, agent in (("x", "a"), ("y", "b")):
        hall.enter(caller)
        hall.talk(agent)
    hall.give(AgentLeft("x"))
    hall.pass_(8)
    hall.give(AgentLeft("y"))
    hall.enter("z")
    assert offered(hall.pass_(2)) == [("z", "a")]


def test_kazoo_6609_misses_lead_to_a_break_and_never_log_anybody_out() -> None:
    """kazoo#6609."""
    hall = Hall(queue("a", ring_s=10.0, unanswered=Miss(break_after=1)))
    hall.enter("x")
    hall.pass_(10)
    assert hall.facts(facts.AgentLoggedOut) == []
    hall.pass_(5)
    assert offered(hall.give(EndBreak("a"))) == [("x", "a")]


def test_ended_calls_are_gone_from_every_list() -> None:
    """UCM: they were shown as proceeding."""
    hall = Hall(queue("a"))
    for bye in (AgentLeft("x"), CallerLeft("x"), Transferred("x", "200")):
        hall.enter("x")
        hall.talk("a")
        hall.give(bye)
        assert not hall.engine.floor.callers
        assert hall.served("a") == ""


def test_a_callback_has_the_queues_own_caller_id() -> None:
    """UCM: it was overwritten with the trunk's user name."""
    settings = Callbacks(enabled=True, caller_id="8000", prefix="9")
    hall = Hall(queue("a", callbacks=settings))
    hall.seen("a", Device.BUSY)
    hall.enter("x")
    hall.give(AskCallback("x", "5553000"))
    hall.seen("a")
    (call,) = of(CallBack, hall.answer("a"))
    assert (call.caller_id, call.prefix, call.number) == ("8000", "9", "5553000")


def test_an_agent_who_leaves_while_ringing_costs_nobody_the_place() -> None:
    hall = Hall(queue("a", "b"))
    hall.enter("x")
    outputs = hall.give(LogOut("a"))
    assert withdrawn(outputs) == [("a", "agent_away")]
    assert offered(outputs) == [("x", "b")]


def test_a_chat_accepted_meanwhile_withdraws_what_does_not_ring_yet() -> None:
    for rings in (False, True):
        hall = Hall(queue("a", beside_chats=0))
        hall.enter("x")
        if rings:
            hall.give(OfferRung(hall.offer_of("a")))
        hall.give(AgentLoad("a", 1))
        assert hall.ringing() == (["a"] if rings else [])


def test_an_agent_whom_chats_fill_is_called_as_the_queue_has_it() -> None:
    for calls_the_full in (False, True):
        hall = Hall(queue("a", calls_the_full=calls_the_full))
        hall.give(PutAgent(AgentProfile("a", most_chats=2)))
        hall.give(AgentLoad("a", 2))
        hall.enter("x")
        assert hall.ringing("x") == (["a"] if calls_the_full else [])
        hall.give(AgentLoad("a", 1))
        assert hall.ringing("x") == ["a"], "there is room for a chat, and so for a call"


def test_another_capacity_counts_at_once() -> None:
    hall = Hall(queue("a", calls_the_full=False))
    hall.give(AgentLoad("a", 3))
    hall.give(PutAgent(AgentProfile("a", most_chats=3)))
    hall.enter("x")
    assert hall.ringing("x") == []
    hall.give(PutAgent(AgentProfile("a", most_chats=4)))
    assert hall.ringing("x") == ["a"]


def test_settings_change_under_load_without_dropping_anybody() -> None:
    hall = Hall(queue("a", max_wait_s=100.0))
    hall.enter("talking")
    hall.talk("a")
    hall.enter("x")
    hall.pass_(50)
    outputs = hall.give(PutQueue(queue("a", "b", max_wait_s=20.0, strategy=RING_ALL)))
    assert left(outputs) == []
    assert hall.served("a") == "talking"
    assert hall.line() == ["x"]
    assert offered(hall.seen("b")) == []
    assert hall.ringing("x") == ["b"], "unknown devices may be rung"


def test_a_callback_reaches_the_customer_and_waits_on_where_that_fails() -> None:
    settings = Callbacks(enabled=True, retries=1, retry_after_s=600.0)
    hall = Hall(queue("a", callbacks=settings))
    hall.seen("a", Device.BUSY)
    hall.enter("x")
    assert left(hall.give(AskCallback("x", "0170"))) == [("x", "callback")]
    hall.seen("a")
    hall.answer("a")
    hall.give(CallbackFailed("x", "busy"))
    hall.enter("y")
    assert hall.serve("a") == "y", "the agent is free meanwhile"
    assert offered(hall.pass_(590)) == [("x", "a")]
    hall.answer("a")
    assert of(Connect, hall.give(CallbackReached("x")))
    hall.give(Bridged("x"))
    (connected,) = [each for each in hall.facts(facts.Connected) if each.caller == "x"]
    assert connected.waited_s == 600.0


def test_a_phone_that_takes_no_second_call_is_not_rung_for_one() -> None:
    hall = Hall(queue("a", rings_in_use=True))
    hall.seen("a", Device.BUSY)
    hall.enter("x")
    assert hall.ringing() == []
    assert offered(hall.seen("a", Device.IN_USE)) == [("x", "a")]


@pytest.mark.parametrize("stuck", ["ringing", "connecting", "talking", "wrap_up", "resting"])
def test_an_administrator_frees_an_agent_whose_end_was_lost(stuck: str) -> None:
    hall = Hall(queue("a", wrap_up_s=60.0, ring_s=LONG_S, unanswered=Miss(rest_s=900.0)))
    hall.enter("x")
    match stuck:
        case "connecting":
            hall.answer("a")
        case "talking":
            hall.talk("a")
        case "wrap_up":
            hall.serve("a")
        case "resting":
            hall.give(OfferMissed(hall.offer_of("a")), CallerLeft("x"))
    hall.enter("y")
    assert hall.ringing("y") == []
    hall.give(FreeAgent("a"))
    if stuck == "talking":  # its wrap-up is one of a talk that ended now
        hall.give(FreeAgent("a"))
    hall.pass_(5)
    assert len(hall.ringing()) == 1
    ends = [each.end for each in hall.facts(facts.Completed)]
    assert ends == ([facts.End.AGENT] if stuck in ("talking", "wrap_up") else [])


@pytest.mark.parametrize(("busy", "over"), [("ring", facts.OfferEnded), ("talk", facts.Completed)])
def test_who_frees_an_agent_of_one_queue_leaves_what_he_does_for_another(
    busy: str, over: type[facts.OfferEnded | facts.Completed]
) -> None:
    hall = Hall(queue("a", ring_s=LONG_S), queue("a", number="6501"))
    hall.enter("x")
    if busy == "talk":
        hall.talk("a")
    hall.give(FreeAgent("a", ("6501",)))
    assert (hall.served("a"), hall.facts(over)) == ("x", [])
    hall.give(FreeAgent("a", ("6501", "6500")))
    assert len(hall.facts(over)) == 1
