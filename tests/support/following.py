"""People who follow conversations of a hub: what reaches them, and what they make of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from engage.errors import Unavailable
from engage.events import Events
from engage.hub.model import Author, Member
from engage.hub.service import Hub

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engage.hub.service import HubTransaction
    from engage.identifiers import Clock
    from engage.storage.database import Database

ANA = Author("agent", "1000", "Ana")
BEN = Author("user", "1001", "Ben")
VISITOR = Author("visitor", "v1", "Vi")


class Connections:
    """Takes what the hub sends, as JSON, for everyone or for those who are said to be there."""

    def __init__(self, there: Iterable[str] | None = None) -> None:
        self.there = None if there is None else set(there)
        self.frames: list[tuple[list[str], str, dict[str, Any]]] = []

    def send(self, whos: Iterable[str], name: str, payload: dict[str, Any]) -> None:
        self.frames.append((list(whos), name, json.loads(json.dumps(payload))))

    def connections(self, who: str) -> int:
        return int(self.there is None or who in self.there)

    def told(self, who: str, name: str = "event") -> list[dict[str, Any]]:
        """What this participant was sent, in order."""
        return [payload for whos, what, payload in self.frames if what == name and who in whos]


class Reader:
    """A client that keeps to the protocol: applies what fits, asks when something is missing."""

    def __init__(self, hub: Hub, who: str, conversation: str) -> None:
        self.hub, self.who, self.conversation = hub, who, conversation
        self.last, self.events, self.asked = 0, list[dict[str, Any]](), 0

    async def hear(self, event: dict[str, Any]) -> None:
        """Take a frame."""
        if event["seq"] <= self.last:
            return
        if event["prev"] > self.last:
            await self.catch_up()
        else:
            self._apply(event)

    async def catch_up(self, limit: int = 3) -> None:
        """Ask for what came after the last event, page by page."""
        self.asked += 1
        more = True
        while more:
            page = await self.hub.resume(self.who, self.conversation, self.last, limit)
            more = page.more
            assert more <= (len(page.events) == limit)
            for event in page.events:
                self._apply(event)
            if not more:
                self.last = max(self.last, page.head)

    def _apply(self, event: dict[str, Any]) -> None:
        assert event["prev"] <= self.last < event["seq"]
        self.events.append(event)
        self.last = event["seq"]


def hub_of(database: Database, connections: Connections | None = None, **more: Clock) -> Hub:
    """A hub with nobody connected, or with those given."""
    return Hub(database, connections or Connections([]), Events(), **more)


async def opened(hub: Hub, *members: Member, key: str | None = None, kind: str = "livechat") -> str:
    """The identifier of a new conversation."""

    async def work(transaction: HubTransaction) -> str:
        made = await transaction.create(kind=kind, key=key, participants=members)
        return made.id

    return await hub.transact(work)


def member(author: Author, from_seq: int = 0) -> Member:
    """As who follows; those who are not visitors see notes."""
    return Member(author.who, author.name, from_seq, sees_notes=author.kind != "visitor")


async def say(
    hub: Hub, conversation: str, author: Author, text: str = "Hello", key: str | None = None
) -> int:
    """Append a message; its sequence."""
    appended = await hub.append(conversation, author, "message", {"text": text}, client_id=key)
    return appended.event.seq


async def until_refused(hub: Hub, conversation: str) -> list[int]:
    """Say something long under the keys 0, 1, 2… until nothing is taken; what was acknowledged."""
    said: list[int] = []
    while True:
        try:
            said.append(await say(hub, conversation, ANA, "x" * 4000, key=str(len(said))))
        except Unavailable:
            return said
