"""Places where nobody rings: groups that are paged, talks that are heard, parking, callbacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.apps.parking import CONSULTS_S, told_slot
from pbxcore.apps.sounds import Prompt
from pbxcore.apps.steps import Say
from pbxcore.calls import group_ringing
from pbxcore.calls.interrupting import go_urgently
from pbxcore.calls.offering import spoken_with_us
from pbxcore.calls.paging import Paging
from pbxcore.calls.party import Farewell, refused
from pbxcore.calls.serving import talk_to
from pbxcore.calls.sharing import BRIDGE, PRIVATE_HOLD, bridge, hold_privately
from pbxcore.calls.supervising import MODES, let_hear, talk_of
from pbxcore.calls.visiting import visit_of
from pbxcore.dialplan.plan import PagingGroup

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.apps.steps import Script
    from pbxcore.calls.setting_up import SettingUp
    from pbxcore.dialplan.place import Place


def supervise(setting_up: SettingUp, place: Place) -> None:
    """Let the front hear a talk, if it may."""
    front = setting_up.front
    found = talk_of(setting_up.context, place.value, front.number)
    if isinstance(found, Farewell):
        setting_up.fail(found)
        return
    setting_up.over()
    mode = next(each for each in MODES if each == place.kind)
    let_hear(front, found, mode, spoken_with_us(setting_up.lines))


def call_back(setting_up: SettingUp, place: Place) -> None:
    """Turn the front away; whoever it is is called back."""
    context, origin = setting_up.context, setting_up.call.origin
    found = context.directory.plan.callbacks.get(place.value)
    if found is not None:
        context.calling_back.ask(found, origin.shown or origin.number)
    setting_up.fail(refused(486, "pbx"))


def tell_slot(setting_up: SettingUp, place: Place) -> None:
    """Tell the front the slot for whom it hands over next."""
    call, front, context = setting_up.call, setting_up.front, setting_up.context
    lot = context.directory.plan.parking_lot(place.value)
    slot = "" if lot is None else context.parking.free_slot(lot, place.value)
    if not slot:
        setting_up.fail(refused(486, "pbx"))
        return
    setting_up.taken()
    front.asked_slot = slot
    visit = visit_of(call, front, place.value, setting_up.forwardings)
    lines = spoken_with_us(setting_up.lines)
    talk_to(front, told_slot(slot, CONSULTS_S), "parking", visit, lines)


def hold_back(setting_up: SettingUp, place: Place) -> None:
    """Let nobody else of the line take what the front's place holds."""
    call, front = setting_up.call, setting_up.front
    done = hold_privately(setting_up.context, front)
    setting_up.taken()
    visit = visit_of(call, front, place.value, setting_up.forwardings)
    said = Prompt("saved" if done else "not-possible")
    talk_to(front, _told(said), PRIVATE_HOLD, visit, spoken_with_us(setting_up.lines))


def _told(prompt: Prompt) -> Script:
    yield Say((prompt,), barge=False)


def page(setting_up: SettingUp, place: Place) -> None:
    """Let a group of phones hear the front, or those of one extension."""
    call, front, number = setting_up.call, setting_up.front, place.value
    found = setting_up.context.directory.plan.paging_groups.get(number)
    group = found or PagingGroup(number, "", (number,), two_way=False)
    if group.callers and front.number not in group.callers:
        setting_up.fail(refused(403, "pbx"))
        return
    paging = Paging(call, front, group, spoken_with_us(setting_up.lines))
    if not (paging.reached or group.multicast):
        setting_up.fail(refused(480, "pbx"))
        return
    setting_up.taken()
    paging.start()


def wait_in_queue(setting_up: SettingUp, place: Place) -> None:
    """Let the front wait for an agent."""
    setting_up.context.queues.enter(setting_up, place.value)


def ring_members(setting_up: SettingUp, place: Place) -> None:
    """Ring at a group whose prompt the front has heard."""
    group = setting_up.context.directory.plan.ring_groups.get(place.value)
    if group is None:
        setting_up.fail(refused(404, "pbx"))
    else:
        group_ringing.ring_members(setting_up, group)


def nothing_there(setting_up: SettingUp, _place: Place) -> None:
    """There is nothing of that kind."""
    setting_up.fail(refused(480, "pbx"))


_SPECIAL: dict[str, Callable[[SettingUp, Place], None]] = {
    "callback": call_back,
    "priority": go_urgently,
    BRIDGE: bridge,
    PRIVATE_HOLD: hold_back,
    "page": page,
    "parking_lot": tell_slot,
    "queue": wait_in_queue,
    "ring_group_members": ring_members,
    **dict.fromkeys(MODES, supervise),
}


_RINGING: Final = ("priority", "ring_group_members")
"""Those of them where phones ring, so that the front need not be there yet."""


def go_there(setting_up: SettingUp, place: Place) -> None:
    """Let the front be where it wanted to be."""
    if not (setting_up.front.can_be_served or place.kind in _RINGING):
        nothing_there(setting_up, place)
        return
    _SPECIAL.get(place.kind, nothing_there)(setting_up, place)
