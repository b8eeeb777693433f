"""What others may hear of the dialplan."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlanChanged:
    """A route was added, changed, moved or removed, or the blacklist is another one."""
