"""How much sound a WAV file holds, by its header and by its size."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_HEAD: Final = struct.Struct("<4s4x4s4sIHHII")
_BEGIN: Final = 44
"""Where sound begins in the files that the PBX writes."""


def seconds_of(path: Path) -> float:
    """Its length; 0 for what is not there, or is no such file."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD.size)
            size = path.stat().st_size
    except OSError:
        return 0.0
    if len(head) < _HEAD.size:
        return 0.0
    riff, wave, *_, octets_each_s = _HEAD.unpack(head)
    if (riff, wave) != (b"RIFF", b"WAVE") or not octets_each_s:
        return 0.0
    seconds: float = max(size - _BEGIN, 0) / octets_each_s
    return round(seconds, 2)
