"""The calls of shared lines as their places see them: which index each has, and its state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pbxcore.calls.lines import party_of
from pbxcore.presence.packages.call_info import SEIZED_S, Appearance, appearance_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.calls.context import CallContext
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.party import Origin
    from pbxcore.directory import Extension
    from pbxcore.sip.transactions.deadlines import Planned

MOST: Final = 32
"""Appearances of one line: no phone has keys for more."""


class Seizure(NamedTuple):
    """A place dials, and has an appearance for itself meanwhile."""

    location: str
    appearance: int
    until: float


class Appearances:
    """Which call has which appearance, for every line.

    An appearance is one call, or two that are joined at different places of the line.
    """

    planned: Planned | None = None

    def __init__(self, context: CallContext) -> None:
        self._context = context
        self._indexes: dict[str, dict[str, int]] = {}
        self._seized: dict[str, list[Seizure]] = {}
        self.deadline: float | None = None
        self.changed: Callable[[str], None] = lambda line: None
        """Told the line whose appearances are others now."""
        self.released: Callable[[str, str], None] = lambda line, location: None
        """Told when a place has no appearance for itself any more."""

    def __len__(self) -> int:
        """How many places dial."""
        return sum(map(len, self._seized.values()))

    def of(self, line: str) -> tuple[Appearance, ...]:
        """Those in use, by their indexes."""
        found = [
            _appearance(index, self.legs_at(line, index)) for index in self._follow(line).values()
        ]
        found += [Appearance(each.appearance, "seized") for each in self._seized.get(line, ())]
        return tuple(sorted(found, key=lambda each: each.index))

    def legs_at(self, line: str, index: int) -> Sequence[Leg]:
        """The legs of the line in the call that has an appearance."""
        indexes = self._follow(line)
        return [each for each in self._context.lines.of(line) if indexes[_call_of(each)] == index]

    def seize(self, line: str, location: str, index: int) -> int:
        """Let a place have an appearance, 0: any; which one it has, 0: it is not free."""
        mine = self._held(line, location)
        own = 0 if mine is None else mine.appearance
        index = index or own or self._free(line)
        if not 0 < index <= MOST or index in self._used(line) - {own}:
            return 0  # what the place has stays its own: its subscription lives on
        self.let_go(line, location)
        until = self._context.now() + SEIZED_S
        self._seized.setdefault(line, []).append(Seizure(location, index, until))
        self._watch()
        self.changed(line)
        return index

    def release(self, line: str, location: str) -> int:
        """A place has none for itself any more, and is told; which one it had."""
        index = self.let_go(line, location)
        if index:
            self.released(line, location)
        return index

    def let_go(self, line: str, location: str) -> int:
        """A place wants none for itself any more; which one it had."""
        mine = self._held(line, location)
        if mine is None:
            return 0
        held = self._seized[line]
        held.remove(mine)
        if not held:
            del self._seized[line]
        self._watch()
        self.changed(line)
        return mine.appearance

    def begin(self, origin: Origin, call: str, index: int) -> None:
        """A place calls, on the appearance it names if that is free, or on the one it seized."""
        line = origin.number
        index = self.release(line, origin.location) or index
        if not index:
            return
        indexes = self._follow(line)
        if index <= MOST and index not in self._used(line):
            self._indexes.setdefault(line, indexes)[call] = index

    def line_of(self, extension: Extension, call: str) -> tuple[bytes, ...]:
        """The header line that tells a phone of a line which appearance rings."""
        owner = self._context.directory.owner(extension)
        if owner.shared is None:
            return ()
        indexes = self._follow(owner.number)
        index = indexes.setdefault(call, self._free(owner.number))
        return (appearance_line(self._context.domain, Appearance(index, "alerting")),)

    def tick(self, now: float) -> None:
        """Places that have not called in time have their appearances no more."""
        self.deadline = None
        for line, seized in list(self._seized.items()):
            for each in [each for each in seized if each.until <= now]:
                self.release(line, each.location)
        self._watch()

    def _follow(self, line: str) -> dict[str, int]:
        """The indexes of the calls that the line has now."""
        calls = dict.fromkeys(map(_call_of, self._context.lines.of(line)))
        held = self._indexes.pop(line, {})
        indexes = {call: index for call, index in held.items() if call in calls}
        if calls:
            self._indexes[line] = indexes
        for call in calls:
            indexes.setdefault(call, self._free(line))
        return indexes

    def _held(self, line: str, location: str) -> Seizure | None:
        """What a place has for itself."""
        seized = self._seized.get(line, ())
        return next((each for each in seized if each.location == location), None)

    def _used(self, line: str) -> set[int]:
        calls, seized = self._indexes.get(line, {}), self._seized.get(line, ())
        return {*calls.values(), *(each.appearance for each in seized)}

    def _free(self, line: str) -> int:
        used = self._used(line)
        return next(index for index in range(1, len(used) + 2) if index not in used)

    def _watch(self) -> None:
        layer = self._context.agent.core.layer
        layer.unwatch(self)
        moments = [each.until for seized in self._seized.values() for each in seized]
        self.deadline = min(moments, default=None)
        if moments:
            layer.watch(self)


def _call_of(leg: Leg) -> str:
    """The call whose appearance a leg belongs to: one that came into a talk belongs to that."""
    joined = leg.supervises
    return joined.call.id if joined is not None and joined.number == leg.number else leg.call.id


def _appearance(index: int, legs: Sequence[Leg]) -> Appearance:
    first = legs[0]
    other = first.call.opposite(first)
    peer = party_of(other).identity if other is not None else ""
    return Appearance(index, _state(legs), peer)


def _state(legs: Sequence[Leg]) -> str:
    talking = [each for each in legs if each.answered]
    if not talking:
        return "progressing" if any(each.calls for each in legs) else "alerting"
    held = all(each.held for each in talking)
    if len(talking) > 1:
        return "bridge-held" if held else "bridge-active"
    if not held:
        return "active"
    return "held-private" if talking[0].held_privately else "held"
