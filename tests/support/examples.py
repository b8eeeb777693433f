"""How many random examples a test takes: few with each change, as many as ever each night."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")
SOAK = "ENGAGE_TEST_SOAK"
TIMES_IN_SOAK = 20


def examples(usual: int, in_soak: int | None = None) -> int:
    """So many; with `./test --soak` the other number, by default many more."""
    if SOAK not in os.environ:
        return usual
    return usual * TIMES_IN_SOAK if in_soak is None else in_soak


def share(of: Sequence[T], one_in: int, turn: int) -> Sequence[T]:
    """One in so many, others with each turn; with `./test --soak` all of them each time."""
    return of[turn % one_in :: one_in] if SOAK not in os.environ else of
