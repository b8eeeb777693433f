"""Windows hear that something moved in their queues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.queues.events import QueuesMoved
from engage.queues.hinting import Hints

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


async def test_those_who_see_a_queue_are_told_that_it_moved() -> None:
    sent: list[tuple[list[str], str, dict[str, Any]]] = []

    def send(whos: Iterable[str], name: str, payload: dict[str, Any]) -> None:
        sent.append((list(whos), name, payload))

    def watchers(queues: Collection[str]) -> set[str]:
        return {"1001", "1000"} if "6500" in queues else set()

    hints = Hints(send, watchers)
    await hints.moved(QueuesMoved(frozenset({"6500"})))
    assert sent == [(["user:1000", "user:1001"], "queues", {})]
