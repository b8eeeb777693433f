"""What others may hear of calls."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallsChanged:
    """Calls began, changed or ended: their ids, once that is on disk."""

    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The record of a call is on disk.

    `missed` are the extensions that were called and had no part in it; of a group that nobody of
    answered, all of them.
    """

    id: str
    caller: str
    caller_name: str
    started_at_ms: int
    parties: frozenset[str]
    missed: frozenset[str]
