"""Courses of calls that random scenarios found, each with what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.simulator import Simulation, Stack
from pbxcore.sip.user_agent import Application
from tests.support.agents import Desk, Witness
from tests.support.calling import user_agent

if TYPE_CHECKING:
    from pbxcore.sip.user_agent import UserAgent


def two(simulation: Simulation, desk: Desk) -> tuple[UserAgent, Stack, Stack]:
    """One who calls, and one who lets it ring at a desk."""
    alice, bob = simulation.stack("alice", "10.0.0.1"), simulation.stack("bob", "10.0.0.2")
    user_agent(simulation, bob, desk)
    return user_agent(simulation, alice, Application()), alice, bob


def test_a_prack_that_comes_too_late_does_not_end_the_call_before_the_refusal_does() -> None:
    with Simulation() as simulation:
        desk, witness = Desk(), Witness()
        agent, alice, bob = two(simulation, desk)
        network = simulation.network
        agent.invite(bob.uri, witness, body=b"offer")
        simulation.after(0.015, lambda: network.cut(alice, bob))
        simulation.after(0.1, lambda: network.cut(bob, alice))
        simulation.after(0.1, lambda: desk.call.refuse(603))
        simulation.after(0.3, lambda: (network.heal(alice, bob), network.heal(bob, alice)))
        simulation.run()
        simulation.check()
        assert "481 Call/Transaction Does Not Exist (PRACK)" in simulation.ladder()
        assert witness.notes == ["rang 180", "failed 603"]


def test_an_answer_that_crosses_the_end_is_acknowledged_and_not_told() -> None:
    with Simulation() as simulation:
        desk, witness = Desk(), Witness()
        agent, _, bob = two(simulation, desk)
        agent.invite(bob.uri, witness, body=b"offer")
        simulation.run(0.2)
        desk.call.accept(b"answer")
        simulation.run(0.2)
        witness.call.modify(b"hold")
        witness.call.hang_up()
        simulation.run()
        simulation.check()
        assert witness.notes[-1] == "ended 0 by us"
        assert simulation.ladder().count("─ ACK (") == 2
