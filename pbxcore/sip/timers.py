"""The timers of RFC 3261 Table 4, in seconds."""

from __future__ import annotations

from typing import Final

T1: Final = 0.5
T2: Final = 4.0
T4: Final = 5.0
TIMER_F: Final = 64 * T1
TIMER_J: Final = 64 * T1
TIMER_K: Final = T4
TRYING_AFTER: Final = 7 * T1
"""When a client's Timer E reaches T2: the earliest moment for a 100 over UDP (RFC 4320 §4.1)."""
