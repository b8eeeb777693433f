"""The automatic attendant (IVR): a menu of keys, and numbers that may be dialled in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec

from pbxcore.apps.sounds import Prompt
from pbxcore.apps.steps import Connect, Gather, Say, Speak
from pbxcore.apps.telling import told_why
from pbxcore.dialplan.place import HANG_UP, Place
from pbxcore.dialplan.routing import takes_any
from pbxcore.dialplan.window import Window
from pbxcore.media.commands import File

if TYPE_CHECKING:
    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.sounds import Sound
    from pbxcore.apps.steps import Part, Script
    from pbxcore.apps.visit import Visit

LONGEST_NUMBER = 32


class MenuKey(msgspec.Struct, frozen=True):
    """Where a key leads while a time condition holds."""

    key: str
    place: Place
    window: Window = Window()


class Ivr(msgspec.Struct, frozen=True, tag="ivr"):
    """A menu.

    `welcome`, `timeout_prompt` and `invalid_prompt` are sound files; none: our own words. Of
    several `keys` that are the same the first applies whose condition holds. `dials` are the kinds
    of places whose numbers may be dialled, `external` with the permission `level`. With `only` the
    numbers of `listed` alone may be reached, with `never` all but these; likewise the numbers
    outside that `listed_outside` names (numbers or patterns). A list without any says nothing. With
    `returns` whoever
    reaches nobody hears the menu again. Talks to which it leads are `recorded` or not.
    """

    kind: ClassVar[str] = "ivr"

    number: str
    name: str
    language: str = ""
    welcome: tuple[str, ...] = ()
    digit_timeout_s: float = 3.0
    response_timeout_s: float = 10.0
    timeout_prompt: str = ""
    timeout_loops: int = 3
    invalid_prompt: str = ""
    invalid_loops: int = 3
    keys: tuple[MenuKey, ...] = ()
    timeout: Place = HANG_UP
    invalid: Place = HANG_UP
    dials: tuple[str, ...] = ()
    level: str = "internal"
    listing: str = ""
    """`only`, `never` or empty."""
    listed: frozenset[str] = frozenset()
    shows_name: bool = False
    returns: bool = False
    alert_info: str = ""
    recorded: bool = False
    listed_outside: tuple[str, ...] = ()

    def script(self, _visit: Visit, facilities: Facilities) -> Script:
        """Talk to a caller until he is somewhere else."""
        return menu(self, facilities)


def menu(ivr: Ivr, facilities: Facilities) -> Script:
    """Say the menu, take keys, hand on; again, as often as it takes."""
    if ivr.language:
        yield Speak(ivr.language)
    welcome = _files(*ivr.welcome) or (Prompt("ivr-welcome"), Prompt("ivr-dial"))
    silent = wrong = 0
    while True:
        key: str = yield Say(welcome)
        keys = yield from _choice(ivr, facilities, key)
        place = _chosen(ivr, facilities, keys)
        if place is not None:
            silent = wrong = 0
        elif keys:
            wrong += 1
            yield Say(_files(ivr.invalid_prompt) or (Prompt("invalid"),))
            place = ivr.invalid if wrong > ivr.invalid_loops else None
        else:
            silent += 1
            yield Say(_files(ivr.timeout_prompt) or (Prompt("ivr-no-choice"),))
            place = ivr.timeout if silent > ivr.timeout_loops else None
        if place is not None:
            reached = yield from _hand_on(ivr, place)
            if not reached:
                return


def _hand_on(ivr: Ivr, place: Place) -> Part[bool]:
    """Connect the caller; whether he stays in the menu when that did not come about."""
    if place == HANG_UP:
        yield Say((Prompt("goodbye"),), barge=False)
        return False
    name = ivr.name if ivr.shows_name else ""
    status: int = yield Connect(place, name, ivr.alert_info, ivr.level, recorded=ivr.recorded)
    yield from told_why(status)
    return ivr.returns


def _choice(ivr: Ivr, facilities: Facilities, keys: str) -> Part[str]:
    """Take keys until they mean something and cannot mean more, or time is out."""
    wait_s = ivr.response_timeout_s
    while True:
        if not keys:
            keys = yield Gather(1, first_s=wait_s, end="")
            if not keys:
                return ""
        if len(keys) > 1 and keys.endswith("#"):
            return keys[:-1]
        if len(keys) >= LONGEST_NUMBER or not _may_go_on(ivr, facilities, keys):
            return keys
        more: str = yield Gather(1, first_s=ivr.digit_timeout_s, end="")
        if not more:
            return keys
        keys += more


def _may_go_on(ivr: Ivr, facilities: Facilities, keys: str) -> bool:
    if "external" in ivr.dials:
        return True
    return any(_may_dial(ivr, each) for each in facilities.beginning_with(keys))


def _chosen(ivr: Ivr, facilities: Facilities, keys: str) -> Place | None:
    """Where keys lead: by the menu, to a number of ours, or outside."""
    for each in ivr.keys:
        if each.key == keys and facilities.holds(each.window):
            return each.place
    place = facilities.means(keys)
    if place is not None:
        return place if _may_dial(ivr, place) else None
    if "external" in ivr.dials and len(keys) > 1 and _may_dial_outside(ivr, keys):
        return Place("external", keys)
    return None


def _may_dial(ivr: Ivr, place: Place) -> bool:
    if place.kind not in ivr.dials:
        return False
    if not (ivr.listing and ivr.listed):
        return True
    return (place.value in ivr.listed) == (ivr.listing == "only")


def _may_dial_outside(ivr: Ivr, number: str) -> bool:
    if not (ivr.listing and ivr.listed_outside):
        return True
    return takes_any(ivr.listed_outside, number) == (ivr.listing == "only")


def _files(*paths: str) -> tuple[Sound, ...]:
    return tuple(File(each) for each in paths if each)
