"""Who rings first."""

from __future__ import annotations

from collections import Counter

import pytest

from pbxcore.queues.facts import AgentOffered
from pbxcore.queues.inputs import AgentLeft, CallerLeft, LogIn, OfferMissed, PutAgent, ResetCounters
from pbxcore.queues.outputs import Transition
from pbxcore.queues.settings import AgentProfile, QueueAgent, Strategy
from tests.support.queueing import Hall, of, offered, queue

FIVE = ("a", "b", "c", "d", "e")


def test_ring_all_rings_everybody_and_the_first_answer_wins() -> None:
    hall = Hall(queue(*FIVE, strategy=Strategy.RING_ALL))
    assert offered(hall.enter("x")) == [("x", each) for each in FIVE]
    hall.answer("c")
    assert hall.ringing() == []
    assert hall.served("c") == "x"


def test_ring_all_rings_whoever_becomes_free_for_the_first_in_line() -> None:
    hall = Hall(queue("a", "b", strategy=Strategy.RING_ALL))
    hall.enter("x")
    hall.talk("a")
    hall.enter("y")
    hall.enter("z")
    hall.give(AgentLeft("x"))
    assert hall.ringing("y") == ["b", "a"]


def test_linear_begins_at_the_top_and_goes_on_where_nobody_answers() -> None:
    hall = Hall(queue(*FIVE, ring_s=10.0))
    for caller in ("x", "y"):
        hall.enter(caller)
        assert hall.ringing(caller) == ["a"]
        hall.serve("a")
    hall.enter("z")
    hall.pass_(10)
    assert hall.ringing() == ["b"]


def test_dynamic_agents_follow_the_static_ones_in_the_order_of_login() -> None:
    hall = Hall(queue("a", QueueAgent("d1", static=False), QueueAgent("d2", static=False)))
    hall.give(LogIn("d2"), LogIn("d1"))
    for caller in ("x", "y", "z"):
        hall.enter(caller)
    assert [hall.served(each) for each in ("a", "d2", "d1")] == ["x", "y", "z"]


def test_the_order_of_login_outlasts_a_restart() -> None:
    settings = queue(QueueAgent("d1", static=False), QueueAgent("d2", static=False))
    hall = Hall(settings)
    hall.give(LogIn("d2"))
    hall.pass_(1)
    hall.give(LogIn("d1"))
    again = Hall(settings, state=hall.engine.state)
    again.enter("x")
    assert again.ringing() == ["d2"]


def test_least_recent_rings_who_never_had_a_call_then_the_longest_ago() -> None:
    hall = Hall(queue("a", "b", "c", strategy=Strategy.LEAST_RECENT))
    order = []
    for number in range(6):
        hall.enter(f"x{number}")
        order += hall.ringing()
        hall.serve(hall.ringing()[0])
    assert order == ["a", "b", "c", "a", "b", "c"]


def test_fewest_calls_counts_until_the_counters_are_reset() -> None:
    hall = Hall(queue("a", "b", strategy=Strategy.FEWEST_CALLS))
    for number in range(3):
        hall.enter(f"x{number}")
        hall.serve(hall.ringing()[0])
    assert Counter({"a": 2, "b": 1}) == Counter(
        {each: hall.engine.floor.agents[each].calls["6500"] for each in ("a", "b")}
    )
    hall.enter("next")
    assert hall.ringing() == ["b"]
    hall.give(CallerLeft("next"), ResetCounters("6500"))
    hall.enter("after")
    assert hall.ringing() == ["b"], "equal again: the one whose last call is the longest ago"


def test_round_robin_goes_on_after_the_agent_tried_last() -> None:
    hall = Hall(queue(*FIVE, strategy=Strategy.ROUND_ROBIN))
    order = []
    for number in range(7):
        hall.enter(f"x{number}")
        order += hall.ringing()
        hall.serve(hall.ringing()[0])
    assert order == ["a", "b", "c", "d", "e", "a", "b"]


def test_the_round_robins_memory_outlasts_a_restart() -> None:
    settings = queue(*FIVE, strategy=Strategy.ROUND_ROBIN)
    hall = Hall(settings)
    hall.enter("x")
    hall.serve("a")
    again = Hall(settings, state=hall.engine.state)
    again.enter("y")
    assert again.ringing() == ["b"]


def test_random_is_uniform_over_who_is_available() -> None:
    hall = Hall(queue(*FIVE, strategy=Strategy.RANDOM))
    counts: Counter[str] = Counter()
    for number in range(1000):
        hall.enter(f"x{number}")
        counts[hall.ringing()[0]] += 1
        hall.serve(hall.ringing()[0], 1)
    chi_square = sum((counts[each] - 200) ** 2 / 200 for each in FIVE)
    assert chi_square < 18.5, counts  # 4 degrees of freedom, p = 0.001


def test_weighted_random_prefers_lower_levels_without_excluding_any() -> None:
    agents = [QueueAgent("low", 0), QueueAgent("high", 3)]
    hall = Hall(queue(*agents, strategy=Strategy.WEIGHTED_RANDOM))
    counts: Counter[str] = Counter()
    for number in range(1000):
        hall.enter(f"x{number}")
        counts[hall.ringing()[0]] += 1
        hall.serve(hall.ringing()[0], 1)
    assert 825 < counts["low"] < 925  # 7 of 8


def test_progressive_ringing_adds_one_after_the_other_while_all_ring_on() -> None:
    hall = Hall(queue("a", "b", "c", strategy=Strategy.RING_PROGRESSIVELY, progress_s=8.0))
    hall.enter("x")
    assert hall.ringing() == ["a"]
    hall.pass_(8)
    assert hall.ringing() == ["a", "b"]
    hall.pass_(8)
    assert hall.ringing() == ["a", "b", "c"]


def test_longest_idle_counts_from_the_end_of_wrap_up() -> None:
    hall = Hall(queue("a", "b", strategy=Strategy.LONGEST_IDLE, wrap_up_s=30.0))
    hall.enter("x")
    hall.talk("a")
    hall.enter("y")
    hall.talk("b")
    hall.pass_(5)
    hall.give(AgentLeft("x"))
    hall.pass_(1)
    hall.give(AgentLeft("y"))
    hall.pass_(60)
    hall.enter("z")
    assert hall.ringing() == ["a"]


def test_skills_ring_the_best_of_those_who_are_good_enough() -> None:
    hall = Hall(queue("a", "b", "c", strategy=Strategy.SKILLS))
    for number, level in (("a", 3), ("b", 9), ("c", 5)):
        hall.give(PutAgent(AgentProfile(number, {"french": level})))
    hall.enter("x", skills={"french": 4})
    assert hall.ringing() == ["b"]
    hall.enter("y", skills={"french": 4})
    assert hall.ringing("y") == ["c"]
    hall.enter("z", skills={"french": 4})
    assert hall.ringing("z") == []


@pytest.mark.parametrize("strategy", list(Strategy))
def test_every_strategy_rings_lower_levels_first(strategy: Strategy) -> None:
    if strategy is Strategy.WEIGHTED_RANDOM:
        return
    hall = Hall(queue(QueueAgent("senior", 1), QueueAgent("junior", 0), strategy=strategy))
    hall.enter("x")
    assert hall.ringing() == ["junior"]
    hall.give(OfferMissed(hall.offer_of("junior")))
    assert hall.ringing() == ["senior"]


def test_whom_round_robin_tried_last_is_kept_at_once_and_of_no_other_strategy() -> None:
    for strategy in (Strategy.ROUND_ROBIN, Strategy.LINEAR):
        hall = Hall(queue("a", "b", strategy=strategy))
        entered = [each.fact for each in of(Transition, hall.enter("x"))]
        [offered_] = [each for each in entered if isinstance(each, AgentOffered)]
        assert hall.engine.is_durable(offered_) is (strategy is Strategy.ROUND_ROBIN)
