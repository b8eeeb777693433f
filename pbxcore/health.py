"""How a part is: the one question that every part answers, and loads little for."""

from __future__ import annotations

import msgspec


class Probe(msgspec.Struct, frozen=True, tag=True):
    """Ask a part how it is. Reply: `Health`."""


class Health(msgspec.Struct, frozen=True, tag=True):
    """A part's readiness; `problem` is empty when it can serve. `figures` feed /metrics."""

    ready: bool
    problem: str = ""
    figures: dict[str, float] = {}
