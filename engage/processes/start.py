"""`python -m engage.processes.start PART DESCRIPTOR` begins a part before any of it is loaded."""

from __future__ import annotations

import gc
import sys
from importlib import import_module

UNUSED = ("aiohttp", "requests", "websocket")
"""What the clients in python-socketio load where it is installed: 0.14 s and 12 MB for nothing."""


def main(part: str, descriptor: int) -> None:
    """Become the part whose leash is the given descriptor."""
    gc.disable()  # what is loaded stays; until the part has settled, looking for circles is waste
    for name in UNUSED:
        sys.modules[name] = None  # type: ignore[assignment]  # how the import system says: not found
    import_module(f"engage.processes.{part}").main(descriptor)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
