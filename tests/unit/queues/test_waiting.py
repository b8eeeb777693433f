"""Who may wait, how long, and what is heard meanwhile."""

from __future__ import annotations

import itertools

import pytest

from pbxcore.dialplan.place import Place
from pbxcore.queues import facts
from pbxcore.queues.inputs import (
    AgentLeft,
    AgentSeen,
    AgentsSeen,
    AllPut,
    AskCallback,
    Bridged,
    CallbackReached,
    CallerLeft,
    Device,
    DropQueue,
    EndBreak,
    EndWrapUp,
    ExtendWrapUp,
    LogIn,
    LogOut,
    Move,
    PressKey,
    PutAgent,
    PutQueue,
    TakeBreak,
    Welcomed,
)
from pbxcore.queues.outputs import (
    Admit,
    CallbackOffered,
    HoldTime,
    LeaveTo,
    Periodic,
    Position,
    Transition,
)
from pbxcore.queues.settings import (
    LOOSE,
    NEVER,
    STRICT,
    AgentProfile,
    Announcements,
    Callbacks,
    Condition,
    QueueAgent,
    SkillRule,
    Strategy,
)
from tests.support.queueing import Hall, announced, left, of, offered, queue, withdrawn

THERE = Place("voicemail", "1001")
_BREAKS = facts.BreakBegan | facts.BreakEnded
STANDS = ("idle", "on_break", "in_use", "unavailable", "invalid")
"""How the only agent may stand."""


def stand(hall: Hall, how: str) -> None:
    """Let the only agent stand in this way."""
    if how == "on_break":
        hall.give(TakeBreak("a", "lunch"))
    else:
        hall.seen("a", Device(how))


@pytest.mark.parametrize(
    ("join", "leave", "how"),
    list(itertools.product((NEVER, LOOSE, STRICT), (NEVER, LOOSE, STRICT), STANDS)),
)
def test_entering_and_staying_where_nobody_serves(
    join: frozenset[Condition], leave: frozenset[Condition], how: str
) -> None:
    """UCM: *Dial in Empty Queue* and *Leave When Empty*, by how the agent stands."""
    away = {
        NEVER: (),
        LOOSE: ("on_break", "invalid"),
        STRICT: ("on_break", "invalid", "unavailable"),
    }
    hall = Hall(queue("a", join_empty=join, leave_empty=leave))
    stand(hall, how)
    outputs = hall.enter("x")
    if how in away[join]:
        assert left(outputs) == [("x", "join_empty")]
    else:
        expected = [("x", "leave_empty")] if how in away[leave] else []
        assert left(outputs) == expected


def test_everybody_leaves_when_the_last_agent_does() -> None:
    hall = Hall(queue("a", "b", leave_empty=STRICT, leave_empty_place=THERE))
    for agent in ("a", "b"):
        hall.seen(agent, Device.IN_USE)
    hall.enter("x")
    hall.enter("y")
    assert left(hall.give(LogOut("a"))) == []
    outputs = hall.give(LogOut("b"))
    assert of(LeaveTo, outputs)[0].place == THERE
    assert [caller for caller, _ in left(outputs)] == ["x", "y"]


def test_conditions_of_wrap_up_ringing_and_level() -> None:
    for condition in (Condition.RINGING, Condition.WRAP_UP, Condition.IN_USE):
        hall = Hall(queue("a", join_empty=frozenset({condition}), wrap_up_s=30.0))
        hall.enter("x")
        assert (left(hall.enter("r")) != []) == (condition is Condition.RINGING)
        hall.give(CallerLeft("r"))
        hall.talk("a")
        assert (left(hall.enter("u")) != []) == (condition is Condition.IN_USE)
        hall.give(CallerLeft("u"), AgentLeft("x"))
        assert (left(hall.enter("w")) != []) == (condition is Condition.WRAP_UP)


def test_a_full_queue_lets_nobody_in_and_counts_only_who_waits() -> None:
    hall = Hall(queue("a", max_length=1, full_place=THERE))
    hall.enter("talking")
    hall.talk("a")
    assert of(Admit, hall.enter("x"))
    (leave,) = of(LeaveTo, hall.enter("y"))
    assert (leave.place, leave.status) == (THERE, facts.ExitStatus.FULL)


def test_nobody_waits_longer_than_is_set() -> None:
    hall = Hall(queue(max_wait_s=60.0, max_wait_place=THERE))
    hall.enter("x")
    assert left(hall.pass_(59.9)) == []
    assert left(hall.pass_(0.1)) == [("x", "timeout")]


def test_an_agent_who_rings_at_the_end_of_the_wait_may_answer_half_a_second_longer() -> None:
    hall = Hall(queue("a", max_wait_s=10.0))
    hall.enter("x")
    assert left(hall.pass_(10.4)) == []
    hall.answer("a")
    assert left(hall.pass_(10)) == []
    hall.enter("y")


def test_a_wait_without_any_agent_has_a_limit_of_its_own() -> None:
    hall = Hall(queue("a", max_wait_empty_s=20.0))
    hall.seen("a", Device.UNAVAILABLE)
    hall.enter("x")
    hall.pass_(15)
    hall.seen("a", Device.IN_USE)
    hall.pass_(15)
    hall.seen("a", Device.UNAVAILABLE)
    assert left(hall.pass_(19)) == []
    assert left(hall.pass_(1)) == [("x", "leave_empty")]


def test_a_key_leads_elsewhere() -> None:
    hall = Hall(queue(exit_keys={"9": THERE}))
    hall.enter("x")
    assert hall.give(PressKey("x", "1")) == []
    assert left(hall.give(PressKey("x", "9"))) == [("x", "key")]


def test_important_numbers_come_first() -> None:
    hall = Hall(queue(vips=frozenset({"0170"})))
    hall.enter("x")
    hall.enter("boss", number="0170")
    assert hall.line() == ["boss", "x"]


def test_who_was_cut_off_has_the_old_place_again() -> None:
    hall = Hall(queue(resume_s=60.0))
    for caller in ("x", "y"):
        hall.enter(caller)
        hall.pass_(10)
    hall.give(CallerLeft("x"))
    hall.pass_(59)
    hall.enter("again", number="x")
    assert hall.line() == ["again", "y"]
    hall.give(CallerLeft("y"))
    hall.pass_(60)
    hall.enter("late", number="y")
    assert hall.line() == ["again", "late"]


def test_time_waited_elsewhere_counts() -> None:
    hall = Hall(queue())
    hall.pass_(100)
    hall.enter("x")
    hall.enter("y", waited_s=50.0)
    assert hall.line() == ["y", "x"]


def test_places_may_be_changed() -> None:
    hall = Hall(queue())
    for caller in ("a", "b", "c", "d"):
        hall.enter(caller)
    hall.give(Move("d", 1), Move("a", 3), Move("b", 9))
    assert hall.line() == ["d", "a", "c", "b"]


def test_without_autofill_only_the_first_is_offered() -> None:
    hall = Hall(queue("a", "b", autofill=False))
    hall.enter("x")
    assert hall.enter("y")
    assert hall.ringing("y") == []
    assert offered(hall.answer("a")) == [("y", "b")]


def test_higher_levels_wait_for_their_time_unless_nobody_is_below() -> None:
    hall = Hall(queue(QueueAgent("low", 0), QueueAgent("high", 1), level_wait_s=30.0))
    hall.seen("low", Device.IN_USE)
    hall.enter("x")
    assert offered(hall.pass_(29)) == []
    assert offered(hall.pass_(1)) == [("x", "high")]
    hall.enter("y")
    hall.answer("high")
    hall.give(AgentLeft("x"), CallerLeft("x"), LogOut("low"))
    assert hall.ringing("y") == [] or hall.ringing("y") == ["high"]


def test_with_few_agents_all_are_of_one_level() -> None:
    hall = Hall(
        queue(QueueAgent("a", 5), QueueAgent("b", 0), levels_from=3, strategy=Strategy.LINEAR)
    )
    hall.enter("x")
    assert hall.ringing() == ["a"]


def test_less_is_asked_of_skills_as_time_goes_by() -> None:
    hall = Hall(queue("a", skill_rules=(SkillRule(20, 2), SkillRule(40, 9))))
    hall.give(PutAgent(AgentProfile("a", {"french": 3})))
    hall.enter("x", skills={"french": 5})
    hall.enter("y", skills={"dutch": 1})
    assert offered(hall.pass_(19)) == []
    assert offered(hall.pass_(1)) == [("x", "a")]


def test_wrap_up_may_be_extended_and_ended() -> None:
    hall = Hall(queue("a", wrap_up_s=10.0))
    hall.enter("x")
    hall.serve("a")
    hall.enter("y")
    hall.give(ExtendWrapUp("a", 20.0))
    assert offered(hall.pass_(29)) == []
    assert offered(hall.give(EndWrapUp("a"))) == [("y", "a")]
    began = hall.facts(facts.WrapUpBegan)
    assert began[1].until_ms - began[0].until_ms == 20_000


def test_wrap_up_outlasts_a_restart() -> None:
    settings = queue("a", wrap_up_s=30.0)
    hall = Hall(settings)
    hall.enter("x")
    hall.serve("a")
    again = Hall(settings, state=hall.engine.state, now=hall.now + 5)
    again.enter("y")
    assert offered(again.pass_(24)) == []
    assert offered(again.pass_(1)) == [("y", "a")]


def test_who_logged_off_stays_so_over_a_restart() -> None:
    settings = queue("a", "b", static_login=True)
    hall = Hall(settings)
    hall.give(LogOut("a"))
    again = Hall(settings, state=hall.engine.state)
    again.enter("x")
    assert again.ringing() == ["b"]


def test_who_logged_off_serves_again_once_static_agents_may_not_come_and_go() -> None:
    hall = Hall(queue("a", static_login=True))
    hall.give(LogOut("a"))
    again = Hall(queue("a"), state=hall.engine.state)
    for each in (hall, again):  # set while the queues run, and while they do not
        each.give(PutQueue(queue("a")))
        each.enter("x")
        assert each.ringing() == ["a"]


def test_callbacks_outlast_a_restart_in_their_places() -> None:
    settings = queue("a", callbacks=Callbacks(enabled=True))
    hall = Hall(settings)
    hall.seen("a", Device.BUSY)
    for caller in ("x", "y"):
        hall.enter(caller)
        hall.give(AskCallback(caller, f"0{caller}"))
    again = Hall(settings, state=hall.engine.state, now=hall.now)
    again.enter("z")
    assert again.line() == ["x", "y", "z"]
    assert again.served("a") == "x"


def test_one_number_is_called_back_once() -> None:
    hall = Hall(queue(callbacks=Callbacks(enabled=True)))
    for caller in ("x", "y", "z"):
        hall.enter(caller)
    hall.give(AskCallback("x", "0170"), AskCallback("z", "0170"))
    assert hall.line() == ["z", "y"], "the second wish replaces the first, in its place"


def test_callbacks_neither_time_out_nor_leave_an_empty_queue() -> None:
    hall = Hall(queue("a", max_wait_s=30.0, leave_empty=STRICT, callbacks=Callbacks(enabled=True)))
    hall.enter("x")
    hall.give(AskCallback("x", "0170"), LogOut("a"))
    assert left(hall.pass_(3600)) == []
    assert hall.line() == ["x"]


def test_the_callback_is_offered_after_a_while_or_by_a_key() -> None:
    hall = Hall(queue(callbacks=Callbacks(enabled=True, offered_after_s=20.0, key="2")))
    hall.enter("x")
    assert announced(hall.pass_(19)) == []
    assert announced(hall.pass_(1)) == [CallbackOffered()]
    assert announced(hall.give(PressKey("x", "2"))) == [CallbackOffered()]


def test_positions_are_told_at_once_and_again_and_never_rise() -> None:
    hall = Hall(queue(announcements=Announcements(position=True, every_s=20.0)))
    hall.enter("x")
    assert announced(hall.enter("y")) == [Position(2)]
    hall.enter("vip", priority=9)
    assert [each for each in announced(hall.pass_(20)) if each == Position(3)] == []
    hall.give(CallerLeft("vip"), CallerLeft("x"))
    assert Position(1) in announced(hall.pass_(20))


def test_an_improved_position_is_told_earlier() -> None:
    said = Announcements(position=True, every_s=300.0, on_improvement=True)
    hall = Hall(queue(announcements=said))
    hall.enter("x")
    hall.enter("y")
    hall.give(CallerLeft("x"))
    assert announced(hall.pass_(15)) == [Position(1)]
    assert announced(hall.pass_(200)) == []


def test_high_positions_are_told_as_more_than() -> None:
    said = Announcements(position=True, highest_position=2)
    hall = Hall(queue(announcements=said))
    for caller in ("x", "y"):
        hall.enter(caller)
    assert announced(hall.enter("z")) == [Position(2, or_more=True)]


def test_the_wait_is_told_once_enough_is_known_and_never_rises() -> None:
    said = Announcements(hold_time=True, every_s=20.0)
    hall = Hall(queue("a", announcements=said))
    for number in range(5):
        hall.enter(f"t{number}")
        hall.serve("a", 150)
    hall.enter("talking")
    hall.talk("a")
    assert announced(hall.enter("x")) == [HoldTime(3)]
    assert announced(hall.enter("y")) == [HoldTime(5)]
    hall.enter("vip", priority=9)
    assert [each for each in announced(hall.pass_(20)) if each != HoldTime(3)] == []


def test_prompts_follow_one_another() -> None:
    said = Announcements(prompts=("one", "two"), prompts_every_s=60.0, prompts_first_s=10.0)
    hall = Hall(queue(announcements=said))
    hall.enter("x")
    assert announced(hall.pass_(10)) == [Periodic("one")]
    assert announced(hall.pass_(120)) == [Periodic("two"), Periodic("one")]


def test_a_deleted_queue_sends_everybody_on() -> None:
    hall = Hall(queue("a", leave_empty_place=THERE))
    hall.enter("talking")
    hall.talk("a")
    hall.enter("x")
    assert left(hall.give(DropQueue("6500"))) == [("x", "deleted")]
    hall.give(AgentLeft("talking"))
    assert len(hall.facts(facts.Completed)) == 1
    assert left(hall.enter("y")) == [("y", "deleted")]


def test_a_phone_that_is_not_heard_to_ring_is_given_up_early() -> None:
    hall = Hall(queue("a", "b", reach_s=4.0))
    hall.enter("x")
    assert offered(hall.pass_(4)) == [("x", "b")]


def test_new_agents_serve_at_once() -> None:
    hall = Hall(queue())
    hall.enter("x")
    assert offered(hall.give(PutQueue(queue("a")))) == [("x", "a")]


def test_the_end_of_a_break_in_one_queue_leaves_that_of_all_others() -> None:
    hall = Hall(queue("a", number="1"), queue("a", number="2"), queue("a", number="3"))
    hall.give(TakeBreak("a", "lunch"))
    began = hall.engine.state.agents[0].breaks[""]
    hall.pass_(60)
    hall.enter("x", "1")
    hall.enter("y", "2")
    assert offered(hall.give(EndBreak("a", ("1",)))) == [("x", "a")]
    assert hall.engine.state.agents[0].breaks == {"2": began, "3": began}
    told = [(type(each).__name__, each.queue) for each in hall.log if isinstance(each, _BREAKS)]
    assert told[-5:] == [
        ("BreakEnded", ""),
        *(("BreakBegan", each) for each in "123"),
        ("BreakEnded", "1"),
    ], "who follows queue by queue knows each"
    hall.give(EndBreak("a"))
    assert hall.engine.state.agents[0].breaks == {}


def test_an_agent_taken_out_while_nothing_ran_serves_no_more() -> None:
    before = Hall(queue("a", QueueAgent("b", static=False)), queue("a", number="6501"))
    before.give(LogIn("b", ("6500",)), LogIn("stranger", ("6500",)))
    again = Hall(queue("c"), state=before.engine.state, now=60.0)
    serving = again.engine.floor.queues["6500"].duties
    assert sorted(serving) == ["a", "b", "c", "stranger"], "the settings may be of before"
    again.give(AllPut())
    assert sorted(serving) == ["c", "stranger"]
    out = {(each.queue, each.agent) for each in again.facts(facts.AgentLoggedOut)}
    assert out == {("6500", "a"), ("6500", "b"), ("6501", "a")}
    assert all("6501" not in each.serves for each in again.engine.state.agents)


def test_a_callback_is_kept_as_tried_from_the_answer_and_forgotten_from_the_talk_on() -> None:
    hall = Hall(queue("a", callbacks=Callbacks(enabled=True)))
    hall.give(TakeBreak("a"))
    hall.enter("x")
    hall.give(AskCallback("x", "0170"), EndBreak("a"))
    answered = hall.answer("a")
    assert any(hall.engine.is_durable(each.fact) for each in of(Transition, answered))
    assert [each.attempts for each in hall.engine.state.callbacks] == [1]
    connected = hall.give(CallbackReached("x"), Bridged("x"))
    assert any(hall.engine.is_durable(each.fact) for each in of(Transition, connected))
    assert hall.engine.state.callbacks == ()


def test_a_callback_expires_that_could_not_while_the_customer_was_called() -> None:
    hall = Hall(queue("a", callbacks=Callbacks(enabled=True, lasts_s=100.0, ring_s=60.0)))
    hall.give(TakeBreak("a"))
    hall.enter("x")
    hall.give(AskCallback("x", "0170"))
    hall.pass_(90)
    hall.give(EndBreak("a"))
    hall.answer("a")
    hall.pass_(20)
    hall.give(AgentLeft("x"))
    assert [each.reason for each in hall.facts(facts.Exited)] == ["expired"]
    assert hall.ringing() == []


def test_who_answers_during_the_welcome_is_let_go_long_after_it_alone() -> None:
    hall = Hall(queue("a"))
    hall.enter("x", welcoming=True)
    hall.answer("a")
    assert withdrawn(hall.pass_(300)) == []
    hall.give(Welcomed("x"))
    assert withdrawn(hall.pass_(29)) == []
    assert withdrawn(hall.pass_(1)) == [("a", "stale")]
    hall.pass_(5)
    hall.answer("a")  # he is rung again, and nothing is left of the welcome
    assert withdrawn(hall.pass_(30)) == [("a", "stale")]


def test_nobody_is_offered_who_begins_to_ring_as_his_wrap_up_is_over() -> None:
    hall = Hall(queue("1001", "1002", strategy=Strategy.RING_ALL, wrap_up_s=20.0))
    for agent, caller in ("1001", "c1"), ("1002", "c2"):
        hall.enter(caller)
        hall.talk(agent)
    hall.give(CallerLeft("c1"), CallerLeft("c2"))
    hall.enter("c3")
    hall.now += 20.0  # a moment later, since something else was under way
    rings = tuple(AgentSeen(agent, Device.RINGING) for agent in ("1001", "1002"))
    hall.give(AgentsSeen(rings))
    assert hall.ringing() == []
    hall.seen("1002")
    assert hall.ringing("c3") == ["1002"]


def test_a_secure_call_is_offered_to_agents_with_secure_phones_alone() -> None:
    hall = Hall(queue("clear", "secure"))
    hall.seen("clear", in_clear=True)
    hall.enter("x", secure=True)
    assert hall.ringing() == ["secure"]
    hall.refuse("secure")
    hall.enter("y")
    assert hall.ringing("y") == ["clear"], "others are served by him"
    hall.talk("clear")
    assert hall.ringing("x") == []
    hall.give(AgentLeft("y"))
    hall.pass_(5)
    assert hall.ringing() == ["secure"]
    hall.seen("secure", in_clear=True)
    assert hall.ringing() == [], "nothing had rung yet"
    hall.seen("clear")
    assert hall.ringing() == ["clear"], "he has registered securely"
    missed = [each.outcome for each in hall.facts(facts.OfferEnded) if each.agent == "clear"]
    assert missed == []


def test_a_queue_of_phones_in_clear_is_empty_for_secure_calls() -> None:
    hall = Hall(queue("a", leave_empty=STRICT, join_empty=STRICT, leave_empty_place=THERE))
    hall.enter("x", secure=True)
    hall.enter("y", secure=True)
    hall.answer("a")
    assert left(hall.seen("a", in_clear=True)) == [("y", "leave_empty")]
    assert left(hall.enter("z", secure=True)) == [("z", "join_empty")]
    hall.enter("w")
    assert hall.line() == ["w"]
