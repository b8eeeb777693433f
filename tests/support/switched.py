"""Random calls through a PBX, and what its facts must say of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxcore.apps.conferences import ConferenceRoom
from pbxcore.calls.hanging_up import HEARD_S
from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import PagingGroup, ParkingLot, PickupGroup, Plan
from pbxcore.journal import (
    CallEnded,
    CallStarted,
    CallTransferred,
    Entry,
    LegAnswered,
    LegCalled,
    LegEnded,
    LegRinging,
    LegsJoined,
)
from pbxcore.simulator import Conditions, Simulation
from tests.support.calling import Phone
from tests.support.switching import House, binding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.calls.leg import Leg
    from pbxcore.journal import Fact
    from pbxcore.presence.packages.dialog_info import DialogInfo
    from pbxcore.simulator import Chance, Stack
    from tests.support.calling import Fault

BEGIN_MS: Final = 1_767_600_000_000
_WATCHED_S: Final = 600
NAMES: Final = ("alice", "bob", "carol", "dave", "erin", "frank")
PLACES: Final = ("700", "701", "**bob", "*8", "6300", "6800", "*80carol")
"""What else is dialled, and handed over to: slots, pick-ups, a room, a page."""


class Played(NamedTuple):
    """What came of a run: the house, its phones, and the journal with its moments."""

    house: House
    phones: list[Phone]
    entries: list[Entry]


class Journal:
    """Writes down when each fact was told."""

    def __init__(self, house: House) -> None:
        self.entries: list[Entry] = []
        clock, record = house.simulation.clock, house.context.record

        def told(fact: Fact) -> None:
            record(fact)
            self.entries.append(
                Entry(len(self.entries) + 1, BEGIN_MS + round(clock.now * 1000), fact)
            )

        house.context.record = told


class Lamps:
    """What the lamps of all phones were told last, which has to be what their calls do."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._shown: dict[str, tuple[DialogInfo, ...]] = {}
        house.lines.changed = self._changed
        house.simulation.invariants.watch("lamps lit", lambda: sum(map(len, self._shown.values())))

    def check(self) -> None:
        """What is shown is what the legs do that there are."""
        up = [leg for call in self._house.switchboard.calls for leg in call.legs.values()]
        for name in NAMES:
            does = {leg.id: _state_of(leg) for leg in up if leg.number == name}
            # That a 100 has come is told with what comes next.
            shown = {
                each.id: each.state.replace("proceeding", "trying")
                for each in self._shown.get(name, ())
            }
            assert shown == does, f"the lamp of {name} shows {shown}, its calls: {does}"

    def _changed(self, number: str) -> None:
        self._shown[number] = self._house.lines.dialogs(number)


def _state_of(leg: Leg) -> str:
    return "confirmed" if leg.answered else "early" if leg.ringing else "trying"


def play_switched(seed: int, conditions: Conditions, calls: int, faults: Sequence[Fault]) -> Played:
    """Let phones call each other through a PBX to the end of it, and check what must hold."""
    simulation = Simulation(seed, conditions)
    with simulation:
        chance = simulation.chance
        pbx = simulation.stack("pbx", "10.0.0.100")
        stacks = [simulation.stack(name, f"10.0.0.{at}") for at, name in enumerate(NAMES, 1)]
        house = House(simulation, pbx, stacks)
        phones = [
            Phone(
                simulation,
                stack,
                session_s=chance.one_of((0, 90, 1800)),
                reliable=chance.happens(0.5),
            )
            for stack in stacks
        ]
        house.directory.plan = _plan(chance)
        places = (*NAMES, *NAMES, *PLACES)
        for phone in phones:
            phone.others = [house.uri(name) for name in places]
            phone.hands_over = True
        lamps = Lamps(house)
        journal = Journal(house)
        second = stacks[1]
        house.bindings[NAMES[0]] += (binding(NAMES[0], second, pbx, "tcp"),)
        house.workers.room = chance.one_of((3, 1000))
        _watch_for_the_lonely(house)
        for _ in range(calls):
            simulation.after(chance.between(0, 30), lambda: _call(house, phones))
        for at, who, whom, cut_s in faults:
            simulation.after(at, partial(_fail, simulation, stacks[who], pbx, cut_s))
            simulation.after(at, partial(_fail, simulation, pbx, stacks[whom], cut_s))
        if chance.happens(0.1):
            simulation.after(chance.between(0, 60), house.workers.die)
        simulation.run(watch=lamps.check)
        simulation.check()
    return Played(house, phones, journal.entries)


def _watch_for_the_lonely(house: House) -> None:
    """Nobody may be left in a call longer than he hears the tone that says so."""
    lonely: set[Leg] = set()

    def look() -> None:
        nonlocal lonely
        legs = [leg for call in house.switchboard.calls for leg in call.legs.values()]
        now = {
            leg for leg in legs if leg.answered and not leg.over and not _has_company(house, leg)
        }
        left = [leg.number for leg in now & lonely]
        assert not left, f"left alone: {left}"
        lonely = now

    for at in range(0, _WATCHED_S, int(HEARD_S) + 2):
        house.simulation.after(at, look)


def _has_company(house: House, leg: Leg) -> bool:
    """Whether somebody talks to a leg, will, or at least plays it music for a while."""
    call = leg.call
    asking = any(each.asking is not None for each in call.legs.values())
    searched = call.setting_up is not None or call.paging is not None
    served = leg.attending is not None or leg.supervises is not None or house.parking.holds(leg)
    return call.partner(leg) is not None or asking or searched or served


def _plan(chance: Chance) -> Plan:
    """A lot, a pickup group, a conference room, a page, and a speed dial for each phone."""
    lot = ParkingLot("700", "Lot", ("701", "702"), timeout_s=chance.one_of((5, 20)))
    return Plan(
        numbers={
            "700": Place("parking_lot", "700"),
            "701": Place("parking_slot", "701"),
            "702": Place("parking_slot", "702"),
            "6800": Place("page", "6800"),
        },
        speed_dials={str(at): Place("extension", name) for at, name in enumerate(NAMES, 1)},
        services={"6300": ConferenceRoom("6300", "Room")},
        parking_lots=(lot,),
        pickup_groups=(PickupGroup("All", NAMES),),
        paging_groups={
            "6800": PagingGroup("6800", "All", NAMES[:3], longest_s=chance.one_of((0, 30)))
        },
    )


def check_facts(facts: Sequence[Fact]) -> None:
    """What is told of each call is whole, in order, and agrees with itself."""
    up: dict[str, set[str]] = {}
    joined: set[str] = set()
    served: set[str] = set()
    ended: dict[str, str] = {}
    for each in facts:
        match each:
            case CallStarted(call, leg):
                up[call] = {leg}
            case LegCalled(call, leg):
                assert not any(leg in legs for legs in up.values())
                up[call].add(leg)
            case LegRinging(call, leg):
                assert leg in up[call]
            case LegAnswered(call, leg, by):
                assert leg in up[call]
                served |= {call} if by else set()
            case CallTransferred(call, _, other=other) if other:
                up[call] |= up[other]
                up[other] = set()
            case LegsJoined(call, first, second):
                joined.add(call)
                assert {first, second} <= up[call]
            case LegEnded(call, leg):
                up[call].remove(leg)
            case CallEnded(call, disposition):
                assert not up.pop(call)
                ended[call] = disposition
            case _:
                pass
    assert not up
    answered = {call for call, how in ended.items() if how == "answered"}
    assert joined <= answered <= joined | served


def _call(house: House, phones: list[Phone]) -> None:
    chance = house.simulation.chance
    first = chance.below(len(phones))
    other = phones[(first + 1 + chance.below(len(phones) - 1)) % len(phones)].stack.name
    number = chance.one_of(PLACES) if chance.happens(0.25) else other
    phones[first].call(
        house.uri(number) + chance.one_of((b"", b";transport=tcp")),
        with_offer=chance.happens(0.8),
        patience_s=chance.between(0, 90),
    )


def _fail(simulation: Simulation, here: Stack, there: Stack, cut_s: float) -> None:
    network = simulation.network
    if cut_s:
        network.cut(here, there)
        simulation.after(cut_s, lambda: network.heal(here, there))
    else:
        network.break_connections(here, there)
