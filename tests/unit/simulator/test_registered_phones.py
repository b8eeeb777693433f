"""The registrar and the notifier on a bad network: at last everybody knows how things stand."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbxcore.simulator import Conditions
from tests.support.examples import examples
from tests.support.registering import TRANSPORTS, TROUBLES, Registered, Trouble
from tests.support.scenarios import CONDITIONS


@settings(
    max_examples=examples(15, in_soak=1200),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.integers(0, 2**64 - 1), CONDITIONS, TRANSPORTS, TROUBLES)
def test_whatever_the_network_does_phones_and_watchers_come_to_the_truth(
    seed: int, conditions: Conditions, transports: list[str], troubles: list[Trouble]
) -> None:
    Registered(seed, conditions, transports).play(troubles)


def test_killed_server_goes_on_with_bindings_and_watchers() -> None:
    house = Registered(1, Conditions(), ["udp", "tcp", "udp"])
    crash, message = Trouble(20.0, "crash", 0, 3.0), Trouble(30.0, "message", 0, 0.0)
    with house.simulation as simulation:
        for desk in house.desks:
            desk.switch_on()
        for each in crash, message:
            simulation.after(each.at, lambda each=each: house.happen(each))
        simulation.run(31)  # before anybody renews anything
        assert [len(house.server.bindings(each.name)) for each in house.desks] == [1, 1, 1]
        assert house.desks[0].mailbox is not None
        assert house.desks[0].mailbox.new == 1
