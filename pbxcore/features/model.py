"""What an extension wants of its calls, as values."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from pbxcore.dialplan.place import Place
from pbxcore.dialplan.window import Window

Case = Literal["always", "busy", "no_answer"]
Diversion = Literal["", "forward", "follow_me"]
"""How an extension comes to call somebody outside for another; "": it calls by itself."""
CASES: Final[tuple[Case, ...]] = ("always", "busy", "no_answer")
AVAILABLE: Final = "available"
PRESENCES: Final = (AVAILABLE, "away", "chat", "userdef", "unavailable")
"""The states in which somebody may be, each with forwarding of its own."""


class Forwarding(msgspec.Struct, frozen=True):
    """Where calls go in one case: `kind` and `target` as of a `Place`.

    `rings` counts before "no answer", 0 for the usual time. It holds within `window` alone.
    """

    active: bool = False
    target: str = ""
    rings: int = 0
    kind: str = "external"
    window: Window = Window()

    @property
    def place(self) -> Place:
        """Where that is."""
        return Place(self.kind, self.target)


class Forwards(msgspec.Struct, frozen=True):
    """The forwarding of one presence state."""

    always: Forwarding = Forwarding()
    busy: Forwarding = Forwarding()
    no_answer: Forwarding = Forwarding()


class Features(msgspec.Struct, frozen=True):
    """What an extension's user sets: by a phone's keys, by a code, in Wave.

    `forwards` are those of each presence state for which something is set; what `presence` says
    holds. Each change by a phone makes `revision` one more.
    """

    undisturbed: bool = False
    presence: str = AVAILABLE
    forwards: dict[str, Forwards] = {}
    revision: int = 0

    @property
    def present(self) -> Forwards:
        """The forwarding of the present state."""
        return self.forwards.get(self.presence, Forwards())

    def forwarding(self, case: Case) -> Forwarding:
        """That of one case, in the present state."""
        found: Forwarding = getattr(self.present, case)
        return found

    def forwarded(self, case: Case, to: Forwarding) -> Features:
        """The same with another forwarding in one case of the present state."""
        changed = msgspec.structs.replace(self.present, **{case: to})
        forwards = {**self.forwards, self.presence: changed}
        return msgspec.structs.replace(self, forwards=forwards)


NONE_SET: Final = Features()


class Stop(msgspec.Struct, frozen=True):
    """A number of `FollowMe`, inside or outside, and how long it rings there."""

    number: str
    ring_s: int = 30


class FollowMe(msgspec.Struct, frozen=True):
    """Where to look for somebody who does not answer, one number after the other or all at once.

    A call that nobody takes goes to `otherwise`. If it `confirms`, who answers takes it by a key.
    Callers hear music of the class `music` meanwhile, "": that it rings. Routes ask for no PIN on
    the way there if it `skips_pin`.
    """

    stops: tuple[Stop, ...] = ()
    in_order: bool = True
    window: Window = Window()
    otherwise: Place | None = None
    confirms: bool = False
    music: str = ""
    skips_pin: bool = False


class Handling(msgspec.Struct, frozen=True):
    """What is arranged for an extension's calls, besides what its user sets by keys and codes.

    No disturbance holds within `undisturbed_window`, and not for callers that `lets_through` names
    (numbers or patterns); those of `never_forwards` are never forwarded. `rings_too` is a number
    that rings together with the phones, within `rings_too_window`. `rings_as` is the Alert-Info of
    calls to it, `ringtone` the id of a sound that its phones fetch. Who does not reach it may be
    called back with `completes`: it waits for `awaits_most` others at once, and as many as
    `awaited_by_most` for it. The extensions `taken_over_by` may go on with its talks.
    Anybody may use the phones of an extension that `is_desk` as his own. Its phones are asked to
    answer by themselves with `answers`. Those whom it is forwarded to outside, or who ring together
    with its phones, see its DOD with `forwards_with_dod`, those with whom it is looked for with
    `followed_with_dod`.
    """

    undisturbed_window: Window = Window()
    lets_through: tuple[str, ...] = ()
    never_forwards: tuple[str, ...] = ()
    rings_too: str = ""
    rings_too_window: Window = Window()
    follow_me: FollowMe = FollowMe()
    rings_as: str = ""
    ringtone: str = ""
    completes: bool = True
    awaits_most: int = 1
    awaited_by_most: int = 2
    taken_over_by: tuple[str, ...] = ()
    is_desk: bool = False
    answers: bool = False
    forwards_with_dod: bool = False
    followed_with_dod: bool = False

    def shows_dod(self, diverted: Diversion) -> bool:
        """Whether its DOD is shown to who is called for it; always where it calls by itself."""
        if diverted == "forward":
            return self.forwards_with_dod
        return diverted == "" or self.followed_with_dod
