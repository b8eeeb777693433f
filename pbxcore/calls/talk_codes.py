"""What an extension asks for by keys while it talks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from pbxcore.calls.asking_first import ask_first, end_side
from pbxcore.calls.consenting import YES
from pbxcore.calls.dialling_on import DiallingOn
from pbxcore.calls.handing_over import FLIP, flip, hand_over
from pbxcore.calls.party import Farewell
from pbxcore.sip import causes

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.leg import Leg


_DISCONNECTED: Final = Farewell("pbx", 0, causes.NORMAL, "hung_up")


def code_pressed(leg: Leg, key: str) -> tuple[str, Callable[[], object]]:
    """Take one key: the code that it completes, "" for none, and what that does."""
    call, context = leg.call, leg.call.context
    known = context.directory.plan.codes
    codes: dict[str, Callable[[], object]] = {}
    if leg.asking is not None:
        codes = leg.asking.codes()
    elif leg.number:
        features: dict[str, Callable[[], object]] = {
            "park": partial(context.parking.park_partner, leg),
            "record": partial(call.recording.switch, leg),
            "disconnect": partial(end_side, leg, _DISCONNECTED),
            "blind_transfer": partial(_dial_on, leg, partial(_hand_on, leg)),
            "attended_transfer": partial(_dial_on, leg, partial(ask_first, leg)),
            "seamless_transfer": partial(_dial_on, leg, partial(hand_over, leg)),
        }
        codes = {
            getattr(known, name): act
            for name, act in features.items()
            if known.may_press(name, calls=leg.calls)
            and (name != "record" or leg.switches_recording)
        }
        codes[known.features.get(FLIP, "")] = partial(flip, leg)
    if leg.redial is not None:
        codes[leg.redial.code] = partial(leg.redial.press, leg)
    if leg.consenting is not None:
        codes[YES] = partial(leg.consenting.close, agreed=True)
    pressed = leg.keypad.press(key, context.now(), codes, known.between_s)
    return pressed, codes[pressed] if pressed else lambda: None


def _dial_on(leg: Leg, then: Callable[[str], object]) -> None:
    leg.dialling_on = DiallingOn(leg, then)


def _hand_on(leg: Leg, number: str) -> None:
    call, partner = leg.call, leg.call.partner(leg)
    if partner is not None and call.setting_up is None:
        call.transferring.blind(leg, partner, number)
