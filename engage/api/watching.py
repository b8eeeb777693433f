"""What programs are told as it happens: topic by topic, what is different from before."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

    from engage.api.topics import Row, Topic
    from engage.events import Events

    Listener = Callable[[Topic, list[Row]], None]

log = logging.getLogger(__name__)


class Watching:
    """Tells each listener what is news. While nobody listens, nothing is compared.

    Args:
        events: say when something may be different.
        topics: what there is to listen to.
    """

    def __init__(self, events: Events, topics: Iterable[Topic]) -> None:
        self._topics = {each.name: each for each in topics}
        self._listeners: list[Listener] = []
        self._stood: dict[str, Mapping[Hashable, Row]] = {}
        self._clocks: list[asyncio.Task[None]] = []
        for topic in self._topics.values():
            for kind in topic.moved_by:
                events.listen(kind, partial(self._moved, topic))
            for kind in topic.refreshed_by:
                events.subscribe(kind, partial(self._refreshed, topic))

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell this one from now on; returns what ends it."""
        if not self._listeners:
            # What has become different while nobody listened is no news.
            self._stood = {name: topic.rows() for name, topic in self._topics.items()}
            timed = [each for each in self._topics.values() if each.every_s]
            self._clocks = [asyncio.create_task(self._regularly(each)) for each in timed]
        self._listeners.append(listener)
        return partial(self._leave, listener)

    async def present(self, name: str) -> tuple[Topic, list[Row]] | None:
        """How a topic stands, for somebody who begins to listen; None where nothing happens."""
        topic = self._topics.get(name)
        if topic is None:
            return None
        await self._refreshed(topic)
        return topic, topic.news({}, self._stood.get(topic.name, {}))

    def _leave(self, listener: Listener) -> None:
        self._listeners.remove(listener)
        if not self._listeners:
            for each in self._clocks:
                each.cancel()
            self._clocks = []

    def _moved(self, topic: Topic, _fact: Any) -> None:
        self._look(topic)

    async def _refreshed(self, topic: Topic, _fact: Any = None) -> None:
        if self._listeners and topic.refresh is not None:
            await topic.refresh()
        self._look(topic)

    def _look(self, topic: Topic) -> None:
        """Compare how it stands with how it stood, and tell what is different."""
        if not self._listeners:
            return
        before, now = self._stood.get(topic.name, {}), topic.rows()
        self._stood[topic.name] = now
        if rows := topic.news(before, now):
            for each in list(self._listeners):
                each(topic, rows)

    async def _regularly(self, topic: Topic) -> None:
        while True:
            await asyncio.sleep(topic.every_s)
            try:
                self._look(topic)
            except Exception:
                log.exception("topic not looked at", extra={"topic": topic.name})
