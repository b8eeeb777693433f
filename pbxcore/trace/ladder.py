"""A ladder diagram as text: who said what to whom, and when. Pure."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NARROWEST = 12
_TIME = 10


class Step(NamedTuple):
    """One arrow; `at` is in seconds on any clock."""

    at: float
    source: str
    target: str
    label: str


def ladder(steps: Iterable[Step | tuple[float, str, str, str]], parties: Sequence[str] = ()) -> str:
    """Draw the steps from the top down, times in seconds since the first.

    Args:
        steps: in the order in which they are drawn.
        parties: the columns from left to right; others follow as they appear.
    """
    drawn = [Step(*each) for each in steps]
    names = list(dict.fromkeys([*parties, *(one for each in drawn for one in each[1:3])]))
    if not drawn:
        return _heads(names, _gaps(names, drawn)) if names else ""
    gaps = _gaps(names, drawn)
    lines = [_heads(names, gaps)]
    lines += [_line(each, names, gaps, drawn[0].at) for each in drawn]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _gaps(names: list[str], steps: list[Step]) -> list[int]:
    """Columns between neighbours: wide enough for names and for what is said across them."""
    place = {name: at for at, name in enumerate(names)}
    gaps = [max(_NARROWEST, (len(left) + len(right)) // 2 + 3) for left, right in pairwise(names)]
    for step in steps:
        low, high = sorted((place[step.source], place[step.target]))
        if low == high:
            continue
        missing = len(step.label) + 5 - sum(gaps[low:high]) - (high - low - 1)
        if missing > 0:
            gaps[high - 1] += missing
    return gaps


def _places(gaps: list[int], start: int) -> list[int]:
    places = [start]
    for gap in gaps:
        places.append(places[-1] + gap + 1)
    return places


def _start(names: list[str]) -> int:
    return _TIME + max(2, len(names[0]) // 2 + 1)


def _heads(names: list[str], gaps: list[int]) -> str:
    line = ""
    for name, place in zip(names, _places(gaps, _start(names)), strict=True):
        line = line.ljust(place - len(name) // 2) + name
    return line


def _line(step: Step, names: list[str], gaps: list[int], began: float) -> str:
    places = _places(gaps, _start(names))
    line = list(f"{step.at - began:9.3f}".ljust(places[-1] + 1))
    for place in places:
        line[place] = "|"
    here, there = places[names.index(step.source)], places[names.index(step.target)]
    if here == there:
        return "".join(line[: here + 1]) + f"⟲ {step.label}"
    left, right = sorted((here, there))
    arrow = f" {step.label} ".center(right - left - 2, "─")
    line[left + 1 : right] = f"{arrow}>" if there > here else f"<{arrow}"
    return "".join(line)
