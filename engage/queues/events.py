"""What others may hear of call queues."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QueuesMoved:
    """Something happened in these queues; "" stands for all."""

    queues: frozenset[str]
