"""The steps of a script, and what comes of each.

A script is a generator: it yields steps, is sent the outcome of each, and composes with
`yield from`. It knows no time and no media. When it returns, the PBX hangs up; when the caller has
hung up it gets `GeneratorExit`, and may tidy up in `finally`, without yielding.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from pbxcore.apps.sounds import Sound
from pbxcore.dialplan.place import Place
from pbxcore.faxes.arrival import FaxArrival
from pbxcore.faxes.rules import FaxTerms
from pbxcore.journal import Fact


class Say(msgspec.Struct, frozen=True):
    """Say these, one after the other, `times` over (0: until a key is pressed).

    Outcome: the key that was pressed meanwhile, which ends it; "" when all is said, or somebody
    else has ended what is endless (`Attending.leave`). Without `barge` keys wait for the next step.
    A key that waits already is taken, and nothing is said. What is said `over` interrupts what is
    endless only for as long as it takes: the same endless `Say` after it goes on.
    """

    sounds: tuple[Sound, ...]
    barge: bool = True
    times: int = 1
    over: bool = False


class Listen(msgspec.Struct, frozen=True):
    """Say these (nothing: it rings) for so long at most, and listen whether a fax machine calls.

    Outcome: whether one does.
    """

    sounds: tuple[Sound, ...]
    within_s: float


class Gather(msgspec.Struct, frozen=True):
    """Take keys: `most` of them, or fewer and then `end`.

    The first has to come within `first_s`, each after it within `between_s`. `typed` are those the
    script has already. Outcome: the keys, without `end`; those that came when time is out.
    """

    most: int
    first_s: float = 5.0
    between_s: float = 3.0
    end: str = "#"
    typed: str = ""


class Recorded(msgspec.Struct, frozen=True):
    """A recording is on disk; `key` ended it, if one did, `problem` says what went wrong."""

    seconds: float
    key: str = ""
    problem: str = ""


class Record(msgspec.Struct, frozen=True):
    """Write what the caller says into a WAV file, until one of the keys `until`.

    `limit_s` and `silence_s` (so long nothing is said) end it too, 0: never. Outcome: `Recorded`.
    """

    path: str
    limit_s: float = 0.0
    silence_s: float = 0.0
    until: str = "#"


class TakeFax(msgspec.Struct, frozen=True):
    """Receive a fax into the file of its arrival, on these terms.

    Outcome: a word for what went wrong, "" for nothing. What came is told of whether or not
    somebody waits for the outcome.
    """

    arrival: FaxArrival
    terms: FaxTerms


class Join(msgspec.Struct, frozen=True):
    """Take part in a room; to join it again is to take part otherwise (`commands.JoinRoom`).

    Outcome: the next key, or "" when somebody else ended it (`Attending.leave`). The caller stays
    in the room meanwhile and afterwards; what a `Say` says there, he alone hears. With `waits` he
    hears music of the class `music` instead of the others. What he hears and what he says are so
    many dB louder. With `recorded` all who are there are recorded, from the first to the last.
    """

    room: str
    muted: bool = False
    deaf: bool = False
    hears: tuple[str, ...] = ()
    speaks: tuple[str, ...] = ()
    waits: bool = False
    music: str = ""
    hears_db: float = 0.0
    speaks_db: float = 0.0
    recorded: bool = False


class Leave(msgspec.Struct, frozen=True):
    """Be in no room any more. Outcome: None."""


class Echo(msgspec.Struct, frozen=True):
    """Let the caller hear himself. Outcome: the key that ended it."""


class Connect(msgspec.Struct, frozen=True):
    """Call somebody for the caller, who hears it ring.

    When somebody answers, or another service does, the script is over. `name` is shown in place of
    the caller's, `alert_info` goes along, and with `level` he may call outside as far as that; one
    who is `admitted` is asked for no PIN. A queue that sends him on is the `owner` of what he calls
    outside then. What they say is `recorded` or not. By the `code` the caller ends the talk, and
    the service `again` talks to him.
    Outcome: the SIP status that says why nobody answered.
    """

    place: Place
    name: str = ""
    alert_info: str = ""
    level: str = ""
    admitted: bool = False
    owner: str = ""
    recorded: bool = False
    code: str = ""
    again: Struct | None = None


class Wait(msgspec.Struct, frozen=True):
    """Let time pass; keys wait for the next step. Outcome: None."""

    seconds: float


class Speak(msgspec.Struct, frozen=True):
    """Go on in another language (`de`). Outcome: None."""

    language: str


class Tell(msgspec.Struct, frozen=True):
    """Write a fact into the journal. Outcome: None."""

    fact: Fact


class Decide(msgspec.Struct, frozen=True):
    """Take the call that was announced, or do not. Nothing comes after it."""

    taken: bool


class HangUp(msgspec.Struct, frozen=True):
    """End it; `reason` is a word for the journal, `cause` Q.850's. Nothing comes after it."""

    reason: str = "hung_up"
    cause: int = 16


Step = (
    Say
    | Listen
    | Gather
    | Record
    | TakeFax
    | Join
    | Leave
    | Echo
    | Connect
    | Wait
    | Speak
    | Tell
    | Decide
    | HangUp
)

T = TypeVar("T")
Part = Generator[Step, Any, T]
"""A part of a script, and what it returns. `Any`: each step has an outcome of its own type."""
Script = Part[None]
