"""Windows of agents and chairmen are told that something moved in their queues, and ask again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from engage.queues.events import QueuesMoved


class Send(Protocol):
    """The way to people's windows, which may lose what it carries."""

    def __call__(self, whos: Iterable[str], name: str, payload: dict[str, Any]) -> None:
        """To every window of each."""
        ...


class Hints:
    """Says that there is news, not what: everybody is shown something else.

    Args:
        send: the way to the windows.
        watchers: the extensions that see these queues; "" among them stands for all queues.
    """

    def __init__(self, send: Send, watchers: Callable[[Collection[str]], Iterable[str]]) -> None:
        self._send, self._watchers = send, watchers

    async def moved(self, fact: QueuesMoved) -> None:
        """Callers came, went or were offered, or an agent's duty changed."""
        watchers = sorted(self._watchers(fact.queues))
        self._send([f"user:{each}" for each in watchers], "queues", {})
