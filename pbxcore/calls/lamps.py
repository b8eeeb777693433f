"""What lamps show of a number that is no extension's (RFC 4235)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.presence.packages.dialog_info import DialogInfo

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.context import CallContext
    from pbxcore.directory import Trunk

_ON_DUTY: Final = (DialogInfo("duty", "confirmed"),)
_OUT_OF_ORDER: Final = (DialogInfo("out-of-order", "confirmed"),)
"""Lamps know no other way to be lit than a call; this one is with nobody."""


class Lamps:
    """Rooms, groups, queues and places where calls wait, agents on duty, and trunks.

    Attributes:
        trunk_works: knows whether the provider of a trunk is there.
    """

    def __init__(self, context: CallContext) -> None:
        self._context = context
        self.trunk_works: Callable[[str], bool] = lambda trunk: True
        context.lines.others = self.dialogs
        context.lines.trunk_changed = self.trunk_changed

    def dialogs(self, number: str) -> tuple[DialogInfo, ...]:
        """What goes on at a number: calls wait or ring, a conference is on, an agent serves."""
        context = self._context
        if context.facilities.conferences.at(number) is not None:
            return (DialogInfo(number, "confirmed", "recipient"),)
        plan = context.directory.plan
        if number in plan.ring_groups:
            return context.lines.ringing_for(number)
        if number in plan.queues:
            return context.queues.dialogs(number)
        if (seat := plan.seat(number)) is not None:
            return _ON_DUTY if context.queues.serves(seat) else ()
        if (trunk := context.directory.trunk_of_lamp(number)) is not None:
            return self._of_trunk(trunk)
        return context.parking.dialogs(number)

    def trunk_changed(self, trunk_id: str) -> None:
        """Other calls go by a trunk now, or it stands differently."""
        trunk = self._context.directory.trunks.get(trunk_id)
        if trunk is not None:
            self._context.lines.place_changed(trunk.lamp)

    def _of_trunk(self, trunk: Trunk) -> tuple[DialogInfo, ...]:
        works = trunk.enabled and self.trunk_works(trunk.id)
        return self._context.lines.by_trunk(trunk.id) if works else _OUT_OF_ORDER
