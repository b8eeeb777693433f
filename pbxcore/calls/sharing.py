"""What a place of a shared line may do with the line's calls: call, take one, come into one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.calls.offering import spoken_with_us
from pbxcore.calls.party import Farewell, hung_up
from pbxcore.calls.supervising import let_hear, may_be_heard
from pbxcore.dialplan.place import Place
from pbxcore.media.commands import Play, Tone
from pbxcore.presence.packages.call_info import asked_index
from pbxcore.sip import causes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.calls.context import CallContext
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.party import By, Origin
    from pbxcore.calls.planning import Aim
    from pbxcore.calls.setting_up import SettingUp
    from pbxcore.sip.agent.incoming_call import IncomingCall
    from pbxcore.sip.agent.listener import Ending

RETRIEVE, BRIDGE, PRIVATE_HOLD = "retrieve", "bridge", "private_hold"
"""Places that are calls of the own line: `value` is an appearance, empty for whichever it is."""
_WARNING: Final = Tone((((1400.0,), 0.3),))


def aim_of_line(context: CallContext, incoming: IncomingCall, aim: Aim) -> Aim:
    """Where a call goes that a place of a shared line makes; one for help goes where it goes.

    Who names an appearance that another place holds or talks on wants that call.
    """
    origin = aim.origin
    line = context.directory.extension(origin.number)
    if line is None or line.shared is None or aim.emergency is not None:
        return aim
    shared = line.shared
    here = next((each for each in shared.locations if each.number == origin.location), None)
    if here is not None and not here.originates:
        return msgspec.structs.replace(aim, refusal=_refusal(403, "not_permitted"))
    index = asked_index(incoming.request)
    legs = context.appearances.legs_at(line.number, index) if index else ()
    talking = [each for each in legs if each.answered]
    if talking and all(each.held for each in talking):
        return msgspec.structs.replace(aim, takes=Place(RETRIEVE, str(index)))
    if talking:
        return msgspec.structs.replace(aim, place=Place(BRIDGE, str(index)), tries=(), takes=None)
    if (
        aim.takes is None
        and aim.place is None
        and not shared.many_calls
        and _elsewhere(context, aim)
    ):
        return msgspec.structs.replace(aim, refusal=_refusal(486, "line_in_use"))
    return aim


def call_to_retrieve(context: CallContext, line: str, location: str, index: str) -> Leg | None:
    """The leg of another place that holds a call which this one may take."""
    extension = context.directory.extension(line)
    if extension is None or extension.shared is None or not extension.shared.retrieves:
        return None
    held = (each for each in _legs(context, line, index) if each.held and not each.held_privately)
    return next((each for each in held if each.location != location), None)


def may_replace(leg: Leg, origin: Origin) -> bool:
    """Whether who calls may have the place of a leg (RFC 3891).

    Of a line that both share it is as the line wants; who comes by a trunk may have the legs of
    its own calls alone.
    """
    if origin.trunk:
        return (leg.number, leg.trunk) == ("", origin.trunk)
    extension = leg.call.context.directory.extension(leg.number)
    shared = None if extension is None else extension.shared
    elsewhere = leg.number == origin.number and leg.location != origin.location
    if shared is None or not elsewhere or not leg.answered:
        return True
    return shared.retrieves and leg.held and not leg.held_privately


def bridge(setting_up: SettingUp, place: Place) -> None:
    """Let the front come into the talk of another place of its line, if the line allows it."""
    context, front = setting_up.context, setting_up.front
    extension = context.directory.extension(front.number)
    shared = None if extension is None else extension.shared
    if shared is None or not shared.bridges:
        setting_up.fail(_refusal(403, "not_permitted"))
        return
    talks = [each for each in _legs(context, front.number, place.value) if not each.held]
    target = next((each for each in talks if each.location != front.location), None)
    if target is None or not may_be_heard(target):
        setting_up.fail(_refusal(480 if target is None else 488, "not_talking"))
        return
    setting_up.over()
    let_hear(front, target, "barge", spoken_with_us(setting_up.lines))
    partner = target.call.partner(target)
    for each in (target, partner) if shared.warns and partner is not None else ():
        warned = Play(each.session.sound, f"bridge-{front.id}", (_WARNING,), times=1)
        context.anchor.ask(warned)


def hold_privately(context: CallContext, leg: Leg) -> bool:
    """Let nobody else take what the place of a leg holds; whether it holds anything."""
    held = [each for each in context.lines.of(leg.number) if each.location == leg.location]
    held = [each for each in held if each.held]
    for each in held:
        each.held_privately = True
        context.lines.moved(each)
    return bool(held)


def inherited(leg: Leg, ending: Ending, by: By) -> bool:
    """A leg ended whose talk another place of its line came into: that one goes on talking."""
    call, partner = leg.call, leg.call.partner(leg)
    heir = next((each for each in leg.supervisors if each.number == leg.number), None)
    if not leg.number or heir is None or partner is None:
        return False
    call.part()
    if leg.asking is not None:
        leg.asking.inherit(heir)
    heir.supervises = None
    del leg.supervisors[heir]
    heir.supervisors, leg.supervisors = leg.supervisors, {}
    for each in heir.supervisors:
        each.supervises = heir
    heir.succeed(leg)
    call.finish(leg, hung_up(by, ending))
    call.absorb(heir.call)
    call.join(partner, heir)
    return True


def _legs(context: CallContext, line: str, index: str) -> Sequence[Leg]:
    """The legs of a line that talk, on one appearance or on any."""
    appearances = context.appearances
    legs = appearances.legs_at(line, int(index)) if index else context.lines.of(line)
    return [each for each in legs if each.call.partner(each) is not None]


def _elsewhere(context: CallContext, aim: Aim) -> bool:
    origin = aim.origin
    legs = context.lines.of(origin.number)
    return any(each.answered and each.location != origin.location for each in legs)


def _refusal(status: int, reason: str) -> Farewell:
    return Farewell("pbx", status, causes.cause_of(status), reason)
