"""An event loop whose time is the test's."""

from __future__ import annotations

import asyncio


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its clock stands still until told to move."""

    now = 0.0

    def time(self) -> float:
        return self.now


async def passes(loop: VirtualLoop, seconds: float) -> None:
    """Let time go by, and what is due then happen."""
    loop.now += seconds
    for _ in range(5):
        await asyncio.sleep(0)
