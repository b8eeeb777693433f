"""A hotel room's mini bar is filled up: by phone, from that room."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from pbxcore.apps.asking import PIN_TRIES, ask, is_pin
from pbxcore.apps.sounds import Digits, Prompt
from pbxcore.apps.steps import Say, Tell
from pbxcore.journal import MiniBarFilled
from pbxcore.media.commands import File

if TYPE_CHECKING:
    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.sounds import Sound
    from pbxcore.apps.steps import Part, Script
    from pbxcore.apps.visit import Visit

_LONGEST: Final = 16
_MOST: Final = 2
"""Digits of how many were taken."""
_PATIENCE_S: Final = 10.0


class MiniBar(msgspec.Struct, frozen=True, tag="mini_bar"):
    """Takes, from an extension that is in a room, what was taken from the mini bar there.

    `rooms` by extension; the maids' passwords and the names of the goods by their codes. With
    `skips_password` no maid is asked for hers. `path` is a sound that is heard first, with `lists`
    the codes of all goods after it.
    """

    kind: ClassVar[str] = "mini_bar"

    rooms: dict[str, str]
    maids: dict[str, str] = {}
    goods: dict[str, str] = {}
    skips_password: bool = False
    path: str = ""
    lists: bool = False

    def script(self, visit: Visit, facilities: Facilities) -> Script:
        """Ask who it is, and then for one article after the other until there is none."""
        room = self.rooms.get(visit.number, "")
        if not room:
            yield Say((Prompt("not-possible"),), barge=False)
            return
        maid = yield from self._maid(visit, facilities)
        wrong = 0
        while maid and wrong < PIN_TRIES:
            code = yield from ask(Prompt("mini-bar-goods"), most=_LONGEST, first_s=_PATIENCE_S)
            if not code:
                break
            keys = ""
            if code in self.goods:
                keys = yield from ask(Prompt("mini-bar-count"), most=_MOST, first_s=_PATIENCE_S)
            if keys.isdecimal() and int(keys):
                yield Tell(MiniBarFilled(visit.number, room, maid, code, int(keys)))
                yield Say((Prompt("mini-bar-noted"),))
                wrong = 0
            else:
                yield Say((Prompt("invalid"),))
                wrong += 1
        yield Say((Prompt("goodbye"),), barge=False)

    def _welcome(self) -> tuple[Sound, ...]:
        first: tuple[Sound, ...] = (File(self.path),) if self.path else ()
        return first + (tuple(Digits(each) for each in self.goods) if self.lists else ())

    def _maid(self, visit: Visit, facilities: Facilities) -> Part[str]:
        """The code of a maid who knows her password; "" for anybody else.

        From where it was guessed too often nobody is asked.
        """
        place = self.kind, visit.number
        if facilities.tries.shut(*place):
            yield Say((Prompt("too-many-tries"),), barge=False)
            return ""
        first = self._welcome()
        for _ in range(PIN_TRIES):
            sounds, first = (*first, Prompt("mini-bar-maid")), ()
            code = yield from ask(*sounds, most=_LONGEST, first_s=_PATIENCE_S)
            password = self.maids.get(code)
            entered = ""
            if password and not self.skips_password:
                entered = yield from ask(Prompt("enter-pin"), most=_LONGEST, first_s=_PATIENCE_S)
            if password is not None and (self.skips_password or is_pin(entered, password)):
                return code
            facilities.tries.failed(*place)
            yield Say((Prompt("wrong-pin"),), barge=False)
        return ""
