"""A fax that comes in."""

from __future__ import annotations

import msgspec


class FaxArrival(msgspec.Struct, frozen=True):
    """Whose it will be, and who calls; `id` grows with time.

    `box` is the number it is for; `call` the one it comes in; `path` the TIFF that its pages go to.
    """

    id: str
    box: str
    call: str
    caller: str
    name: str
    received_at_ms: int
    path: str = ""
