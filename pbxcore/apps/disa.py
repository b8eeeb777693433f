"""Direct inward system access (DISA): a dial tone for those who call in."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from pbxcore.apps.asking import admitted
from pbxcore.apps.sounds import Prompt
from pbxcore.apps.steps import Connect, Gather, HangUp, Say
from pbxcore.apps.telling import told_why
from pbxcore.dialplan.place import Place
from pbxcore.media.tones import plan_for

if TYPE_CHECKING:
    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.steps import Part, Script
    from pbxcore.apps.visit import Visit

LONGEST_NUMBER: Final = 32
MOST_SILENCES: Final = 3
_CALL_REJECTED: Final = 21
"""Q.850's cause."""


class Disa(msgspec.Struct, frozen=True, tag="disa"):
    """The password, when there is one, opens the way as far as `level`.

    The first digit may take `response_timeout_s`, each after it `digit_timeout_s`. With
    `shows_name` those who are called see `name` in place of the caller's. While he talks, the
    caller may press `hangs_up_with` to end that call and dial again; "": nothing.
    """

    kind: ClassVar[str] = "disa"

    name: str
    password: str = ""
    level: str = "internal"
    response_timeout_s: float = 10.0
    digit_timeout_s: float = 5.0
    shows_name: bool = False
    hangs_up_with: str = ""

    def script(self, visit: Visit, facilities: Facilities) -> Script:
        """Ask for the password, then dial for the caller until somebody answers."""
        if self.password and not (yield from self._admitted(visit, facilities)):
            yield HangUp("wrong_pin", _CALL_REJECTED)
            return
        silences = 0
        opened = msgspec.structs.replace(self, password="")
        while silences < MOST_SILENCES:
            number = yield from self._dialled(facilities)
            if not number:
                silences += 1
                continue
            silences = 0
            name = self.name if self.shows_name else ""
            to = Place("external", number)
            code = self.hangs_up_with
            status: int = yield Connect(to, name, level=self.level, code=code, again=opened)
            yield from told_why(status)
        yield Say((Prompt("goodbye"),), barge=False)

    def _admitted(self, visit: Visit, facilities: Facilities) -> Part[bool]:
        """Whether the caller knows the password; who has guessed too often is not asked."""
        place = self.name, visit.shown
        if facilities.tries.shut(*place):
            yield Say((Prompt("too-many-tries"), Prompt("goodbye")), barge=False)
            return False
        failed = partial(facilities.tries.failed, *place)
        known: bool = yield from admitted(self.password, failed=failed)
        return known

    def _dialled(self, facilities: Facilities) -> Part[str]:
        tone = plan_for(facilities.directory.settings.tone_country).dial
        round_s = sum(length for _, length in tone.cadences) or 1.0
        rounds = max(1, math.ceil(self.response_timeout_s / round_s))
        key: str = yield Say((tone,), times=rounds)
        if not key or key == "#":
            return ""
        number: str = yield Gather(LONGEST_NUMBER, between_s=self.digit_timeout_s, typed=key)
        return number
