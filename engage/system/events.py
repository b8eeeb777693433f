"""Facts about the installation that others may hear."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SectionChanged:
    """A section of the settings holds other values now."""

    name: str
