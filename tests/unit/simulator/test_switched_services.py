"""Random calls to the PBX's own services: keys at any moment, holds, hand-overs, lost workers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from pbxcore.apps.announcement import Announcement
from pbxcore.apps.disa import Disa
from pbxcore.apps.echo import EchoTest
from pbxcore.apps.ivr import Ivr, MenuKey
from pbxcore.dialplan.callbacks import Callback
from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import Plan
from pbxcore.features.model import NONE_SET, Forwarding
from pbxcore.journal import CallEnded, CallStarted, LegAnswered
from pbxcore.simulator import Conditions, Simulation
from tests.support.calling import Phone
from tests.support.examples import examples
from tests.support.switched import NAMES
from tests.support.switching import House

if TYPE_CHECKING:
    from pbxcore.features.model import Case
    from pbxcore.simulator.chance import Chance

MENU: Final = Ivr(
    "70",
    "Front",
    keys=(
        MenuKey("1", Place("extension", "bob")),
        MenuKey("2", Place("announcement", "closed")),
        MenuKey("3", Place("callback", "back")),
        MenuKey("5", Place("ivr", "71")),
        MenuKey("7", Place("echo", "*43")),
    ),
    timeout=Place("extension", "carol"),
    dials=("extension",),
    returns=True,
)
INNER: Final = Ivr(
    "71",
    "Inner",
    keys=(MenuKey("1", Place("ivr", "70")), MenuKey("2", Place("disa", "way-in"))),
    timeout_loops=0,
    timeout=Place("ivr", "70"),
)
PLAN: Final = Plan(
    services={"70": MENU, "71": INNER, "*43": EchoTest()},
    unnumbered={
        "closed": Announcement("Closed", "/x/closed.ogg", place=Place("extension", "dave")),
        "way-in": Disa("Way in"),
    },
    callbacks={"back": Callback(Place("ivr", "71"), sleep_s=1)},
)
DIALLED: Final = (*NAMES[1:4], "70", "71", "*43")
KEYS: Final = tuple("1235789*#")


def play(seed: int, *, placed: bool = False) -> House:
    """Six phones call each other and services to the end of it, and nothing is left.

    Or the calls are `placed` for them, and some send theirs on.
    """
    simulation = Simulation(seed, Conditions())
    with simulation:
        chance = simulation.chance
        pbx = simulation.stack("pbx", "10.0.0.100")
        stacks = [simulation.stack(name, f"10.0.0.{at}") for at, name in enumerate(NAMES, 1)]
        house = House(simulation, pbx, stacks)
        house.directory.plan = PLAN
        phones = tuple(_phone(simulation, house, at) for at in range(len(stacks)))
        for name in NAMES if placed else ():
            to = Forwarding(active=True, target=chance.one_of(DIALLED), rings=chance.below(4))
            case: Case = chance.one_of(("always", "busy", "no_answer"))
            house.features[name] = NONE_SET.forwarded(case, to)
        begin = _place if placed else _call
        for _ in range(6):
            simulation.after(chance.between(0, 30), lambda: begin(house, phones))
        for _ in range(40):
            simulation.after(chance.between(1, 200), lambda: _press(house, chance))
        if chance.happens(0.1):
            simulation.after(chance.between(0, 60), house.workers.die)
        simulation.run()
        simulation.check()
    return house


@pytest.mark.parametrize("placed", [False, True])
@pytest.mark.parametrize("seed", range(examples(10, in_soak=40)))
def test_services_leave_nothing_behind(seed: int, placed: bool) -> None:
    house = play(seed, placed=placed)
    started = {each.call for each in house.facts if isinstance(each, CallStarted)}
    ended = [each.call for each in house.facts if isinstance(each, CallEnded)]
    assert sorted(ended) == sorted(started)


def test_services_are_met() -> None:
    met = {
        each.by
        for seed in range(40, 60)
        for each in play(seed).facts
        if isinstance(each, LegAnswered)
    }
    assert {"ivr", "echo", "announcement", "disa"} <= met


def _phone(simulation: Simulation, house: House, at: int) -> Phone:
    chance = simulation.chance
    stack = simulation.stacks[at + 1]
    phone = Phone(
        simulation,
        stack,
        session_s=chance.one_of((0, 90, 1800)),
        reliable=chance.happens(0.5),
    )
    phone.others = [house.uri(each) for each in DIALLED]
    phone.hands_over = True
    return phone


def _call(house: House, phones: tuple[Phone, ...]) -> None:
    chance = house.simulation.chance
    chance.one_of(phones).call(
        house.uri(chance.one_of(DIALLED)),
        with_offer=chance.happens(0.8),
        patience_s=chance.between(0, 90),
    )


def _place(house: House, _phones: tuple[Phone, ...]) -> None:
    chance = house.simulation.chance
    house.switchboard.place(chance.one_of(NAMES), chance.one_of(DIALLED))


def _press(house: House, chance: Chance) -> None:
    for stream in list(house.workers.streams):
        if chance.happens(0.5):
            house.workers.press(stream, chance.one_of(KEYS))
