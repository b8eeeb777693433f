"""How many random examples a test takes where each of them is long."""

from __future__ import annotations

import os

SOAK = "ENGAGE_TEST_SOAK"
TIMES_IN_SOAK = 20


def examples(usual: int) -> int:
    """Many more with `./test --soak`."""
    return usual * TIMES_IN_SOAK if SOAK in os.environ else usual
