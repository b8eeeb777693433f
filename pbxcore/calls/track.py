"""One media line of a leg, at a worker; and which lines of two legs belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pbxcore.media.commands import StreamOpened

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pbxcore.calls.offering import Line
    from pbxcore.sip.sdp.crypto import Crypto
    from pbxcore.sip.sdp.stream import Agreed


class Silence(NamedTuple):
    """Seconds."""

    talk_s: float = 0.0
    hold_s: float = 0.0


FOR_EVER: Final = Silence()
_BY_TURNS: Final = frozenset(("audio", "image"))


class Track:
    """One media line of a leg, at a worker."""

    __slots__ = ("agreed", "keys", "kind", "opened", "peer", "stream")

    def __init__(self, stream: str, kind: str, keys: tuple[Crypto, ...]) -> None:
        self.stream = stream
        self.kind = kind
        self.keys = keys
        self.opened = StreamOpened(stream, 0)
        """What the worker said of it, with the ICE credentials that hold now."""
        self.agreed: Agreed | None = None
        """What the worker was told last."""
        self.peer: Track | None = None
        """Whom it hears."""


def successor(kind: str, lines: Iterable[Line]) -> Line | None:
    """The line that goes on in the place of one of this kind.

    A fax takes the place of the voices it was called by, and gives it back (RFC 3264 §8.3.3).
    """
    kinds = {each.kind: each for each in reversed(list(lines))}
    if kind in _BY_TURNS and len(_BY_TURNS & kinds.keys()) == 1:
        return next(each for name, each in kinds.items() if name in _BY_TURNS)
    return kinds.get(kind)


def paired(theirs: Sequence[Line | None], ours: Iterable[Line]) -> list[Line | None]:
    """For each of their lines the next of ours of its kind, None where there is none left."""
    left = list(ours)
    found: list[Line | None] = []
    for each in theirs:
        match = next((line for line in left if each is not None and line.kind == each.kind), None)
        found.append(match)
        left = [line for line in left if line is not match]
    return found


def pairs(first: Iterable[Track], second: Iterable[Track]) -> list[tuple[Track, Track]]:
    """Tracks that belong together: first with first of a kind, second with second."""
    left = list(second)
    found = []
    for each in first:
        match = next((track for track in left if track.kind == each.kind), None)
        if match is not None:
            left.remove(match)
            found.append((each, match))
    return found
