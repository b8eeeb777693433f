"""What scripts say, in words; the language of the call makes fragments of them."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.media.commands import File, Tone
from pbxcore.prompts.language import digits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxcore.prompts.language import Language, Spoken
    from pbxcore.prompts.sounds import Prompts


class Prompt(msgspec.Struct, frozen=True):
    """A text of the prompts (`ivr-welcome`)."""

    name: str


class Number(msgspec.Struct, frozen=True):
    """A number, as one counts."""

    value: int


class Digits(msgspec.Struct, frozen=True):
    """One by one, as extensions are told; letters are spelt."""

    text: str


class Counted(msgspec.Struct, frozen=True):
    """So many of one of `prompts.language.NOUNS`."""

    value: int
    noun: str


class Day(msgspec.Struct, frozen=True):
    """A day."""

    date: date


class Clock(msgspec.Struct, frozen=True):
    """A time of day."""

    time: time


Sound = Prompt | Number | Digits | Counted | Day | Clock | File | Tone

BEEP: Final = Tone((((1000.0,), 0.3),))
"""After it one speaks."""


def spoken(sound: Sound, language: Language) -> Spoken:
    """The fragments of what is said in words; none of a file or a tone."""
    match sound:
        case Prompt(name):
            return (name,)
        case Number(value):
            return language.number(value)
        case Digits(text):
            return digits(text)
        case Counted(value, noun):
            return language.counted(value, noun)
        case Day(day):
            return language.date(day)
        case Clock(moment):
            return language.time(moment)
        case File() | Tone():
            return ()


def sources(
    sounds: Iterable[Sound], prompts: Prompts, language: Language
) -> tuple[File | Tone, ...]:
    """What to play; a fragment that nobody has rendered is left out."""
    found: list[File | Tone] = []
    for each in sounds:
        if isinstance(each, File | Tone):
            found.append(each)
        else:
            found += prompts.files(language.code, spoken(each, language))
    return tuple(found)
