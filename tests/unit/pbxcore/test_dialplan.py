"""What a number means: emergencies, our own numbers, routes out and in, who is shown."""

from __future__ import annotations

from datetime import UTC, datetime, time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.dialplan.caller_id import dod_of, outbound_caller, rewritten
from pbxcore.dialplan.emergencies import EmergencyNumber
from pbxcore.dialplan.permissions import LEVELS, permits
from pbxcore.dialplan.pin import Pin
from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import (
    Barred,
    Blacklist,
    Dod,
    Hours,
    InboundRoute,
    Mode,
    OutboundRoute,
    Plan,
    Timed,
)
from pbxcore.dialplan.resolving import (
    BARRED,
    NO_TRUNK,
    NOBODY,
    NOT_ALLOWED,
    Dialler,
    Outward,
    Refusal,
    number_means,
    reach,
    resolve,
)
from pbxcore.dialplan.time_conditions import Condition, TimeRow
from pbxcore.dialplan.ways import WayOut
from pbxcore.dialplan.window import Window
from pbxcore.directory import (
    Delta,
    Directory,
    Extension,
    ExtensionPut,
    SettingsChanged,
    Snapshot,
    Trunk,
)
from pbxcore.domain_settings import DomainSettings
from pbxcore.features.model import Diversion, FollowMe, Handling

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday
NIGHT = datetime(2026, 11, 25, 23, tzinfo=UTC)
OFFICE = Hours("UTC", (TimeRow(time(9), time(18), frozenset({1, 2, 3, 4, 5})),))
ANA, BEN = Dialler("1000"), Dialler("1001")
INTERNATIONAL = LEVELS[3]
A, B = Trunk("a", "City Line", "192.0.2.1"), Trunk("b", "Other", "192.0.2.2")


def directory(plan: Plan, *trunks: Trunk) -> Directory:
    extensions = (
        Extension("1000", "Ana Costa", "s", permission=INTERNATIONAL, caller_id="5551000"),
        Extension("1001", "Ben Osei", "s", permission="internal-local"),
        Extension("1009", "Gone", "s", enabled=False),
    )
    snapshot = Snapshot(0, DomainSettings(), extensions, trunks or (A, B), plan=plan)
    copy = msgspec.msgpack.decode(msgspec.msgpack.encode(snapshot), type=Snapshot)
    assert copy == snapshot  # it crosses a process
    return Directory(copy)


def route(name: str, *patterns: str, **more: object) -> OutboundRoute:
    usual: dict[str, object] = {
        "ways": (WayOut("a", 1), WayOut("b", 1, "00")),
        "permission": "none",
    }
    return msgspec.convert(
        {"id": name, "name": name, "patterns": patterns, **usual, **more}, OutboundRoute
    )


def change(directory: Directory, number: str, **fields: object) -> None:
    """Let an extension be otherwise."""
    extension = directory.extension(number)
    assert extension is not None
    changed = msgspec.structs.replace(extension, **fields)
    directory.apply(Delta(directory.version + 1, (ExtensionPut(changed),)))


def outward(found: object) -> Outward:
    assert isinstance(found, Outward), found
    return found


def test_our_own_numbers_come_before_any_route() -> None:
    plan = Plan((route("all", "_X."),), numbers={"6500": Place("queue", "6500")})
    house = directory(plan)
    assert resolve(house, ANA, "1001", NOON).to == Place("extension", "1001")
    assert resolve(house, ANA, "6500", NOON).to == Place("queue", "6500")
    assert outward(resolve(house, ANA, "1008", NOON).to).route == "all"
    assert resolve(directory(Plan()), ANA, "1234", NOON).to == NOBODY


def test_an_extension_that_is_disabled_is_unavailable_and_goes_by_no_route() -> None:
    house = directory(Plan((route("all", "_X."),), (by_did(("extension", "external")),)))
    settings = msgspec.structs.replace(house.settings, unavailable_status=410)
    house.apply(Delta(1, (SettingsChanged(settings),)))
    gone = Refusal(410, "out_of_service")
    assert resolve(house, ANA, "1009", NOON).to == gone
    assert reach(house, ANA, Place("external", "1009"), NOON, INTERNATIONAL) == gone
    assert resolve(house, S, "1009", NOON).to == gone


def test_the_best_match_wins_and_the_order_decides_between_equals() -> None:
    plan = Plan((route("any", "_9."), route("first", "_91X."), route("second", "_91X.")))
    house = directory(plan)
    assert outward(resolve(house, ANA, "9123", NOON).to).route == "first"
    assert outward(resolve(house, ANA, "9923", NOON).to).route == "any"


def test_each_trunk_of_a_route_rewrites_the_number_itself() -> None:
    house = directory(Plan((route("out", "_9."),)))
    tries = outward(resolve(house, ANA, "9123", NOON).to).tries
    assert [(each.trunk, each.number) for each in tries] == [("a", "123"), ("b", "00123")]
    assert [each.caller for each in tries] == ["5551000", "5551000"]


def test_a_trunk_that_is_switched_off_is_not_tried() -> None:
    plan, off = Plan((route("out", "_9."),)), msgspec.structs.replace(A, enabled=False)
    tries = outward(resolve(directory(plan, off, B), ANA, "9123", NOON).to).tries
    assert [each.trunk for each in tries] == ["b"]
    assert resolve(directory(plan, off), ANA, "9123", NOON).to == NO_TRUNK


def test_who_may_not_use_the_best_match_gets_the_next_one_that_is_allowed() -> None:
    dear = route("dear", "_00X.", permission=INTERNATIONAL)
    house = directory(Plan((dear,)))
    assert outward(resolve(house, ANA, "0044", NOON).to).route == "dear"
    assert resolve(house, BEN, "0044", NOON).to == NOT_ALLOWED
    both = directory(Plan((dear, route("cheap", "_0.", permission="internal-local"))))
    assert outward(resolve(both, BEN, "0044", NOON).to).route == "cheap"


def test_a_whitelist_decides_instead_of_the_level() -> None:
    chosen = route("out", "_9.", permission=INTERNATIONAL, only_callers=True, callers=("1001",))
    house = directory(Plan((chosen,)))
    assert outward(resolve(house, BEN, "912", NOON).to).route == "out"
    assert resolve(house, ANA, "912", NOON).to == NOT_ALLOWED


def test_a_pin_is_asked_for_beside_the_level_or_instead_of_it() -> None:
    pins = (Pin("4711", "Sales"),)
    asks = route("out", "_9.", asks_pin=True, pins=pins, permission="internal-local-national")
    house = directory(Plan((asks,)))
    assert outward(resolve(house, ANA, "912", NOON).to).tries[0].pins == pins
    assert resolve(house, BEN, "912", NOON).to == NOT_ALLOWED
    alone = msgspec.structs.replace(asks, pin_alone=True)
    house = directory(Plan((alone,)))
    assert outward(resolve(house, ANA, "912", NOON).to).tries[0].pins == pins
    assert outward(resolve(house, BEN, "912", NOON).to).tries[0].pins == pins


def test_an_extension_may_need_no_pin_at_certain_times() -> None:
    asks = route("out", "_9.", asks_pin=True, pins=(Pin("4711"),))
    house = directory(Plan((asks,), hours=OFFICE))
    ana = house.extension("1000")
    assert ana is not None
    office = Window(int(Condition.OFFICE_TIME))
    house.apply(Delta(1, (ExtensionPut(msgspec.structs.replace(ana, skips_pin=office)),)))
    assert outward(resolve(house, ANA, "912", NOON).to).tries[0].pins is None
    assert outward(resolve(house, ANA, "912", NIGHT).to).tries[0].pins == (Pin("4711"),)
    assert outward(resolve(house, BEN, "912", NOON).to).tries[0].pins == (Pin("4711"),)


def test_an_own_pin_takes_the_place_of_a_routes_password_alone() -> None:
    asks = route("out", "_9.", asks_pin=True, pins=(Pin("4711"),))
    for own_pins, expected in ((True, Pin("1234")), (False, Pin("4711"))):
        house = directory(Plan((msgspec.structs.replace(asks, own_pins=own_pins),)))
        ana = house.extension("1000")
        assert ana is not None
        house.apply(Delta(1, (ExtensionPut(msgspec.structs.replace(ana, own_pin="1234")),)))
        assert outward(resolve(house, ANA, "912", NOON).to).tries[0].pins == (expected,)
        assert outward(resolve(house, BEN, "912", NOON).to).tries[0].pins == (Pin("4711"),)


def test_a_route_out_of_its_hours_does_not_exist() -> None:
    window = {"condition": int(Condition.OFFICE_TIME)}
    plan = Plan((route("day", "_9.", window=window),), hours=OFFICE)
    assert outward(resolve(directory(plan), ANA, "912", NOON).to).route == "day"
    assert resolve(directory(plan), ANA, "912", NIGHT).to == NOBODY


def test_an_emergency_goes_out_whoever_calls_and_whenever() -> None:
    emergency = EmergencyNumber("911", "Police", (WayOut("a"),), caller_id="5559999")
    plan = Plan((route("all", "_X.", permission=INTERNATIONAL),), emergencies=(emergency,))
    found = outward(resolve(directory(plan), BEN, "911", NIGHT).to)
    assert found.emergency == emergency
    assert [(each.number, each.caller) for each in found.tries] == [("911", "5559999")]


def test_a_speed_dial_leads_to_any_place() -> None:
    dials = {"*7": Place("external", "9123"), "8": Place("ivr", "7000")}
    house = directory(Plan((route("out", "_9."),), speed_dials=dials))
    assert outward(resolve(house, ANA, "*7", NOON).to).tries[0].number == "123"
    assert resolve(house, ANA, "8", NOON).to == Place("ivr", "7000")


S = Dialler("", "a", "5551234", "Sam")


def inbound(name: str = "in", **more: object) -> InboundRoute:
    usual: dict[str, object] = {
        "trunks": ("a",),
        "place": {"type": "place", "kind": "extension", "value": "1000"},
    }
    return msgspec.convert({"id": name, "name": name, **usual, **more}, InboundRoute)


def came(plan: Plan, who: Dialler = S, dialled: str = "8000", now: datetime = NOON) -> object:
    return resolve(directory(plan), who, dialled, now).to


def test_an_inbound_call_takes_the_route_of_its_trunk_did_and_caller() -> None:
    queue, ivr = Place("queue", "6500"), Place("ivr", "7000")
    routes = (
        inbound(),
        msgspec.structs.replace(inbound("did", dids=("_80XX",)), place=queue),
        msgspec.structs.replace(inbound("vip", dids=("_80XX",), callers=("_555.",)), place=ivr),
        inbound("other trunk", trunks=("b",)),
        inbound("off", dids=("8000",), enabled=False),
    )
    plan = Plan(inbound=routes)
    assert came(plan) == ivr
    assert came(plan, msgspec.structs.replace(S, caller="4441234")) == queue
    assert came(plan, dialled="9") == Place("extension", "1000")
    assert came(plan, msgspec.structs.replace(S, trunk="c")) == NOBODY


def test_the_caller_is_shown_as_the_route_makes_it_and_kept_as_it_came() -> None:
    made = inbound(
        number_set="9${CALLERID(num)}", name_set="${CALLERID(name)}!", trunk_name_first=True,
        name_first="Sales:",
    )  # fmt: skip
    found = resolve(directory(Plan(inbound=(made,))), S, "8000", NOON)
    assert (found.caller, found.original) == ("95551234", "5551234")
    assert found.name == "City Line Sales: Sam!"
    assert found.route == made


def test_times_and_modes_choose_the_place() -> None:
    day, night = Place("queue", "6500"), Place("voicemail", "1000")
    timed = (Timed(Window(int(Condition.OUT_OF_OFFICE_TIME)), night),)
    holiday = Mode(2, Place("announcement", "x"), ())
    made = msgspec.structs.replace(inbound(), place=day, timed=timed, modes=(holiday,))
    plan = Plan(inbound=(made,), hours=OFFICE)
    assert came(plan) == day
    assert came(plan, now=NIGHT) == night
    assert came(msgspec.structs.replace(plan, mode=2), now=NIGHT) == Place("announcement", "x")
    assert came(msgspec.structs.replace(plan, mode=3), now=NIGHT) == night
    own = msgspec.structs.replace(made, own_mode=2)
    assert came(Plan(inbound=(own,), mode=3), now=NIGHT) == Place("announcement", "x")
    own = msgspec.structs.replace(made, own_mode=0)
    assert came(Plan(inbound=(own,), mode=2, hours=plan.hours), now=NIGHT) == night


def by_did(kinds: tuple[str, ...]) -> InboundRoute:
    return msgspec.structs.replace(inbound(), place=Place("by_did"), did_kinds=kinds)


def test_by_did_reaches_only_the_kinds_that_are_open() -> None:
    made = msgspec.structs.replace(
        inbound(), place=Place("by_did"), did_strip=2, did_prepend="1", did_kinds=("extension",)
    )
    plan = Plan((route("out", "_1."),), (made,), {"1500": Place("queue", "1500")})
    assert came(plan, dialled="99000") == Place("extension", "1000")
    assert came(plan, dialled="99500") == Place("hang_up")
    assert came(plan, dialled="99777") == NOBODY
    through = msgspec.structs.replace(made, did_kinds=("extension", "external"))
    assert outward(came(msgspec.structs.replace(plan, inbound=(through,)), dialled="99777"))


def test_an_inbound_call_goes_out_again_with_the_routes_level() -> None:
    made = msgspec.structs.replace(inbound(), place=Place("external", "0044"))
    dear = route("dear", "_00.", permission=INTERNATIONAL)
    assert came(Plan((dear,), (made,))) == NOT_ALLOWED
    allowed = msgspec.structs.replace(made, permission=INTERNATIONAL)
    assert outward(came(Plan((dear,), (allowed,)))).route == "dear"


@pytest.mark.parametrize(
    ("blacklist", "caller", "blocked"),
    [
        (Blacklist(blocked=("5551234",)), "5551234", False),
        (Blacklist(True, ("5551234",)), "5551234", True),
        (Blacklist(True, ("_555.",)), "5551234", True),
        (Blacklist(True, ("_555.",), ("5551234",)), "5551234", False),
        (Blacklist(True, ("_555.",)), "4441234", False),
        (Blacklist(anonymous=True), "", True),
        (Blacklist(True, ("_X.",)), "", False),
    ],
)
def test_the_blacklist_turns_away_whom_it_names(
    blacklist: Blacklist, caller: str, *, blocked: bool
) -> None:
    plan = Plan(inbound=(inbound(),), blacklist=blacklist)
    found = came(plan, msgspec.structs.replace(S, caller=caller))
    assert (found == Refusal(486, "blacklisted")) is blocked


def test_who_is_on_the_blacklist_hears_its_announcement() -> None:
    blacklist = Blacklist(True, ("5551234",), status=603, prompt="go-away")
    plan = Plan(inbound=(inbound(),), blacklist=blacklist)
    caller = msgspec.structs.replace(S, caller="5551234")
    assert came(plan, caller) == Refusal(603, "blacklisted")
    spoken = msgspec.structs.replace(plan, prompts={"go-away": "/away.wav"})
    assert came(spoken, caller) == Place("blacklist", "go-away")


def test_collect_calls_are_turned_away_where_they_are_not_wanted() -> None:
    made = inbound(collect_calls_blocked=True)
    caller = msgspec.structs.replace(S, collect_call=True)
    assert came(Plan(inbound=(made,)), caller) == Refusal(403, "collect_call")
    assert came(Plan(inbound=(inbound(),)), caller) == Place("extension", "1000")
    nowhere = DomainSettings(blocks_collect_calls=True)
    house = Directory(Snapshot(1, nowhere, (), (A,), plan=Plan(inbound=(inbound(),))))
    assert resolve(house, caller, "5550", NOON).to == Refusal(403, "collect_call")


def test_a_forward_goes_where_the_one_who_forwards_may_call() -> None:
    dear = route("dear", "_00.", permission=INTERNATIONAL)
    house, sent_on = directory(Plan((dear,))), Dialler("1001", caller="5551234")
    assert reach(house, sent_on, Place("external", "0044"), NOON, "internal") == NOT_ALLOWED
    found = outward(reach(house, sent_on, Place("external", "0044"), NOON, INTERNATIONAL))
    assert found.tries[0].caller == "1001"


@pytest.mark.parametrize(
    ("expression", "made"),
    [
        ("${CALLERID(num)}", "5551234"),
        ("0${CALLERID(num):2}", "051234"),
        ("${CALLERID(num):-4}", "1234"),
        ("${CALLERID(num):1:3}", "551"),
        ("${callerid(name)}", "Sam"),
        ("100", "100"),
        ("${CALLERID(num)} ${CALLERID(other)}", "5551234 ${CALLERID(other)}"),
    ],
)
def test_expressions_rewrite_the_caller(expression: str, made: str) -> None:
    assert rewritten(expression, "5551234", "Sam") == made


def test_each_way_of_showing_the_caller_gives_way_to_those_before_it() -> None:
    ana = directory(Plan()).extension("1000")
    full = Trunk(
        "t", "T", "h", username="user", from_user="from", caller_id="trunk", keeps_own=True,
        keeps_original=True, dods=(Dod("dod", ("1000",), "Desk"),),
    )  # fmt: skip
    shown = []
    for without in (
        {},
        {"from_user": ""},
        {"keeps_original": False},
        {"keeps_own": False},
        {"dods": ()},
    ):
        full = msgspec.structs.replace(full, **without)
        dod = dod_of(full, ("1000",))
        shown.append(outbound_caller(full, ana, dod=dod, original="original", usual="usual")[0])
    assert shown == ["from", "original", "trunk", "dod", "5551000"]
    nobody = outbound_caller(msgspec.structs.replace(full, caller_id=""), None, usual="usual")
    assert nobody == ("user", "")
    registered = Trunk("t", "T", "h", username="user", number="555-1000")
    assert outbound_caller(registered, None, usual="usual") == ("555-1000", "")
    assert outbound_caller(Trunk("t", "T", "h"), None, usual="usual") == ("usual", "")


def test_a_call_of_a_queue_or_a_group_shows_its_number_before_that_of_an_extension() -> None:
    dods = (Dod("desk", ("1000",)), Dod("hotline", ("6500", "6400"), "Hotline"))
    plan = Plan((route("out", "_9.", ways=(WayOut("a", 1),)),))
    trunk = msgspec.structs.replace(A, dods=dods)
    for number, owner, shown in (
        ("1000", "", "desk"),
        ("1000", "6500", "hotline"),
        ("", "6400", "hotline"),
        ("1000", "6401", "desk"),
        ("", "6401", "5550"),
    ):
        who = Dialler(number, caller="5551234", owner=owner)
        one = directory(msgspec.structs.replace(plan, caller_id="5550"), trunk)
        (found,) = outward(number_means(one, who, "9123", NOON, INTERNATIONAL)).tries
        assert (found.caller, found.original) == (shown, "5551234")
        assert found.dod == ("" if shown == "5550" else shown)


@pytest.mark.parametrize(
    ("handling", "diverted", "owner", "shown"),
    [
        (Handling(), "", "", "desk"),
        (Handling(), "forward", "1000", "5551000"),
        (Handling(), "follow_me", "1000", "5551000"),
        (Handling(), "forward", "6500", "hotline"),
        (Handling(forwards_with_dod=True), "forward", "1000", "desk"),
        (Handling(forwards_with_dod=True), "follow_me", "1000", "5551000"),
        (Handling(followed_with_dod=True), "follow_me", "1000", "desk"),
        (Handling(followed_with_dod=True), "forward", "1000", "5551000"),
    ],
)
def test_calls_that_an_extension_sends_on_show_its_dod_where_it_wants_so(
    handling: Handling, diverted: Diversion, owner: str, shown: str
) -> None:
    dods = (Dod("desk", ("1000",)), Dod("hotline", ("6500",)))
    plan = Plan((route("out", "_9.", ways=(WayOut("a", 1),)),))
    one = directory(plan, msgspec.structs.replace(A, dods=dods))
    change(one, "1000", handling=handling)
    who = Dialler("1000", caller="5551234", owner=owner, diverted=diverted)
    (found,) = outward(number_means(one, who, "9123", NOON, INTERNATIONAL)).tries
    assert found.caller == shown


def test_somebody_is_followed_without_the_pin_where_that_is_allowed() -> None:
    plan = Plan((route("out", "_9.", asks_pin=True, pins=(Pin("1234"),)),))
    one = directory(plan)
    for follow_me, diverted, asked in (
        (FollowMe(), "follow_me", True),
        (FollowMe(skips_pin=True), "follow_me", False),
        (FollowMe(skips_pin=True), "forward", True),
        (FollowMe(skips_pin=True), "", True),
    ):
        change(one, "1000", handling=Handling(follow_me=follow_me))
        who = Dialler("1000", diverted=diverted)
        found = outward(number_means(one, who, "9123", NOON, INTERNATIONAL))
        assert [each.pins is not None for each in found.tries] == [asked, asked]


@pytest.mark.parametrize(
    ("dialled", "refused"),
    [
        ("900123", True),
        ("9123", False),
        ("9008821234", True),
        ("901188256", True),
        ("90088", False),
        ("9112", False),
        ("9999", False),
    ],
)
def test_barred_numbers_are_not_called_as_dialled_or_as_trunks_are_told_them(
    dialled: str, refused: bool
) -> None:
    plan = Plan(
        (route("out", "_9.", ways=(WayOut("a", 1),)),),
        emergencies=tuple(
            EmergencyNumber(each, "Help", (WayOut("a", 1),)) for each in ("9112", "999")
        ),
        barred=Barred(("_00123", "_911.", "999"), ("882",)),
    )
    found = number_means(directory(plan), ANA, dialled, NOON, INTERNATIONAL)
    assert (found == BARRED) == refused
    assert isinstance(found, Refusal if refused else Outward)


@given(st.sampled_from(LEVELS), st.sampled_from([*LEVELS, "none", "disabled"]))
def test_a_level_holds_those_before_it(level: str, needed: str) -> None:
    if needed == "none":
        assert permits(level, needed)
    elif needed in LEVELS:
        assert permits(level, needed) == (LEVELS.index(level) >= LEVELS.index(needed))
    else:
        assert not permits(level, needed)


PATTERNS = st.lists(
    st.sampled_from(["_9.", "_91X.", "_9!", "912", "_[", "", "_X.", "_9X2/1000"]), max_size=3
)


@given(
    st.lists(PATTERNS, max_size=4),
    st.lists(PATTERNS, max_size=4),
    st.text("0129*", max_size=5),
    st.sampled_from([ANA, BEN, S, Dialler("4040"), Dialler("", "b")]),
)
def test_whatever_the_lists_hold_a_number_means_something_or_is_refused(
    out: list[list[str]], into: list[list[str]], dialled: str, who: Dialler
) -> None:
    plan = Plan(
        tuple(route(str(at), *each) for at, each in enumerate(out)),
        tuple(inbound(str(at), dids=tuple(each)) for at, each in enumerate(into)),
    )
    found = resolve(directory(plan), who, dialled, NOON).to
    assert isinstance(found, Place | Outward | Refusal)
    if isinstance(found, Outward):
        assert found.tries
