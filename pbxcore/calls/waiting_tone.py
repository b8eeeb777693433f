"""The call waiting tone: who talks hears that somebody else calls (ITU-T E.180 §8)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pbxcore.media.commands import Play, Tone
from pbxcore.media.tones import plan_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pbxcore.calls.context import CallContext
    from pbxcore.calls.leg import Leg
    from pbxcore.sip.transactions.deadlines import Planned


class WaitingTones:
    """Knocks at the talks of those at whom one more call rings."""

    def __init__(self, context: CallContext) -> None:
        self._context = context
        self._knocking: dict[str, _Knocking] = {}

    def rings(self, leg: Leg) -> None:
        """A leg rings: whoever talks with the same number is told, as long as it does."""
        number = leg.number
        if not number or not self._context.directory.settings.call_waiting_tone:
            return
        if number not in self._knocking:
            self._knocking[number] = _Knocking(self._context, number, lambda: self._over(number))
        self._knocking[number].rings(leg)

    def _over(self, number: str) -> None:
        del self._knocking[number]


class _Knocking:
    """Says the tone again and again to all talks of one number.

    Each hears it once a cadence, however many calls ring: a gateway's number has many of both.
    """

    def __init__(self, context: CallContext, number: str, over: Callable[[], None]) -> None:
        self._context, self._number, self._over = context, number, over
        self._ringing: set[str] = set()
        """Ids of legs: what is over meanwhile shall not be kept."""
        self._heard = False
        self.deadline: float | None = None
        self.planned: Planned | None = None

    def rings(self, leg: Leg) -> None:
        """One more leg rings: at once where nobody hears of another, else with the next knock."""
        self._ringing.add(leg.id)
        if not self._heard:
            self.tick(self._context.now())

    def tick(self, now: float) -> None:
        """Knock, unless nothing rings any more."""
        self.deadline = None
        legs = self._context.lines.of(self._number)
        ringing = [each for each in legs if each.id in self._ringing and not each.answered]
        if not ringing:
            self._context.agent.core.layer.unwatch(self)
            self._over()
            return
        self._ringing = {each.id for each in ringing}
        talks = _heard_among(legs, {each.call.id for each in ringing})
        knock, every_s = _knock(self._context.directory.settings.tone_country)
        for talk in talks:
            self._context.anchor.ask(Play(talk.session.sound, f"k{talk.id}", (knock,), over=True))
        self._heard = bool(talks)
        self.deadline = now + every_s
        self._context.agent.core.layer.watch(self)


def _heard_among(legs: Iterable[Leg], calls: set[str]) -> list[Leg]:
    """Those on which somebody hears us, and at which another of these calls rings than its own."""
    talks = (each for each in legs if each.answered and each.session.sound)
    return [each for each in talks if calls - {each.call.id}]


@lru_cache(maxsize=8)
def _knock(country: str) -> tuple[Tone, float]:
    """One knock without the pause after it, and the time from one to the next."""
    cadences = plan_for(country).call_waiting.cadences
    every_s = sum(length for _, length in cadences)
    while cadences and not cadences[-1][0]:
        cadences = cadences[:-1]
    return Tone(cadences), every_s
