"""Whether this machine can receive faxes."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Final

SONAME: Final = "libspandsp.so.2"
"""Of spandsp 0.0.6 (Debian: libspandsp2)."""


@cache
def installed() -> bool:
    """Whether the library is there."""
    try:
        ctypes.CDLL(SONAME)
    except OSError:
        return False
    return True
