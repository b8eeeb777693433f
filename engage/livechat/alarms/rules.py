"""When which alarm is due: rules over values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engage.livechat.options import Options

SECOND_MS, MINUTE_MS = 1000, 60_000


class Path(StrEnum):
    """How agents are roused; each goes its own way."""

    WAVE = "wave"
    PUSH = "push"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a path is gone until somebody accepts."""

    every_ms: int
    most: int


RHYTHMS = {
    Path.WAVE: Rhythm(30 * SECOND_MS, 40),
    Path.PUSH: Rhythm(2 * MINUTE_MS, 5),
    Path.PHONE: Rhythm(2 * MINUTE_MS, 3),
}


def first_after_ms(path: Path, options: Options) -> int:
    """How long a visitor waits before a path is gone for the first time; 0: it is not."""
    match path:
        case Path.WAVE:
            return options.alarm_wave_after_s * SECOND_MS
        case Path.PUSH:
            return options.alarm_push_after_s * SECOND_MS
        case Path.PHONE:
            return options.alarm_call_after_s * SECOND_MS


def is_due(
    path: Path, options: Options, queued_at_ms: int, rounds: int, last_ms: int, now_ms: int
) -> bool:
    """Whether a path is to be gone (again): `rounds` were made, the last of them at `last_ms`."""
    after_ms, rhythm = first_after_ms(path, options), RHYTHMS[path]
    if not after_ms or rounds >= rhythm.most:
        return False
    due_ms = last_ms + rhythm.every_ms if rounds else queued_at_ms + after_ms
    return now_ms >= due_ms
