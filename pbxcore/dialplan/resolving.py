"""What a number means for who dials it: an extension, a service, trunks in their order, or no."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pbxcore.dialplan.caller_id import dod_of, outbound_caller, rewritten
from pbxcore.dialplan.emergencies import ORDINARY, EmergencyNumber, Zone
from pbxcore.dialplan.pin import Pin
from pbxcore.dialplan.place import HANG_UP, Place
from pbxcore.dialplan.plan import NO_LIMIT, InboundRoute, Limit
from pbxcore.dialplan.routing import (
    applies,
    inbound_route,
    is_barred,
    is_blocked,
    may_use,
    outbound_routes,
    place_of,
)
from pbxcore.features.codes import PLACES, feature_of
from pbxcore.features.model import Diversion

if TYPE_CHECKING:
    from datetime import datetime

    from pbxcore.dialplan.plan import OutboundRoute, Plan
    from pbxcore.dialplan.ways import WayOut
    from pbxcore.directory import Directory, Extension, Trunk


class Dialler(msgspec.Struct, frozen=True):
    """Who dials.

    `number` is an extension of ours, "" for who has none; `trunk` the id of the trunk that brought
    the call; `caller` and `name` are what it says of itself. For a call that an extension sends on,
    `number` is that extension and `caller` who called it; one that a queue or a ring group makes
    or sends on is its `owner`'s. `address` is that of his phone. `diverted` says how it is that an
    extension sends a call outside which is not its own: it forwards it, or lets it ring there too
    (`forward`), or is looked for there (`follow_me`).
    """

    number: str = ""
    trunk: str = ""
    caller: str = ""
    name: str = ""
    collect_call: bool = False
    address: str = ""
    owner: str = ""
    diverted: Diversion = ""


class Try(msgspec.Struct, frozen=True):
    """One way out: a trunk, the number to dial there, and who is shown.

    `limit` is how long the call may last; the lower `urgency`, the more urgent it is, and one that
    `hunts` ends a less urgent call where there is no line. The call is `recorded` or not. One of
    `pins` has to be known; None: nobody is asked. `dod` is the number of the trunk's that stands
    for who calls, `original` that of the inbound call which goes out again.
    """

    trunk: str
    number: str
    caller: str
    name: str = ""
    dod: str = ""
    original: str = ""
    limit: Limit = NO_LIMIT
    urgency: int = ORDINARY
    hunts: bool = False
    recorded: bool = False
    pins: tuple[Pin, ...] | None = None


class Outward(msgspec.Struct, frozen=True, tag="outward"):
    """Out by the first of these trunks that takes the call.

    `number` is what was dialled for it. An emergency call has its number, else None.
    """

    tries: tuple[Try, ...]
    route: str
    number: str = ""
    emergency: EmergencyNumber | None = None
    zone: Zone | None = None
    """Where whoever calls for help is."""
    returns_to: str = ""
    """Under which number the emergency service knows him alone, or all who are where he is."""


class Refusal(msgspec.Struct, frozen=True, tag="refusal"):
    """Nowhere: `status` is SIP's, `reason` a word for the journal."""

    status: int
    reason: str


Destination = Place | Outward | Refusal


class Resolution(msgspec.Struct, frozen=True):
    """Where a call goes, and who is shown to whom it reaches.

    `caller` and `name` are the caller's as an inbound route has made them, `original` the number as
    it came; of callers of our own they are empty. `route` is the inbound route.
    """

    to: Destination
    caller: str = ""
    name: str = ""
    original: str = ""
    route: InboundRoute | None = None


NOBODY = Refusal(404, "unknown_number")
NOT_ALLOWED = Refusal(403, "not_permitted")
BLACKLISTED = "blacklisted"
OUT_OF_SERVICE = "out_of_service"
BARRED = Refusal(403, "barred")
NO_TRUNK = Refusal(503, "no_trunk")


def resolve(directory: Directory, who: Dialler, dialled: str, now: datetime) -> Resolution:
    """What a number means, for one of ours or for who came in by a trunk."""
    if who.trunk:
        return _inbound(directory, who, dialled, now)
    extension = directory.extension(who.number)
    level = extension.permission if extension is not None else "internal"
    return Resolution(number_means(directory, who, dialled, now, level))


def number_means(
    directory: Directory, who: Dialler, dialled: str, now: datetime, level: str
) -> Destination:
    """What a number means for one of ours: emergencies first, what is ours before what is not."""
    plan = directory.plan
    for emergency in plan.emergencies:
        if emergency.number == dialled:
            return _emergency(directory, who, emergency)
    if (own := _own(directory, dialled)) is not None:
        return own
    if directory.is_out_of_service(dialled):
        return _out_of_service(directory)
    if who.number and (coded := _coded(plan, dialled)) is not None:
        return coded
    if (place := plan.speed_dials.get(dialled)) is not None:
        return reach(directory, who, place, now, level)
    return _outward(directory, who, dialled, now, level)


def reach(
    directory: Directory, who: Dialler, place: Place, now: datetime, level: str
) -> Destination:
    """Go to a place; a number outside goes by the outbound routes, with the level of who asks."""
    if place.kind != "external":
        return place
    if (own := _own(directory, place.value)) is not None:
        return own
    if directory.is_out_of_service(place.value):
        return _out_of_service(directory)
    return _outward(directory, who, place.value, now, level)


def _out_of_service(directory: Directory) -> Refusal:
    """What callers of an extension hear that is disabled: as of one without a phone."""
    return Refusal(directory.settings.unavailable_status, OUT_OF_SERVICE)


def _own(directory: Directory, number: str) -> Place | None:
    return directory.own(number)


def _coded(plan: Plan, dialled: str) -> Place | None:
    """What a code does: take a call of somebody else, go before a number, set a feature."""
    codes = plan.codes
    if codes.group_pickup and dialled == codes.group_pickup:
        return Place("group_pickup")
    if codes.pickup and dialled.startswith(codes.pickup):
        return Place("pickup", dialled.removeprefix(codes.pickup))
    before = {
        "intercom": codes.intercom,
        "page": codes.paging,
        "listen": codes.listen,
        "whisper": codes.whisper,
        "barge": codes.barge,
    }
    for kind, code in before.items():
        number = dialled.removeprefix(code)
        if code and number and number != dialled:
            return Place(kind, number)
    feature = feature_of(codes.features, dialled)
    if feature is None:
        return None
    if feature.feature in PLACES:
        return Place(PLACES[feature.feature], feature.argument)
    return Place("feature", dialled)


def _outward(
    directory: Directory, who: Dialler, dialled: str, now: datetime, level: str
) -> Destination:
    plan = directory.plan
    if _is_barred(plan, dialled):
        return BARRED
    routes = outbound_routes(plan, dialled, who.number or who.caller, now)
    if not routes:
        return NOBODY
    usable = [each for each in routes if may_use(each, who.number or who.caller, level)]
    barred = False
    for route in usable:
        tries = _tries(
            directory,
            who,
            route.ways,
            dialled,
            route.caller_id,
            limit=route.limit,
            recorded=route.recorded,
        )
        allowed = tuple(each for each in tries if not _is_barred(plan, each.number))
        barred |= len(allowed) < len(tries)
        tries = allowed
        if tries and route.asks_pin and not _skips_pin(directory, who, now):
            pins = _pins(directory, who, route)
            tries = tuple(msgspec.structs.replace(each, pins=pins) for each in tries)
        if tries:
            return Outward(tries, route.id, dialled)
    if barred:
        return BARRED
    return NO_TRUNK if usable else NOT_ALLOWED


def _is_barred(plan: Plan, number: str) -> bool:
    """Whether nobody may call a number; an emergency service may be called by any way there is."""
    helps = any(each.number == number for each in plan.emergencies)
    return not helps and is_barred(plan.barred, number)


def _pins(directory: Directory, who: Dialler, route: OutboundRoute) -> tuple[Pin, ...]:
    """What opens a route: who has a password of his own needs that in place of the route's."""
    extension = directory.extension(who.number)
    if extension is None or not (route.own_pins and extension.own_pin):
        return route.pins
    return (Pin(extension.own_pin),)


def _skips_pin(directory: Directory, who: Dialler, now: datetime) -> bool:
    extension = directory.extension(who.number)
    if extension is None:
        return False
    if who.diverted == "follow_me" and extension.handling.follow_me.skips_pin:
        return True
    window = extension.skips_pin
    return window is not None and applies(window, directory.plan.hours.calendar(), now)


def _dods_shown(extension: Extension | None, who: Dialler) -> tuple[str, ...]:
    """Whose DOD is shown, the first that has one: the group's, the extension's if it wants so."""
    own = extension is None or extension.handling.shows_dod(who.diverted)
    return tuple(each for each in (who.owner, who.number) if each and (own or each != who.number))


def _tries(
    directory: Directory,
    who: Dialler,
    ways: tuple[WayOut, ...],
    dialled: str,
    route_caller: str,
    *,
    limit: Limit = NO_LIMIT,
    recorded: bool = False,
) -> tuple[Try, ...]:
    """A try for each trunk that may carry calls."""
    extension = directory.extension(who.number)
    found = []
    for way in ways:
        trunk = _usable(directory, way.trunk)
        if trunk is None:
            continue
        dod = dod_of(trunk, _dods_shown(extension, who))
        caller, name = outbound_caller(
            trunk,
            extension,
            dod=dod,
            original=who.caller,
            route=route_caller,
            usual=directory.plan.caller_id,
        )
        own_s = extension.longest_s if extension is not None else 0
        lasts = limit.within(own_s).shorter(trunk.limit)
        found.append(
            Try(
                trunk.id,
                way.rewrite(dialled),
                caller,
                name,
                dod="" if dod is None else dod.number,
                original=who.caller,
                limit=lasts,
                recorded=recorded,
            )
        )
    return tuple(found)


def _usable(directory: Directory, trunk_id: str) -> Trunk | None:
    trunk = directory.trunks.get(trunk_id)
    return trunk if trunk is not None and trunk.enabled else None


def _emergency(directory: Directory, who: Dialler, number: EmergencyNumber) -> Destination:
    """No level, no PIN, no time: by every trunk there is for it."""
    extension, zone = directory.extension(who.number), number.zone_of(who.address)
    own = extension.emergency_cid if extension is not None else ""
    returns_to = own or (zone.elin if zone is not None else "")
    caller = returns_to or number.caller_id
    tries = tuple(
        msgspec.structs.replace(
            each,
            caller=caller or each.caller,
            limit=NO_LIMIT,
            urgency=number.urgency,
            hunts=number.hunts_when_busy,
        )
        for each in _tries(directory, who, number.ways, number.number, "", recorded=number.recorded)
    )
    if not tries:
        return NO_TRUNK
    return Outward(tries, number.name, number.number, number, zone, returns_to)


def may_come_in(to: Destination) -> bool:
    """Whether a caller from outside was let in, be it for a number that is nobody's."""
    if isinstance(to, Refusal):
        return to == NOBODY
    return not (isinstance(to, Place) and to.kind == "blacklist")


def _turned_away(plan: Plan) -> Destination:
    """What becomes of somebody on the blacklist."""
    prompt = plan.blacklist.prompt
    if prompt in plan.prompts:
        return Place("blacklist", prompt)
    return Refusal(plan.blacklist.status, BLACKLISTED)


def _inbound(directory: Directory, who: Dialler, dialled: str, now: datetime) -> Resolution:
    plan = directory.plan
    if is_blocked(plan.blacklist, who.caller):
        return Resolution(_turned_away(plan), who.caller, who.name)
    route = inbound_route(plan, who.trunk, dialled, who.caller)
    if route is None:
        return Resolution(NOBODY, who.caller, who.name)
    if is_blocked(plan.blacklist, who.caller, route.blocked):
        return Resolution(_turned_away(plan), who.caller, who.name, "", route)
    blocks = route.collect_calls_blocked or directory.settings.blocks_collect_calls
    if who.collect_call and blocks:
        return Resolution(Refusal(403, "collect_call"), who.caller, who.name, "", route)
    caller, name = _shown(directory, route, who)
    place = place_of(route, plan, now)
    to = (
        _by_did(directory, who, route, dialled, now)
        if place.kind == "by_did"
        else (reach(directory, who, place, now, route.permission))
    )
    return Resolution(to, caller, name, who.caller, route)


def _shown(directory: Directory, route: InboundRoute, who: Dialler) -> tuple[str, str]:
    """The caller as the route makes it."""
    number = rewritten(route.number_set, who.caller, who.name) if route.number_set else who.caller
    name = rewritten(route.name_set, who.caller, who.name) if route.name_set else who.name
    trunk = directory.trunks.get(who.trunk)
    first = [trunk.name] if route.trunk_name_first and trunk is not None else []
    first += [route.name_first] if route.name_first else []
    return number, " ".join([*first, name]).strip()


def _by_did(
    directory: Directory, who: Dialler, route: InboundRoute, dialled: str, now: datetime
) -> Destination:
    """What was dialled means a number of ours, if its kind may be reached from outside."""
    number = route.did_prepend + dialled[route.did_strip :]
    own = _own(directory, number)
    if own is not None:
        return own if own.kind in route.did_kinds else HANG_UP
    if directory.is_out_of_service(number):
        return _out_of_service(directory)
    if "external" in route.did_kinds:
        return _outward(directory, who, number, now, route.permission)
    return NOBODY
