"""What somebody outside a call may do to it: each returns the SIP status that says how it went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.calls.supervising import may_be_heard
from pbxcore.errors import RemoteProtocolError
from pbxcore.journal import CallTransferred

if TYPE_CHECKING:
    from pbxcore.calls.call import Call
    from pbxcore.calls.leg import Leg


def decide(call: Call, *, accepted: bool) -> int:
    """Take a call from outside, or do not; 409: that is not open."""
    deciding, setting_up = call.deciding, call.setting_up
    if deciding is None or not deciding.open or setting_up is None:
        return 409
    if accepted:
        deciding.accept()
    else:
        call.refuse(setting_up.front, 603)
    return 200


def transfer(call: Call, leg: Leg, number: str, by: str = "") -> int:
    """Hand on whom a leg talks to, unasked.

    Nothing changes with 404: the number leads nowhere; and with 403: the extension `by`, if one
    is named, may not call it.
    """
    partner = call.partner(leg)
    if partner is None or call.setting_up is not None:
        return 409
    if _is_unknown(call, partner, number):
        return 404
    if by and _is_closed_to(call, by, number):
        return 403
    call.transferring.blind(leg, partner, number)
    return 202


def park(call: Call, leg: Leg) -> tuple[int, str]:
    """Park whom an extension's leg talks to; the status, and the slot.

    486: none is free. It returns to the leg's extension, so that there has to be one.
    """
    partner = call.partner(leg)
    if partner is None or call.setting_up is not None or not leg.number:
        return 409, ""
    parking = call.context.parking
    lot, slot = parking.first_free()
    if lot is None:
        return 486, ""
    parking.park(leg, partner, lot, slot)
    return 200, slot


def redirect(call: Call, leg: Leg, number: str, by: str = "") -> int:
    """Call a number for a leg, in place of whom it talks to or who is called for it.

    Nothing changes with 404 and 403, which are as for transfers.
    """
    setting_up, partner = call.setting_up, call.partner(leg)
    if partner is not None and setting_up is None:
        return transfer(call, partner, number, by)
    if setting_up is None or setting_up.front is not leg or call.is_undecided:
        return 409
    if _is_unknown(call, leg, number):
        return 404
    if by and _is_closed_to(call, by, number):
        return 403
    call.context.record(CallTransferred(call.id, leg.id, number, "blind"))
    setting_up.redirect(number)
    return 202


def _is_unknown(call: Call, front: Leg, number: str) -> bool:
    """Whether a number is none of ours, and no outbound route fits it that this leg may use."""
    context = call.context
    if context.directory.own(number) is not None:
        return False
    try:
        context.way_out(front.number, number, call.origin.outside)
    except RemoteProtocolError as refused:
        return refused.status == 404
    return False


def _is_closed_to(call: Call, extension: str, number: str) -> bool:
    """Whether a number is none of ours, and no outbound route that fits it is the extension's."""
    context = call.context
    if context.directory.own(number) is not None:
        return False
    try:
        context.way_out(extension, number)
    except RemoteProtocolError as refused:
        return refused.status in (403, 404)
    return False


def mute(call: Call, leg: Leg, *, muted: bool) -> int:
    """Let nobody hear a leg, or let them again."""
    if not may_be_heard(leg):
        return 409
    leg.muted = muted
    call.room.arrange()
    return 200


def hold(call: Call, leg: Leg, *, held: bool) -> int:
    """Let a leg hold whom it talks to, or not any more."""
    if not may_be_heard(leg):
        return 409
    if leg.held_from_outside is not held:
        leg.held_from_outside = held
        call.renegotiating.settled(leg)
    return 200
