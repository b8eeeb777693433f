"""What somebody hears who waits: music while held, the ringing of whom a transfer calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.media.commands import File, Play, StopPlaying, Tone
from pbxcore.media.tones import plan_for

if TYPE_CHECKING:
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.surroundings import Surroundings
    from pbxcore.directory import DomainSettings

_A: Final = 440.0
_STEP: Final = 2 ** (1 / 12)
_BEAT_S: Final = 0.4


def _bar(*notes: int) -> tuple[tuple[tuple[float, ...], float], ...]:
    """A bar of broken chords: half tones above A, the first held below the others."""
    bass = _A * _STEP ** (notes[0] - 12)
    return tuple(((bass, _A * _STEP**note), _BEAT_S) for note in notes)


MUSIC: Final = Tone(
    _bar(-9, -5, -2, 3)
    + _bar(-12, -9, -5, 0)
    + _bar(-4, 0, 3, 8)
    + _bar(-2, 2, 5, 10)
    + (((), _BEAT_S),)
)
"""A few chords, for an installation that has no recording of its own."""


def music_of(settings: DomainSettings) -> File | Tone:
    """What is heard by who waits."""
    return File(settings.music_on_hold) if settings.music_on_hold else MUSIC


class Waiting:
    """Plays to legs that wait."""

    def __init__(self, house: Surroundings) -> None:
        self._house = house
        self._count = 0

    def music(self, leg: Leg) -> None:
        """Whom it talks to holds it."""
        self._play(leg, music_of(self._house.directory.settings))

    def ringing(self, leg: Leg) -> None:
        """It rings at whom it is connected with."""
        country = self._house.directory.settings.tone_country
        self._play(leg, plan_for(country).ring_back)

    def stop(self, leg: Leg) -> None:
        """It waits no more."""
        stream = leg.session.sound
        if leg.waits and stream:
            self._house.anchor.ask(StopPlaying(stream))
        leg.waits = False

    def _play(self, leg: Leg, source: File | Tone) -> None:
        stream = leg.session.sound
        if stream:
            self._count += 1
            leg.waits = True
            self._house.anchor.ask(Play(stream, f"w{self._count}", (source,), times=0))
