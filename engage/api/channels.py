"""Calls that are up as the protocol writes them: pairs that talk, and legs that are alone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_OID, uuid5

from engage.calls.cdr import moment, unique_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import tzinfo

    from engage.calls.model import Leg, OpenCall

NOBODY = "s"
"""The connected number of a leg that talks to nobody."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is written besides: the names of trunks, and moments of this zone."""

    trunk_name: Callable[[str], str]
    zone: Callable[[], tzinfo]


def bridged(calls: Iterable[OpenCall], words: Words) -> list[dict[str, Any]]:
    """Two legs that talk to each other."""
    rows = []
    for call in calls:
        pairs = [(leg, call.legs.get(leg.peer)) for leg in call.legs.values() if leg.is_up]
        rows += [
            _pair(call, one, other, words)
            for one, other in pairs
            if other is not None and one.seq < other.seq
        ]
    return rows


def unbridged(calls: Iterable[OpenCall], words: Words) -> list[dict[str, Any]]:
    """Legs that talk to nobody: they ring, or a service has them."""
    return [
        _alone(call, leg, words)
        for call in calls
        for leg in call.legs.values()
        if leg.is_up and not leg.peer and leg.role != "service"
    ]


def _pair(call: OpenCall, one: Leg, other: Leg, words: Words) -> dict[str, Any]:
    since = max(one.answered_at_ms, other.answered_at_ms)
    return {
        "channel1": one.channel,
        "channel2": other.channel,
        "callerid1": one.party,
        "callerid2": other.party,
        "name1": one.shown_name,
        "name2": other.shown_name,
        "uniqueid1": unique_id(one.started_at_ms, one.seq),
        "uniqueid2": unique_id(other.started_at_ms, other.seq),
        "linkedid": unique_id(call.started_at_ms, call.seq),
        "bridge_id": str(uuid5(NAMESPACE_OID, f"{one.channel} {other.channel}")),
        "bridge_time": moment(since, words.zone()),
        **_trunks(call, words),
        "have_send": 1,
    }


def _alone(call: OpenCall, leg: Leg, words: Words) -> dict[str, Any]:
    called = leg.role == "called"
    service = next(
        (each.action for each in call.legs.values() if each.role == "service" and each.is_up),
        "macro-dial",
    )
    return {
        "channel": leg.channel,
        "state": _state(leg),
        "service": "queue" if leg.action == "queue" else service,
        "callername": leg.shown_name,
        "callernum": leg.party,
        "connectedname": call.caller.shown_name if called else "",
        "connectednum": call.caller.party if called else NOBODY,
        "alloc_time": moment(
            leg.answered_at_ms or leg.ringing_at_ms or leg.started_at_ms, words.zone()
        ),
        **_trunks(call, words),
        "callid": call.sip_call_id,
        "uniqueid": unique_id(leg.started_at_ms, leg.seq),
        "linkedid": unique_id(call.started_at_ms, call.seq),
    }


def _trunks(call: OpenCall, words: Words) -> dict[str, str]:
    out = next(
        (each.trunk for each in call.legs.values() if each.trunk and each.role == "called"), ""
    )
    into = call.caller.trunk
    return {
        "inbound_trunk_name": words.trunk_name(into) or into,
        "outbound_trunk_name": words.trunk_name(out) or out,
    }


def _state(leg: Leg) -> str:
    if leg.answered_at_ms:
        return "Up"
    if leg.role == "caller":
        return "Ring"
    return "Ringing" if leg.ringing_at_ms else "Down"
