"""Identifiers and moments, as the whole application makes them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

Clock = Callable[[], int]
"""The present moment in milliseconds UTC."""


def now_ms() -> int:
    """The system's clock."""
    return time.time_ns() // 1_000_000


def new_id() -> str:
    """A UUIDv7 (RFC 9562 §5.7): unique, and ordered by the moment of its making."""
    moment = now_ms().to_bytes(6, "big")
    noise = bytearray(os.urandom(10))
    noise[0] = (noise[0] & 0x0F) | 0x70
    noise[2] = (noise[2] & 0x3F) | 0x80
    return str(UUID(bytes=moment + bytes(noise)))


def rfc3339(moment_ms: int) -> str:
    """A moment as programs and browsers read it: `2026-11-24T03:40:00.123Z`."""
    moment = datetime.fromtimestamp(moment_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
