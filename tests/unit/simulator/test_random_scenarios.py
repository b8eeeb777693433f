"""Random scenarios: of calls, and of transactions alone; soaks of a million steps."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbxcore.simulator import Conditions, Simulation
from tests.support.calling import FAULTS, Fault, Phone, call_somebody, play_calls
from tests.support.examples import examples
from tests.support.scenarios import CONDITIONS, METHODS, NAMES, STEPS, Callee, Step, play

SEEDS = st.integers(0, 2**64 - 1)


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SEEDS, CONDITIONS, st.integers(1, 3), FAULTS)
def test_whatever_the_network_does_calls_end_and_nothing_is_left(
    seed: int, conditions: Conditions, calls: int, faults: list[Fault]
) -> None:
    play_calls(seed, conditions, calls, faults)


@settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SEEDS, CONDITIONS, STEPS)
def test_whatever_the_network_does_transactions_end_well(
    seed: int, conditions: Conditions, steps: list[Step]
) -> None:
    play(seed, conditions, steps)


def test_in_good_weather_calls_are_answered() -> None:
    """Lest the scenarios above prove nothing because nothing ever comes about."""
    answered = asked = 0
    for seed in range(30):
        _, phones = play_calls(seed, Conditions(), 3, [])
        answered += sum(each.answered for each in phones)
        asked += 3
    assert answered > asked


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_million_steps_of_transactions_leave_nothing() -> None:
    with Simulation(1, Conditions(loss=0.2, duplication=0.1, late=0.1, slowest_s=0.3)) as sim:
        stacks = [sim.stack(name, f"10.0.0.{at}") for at, name in enumerate(NAMES, 1)]
        for stack in stacks:
            Callee(sim, stack)
        while sim.clock.steps < 1_000_000:
            for _ in range(200):
                who, whom = stacks[sim.chance.below(3)], stacks[sim.chance.below(3)]
                if who is whom:
                    continue
                transport = sim.chance.one_of(("udp", "tcp"))
                if sim.chance.happens(0.4):
                    invited = who.invite(whom, transport=transport)
                    sim.after(sim.chance.between(0, 60), invited.cancel)
                else:
                    who.ask(sim.chance.one_of(METHODS), whom, transport=transport)
                if sim.chance.happens(0.02):
                    sim.network.break_connections(who, whom)
                sim.run(0.5)
            sim.run()
            sim.check()
            for stack in stacks:
                stack.asked.clear()


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_million_steps_of_calls_leave_nothing() -> None:
    with Simulation(2, Conditions(loss=0.2, duplication=0.1, late=0.1, slowest_s=0.3)) as sim:
        stacks = [sim.stack(name, f"10.0.0.{at}") for at, name in enumerate(NAMES, 1)]
        phones = [Phone(sim, each, session_s=90, reliable=True) for each in stacks]
        while sim.clock.steps < 1_000_000:
            for _ in range(200):
                call_somebody(sim, phones)
                if sim.chance.happens(0.05):
                    sim.network.break_connections(*stacks[:2])
                sim.run(2)
            sim.run()
            sim.check()
