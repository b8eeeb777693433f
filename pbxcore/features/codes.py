"""Feature codes: what is dialled to have something done, and which feature a number means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Code(NamedTuple):
    """A feature's usual code; with `argument` it may be followed by a number."""

    usual: str
    argument: bool = False


CODES: Final = {
    "dnd_on": Code("*77"),
    "dnd_off": Code("*78"),
    "forward_on": Code("*72", argument=True),
    "forward_off": Code("*73"),
    "forward_busy_on": Code("*90", argument=True),
    "forward_busy_off": Code("*91"),
    "forward_no_answer_on": Code("*92", argument=True),
    "forward_no_answer_off": Code("*93"),
    "remote_forward_on": Code("*161", argument=True),
    "remote_forward_off": Code("*162", argument=True),
    "remote_forward_busy_on": Code("*163", argument=True),
    "remote_forward_busy_off": Code("*164", argument=True),
    "remote_forward_no_answer_on": Code("*165", argument=True),
    "remote_forward_no_answer_off": Code("*166", argument=True),
    "remote_dnd_on": Code("*167", argument=True),
    "remote_dnd_off": Code("*168", argument=True),
    "presence": Code("*48", argument=True),
    "blacklist_add": Code("*40", argument=True),
    "blacklist_remove": Code("*41", argument=True),
    "blacklist_last": Code("*401"),
    "priority": Code("*00", argument=True),
    "inbound_mode": Code("*61", argument=True),
    "inbound_mode_default": Code("*62", argument=True),
    "completion": Code("*11"),
    "completion_cancel": Code("*12"),
    "call_flip": Code("*46"),
    "take_over": Code("*45", argument=True),
    "desk_login": Code("", argument=True),
    "desk_logout": Code(""),
    "line_private_hold": Code("*94"),
    "line_retrieve": Code("*95"),
    "line_bridge": Code("*96"),
    "queue_break": Code("*83", argument=True),
    "queue_break_over": Code("*84", argument=True),
}
PLACES: Final = {
    "priority": "priority",
    "call_flip": "flip",
    "take_over": "take_over",
    "line_private_hold": "private_hold",
    "line_retrieve": "retrieve",
    "line_bridge": "bridge",
}
"""The features that go to somebody, and the kinds of places where he is; others are done."""
USUAL: Final = {name: code.usual for name, code in CODES.items()}


class Dialled(NamedTuple):
    """A feature, and the number that came after its code."""

    feature: str
    argument: str = ""


def feature_of(codes: Mapping[str, str], dialled: str) -> Dialled | None:
    """Which feature a number means: the longest code that fits.

    A code is followed by nothing, unless its feature takes a number: `*401` is one code, `*4015` is
    `*40` and a number.
    """
    found = [
        Dialled(name, dialled.removeprefix(code))
        for name, code in codes.items()
        if code and name in CODES and dialled.startswith(code)
    ]
    fitting = [each for each in found if not each.argument or CODES[each.feature].argument]
    return min(fitting, key=lambda each: len(each.argument), default=None)
