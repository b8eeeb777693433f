"""A thread of its own for a disk that may hang: nothing else waits for it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

Result = TypeVar("Result")

WITHIN_S = 120.0
"""A disk of the network may hang: then it counts as away."""


class ExternalDisk:
    """Does one thing after the other, and nothing while one hangs."""

    def __init__(self, within_s: float = WITHIN_S) -> None:
        self._within_s = within_s
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="external-disk")
        self._stuck: Future[Any] | None = None

    async def do(
        self, work: Callable[..., Result], *given: Any, within_s: float | None = None
    ) -> Result:
        """Do it in the thread.

        Raises:
            TimeoutError: it hangs, or what was begun before it does.
        """
        if self._stuck is not None and not self._stuck.done():
            raise TimeoutError
        begun = self._thread.submit(work, *given)
        try:
            async with asyncio.timeout(self._within_s if within_s is None else within_s):
                return await asyncio.shield(asyncio.wrap_future(begun))
        except TimeoutError:
            if not begun.cancel():
                self._stuck = begun
            raise
