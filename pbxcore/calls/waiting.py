"""What somebody hears who waits: music while held, the ringing of whom a transfer calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.dialplan.music import RING_BACK, USUAL, MusicClass
from pbxcore.media.commands import File, Play, StopPlaying, Tone
from pbxcore.media.tones import plan_for

if TYPE_CHECKING:
    from pbxcore.calls.context import CallContext
    from pbxcore.calls.leg import Leg

_A: Final = 440.0
_STEP: Final = 2 ** (1 / 12)
_BEAT_S: Final = 0.4
_BUSY: Final = (486, 600)


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


class Waiting:
    """Plays to legs that wait."""

    def __init__(self, context: CallContext) -> None:
        self._context = context
        self._count = 0

    def held(self, leg: Leg, by: Leg) -> None:
        """Whom it talks to holds it, to the music that he has chosen."""
        extension = self._context.directory.extension(by.number)
        self.music(leg, "" if extension is None else extension.music)

    def music(self, leg: Leg, of: str = "") -> None:
        """It waits to the music of a class."""
        self._play(leg, *self.sounds(of))

    def sounds(self, of: str = "") -> tuple[File | Tone, ...]:
        """The music of a class, for one listener; "": that of who has chosen none."""
        directory = self._context.directory
        if of == RING_BACK:
            return (plan_for(directory.settings.tone_country).ring_back,)
        classes = directory.plan.music
        chosen = classes.get(of) or classes.get(USUAL) or MusicClass()
        return tuple(File(path) for path in chosen.order(self._context.token())) or (MUSIC,)

    def ringing(self, leg: Leg) -> None:
        """It rings at whom it is connected with."""
        country = self._context.directory.settings.tone_country
        self._play(leg, plan_for(country).ring_back)

    def refused(self, leg: Leg, status: int) -> bool:
        """It hears why nobody answers for it; whether it can hear anything."""
        plan = plan_for(self._context.directory.settings.tone_country)
        self._play(leg, plan.busy if status in _BUSY else plan.congestion)
        return bool(leg.session.sound)

    def stop(self, leg: Leg) -> None:
        """It waits no more."""
        stream = leg.session.sound
        if leg.waits and stream:
            self._context.anchor.ask(StopPlaying(stream))
        leg.waits = False

    def _play(self, leg: Leg, *sources: File | Tone) -> None:
        stream = leg.session.sound
        if stream:
            self._count += 1
            leg.waits = True
            self._context.anchor.ask(Play(stream, f"w{self._count}", sources, times=0))
