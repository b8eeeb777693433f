"""The event loop of a part, and waiting for its end."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from engage.processes.part import Leash


def run(main: Coroutine[object, object, None]) -> None:
    """Run under uvloop where it is installed."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(main)
    else:
        uvloop.run(main)


async def until_stopped(leash: Leash) -> None:
    """Wait for SIGTERM, or for the supervisor's end."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    leash.socket.setblocking(False)
    loop.add_reader(leash.socket.fileno(), stopped.set)  # it says nothing: end of file
    await stopped.wait()
    loop.remove_reader(leash.socket.fileno())
