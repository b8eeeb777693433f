"""A conference's sound: everybody hears everybody else (mix-minus), or whom they are to hear.

Each tick is one product of two matrices: who hears whom, times what is said. Listeners who are to
hear the same get the same array, so that it is encoded once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from pbxcore.media.samples import PEAK, frame_size, rounded, silence
from pbxcore.media.voice_activity import VoiceActivity

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from pbxcore.media.samples import Samples

_ALL_UP_TO: Final = 25
_LOUDEST: Final = 3
"""Above so many members only so many are heard at once: more voices are noise, and cost."""
_FAINT: Final = (0.0018 * PEAK) ** 2
"""-55 dBov, as a power: below it nobody need be asked whether it is a voice."""
_STAYS: Final = 2.0
"""A speaker who is heard is replaced by one of twice the power only."""


class Member(msgspec.Struct, frozen=True):
    """How one takes part; `hears` and `speaks` name members, empty: all (see `JoinRoom`).

    What it hears and what it says are so many dB louder than they would be.
    """

    muted: bool = False
    deaf: bool = False
    hears: tuple[str, ...] = ()
    speaks: tuple[str, ...] = ()
    hears_db: float = 0.0
    speaks_db: float = 0.0


class Mixer:
    """The members of one room, at one rate. `talking` are those who speak, by their voices."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._members: dict[str, Member] = {}
        self._voices: dict[str, VoiceActivity] = {}
        self._loudness: dict[str, float] = {}
        self._heard: frozenset[str] = frozenset()
        self._tick = 0
        self._said: list[tuple[str, npt.NDArray[np.float32]]] = []
        self._silence = silence(frame_size(rate))

    def __len__(self) -> int:
        return len(self._members)

    def join(self, name: str, member: Member) -> None:
        """Let somebody in, or change how they take part."""
        self._members[name] = member
        self._voices.setdefault(name, VoiceActivity(self._rate))
        self._loudness.setdefault(name, 0.0)

    def leave(self, name: str) -> None:
        """Let somebody go; nothing happens to one who is not there."""
        if self._members.pop(name, None):
            del self._voices[name], self._loudness[name]

    def mix(self, frames: Mapping[str, Samples]) -> tuple[dict[str, Samples], list[str]]:
        """What each member hears of one frame, and whose talking began or ended.

        `frames`: what members say; one who says nothing is left out. The deaf hear silence.
        """
        names = [name for name in frames if not self._members[name].muted]
        waves = np.zeros((len(names), len(self._silence)), np.float32)
        for row, name in enumerate(names):
            waves[row] = frames[name]
            if louder := self._members[name].speaks_db:
                waves[row] *= _factor(louder)
        powers = np.einsum("ij,ij->i", waves, waves) / len(self._silence)
        changed = self._listen(frames, dict(zip(names, powers.tolist(), strict=True)))
        rows = self._speakers(names)
        self._said = [(names[row], waves[row]) for row in rows]
        return self._mixed([names[row] for row in rows], waves[rows]), changed

    @property
    def everybody(self) -> Samples:
        """What was said last to all: what a recording hears."""
        public = [wave for name, wave in self._said if not self._members[name].speaks]
        return rounded(np.sum(public, axis=0)) if public else self._silence

    def talking(self, name: str) -> bool:
        """Whether a member speaks just now."""
        return self._voices[name].talks

    def _listen(self, frames: Mapping[str, Samples], powers: Mapping[str, float]) -> list[str]:
        changed = []
        self._tick += 1
        for at, (name, voice) in enumerate(self._voices.items()):
            power = powers.get(name, 0.0)
            self._loudness[name] += (power - self._loudness[name]) / 8
            # A voice lasts: where there are many, each is judged at every second tick.
            if len(self._members) > _ALL_UP_TO and (at + self._tick) % 2:
                continue
            if voice.hear(frames[name] if power > _FAINT else None):
                changed.append(name)
        return changed

    def _speakers(self, names: list[str]) -> list[int]:
        """Whose frames are mixed: rows of what was said."""
        if len(self._members) <= _ALL_UP_TO:
            return list(range(len(names)))

        def weight(row: int) -> float:
            name = names[row]
            if not self._voices[name].talks:
                return 0.0
            return self._loudness[name] * (_STAYS if name in self._heard else 1.0)

        rows = sorted((row for row in range(len(names)) if weight(row)), key=weight)[-_LOUDEST:]
        self._heard = frozenset(names[row] for row in rows)
        return rows

    def _mixed(self, speakers: list[str], waves: npt.NDArray[np.float32]) -> dict[str, Samples]:
        patterns: dict[tuple[bool, ...], list[str]] = {}
        for name, member in self._members.items():
            patterns.setdefault(self._pattern(name, member, speakers), []).append(name)
        who = np.array(list(patterns), np.float32).reshape(len(patterns), len(speakers))
        mixes = rounded(who @ waves) if speakers else None
        heard = {}
        for row, (pattern, listeners) in enumerate(patterns.items()):
            mix = mixes[row] if mixes is not None and any(pattern) else self._silence
            heard.update(dict.fromkeys(listeners, mix))
        for name, member in self._members.items():
            if member.hears_db and name in heard:
                heard[name] = rounded(heard[name] * np.float32(_factor(member.hears_db)))
        return heard

    def _pattern(self, name: str, member: Member, speakers: list[str]) -> tuple[bool, ...]:
        """Which of the speakers one hears."""
        if member.deaf:
            return (False,) * len(speakers)
        hears, members = member.hears, self._members
        return tuple(
            each != name
            and (not hears or each in hears)
            and (not members[each].speaks or name in members[each].speaks)
            for each in speakers
        )


def _factor(louder_db: float) -> float:
    """By which samples are multiplied."""
    factor: float = 10 ** (louder_db / 20)
    return factor
