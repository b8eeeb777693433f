"""Announcement center: a code and a group's code play a sound at the phones of the group."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec

from pbxcore.apps.announcing import Announced
from pbxcore.apps.asking import ask
from pbxcore.apps.sounds import BEEP, Prompt
from pbxcore.apps.steps import Say, Tell
from pbxcore.journal import AnnouncementPlayed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.steps import Script
    from pbxcore.apps.visit import Visit

LONGEST_CODES = 16


class Recorded(msgspec.Struct, frozen=True):
    """What may be played: with `tells` the announcer's number is said before it."""

    code: str
    path: str
    tells: bool = False


class Audience(msgspec.Struct, frozen=True):
    """To whom."""

    code: str
    members: tuple[str, ...]


class AnnouncementCenter(msgspec.Struct, frozen=True, tag="announcement_center"):
    """Dialled with both codes after its own, or with them when it asks."""

    kind: ClassVar[str] = "announcement_center"

    code: str
    messages: tuple[Recorded, ...] = ()
    audiences: tuple[Audience, ...] = ()

    def takes(self, number: str) -> bool:
        """Whether a number is its code, with the keys of others after it or not."""
        return number.startswith(self.code)

    def script(self, visit: Visit, facilities: Facilities) -> Script:
        """Let the phones of a group ring, and play it to whoever answers."""
        keys = visit.service.removeprefix(self.code)
        if not keys:
            keys = yield from ask(BEEP, most=LONGEST_CODES, first_s=10.0)
        for message, audience in self._meant(keys):
            said = Announced(message.path, visit.number if message.tells else "")
            others = [each for each in audience.members if each != visit.number]
            for each in others:
                facilities.announce(each, said, visit.number)
            yield Tell(AnnouncementPlayed(message.code, audience.code, visit.number, len(others)))
            yield Say((Prompt("activated"), Prompt("goodbye")), barge=False)
            return
        yield Say((Prompt("invalid"), Prompt("goodbye")), barge=False)

    def _meant(self, keys: str) -> Iterator[tuple[Recorded, Audience]]:
        """What the keys name: both codes in a row, or with a star between them."""
        for message in self.messages:
            for audience in self.audiences:
                if keys in (message.code + audience.code, f"{message.code}*{audience.code}"):
                    yield message, audience
