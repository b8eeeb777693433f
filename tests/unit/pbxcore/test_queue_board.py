"""The board of a queue: what goes on is on it, and what has ended is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxcore.media.commands import StreamSilent
from pbxcore.queues.commands import (
    ChangeDuty,
    QueueDone,
    QueuesShown,
    QueueView,
    ShowQueues,
    SteerCaller,
)
from pbxcore.queues.settings import Miss, Strategy
from tests.unit.pbxcore.test_call_transfers import refer
from tests.unit.pbxcore.test_queue_calls import answered, office_with, ringing

if TYPE_CHECKING:
    from tests.support.handsets import Office, Talk


def board(office: Office) -> QueueView:
    shown = office.house.queues.handle(ShowQueues())
    assert isinstance(shown, QueuesShown)
    [view] = shown.queues
    return view


def state(office: Office, agent: str) -> str:
    [seat] = [each for each in board(office).seats if each.agent == agent]
    return seat.state


def steered(office: Office, command: SteerCaller | ChangeDuty) -> int:
    done = office.house.queues.handle(command)
    assert isinstance(done, QueueDone)
    office.run(1)
    return done.status


def test_who_waits_and_who_rings_is_shown() -> None:
    with office_with(strategy=Strategy.LINEAR) as office:
        first = office["alice"].dial("help")
        office.run(1)
        second = office["dave"].dial("help")
        office.run(3)
        waiting = board(office).waiting
        assert [(each.number, each.position) for each in waiting] == [("alice", 1), ("dave", 2)]
        assert [each.ringing for each in waiting] == [("bob",), ("carol",)]
        assert state(office, "bob") == "ringing"
        offered = {each.agent: each for each in board(office).seats}["bob"]
        assert offered.until_ms > offered.since_ms > 0  # so that he sees how long it will ring
        first.hang_up()
        second.hang_up()
        office.run()
        assert not board(office).waiting
        office.check()


def end_by_caller(office: Office, alice: Talk, bob: Talk) -> None:
    alice.hang_up()


def end_by_agent(office: Office, alice: Talk, bob: Talk) -> None:
    bob.hang_up()


def end_by_transfer(office: Office, alice: Talk, bob: Talk) -> None:
    refer(bob, office.house.uri("dave"))
    office.run(0.5)
    office["dave"].talks[0].accept()


def end_by_silence(office: Office, alice: Talk, bob: Talk) -> None:
    workers = office.house.workers
    workers.notice(StreamSilent(next(iter(workers.streams))))


def end_by_lost_workers(office: Office, alice: Talk, bob: Talk) -> None:
    office.house.workers.die()


@pytest.mark.parametrize(
    "end", [end_by_caller, end_by_agent, end_by_transfer, end_by_silence, end_by_lost_workers]
)
def test_a_talk_that_has_ended_is_gone_within_a_second(end: object) -> None:
    with office_with("bob") as office:
        alice, bob = answered(office)
        assert [each.agent for each in board(office).talking] == ["bob"]
        assert state(office, "bob") == "on_call"
        assert callable(end)
        end(office, alice, bob)
        office.run(1)
        assert not board(office).talking
        for name in ("alice", "dave"):
            for talk in office[name].talks:
                talk.hang_up()
        office.run()
        assert state(office, "bob") == "available"
        office.check()


def test_nobody_comes_in_while_all_agents_are_on_a_break() -> None:
    with office_with("bob") as office:
        assert steered(office, ChangeDuty("bob", "take_break")) == 200
        alice = office["alice"].dial("help")
        office.run(1)
        assert alice.notes[-1] == "480"
        office.run()
        office.check()


def test_another_place_and_the_way_out() -> None:
    with office_with("bob", strategy=Strategy.LINEAR) as office:
        first = office["alice"].dial("help")
        office.run(1)
        second = office["dave"].dial("help")
        third = office["erin"].dial("help")
        office.run(1)
        keys = [each.key for each in board(office).waiting]
        assert steered(office, SteerCaller(keys[2], 1)) == 200
        assert [each.key for each in board(office).waiting] == [keys[2], keys[0], keys[1]]
        assert steered(office, SteerCaller(keys[1], 0)) == 200
        assert second.notes[-1] == "ended"
        assert steered(office, SteerCaller("nobody", 0)) == 404
        first.hang_up()
        third.hang_up()
        office.run()
        office.check()


def test_a_break_for_a_reason_and_back() -> None:
    with office_with("bob", "carol") as office:
        assert steered(office, ChangeDuty("bob", "take_break", (), "Lunch")) == 200
        [bob, carol] = board(office).seats
        assert (bob.state, bob.reason, carol.state) == ("on_break", "Lunch", "available")
        alice = office["alice"].dial("help")
        office.run(2)
        assert ringing(office) == ["carol"]
        assert steered(office, ChangeDuty("bob", "end_break")) == 200
        assert ringing(office) == ["bob", "carol"]
        alice.hang_up()
        office.run()
        office.check()


def test_the_wrap_up_can_be_ended_and_extended() -> None:
    with office_with("bob", wrap_up_s=20.0) as office:
        alice, _ = answered(office)
        alice.hang_up()
        office.run(1)
        assert state(office, "bob") == "wrap_up"
        until = board(office).seats[0].until_ms
        assert steered(office, ChangeDuty("bob", "extend", by_s=30.0)) == 200
        assert board(office).seats[0].until_ms == until + 30_000
        assert steered(office, ChangeDuty("bob", "ready")) == 200
        assert state(office, "bob") == "available"
        office.run()
        office.check()


def test_the_duty_of_somebody_whom_the_queue_does_not_know_is_not_changed() -> None:
    with office_with("bob") as office:
        for change in ("take_break", "end_break", "log_in", "log_out", "ready", "extend"):
            assert steered(office, ChangeDuty("dave", change, ("help",))) == 404, change
            assert steered(office, ChangeDuty("dave", change)) == 404, change
        assert steered(office, ChangeDuty("bob", "take_break", ("help",))) == 200
        assert state(office, "bob") == "on_break"


def test_a_break_taken_during_a_call_is_shown_before_it_begins() -> None:
    with office_with("bob") as office:
        alice, _ = answered(office)
        assert steered(office, ChangeDuty("bob", "take_break", reason="Lunch")) == 200
        [seat] = board(office).seats
        assert (seat.state, seat.pausing, seat.reason) == ("on_call", True, "Lunch")
        alice.hang_up()
        office.run(1)
        [seat] = board(office).seats
        assert (seat.state, seat.pausing, seat.reason) == ("on_break", False, "Lunch")
        office.run()
        office.check()


def test_who_declined_rests_and_is_not_available_until_then() -> None:
    with office_with("bob", refused=Miss(rest_s=20.0)) as office:
        office["bob"].refuses = 486
        alice = office["alice"].dial("help")
        office.run(2)
        [seat] = board(office).seats
        assert seat.state == "resting"
        assert seat.until_ms > 0
        alice.hang_up()
        office.run(30)
        assert state(office, "bob") == "available"
        office.run()
        office.check()
