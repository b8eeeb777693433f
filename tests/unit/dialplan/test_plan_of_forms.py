"""What the forms of routes come to for the PBX."""

from __future__ import annotations

from datetime import UTC, datetime

from engage.dialplan.blacklist import Blacklist
from engage.dialplan.inbound_forms import InboundRouteForm
from engage.dialplan.outbound_forms import OutboundRouteForm
from pbxcore.dialplan.pin import Pin
from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import Plan
from pbxcore.dialplan.resolving import Dialler, Outward, Refusal, resolve
from pbxcore.dialplan.routing import place_of
from pbxcore.directory import (
    Directory,
    Extension,
    Snapshot,
    Trunk,
)
from pbxcore.domain_settings import DomainSettings

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
OUT = {
    "name": "City", "patterns": "_9X. /* city */", "permission": "none",
    "ways": [{"trunk": "t", "strip": 1, "prepend": "0"}],
}  # fmt: skip
IN = {
    "name": "Main", "trunks": ["t"], "dids": "_80XX", "number_set": "9${CALLERID(num)}",
    "destination": {"kind": "ring_group", "value": "6400"},
    "timed": [{"condition": 6, "hours": [{"start": "11:00", "end": "13:00"}],
               "destination": {"kind": "extension", "value": "1000"}}],
}  # fmt: skip


def house(blacklist: Blacklist | None = None, **inbound: str) -> Directory:
    plan = Plan(
        (OutboundRouteForm.model_validate(OUT).route("o"),),
        (InboundRouteForm.model_validate(IN | inbound).route("i"),),
        blacklist=(blacklist or Blacklist()).plan(),
    )
    trunk, ana = Trunk("t", "City Line", "192.0.2.1"), Extension("1000", "Ana", "s")
    return Directory(Snapshot(0, DomainSettings(), (ana,), (trunk,), plan=plan))


def test_an_outbound_form_is_a_way_out() -> None:
    found = resolve(house(), Dialler("1000"), "9123", NOON).to
    assert isinstance(found, Outward)
    assert found.tries[0].number == "0123"


def test_the_members_of_groups_may_use_a_route_too() -> None:
    usual = {"name": "Out", "patterns": "_9.", "ways": [{"trunk": "t"}], "only_callers": True}
    form = OutboundRouteForm.model_validate(
        {**usual, "callers": ["1000"], "caller_groups": ["sales"], "caller_patterns": "_2XXX"}
    )
    members = {"sales": ["1001", "1000"]}
    route = form.route("r", members_of=lambda groups: [n for each in groups for n in members[each]])
    assert route.callers == ("1000", "1001", "_2XXX")
    alone = OutboundRouteForm.model_validate({**usual, "caller_groups": ["sales"]})
    assert alone.problems() == {}


def test_an_inbound_form_is_a_way_in() -> None:
    found = resolve(house(), Dialler("", "t", "5551234", "Sam"), "8001", NOON)
    assert (found.to, found.caller, found.original) == (
        Place("extension", "1000"), "95551234", "5551234",
    )  # fmt: skip
    evening = resolve(house(), Dialler("", "t", "5551234"), "8001", NOON.replace(hour=20))
    assert evening.to == Place("ring_group", "6400")


def test_the_blacklist_holds_notes_beside_its_numbers() -> None:
    blacklist = Blacklist(enabled=True, blocked="_555. /* called at night */\n444")
    caller = Dialler("", "t", "5551234")
    found = resolve(house(blacklist), caller, "8001", NOON).to
    assert found == Refusal(486, "blacklisted")


def test_a_route_turns_away_callers_of_its_own_while_the_blacklist_is_on() -> None:
    caller = Dialler("", "t", "5551234")
    for enabled in (True, False):
        here = house(Blacklist(enabled=enabled), blocked="_555.")
        found = resolve(here, caller, "8001", NOON).to
        assert (found == Refusal(486, "blacklisted")) is enabled


def test_a_route_with_a_pin_group_asks_for_one_of_its_pins_alone() -> None:
    pins = (Pin("4711", "Ana"),)
    form = OutboundRouteForm.model_validate(OUT | {"pin_group": "g", "password": "0000"})
    route = form.route("o", lambda group: pins if group == "g" else ())
    assert (route.asks_pin, route.pins, route.pin_alone) == (True, pins, True)
    levelled = form.model_copy(update={"pin_with_level": True}).route("o")
    assert (levelled.asks_pin, levelled.pins, levelled.pin_alone) == (True, (), False)


def test_a_mode_of_a_route_has_destinations_of_its_own() -> None:
    night = {"mode": 1, "destination": {"kind": "extension", "value": "1000"}}
    route = InboundRouteForm.model_validate(IN | {"timed": [], "modes": [night]}).route("i")
    assert place_of(route, Plan(), NOON) == Place("ring_group", "6400")
    assert place_of(route, Plan(mode=1), NOON) == Place("extension", "1000")
    assert place_of(route, Plan(mode=2), NOON) == Place("ring_group", "6400")
