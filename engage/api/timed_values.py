"""Timed destinations and modes of inbound routes, between the protocol and our forms. Pure."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from engage.api.route_values import destination_fields, destination_of, text, whole
from engage.api.status import bad_value
from engage.api.values import ANY_OTHER, NO_LIST, BadValue, as_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from engage.dialplan.inbound_forms import InboundRouteForm, TimedDestination

LAST_CONDITION, LAST_MODE = 8, 9
NO_HOURS: Mapping[str, None] = MappingProxyType(
    dict.fromkeys(("start_hour", "start_min", "end_hour", "end_min"))
)
Rows = list[dict[str, Any]]


def timed_of(asked: Mapping[str, Any], name: str) -> Rows | None:
    """Timed destinations as our forms have them; None where they were not sent."""
    rows = _rows(asked, name)
    return None if rows is None else [_timed(each) for each in rows]


def modes_of(asked: Mapping[str, Any], name: str) -> Rows | None:
    """What each mode has: one destination, and those with a time condition."""
    rows = _rows(asked, name)
    if rows is None:
        return None
    found: dict[int, dict[str, Any]] = {}
    for each in rows:
        number = whole(each, "mode", LAST_MODE)
        if not number:
            raise bad_value("mode", ANY_OTHER)
        mode = found.setdefault(number, {"mode": number, "timed": []})
        if _condition(each):
            mode["timed"].append(_timed(each))
        else:
            mode["destination"] = _destination(each)
    return [{"destination": {"kind": "hang_up"}, **mode} for mode in found.values()]


def members_of(form: InboundRouteForm) -> Rows:
    """All of them in one table, as it is answered."""
    rows = [(0, each) for each in _shown(form.timed)]
    for mode in form.modes:
        usual = destination_fields(mode.destination.kind, mode.destination.value)
        rows.append((mode.mode, {"tc": 0, "timetype": 0, **usual, **NO_HOURS}))
        rows += ((mode.mode, each) for each in _shown(mode.timed))
    return [{"sequence": at, "mode": mode, **row} for at, (mode, row) in enumerate(rows, 1)]


def _rows(asked: Mapping[str, Any], name: str) -> Rows | None:
    if asked.get(name) is None:
        return None
    try:
        rows = as_list(asked[name])
    except BadValue as bad:
        raise bad_value(name, bad.text, bad.params) from None
    if not all(isinstance(each, dict) for each in rows):
        raise bad_value(name, NO_LIST)
    return [dict(each) for each in rows if isinstance(each, dict)]


def _condition(row: Mapping[str, Any]) -> int:
    name = "timetype" if row.get("timetype") is not None else "tc"
    return whole(row, name, LAST_CONDITION) or 0


def _destination(row: Mapping[str, Any]) -> dict[str, str]:
    return destination_of(row, text(row, "destination_type") or "")


def _timed(row: Mapping[str, Any]) -> dict[str, Any]:
    hours = []
    if row.get("start_hour") is not None:
        hours = [{"start": _clock(row, "start"), "end": _clock(row, "end")}]
    return {"condition": _condition(row), "hours": hours, "destination": _destination(row)}


def _clock(row: Mapping[str, Any], side: str) -> str:
    hour, minute = whole(row, f"{side}_hour", 23), whole(row, f"{side}_min", 59)
    return f"{hour or 0:02}:{minute or 0:02}"


def _shown(timed: Sequence[TimedDestination]) -> Iterator[dict[str, Any]]:
    """One row for each destination, with the first of its own hours."""
    for each in timed:
        to = destination_fields(each.destination.kind, each.destination.value)
        spans = [(span.start.split(":"), span.end.split(":")) for span in each.hours[:1]]
        hours = {
            name: int(value)
            for start, end in spans
            for name, value in zip(NO_HOURS, (*start, *end), strict=True)
        }
        yield {"tc": each.condition, "timetype": each.condition, **to, **NO_HOURS, **hours}
