"""A line of the budgets: a figure, what it must be, what it should be, and the verdict."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A measured figure; `reference` is what it was compared with in the same run, and how."""

    path: str
    figure: float
    unit: str
    must: float
    aim: float
    more_is_better: bool = False
    reference: str = ""

    @property
    def verdict(self) -> str:
        """`aim`, `must` or `MISSED`: what the figure reaches."""
        sign = -1 if self.more_is_better else 1
        if self.figure * sign <= self.aim * sign:
            return "aim"
        return "must" if self.figure * sign <= self.must * sign else "MISSED"

    def __str__(self) -> str:
        limit = "≥" if self.more_is_better else "≤"
        return (
            f"{self.path:<46} {limit} {shown(self.must):>6} {limit} {shown(self.aim):>6} "
            f"{shown(self.figure):>8} {self.unit:<6} {self.verdict:<7} {self.reference}"
        )


HEADING = f"{'path':<46} {'must':>8} {'aim':>8} {'figure':>8} {'':<6} {'reaches':<7} beside"


def shown(value: float) -> str:
    """Three digits are as many as these figures have."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{places}f}"


def tell(*lines: Line) -> None:
    """Print lines."""
    for line in lines:
        print(line, flush=True)


def note(text: str) -> None:
    """Progress and details, apart from the lines."""
    print(f"  {text}", file=sys.stderr, flush=True)


def percentile(values: list[float], percent: float) -> float:
    """The smallest value that is not below so many percent of them; infinite for none."""
    if not values:
        return math.inf
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(len(ordered) * percent / 100) - 1)]
