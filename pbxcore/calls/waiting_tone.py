"""The call waiting tone: who talks hears that somebody else calls (ITU-T E.180 §8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.media.commands import Play, Tone
from pbxcore.media.tones import plan_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.leg import Leg
    from pbxcore.calls.surroundings import Surroundings


_MOST: Final = 8
"""Calls at once of one number: whoever has more is no person at a phone but a gateway or a program,
and to knock at all of them with every new one would take the square of their number."""


class WaitingTones:
    """Knocks at the talks of those at whom one more call rings."""

    def __init__(self, house: Surroundings) -> None:
        self._house = house
        self._knocking: dict[tuple[str, str], _Knocking] = {}

    def rings(self, leg: Leg) -> None:
        """A leg rings: whoever talks with the same number is told, as long as it does."""
        settings = self._house.directory.settings
        key = leg.call.id, leg.number
        if leg.number and settings.call_waiting_tone and key not in self._knocking:
            tone = plan_for(settings.tone_country).call_waiting
            knocking = _Knocking(self._house, leg, tone, lambda: self._over(key))
            self._knocking[key] = knocking
            knocking.tick(self._house.now())

    def _over(self, key: tuple[str, str]) -> None:
        del self._knocking[key]


class _Knocking:
    """Says the tone again and again."""

    def __init__(self, house: Surroundings, leg: Leg, tone: Tone, over: Callable[[], None]) -> None:
        self._house, self._leg, self._over = house, leg, over
        self._knock, self._every_s = _knock(tone)
        self.deadline: float | None = None
        self.planned: float | None = None

    def tick(self, now: float) -> None:
        """Knock, unless it rings no more."""
        self.deadline = None
        talks = [] if self._leg.over or self._leg.answered else self._talks()
        if not talks:
            self._house.agent.core.layer.unwatch(self)
            self._over()
            return
        for talk in talks:
            play = Play(talk.session.sound, f"k{talk.id}", (self._knock,), over=True)
            self._house.anchor.ask(play)
        self.deadline = now + self._every_s
        self._house.agent.core.layer.watch(self)

    def _talks(self) -> list[Leg]:
        """The legs of the same number on which somebody hears us."""
        legs = self._house.lines.of(self._leg.number)
        if len(legs) > _MOST:
            return []
        others = [each for each in legs if each.call is not self._leg.call]
        return [each for each in others if each.answered and not each.over and each.session.sound]


def _knock(tone: Tone) -> tuple[Tone, float]:
    """One knock without the pause after it, and the time from one to the next."""
    cadences = tone.cadences
    every_s = sum(length for _, length in cadences)
    while cadences and not cadences[-1][0]:
        cadences = cadences[:-1]
    return Tone(cadences), every_s
