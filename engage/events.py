"""Facts told inside the process: after the commit, to whoever asked to hear them."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Subscriber = Callable[[Any], Awaitable[None]]

log = logging.getLogger(__name__)
Fact = TypeVar("Fact")


class Events:
    """A bus in memory. Subscribers are quick; slow work belongs into a row or a task of its own."""

    def __init__(self) -> None:
        self._subscribers: dict[type[Any], list[Subscriber]] = defaultdict(list)
        self._listeners: dict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)
        self._running: set[asyncio.Task[None]] = set()

    def subscribe(self, kind: type[Fact], subscriber: Callable[[Fact], Awaitable[None]]) -> None:
        """Call `subscriber` for every fact of exactly this class."""
        self._subscribers[kind].append(subscriber)

    def listen(self, kind: type[Fact], listener: Callable[[Fact], None]) -> None:
        """Call `listener` at once, without a task: for what merely notes a frequent fact."""
        self._listeners[kind].append(listener)

    def publish(self, fact: object) -> None:
        """Tell a fact. Each subscriber runs in a task; its failure is logged and harms no other."""
        for listener in self._listeners[type(fact)]:
            try:
                listener(fact)
            except Exception:
                log.exception("listener failed", extra={"fact": type(fact).__name__})
        for subscriber in self._subscribers[type(fact)]:
            task = asyncio.ensure_future(self._tell(subscriber, fact))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def settled(self) -> None:
        """Wait until everything told so far has been heard."""
        while self._running:
            await asyncio.gather(*self._running)

    async def _tell(self, subscriber: Subscriber, fact: object) -> None:
        try:
            await subscriber(fact)
        except Exception:
            log.exception("subscriber failed", extra={"fact": type(fact).__name__})
