"""The simulator itself: what its wires do, what its invariants see, what it tells of a failure."""

from __future__ import annotations

import pytest

from pbxcore.simulator import Conditions, InvariantBroken, Simulation, Stack
from pbxcore.simulator.chance import Chance
from pbxcore.simulator.clock import Clock
from pbxcore.sip.flow import Flow, Target
from pbxcore.sip.framing import LARGEST_MESSAGE
from pbxcore.sip.transactions.incoming import Incoming
from pbxcore.sip.transactions.timers import TIMER_J


def agree(incoming: Incoming) -> None:
    """Answer all but ACK with 200."""
    incoming.keep()
    incoming.answer(200)


def two(simulation: Simulation) -> tuple[Stack, Stack]:
    """Two stacks, the second of which answers."""
    return simulation.stack("alice", "10.0.0.1"), simulation.stack("bob", "10.0.0.2", agree)


def test_same_seed_same_course() -> None:
    ladders = []
    for _ in range(2):
        with Simulation(7, Conditions(loss=0.4, slowest_s=0.5)) as simulation:
            alice, bob = two(simulation)
            alice.ask(b"OPTIONS", bob)
            alice.ask(b"MESSAGE", bob, transport="tcp")
            simulation.run()
            simulation.check()
            ladders.append(simulation.ladder())
    assert ladders[0] == ladders[1]
    assert Chance(1).octets(20) == Chance(1).octets(20) != Chance(2).octets(20)


def test_chance_is_spread_evenly() -> None:
    chance = Chance(3)
    fractions = [chance.fraction() for _ in range(4000)]
    assert all(0 <= each < 1 for each in fractions)
    assert 0.47 < sum(fractions) / len(fractions) < 0.53
    assert 900 < sum(chance.happens(0.25) for _ in range(4000)) < 1100
    assert {chance.below(3) for _ in range(100)} == {0, 1, 2}
    assert chance.between(2, 2) == 2
    assert chance.one_of("x") == "x"


def test_clock_keeps_order_and_lets_things_be_cancelled() -> None:
    clock, done = Clock(), list[str]()
    clock.after(2, lambda: done.append("c"))
    clock.after(1, lambda: done.append("a"))
    clock.after(1, lambda: done.append("b"))
    clock.after(1, lambda: done.append("never")).cancel()
    assert clock.step(1)
    clock.at(0, lambda: done.append("late"))
    while clock.step():
        pass
    assert done == ["a", "b", "late", "c"]
    assert (clock.now, clock.steps) == (2, 4)


def test_lost_datagrams_are_sent_again() -> None:
    with Simulation() as simulation:
        alice, bob = two(simulation)
        simulation.network.set_path(alice, bob, Conditions(loss=1.0))
        asked = alice.ask(b"OPTIONS", bob)
        simulation.run(1.0)
        assert asked.status is None
        simulation.network.set_path(alice, bob, Conditions())
        simulation.run()
        simulation.check()
        assert asked.status == 200
        assert simulation.ladder().count("OPTIONS (lost)") == 2


def test_one_way_cut_lets_the_other_way_through() -> None:
    with Simulation() as simulation:
        alice, bob = two(simulation)
        simulation.network.cut(bob, alice)
        asked = alice.ask(b"OPTIONS", bob)
        simulation.run()
        simulation.check()
        assert asked.status == 408
        assert "200 OK (OPTIONS) (cut)" in simulation.ladder()
        simulation.network.heal(bob, alice)
        again = alice.ask(b"OPTIONS", bob)
        simulation.run()
        assert again.status == 200


def test_late_datagrams_are_overtaken() -> None:
    with Simulation() as simulation:
        alice, bob = two(simulation)
        order = list[bytes]()
        bob.layer.on_request = lambda incoming: order.append(incoming.request.method)
        simulation.network.set_path(alice, bob, Conditions(late=1.0, late_s=0.1))
        alice.ask(b"OPTIONS", bob)
        simulation.network.set_path(alice, bob, Conditions())
        alice.ask(b"MESSAGE", bob)
        simulation.run(0.2)
        assert order == [b"MESSAGE", b"OPTIONS"]


def test_duplicates_have_no_second_effect() -> None:
    with Simulation(0, Conditions(duplication=1.0)) as simulation:
        alice, bob = two(simulation)
        taken = list[Incoming]()

        def take(incoming: Incoming) -> None:
            taken.append(incoming)
            agree(incoming)

        bob.layer.on_request = take
        alice.ask(b"OPTIONS", bob)
        simulation.run()
        simulation.check()
        assert len(taken) == 1


def test_connections_keep_order_and_are_used_again() -> None:
    with Simulation(5, Conditions(loss=0.9, slowest_s=2.0)) as simulation:
        alice, bob = two(simulation)
        first = alice.ask(b"OPTIONS", bob, transport="tcp")
        simulation.run(8)
        others = [alice.ask(b"MESSAGE", bob, transport="tcp", body=b"x" * 5000) for _ in range(9)]
        simulation.run()
        simulation.check()
        assert {each.status for each in (first, *others)} == {200}
        assert (alice.connections, bob.connections) == (1, 1)
        back = list[Flow | None]()
        flow = next(iter(bob.flows))
        bob.reach(Target("tcp", "10.0.0.1", 5060, peer=(flow.host, flow.port)), back.append)
        assert back == [flow]


def test_cut_holds_back_what_connections_carry() -> None:
    with Simulation() as simulation:
        alice, bob = two(simulation)
        alice.ask(b"OPTIONS", bob, transport="tcp")
        simulation.run(1)
        simulation.network.cut(alice, bob)
        asked = alice.ask(b"MESSAGE", bob, transport="tcp")
        simulation.run(3)
        assert asked.status is None
        simulation.network.heal(alice, bob)
        simulation.run()
        simulation.check()
        assert asked.status == 200


def test_broken_connection_fails_what_waits_on_it() -> None:
    with Simulation() as simulation:
        alice, bob = two(simulation)
        bob.layer.on_request = lambda incoming: incoming.keep()
        asked = alice.ask(b"MESSAGE", bob, transport="tcp")
        simulation.run(1)
        simulation.network.break_connections(alice, bob)
        simulation.run(1)
        assert asked.status == 503
        assert (alice.connections, bob.connections) == (0, 0)
        assert "connection broken" in simulation.ladder()


@pytest.mark.parametrize("cut", [True, False])
def test_nobody_there_to_connect_to(cut: bool) -> None:
    with Simulation() as simulation:
        alice, bob = two(simulation)
        if cut:
            simulation.network.cut(bob, alice)
        else:
            bob.port = 5999
        asked = alice.ask(b"OPTIONS", bob, transport="tcp")
        simulation.run()
        simulation.check()
        assert asked.status == 503


def test_stream_that_lost_its_place_is_closed() -> None:
    with Simulation() as simulation:
        alice, bob = two(simulation)
        alice.ask(b"OPTIONS", bob, transport="tcp")
        simulation.run(1)
        flow = next(iter(alice.flows))
        assert alice.send(b"x" * (LARGEST_MESSAGE + 1), flow, flow.port)
        simulation.run()
        assert (alice.connections, bob.connections) == (0, 0)


def test_too_large_a_datagram_fails_at_once() -> None:
    with Simulation() as simulation:
        alice, bob = two(simulation)
        asked = alice.ask(b"MESSAGE", bob, body=b"x" * 70000)
        assert asked.status == 503
        simulation.check()


def test_addresses_are_given_once() -> None:
    simulation = Simulation()
    two(simulation)
    with pytest.raises(ValueError, match="taken"):
        simulation.stack("carol", "10.0.0.1")


# The invariants


def test_answer_to_a_third_party_is_seen() -> None:
    simulation = Simulation()
    alice, bob = two(simulation)
    victim = Flow("udp", "10.0.0.2:5060", "10.3.3.3", 5060)

    def answer_elsewhere(incoming: Incoming) -> None:
        incoming.flow = victim
        agree(incoming)

    bob.layer.on_request = answer_elsewhere
    alice.ask(b"OPTIONS", bob)
    with pytest.raises(InvariantBroken, match="did not ask"):
        simulation.run()


def test_second_final_answer_is_seen() -> None:
    simulation = Simulation()
    alice, bob = two(simulation)
    statuses = iter([404, 480])
    bob.layer.on_request = lambda incoming: incoming.answer(next(statuses))
    simulation.network.cut(bob, alice)
    alice.ask(b"OPTIONS", bob)
    with pytest.raises(InvariantBroken, match="second final answer"):
        simulation.run()


def test_transaction_that_does_not_end_is_seen() -> None:
    simulation = Simulation()
    alice, bob = two(simulation)
    bob.layer.on_request = lambda incoming: incoming.keep()
    alice.invite(bob)
    simulation.run()
    with pytest.raises(InvariantBroken, match="is left with 1 transactions"):
        simulation.check()


def test_question_that_hears_nothing_or_too_much_is_seen() -> None:
    simulation = Simulation()
    alice, bob = two(simulation)
    asked = alice.ask(b"OPTIONS", bob)
    simulation.run()
    simulation.check()
    asked.statuses.append(404)
    with pytest.raises(InvariantBroken, match=r"OPTIONS heard \[200, 404\]"):
        simulation.check()


def test_whatever_is_counted_must_come_to_nothing() -> None:
    simulation = Simulation()
    simulation.invariants.watch("dialogs", lambda: 3)
    with pytest.raises(InvariantBroken, match="3 dialogs left"):
        simulation.check()


def test_endless_run_is_seen() -> None:
    simulation = Simulation()

    def again() -> None:
        simulation.after(1, again)

    again()
    with pytest.raises(InvariantBroken, match="no end"):
        simulation.run(most_steps=50)


def test_failure_carries_the_ladder() -> None:
    def fail() -> None:
        with Simulation() as simulation:
            alice, bob = two(simulation)
            alice.invite(bob)
            simulation.run(1)
            raise RuntimeError

    with pytest.raises(RuntimeError) as caught:
        fail()
    (note,) = caught.value.__notes__
    lines = note.splitlines()
    assert lines[0] == "at 1.000 s"
    assert lines[1].split() == ["alice", "bob"]
    assert "INVITE (0.010 s)" in lines[2]
    assert "200 OK (INVITE) (0.010 s)" in lines[3]
    assert "ACK (0.010 s)" in lines[4]


def test_what_is_repeated_in_the_moment_it_is_forgotten_may_be_old_or_new() -> None:
    """The server's Timer J and the client's last repetition may fall together."""
    simulation = Simulation()
    _, bob = two(simulation)
    watcher = simulation.invariants
    head = b"Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1\r\nCSeq: 1 OPTIONS\r\n\r\n"
    watcher.arrived(bob, b"OPTIONS sip:bob SIP/2.0\r\n" + head, ("10.0.0.1", 5060))
    answers = [(0.0, b"202 Yes"), (TIMER_J, b"202 Yes"), (TIMER_J + 4, b"481 No")]
    for at, status in answers:
        simulation.clock.now = at
        watcher.sent(bob, b"SIP/2.0 %b\r\n" % status + head, ("10.0.0.1", 5060))
    with pytest.raises(InvariantBroken, match="second final answer"):
        watcher.sent(bob, b"SIP/2.0 500 No\r\n" + head, ("10.0.0.1", 5060))
