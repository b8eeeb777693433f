"""Who is on the phone: the legs of each extension, for lamps, busy lines and limits."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.presence.packages.dialog_info import DialogInfo, Party

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pbxcore.calls.leg import Leg
    from pbxcore.directory import Extension, Trunk

_NOBODY: Final = "sip:anonymous@anonymous.invalid"


class Lines:
    """The legs of extensions that are not over."""

    def __init__(self) -> None:
        self._legs: dict[str, dict[str, Leg]] = {}
        self._on_trunks: dict[str, dict[str, Leg]] = {}
        self._for_groups: dict[str, dict[str, Leg]] = {}
        self._put_off: dict[str, None] | None = None
        self.changed: Callable[[str], None] = lambda number: None
        """Told the number of an extension whose legs are others now, or do something else."""
        self.place_changed: Callable[[str], None] = lambda number: None
        """Told the number of a room, a queue or a group in which something is different now."""
        self.trunk_changed: Callable[[str], None] = lambda trunk: None
        """Told the id of a trunk by which other calls go now, or go differently."""
        self.counted: Callable[[str, int], None] = lambda trunk, calls: None
        """Told the id of a trunk, and how many calls go by it now, when there are more or less."""
        self.freed: Callable[[str], None] = lambda number: None
        """Told the number of an extension whose last call is over."""
        self.registered: Callable[[str], bool] = lambda trunk: True
        """Knows whether the provider of a trunk has taken our registration."""
        self.others: Callable[[str], tuple[DialogInfo, ...]] = lambda number: ()
        """Knows what a number does that is no extension's."""

    def add(self, leg: Leg) -> None:
        """A leg began."""
        if leg.trunk:
            on_trunk = self._on_trunks.setdefault(leg.trunk, {})
            on_trunk[leg.id] = leg
            self.counted(leg.trunk, len(on_trunk))
            self.trunk_changed(leg.trunk)
        if leg.group:
            self._for_groups.setdefault(leg.group, {})[leg.id] = leg
            self._group_changed(leg.group)
        if leg.number:
            self._legs.setdefault(leg.number, {})[leg.id] = leg
            self.changed(leg.number)

    def drop(self, leg: Leg) -> None:
        """A leg is over."""
        on_trunk = self._on_trunks.get(leg.trunk, {})
        if on_trunk.pop(leg.id, None) is not None:
            self.counted(leg.trunk, len(on_trunk))
            self.trunk_changed(leg.trunk)
        for_group = self._for_groups.get(leg.group, {})
        if for_group.pop(leg.id, None) is not None:
            if not for_group:
                del self._for_groups[leg.group]
            self._group_changed(leg.group)
        of_number = self._legs.get(leg.number, {})
        if of_number.pop(leg.id, None) is not None:
            if not of_number:
                del self._legs[leg.number]
                self.freed(leg.number)
            self.changed(leg.number)

    def moved(self, leg: Leg) -> None:
        """A leg rings or was answered."""
        if leg.trunk:
            self.trunk_changed(leg.trunk)
        if leg.number:
            self.changed(leg.number)
        if leg.group:
            self._group_changed(leg.group)

    def of(self, number: str) -> Sequence[Leg]:
        """The legs of an extension."""
        return tuple(self._legs.get(number, {}).values())

    def calls_of(self, number: str) -> int:
        """How many calls an extension has: several phones that ring for one are one."""
        return len({each.call.id for each in self._legs.get(number, {}).values()})

    def is_busy(self, extension: Extension, caller: str) -> bool:
        """Whether an extension takes no more calls; one that calls itself is not busy by that."""
        if extension.call_waiting and not extension.most_calls:
            return False
        calls = self.calls_of(extension.number) - (caller == extension.number)
        return calls >= (1 if not extension.call_waiting else extension.most_calls)

    def has_room(self, trunk: Trunk) -> bool:
        """Whether one more call may go out by a trunk."""
        if trunk.registers and not trunk.unregistered_out and not self.registered(trunk.id):
            return False
        return not trunk.most_out or len(self._out_by(trunk.id)) < trunk.most_out

    def takes_more(self, trunk: Trunk) -> bool:
        """Whether no more calls have come in by a trunk than may."""
        legs = self._on_trunks.get(trunk.id, {}).values()
        return not trunk.most_in or sum(each.calls for each in legs) <= trunk.most_in

    def least_urgent(self, trunk: str, than: int) -> Leg | None:
        """The call out by a trunk that is the first to make way; the younger of equal ones."""
        legs = [each for each in self._out_by(trunk) if each.urgency > than]
        return max(reversed(legs), key=lambda each: each.urgency, default=None)

    def _out_by(self, trunk: str) -> list[Leg]:
        return [each for each in self._on_trunks.get(trunk, {}).values() if not each.calls]

    def dialogs(self, number: str) -> tuple[DialogInfo, ...]:
        """What an extension's calls are doing, as lamps show it (RFC 4235)."""
        return tuple(map(_dialog, self.of(number))) or self.others(number)

    def by_trunk(self, trunk: str) -> tuple[DialogInfo, ...]:
        """What the calls by a trunk do. Nobody may take them by what its lamp tells."""
        return tuple(
            DialogInfo(each.id, _state(each), "recipient" if each.calls else "initiator")
            for each in self._on_trunks.get(trunk, {}).values()
        )

    def ringing_for(self, group: str) -> tuple[DialogInfo, ...]:
        """Calls of a ring group that nobody has answered yet, each at a phone where it rings.

        It is one dialog at whatever phone it rings: a lamp is lit as long as the call waits.
        """
        legs = self._for_groups.get(group, {}).values()
        shown = {each.call.id: _dialog(each) for each in legs if not each.answered}
        return tuple(
            msgspec.structs.replace(each, id=call, state="early") for call, each in shown.items()
        )

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Places are told afterwards what became of all that changes meanwhile.

        Between one phone and the next the call of a group rings nowhere: that is nobody's business.
        """
        if self._put_off is not None:
            yield
            return
        self._put_off = put_off = dict[str, None]()
        try:
            yield
        finally:
            self._put_off = None
            for number in put_off:
                self.place_changed(number)

    def _group_changed(self, number: str) -> None:
        if self._put_off is None:
            self.place_changed(number)
        else:
            self._put_off[number] = None


def _dialog(leg: Leg) -> DialogInfo:
    other = leg.call.opposite(leg)
    sip = leg.sip or leg.early_dialog
    dialog = None if sip is None else sip.dialog
    return DialogInfo(
        leg.id,
        _state(leg),
        "initiator" if leg.calls else "recipient",
        "" if dialog is None else _text(dialog.call_id),
        # As the extension's phone knows it: its own tag is the local one (RFC 4235 §4.1.2).
        "" if dialog is None else _text(dialog.remote_tag),
        "" if dialog is None else _text(dialog.local_tag),
        msgspec.structs.replace(party_of(leg), holds=leg.held),
        _party_dialled(leg) if other is None else party_of(other),
    )


def _state(leg: Leg) -> str:
    """How far its dialog is (RFC 4235 §3.7.1)."""
    if leg.answered:
        return "confirmed"
    if leg.ringing:
        return "early"
    return "proceeding" if leg.heard else "trying"


def party_of(leg: Leg) -> Party:
    """Who is at the end of a leg, as far as others may know, and where to ask for him.

    That is his address here: what his phone says in Contact is nobody's business.
    """
    uri = _text(leg.identity.uri)
    if leg.identity.private or not uri:
        return Party(_NOBODY)
    return Party(uri, _text(leg.identity.display_name), uri)


def _party_dialled(leg: Leg) -> Party:
    """Whom a leg is for that nobody else is there for yet, or a service of ours."""
    uri = _text(leg.call.context.address_of(leg.call.dialled, leg.flow))
    return Party(uri, target=uri)


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")
