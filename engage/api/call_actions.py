"""Calls that are up: listBridgedChannels, Hangup, dialExtension, callTransfer and their like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_OID, uuid5

from engage.api.actions import NEED_APPLY, required
from engage.api.listing import listed
from engage.api.status import unknown
from engage.calls.cdr import moment, unique_id
from engage.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import tzinfo

    from engage.api.actions import Caller, Parameters
    from engage.calls.control import LiveCalls
    from engage.calls.model import Leg, OpenCall

NOTHING_TO_APPLY: Mapping[str, Any] = {"need_apply": "no"}
NOBODY = "s"
"""The connected number of a leg that talks to nobody."""


class CallActions:
    """What is up, and what programs may do to it."""

    def __init__(
        self,
        live: LiveCalls,
        trunk_name: Callable[[str], str],
        is_extension: Callable[[str], bool],
        zone: Callable[[], tzinfo],
    ) -> None:
        self._live, self._trunk_name = live, trunk_name
        self._is_extension, self._zone = is_extension, zone

    async def bridged(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Two legs that talk to each other."""
        rows = []
        for call in self._live.listed(caller.actor):
            pairs = [(leg, call.legs.get(leg.peer)) for leg in call.legs.values() if leg.is_up]
            rows += [
                self._pair(call, one, other)
                for one, other in pairs
                if other is not None and one.seq < other.seq
            ]
        return listed("channel", rows, asked)

    async def unbridged(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Legs that talk to nobody: they ring, or a service has them."""
        rows = [
            self._alone(call, leg)
            for call in self._live.listed(caller.actor)
            for leg in call.legs.values()
            if leg.is_up and not leg.peer and leg.role != "service"
        ]
        return listed("channel", rows, asked)

    async def hang_up(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """End a leg, and with it whom it talks to."""
        call, leg = self._named(caller, required(asked, "channel"))
        await self._live.hang_up(caller.actor, call.id, leg.name)
        return NEED_APPLY

    async def dial_extension(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Ring an extension, then call another for it."""
        first, second = required(asked, "caller"), required(asked, "callee")
        for name, number in (("caller", first), ("callee", second)):
            if not self._is_extension(number):
                raise unknown(name, number)
        await self._live.place(caller.actor, first, second)
        return NOTHING_TO_APPLY

    async def dial_outbound(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Ring an extension, then call a number outside for it, as it may itself."""
        first, second = required(asked, "caller"), required(asked, "outbound")
        if not self._is_extension(first):
            raise unknown("caller", first)
        await self._live.place(caller.actor, first, second)
        return NOTHING_TO_APPLY

    async def transfer(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Hand on the peer of a leg to an extension."""
        target = required(asked, "extension")
        call, leg = self._named(caller, required(asked, "channel"))
        await self._live.transfer(caller.actor, call.id, leg.name, target)
        return NOTHING_TO_APPLY

    def _named(self, caller: Caller, channel: str) -> tuple[OpenCall, Leg]:
        try:
            return self._live.by_channel(caller.actor, channel)
        except NotFound:
            raise unknown("channel", channel) from None

    def _pair(self, call: OpenCall, one: Leg, other: Leg) -> dict[str, Any]:
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
            "bridge_id": str(uuid5(NAMESPACE_OID, f"{one.channel} {other.channel}")),
            "bridge_time": moment(since, self._zone()),
            **self._trunks(call),
            "have_send": 1,
        }

    def _alone(self, call: OpenCall, leg: Leg) -> dict[str, Any]:
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
                leg.answered_at_ms or leg.ringing_at_ms or leg.started_at_ms, self._zone()
            ),
            **self._trunks(call),
            "uniqueid": unique_id(leg.started_at_ms, leg.seq),
            "linkedid": unique_id(call.started_at_ms, call.seq),
        }

    def _trunks(self, call: OpenCall) -> dict[str, str]:
        out = next(
            (each.trunk for each in call.legs.values() if each.trunk and each.role == "called"), ""
        )
        into = call.caller.trunk
        return {
            "inbound_trunk_name": self._trunk_name(into) or into,
            "outbound_trunk_name": self._trunk_name(out) or out,
        }


def _state(leg: Leg) -> str:
    if leg.answered_at_ms:
        return "Up"
    if leg.role == "caller":
        return "Ring"
    return "Ringing" if leg.ringing_at_ms else "Down"
