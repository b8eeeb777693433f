"""A fax machine is heard in a talk that is under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.apps.fax_reception import FaxReception
from pbxcore.apps.steps import Connect

if TYPE_CHECKING:
    from pbxcore.calls.call import Call
    from pbxcore.calls.leg import Leg


def will_take_packets(leg: Leg) -> bool:
    """Whether a fax that is listened for may come by datagrams: it goes to a machine of ours."""
    fax, terms = leg.call.aim.fax, leg.call.context.directory.plan.fax
    if fax is None or terms is None or fax.fax.kind != FaxReception.kind:
        return False
    return terms.packets and leg.session.takes_fax


def hand_to_machine(call: Call, leg: Leg) -> None:
    """Let it go where faxes go, instead of whoever has answered; if the way here wants so."""
    partner, fax = call.partner(leg), call.aim.fax
    if fax is None or call.setting_up is not None:
        return
    leg.session.listen_for_fax(wanted=False)
    if partner is not None:
        call.transferring.blind(partner, leg, fax.fax.value, place=fax.fax)
    elif leg.attending is not None:  # a mailbox answered, or a menu
        call.hand_on(leg, Connect(fax.fax), lambda status: None)
