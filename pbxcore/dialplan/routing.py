"""Which route takes a call: the best match among those that may be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.dialplan.patterns import BadPattern, Pattern, parse
from pbxcore.dialplan.permissions import permits
from pbxcore.dialplan.time_conditions import Condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from pbxcore.dialplan.place import Place
    from pbxcore.dialplan.plan import (
        Barred,
        Blacklist,
        InboundRoute,
        Mode,
        OutboundRoute,
        Plan,
    )
    from pbxcore.dialplan.time_conditions import Calendar
    from pbxcore.dialplan.window import Window

Vagueness = tuple[tuple[int, ...], tuple[int, ...]]
_ABROAD: Final = ("+", "00", "011")
"""What stands before a country's code: E.164's sign, ITU-T's digits, those of North America."""


def best_of(patterns: Sequence[str], number: str, caller: str) -> Vagueness | None:
    """How vague the best of the patterns is that take a number from a caller; None: none does."""
    found = [each.vagueness for each in _read(patterns) if each.takes(number, caller)]
    return min(found, default=None)


def outbound_routes(plan: Plan, number: str, caller: str, now: datetime) -> list[OutboundRoute]:
    """The routes that take a number now, the best match first, equal ones in the list's order."""
    calendar = plan.hours.calendar()
    found: list[tuple[Vagueness, OutboundRoute]] = []
    for route in plan.outbound:
        if not route.enabled:
            continue
        vagueness = best_of(route.patterns, number, caller)
        if vagueness is not None and applies(route.window, calendar, now):
            found.append((vagueness, route))
    return [route for _, route in sorted(found, key=lambda each: each[0])]


def may_use(route: OutboundRoute, caller: str, level: str) -> bool:
    """Whether a caller of a level may, as far as no PIN decides."""
    if route.asks_pin and route.pin_alone:
        return True
    if route.only_callers:
        return takes_any(route.callers, caller)
    return permits(level, route.permission)


def inbound_route(plan: Plan, trunk: str, dialled: str, caller: str) -> InboundRoute | None:
    """The route of a call that came in by a trunk.

    The best match of what was dialled, then of who calls, then the first of the list.
    """
    found: list[tuple[Vagueness, Vagueness, InboundRoute]] = []
    for route in plan.inbound:
        if not route.enabled or trunk not in route.trunks:
            continue
        did, by = _fit(route.dids, dialled, caller), _fit(route.callers, caller, caller)
        if did is not None and by is not None:
            found.append((did, by, route))
    return min(found, key=lambda each: each[:2], default=(None, None, None))[2]


def place_of(route: InboundRoute, plan: Plan, now: datetime) -> Place:
    """Where an inbound route leads in the mode of now, at the time of now."""
    now_on = plan.mode if route.own_mode is None else route.own_mode
    mode: InboundRoute | Mode = next(
        (each for each in route.modes if now_on and each.mode == now_on), route
    )
    calendar = plan.hours.calendar()
    timed = (each.place for each in mode.timed if applies(each.window, calendar, now))
    return next(timed, mode.place)


def is_blocked(blacklist: Blacklist, caller: str, here: tuple[str, ...] = ()) -> bool:
    """Whether a caller from outside is turned away; an empty number is one who hides it.

    `here` are those whom one route turns away, beside those of the list.
    """
    if not caller:
        return blacklist.anonymous
    if not blacklist.enabled or takes_any(blacklist.allowed, caller):
        return False
    return takes_any((*blacklist.blocked, *here), caller)


def is_barred(barred: Barred, number: str) -> bool:
    """Whether nobody may call a number outside, as it is dialled or as a trunk is told it."""
    if takes_any(barred.patterns, number):
        return True
    abroad = next((number.removeprefix(each) for each in _ABROAD if number.startswith(each)), "")
    return any(abroad.startswith(each) for each in barred.countries if abroad)


def takes_any(patterns: Iterable[str], number: str) -> bool:
    """Whether one of these numbers or patterns takes a number."""
    return any(each.matches(number) for each in _read(patterns))


def applies(window: Window, calendar: Calendar, now: datetime) -> bool:
    """Whether a time condition holds; one that is not known never does."""
    if window.condition not in set(Condition):
        return False
    return calendar.holds(Condition(window.condition), now, window.rows)


def _fit(patterns: Sequence[str], number: str, caller: str) -> Vagueness | None:
    """As `best_of`, but no patterns at all take everything, as the vaguest."""
    return best_of(patterns, number, caller) if patterns else ((3000,), (3000,))


def _read(patterns: Iterable[str]) -> list[Pattern]:
    """The patterns that mean something: one that does not must not stop the others."""
    found = []
    for each in patterns:
        try:
            found.append(parse(each))
        except BadPattern:
            continue
    return found
