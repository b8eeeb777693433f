"""A ring group's way: who rings next. It decides; `SettingUp` does what is to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.presence.reach import phones

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.calls.surroundings import Surroundings
    from pbxcore.dialplan.plan import RingGroup
    from pbxcore.directory import Extension
    from pbxcore.presence.bindings import StoredBinding

    Reached = tuple[Extension, Sequence[StoredBinding]]

AS_LONG_AS_IT_LIKES_S: Final = 3600.0


class Hunt:
    """The rounds of one group for one call.

    Args:
        house: knows who is there.
        group: who is to ring.
        caller: an extension that calls the group does not ring itself.
    """

    def __init__(self, house: Surroundings, group: RingGroup, caller: str) -> None:
        self.group = group
        self._house = house
        self._caller = caller
        self._rounds = list(group.rounds())

    @property
    def rings_s(self) -> float:
        """How long a round lasts."""
        return self.group.ring_s or AS_LONG_AS_IT_LIKES_S

    def next(self) -> list[Reached]:
        """The phones of the next round in which there are any; none when all had their turn."""
        while self._rounds:
            found = [phone for each in self._rounds.pop(0) for phone in self._reached(each)]
            if found:
                return found
        return []

    def _reached(self, number: str) -> list[Reached]:
        house = self._house
        extension = house.directory.extension(number)
        if extension is None or number == self._caller:
            return []
        if house.handling.undisturbed(number, self._caller):
            return []
        lines = house.lines
        if lines.is_busy(extension, self._caller):
            return []
        if self.group.skips_busy and lines.calls_of(number):
            return []
        return [(extension, flows) for flows in phones(house.bindings(number))]
