"""Who rings next, in a group or for one who is looked for. `SettingUp` does what is to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from pbxcore.calls.reaching import phones_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.calls.context import CallContext
    from pbxcore.calls.reaching import Reached
    from pbxcore.dialplan.place import Place
    from pbxcore.dialplan.plan import RingGroup
    from pbxcore.features.model import FollowMe, Stop

AS_LONG_AS_IT_LIKES_S: Final = 3600.0


class Round(NamedTuple):
    """Who rings together: phones of ours, and numbers outside."""

    phones: Sequence[Reached]
    outside: Sequence[str]
    rings_s: float


class Rounds(Protocol):
    """Who rings in turn.

    Attributes:
        number: whose doing it is that it rings.
        action: why, as records tell it.
        otherwise: where the call goes that nobody takes; None: to the mailbox of `number`.
        recorded: whether talks that come of it are recorded.
        music: the class of the music that callers hear meanwhile; "": none.
    """

    number: str
    action: str
    otherwise: Place | None
    recorded: bool
    music: str

    def next(self) -> Round | None:
        """The next round in which there is anybody; None when all had their turn."""


def free_phones(
    context: CallContext, number: str, caller: str = "", *, skips_busy: bool = False
) -> list[Reached]:
    """The phones of an extension that rings with others: none where it wants or can take no call.

    `skips_busy`: nor where it is on the phone. It is not called by itself.
    """
    extension = context.directory.extension(number)
    if extension is None or number == caller or context.handling.undisturbed(number, caller):
        return []
    lines = context.lines
    if lines.is_busy(extension, caller) or (skips_busy and lines.calls_of(number)):
        return []
    return phones_of(context, extension)


def phones_at(context: CallContext, number: str) -> tuple[list[Reached], tuple[str, ...]]:
    """Where a number rings, whatever an extension of that number wants otherwise."""
    if not number:
        return [], ()
    extension = context.directory.extension(number)
    if extension is None:
        return [], (number,)
    return phones_of(context, extension), ()


class Hunt:
    """The rounds of one group for one call.

    Args:
        context: knows who is there.
        group: who is to ring.
        caller: an extension that calls the group does not ring itself.
    """

    action = "ring_group"

    def __init__(self, context: CallContext, group: RingGroup, caller: str) -> None:
        self.number, self.recorded, self.music = group.number, group.recorded, group.music
        self.otherwise: Place | None = group.otherwise
        self.group = group
        self._context = context
        self._caller = caller
        self._rounds = list(group.rounds())
        self._named = {each for members in self._rounds for each in members}

    def next(self) -> Round | None:
        """The next round in which there is anybody; None when all had their turn."""
        while self._rounds:
            found = [phone for each in self._rounds.pop(0) for phone in self._reached(each)]
            if found:
                return Round(found, (), self.group.ring_s or AS_LONG_AS_IT_LIKES_S)
        return None

    def sent_on(self, targets: Sequence[str]) -> Round | None:
        """Who rings in place of a phone that names these, the best first.

        Nobody rings twice: members do in their turn.
        """
        new = [each for each in targets if each not in self._named]
        if not (self.group.follows_phones and new):
            return None
        target = new[0]
        self._named.add(target)
        if self._context.directory.extension(target) is None:
            return Round((), (target,), self.group.ring_s)
        return Round(self._reached(target), (), self.group.ring_s)

    def _reached(self, number: str) -> list[Reached]:
        skips_busy = self.group.skips_busy
        return free_phones(self._context, number, self._caller, skips_busy=skips_busy)


class Search:
    """The rounds of looking for one extension, where it is not (follow me).

    Args:
        context: knows who is there.
        number: who is looked for.
        follow_me: where.
        caller: who looks is not called.
    """

    action = "follow_me"
    recorded = False

    def __init__(self, context: CallContext, number: str, follow_me: FollowMe, caller: str) -> None:
        self.number, self.music = number, follow_me.music
        self.otherwise = follow_me.otherwise
        self.confirms = follow_me.confirms
        self._context = context
        stops = [each for each in follow_me.stops if each.number not in (number, caller)]
        self._rounds: list[list[Stop]] = (
            [[each] for each in stops] if follow_me.in_order else [stops]
        )

    def next(self) -> Round | None:
        """The next round in which there is anybody; None when all had their turn."""
        while self._rounds:
            stops = self._rounds.pop(0)
            found: list[Reached] = []
            outside: list[str] = []
            for each in stops:
                inside, beyond = phones_at(self._context, each.number)
                found += inside
                outside += beyond
            if found or outside:
                return Round(found, outside, max(each.ring_s for each in stops))
        return None
