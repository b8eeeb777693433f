"""A number that opens a route."""

from __future__ import annotations

import msgspec


class Pin(msgspec.Struct, frozen=True):
    """A number that opens a route; `name` is who is charged."""

    pin: str
    name: str = ""
