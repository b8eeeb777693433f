"""A thousand random scenarios on the transaction layer, and a million steps with `--soak`."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbxcore.simulator import Conditions, Simulation
from tests.support.scenarios import CONDITIONS, METHODS, NAMES, STEPS, Callee, Step, play


@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**64 - 1), CONDITIONS, STEPS)
def test_whatever_the_network_does_all_ends_well(
    seed: int, conditions: Conditions, steps: list[Step]
) -> None:
    play(seed, conditions, steps)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_million_steps_leave_nothing() -> None:
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
