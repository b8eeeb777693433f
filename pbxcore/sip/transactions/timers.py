"""The timers of RFC 3261 Table 4, in seconds."""

from __future__ import annotations

from typing import Final

T1: Final = 0.5
T2: Final = 4.0
T4: Final = 5.0
TIMER_B: Final = 64 * T1
TIMER_D: Final = 32.0
TIMER_F: Final = 64 * T1
TIMER_H: Final = 64 * T1
TIMER_I: Final = T4
TIMER_J: Final = 64 * T1
TIMER_K: Final = T4
TIMER_L: Final = 64 * T1
"""How long an INVITE's server transaction absorbs repetitions after a 2xx (RFC 6026 §7.1)."""
TIMER_M: Final = 64 * T1
"""How long its client transaction lets further 2xx pass (RFC 6026 §7.2)."""
INVITE_TRYING_AFTER: Final = 0.2
"""When an INVITE without an answer gets a 100 (RFC 3261 §17.2.1)."""
TRYING_AFTER: Final = 7 * T1
"""When a client's Timer E reaches T2: the earliest moment for a 100 over UDP (RFC 4320 §4.1)."""
