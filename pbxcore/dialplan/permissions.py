"""How far away somebody may call: four levels, each of which holds those before it."""

from __future__ import annotations

from typing import Final

LEVELS: Final = (
    "internal",
    "internal-local",
    "internal-local-national",
    "internal-local-national-international",
)
OPEN: Final = "none"
"""The level of a route that asks for none."""


def permits(level: str, needed: str) -> bool:
    """Whether somebody of a level may use what needs one; a level that is unknown is the lowest."""
    return needed == OPEN or _place(level) >= (_place(needed) if needed in LEVELS else len(LEVELS))


def _place(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else 0
