"""Supervisors: who may hear the talk of somebody else, and how they come into it.

A supervisor has a call of his own, so that either may end without the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from pbxcore.calls.consenting import Consenting
from pbxcore.calls.party import Farewell
from pbxcore.calls.talk_room import Mode
from pbxcore.sip import causes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.calls.context import CallContext
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.offering import Line

MODES: tuple[Mode, ...] = get_args(Mode)


def talk_of(context: CallContext, number: str, supervisor: str) -> Leg | Farewell:
    """The leg of an extension that talks, for an extension that wants to hear it; or why not."""
    extension = context.directory.extension(number)
    if extension is None:
        return _refusal(404, "unknown_number")
    for_all = context.directory.plan.codes.spy_for_all and supervisor != ""
    if not for_all and supervisor not in extension.supervisors:
        return _refusal(403, "not_permitted")
    talking = (each for each in context.lines.of(number) if each.call.partner(each) is not None)
    leg = next(talking, None)
    if leg is None:
        return _refusal(480, "not_talking")
    return leg if may_be_heard(leg) else _refusal(488, "no_common_media")


def let_hear(leg: Leg, target: Leg, mode: Mode, lines: Sequence[Line]) -> None:
    """Let a leg hear the talk of one of another call, answered with these lines if need be."""
    leg.call.serve(leg, mode, target.number)
    leg.supervises = target
    target.supervisors[leg] = mode
    if leg.answered:
        target.call.room.arrange()
    else:
        leg.call.accept(leg, lines)


def begin_to_hear(target: Leg, mode: Mode, heard: Leg) -> None:
    """Somebody who was called for it is there: let him hear a talk, if there is still one."""
    if target.over or target.call.partner(target) is None:
        heard.call.end(heard, _refusal(480, "not_talking"))
    else:
        let_hear(heard, target, mode, ())


def ask_to_hear(target: Leg, mode: Mode, heard: Leg) -> None:
    """The same, once who is to be heard agrees; the other hears music meanwhile."""
    waiting = heard.call.context.waiting

    def answered(agreed: bool) -> None:
        if heard.over:
            return
        waiting.stop(heard)
        if agreed:
            begin_to_hear(target, mode, heard)
        else:
            heard.call.end(heard, _refusal(603, "not_agreed"))

    if not may_be_heard(target) or target.consenting is not None:
        heard.call.end(heard, _refusal(480, "not_talking"))
        return
    waiting.music(heard)
    Consenting(target, answered)


def may_be_heard(leg: Leg) -> bool:
    """Whether a leg talks, in codecs that can be mixed on both sides."""
    partner = leg.call.partner(leg)
    return partner is not None and leg.session.mixable and partner.session.mixable


def _refusal(status: int, reason: str) -> Farewell:
    return Farewell("pbx", status, causes.cause_of(status), reason)
