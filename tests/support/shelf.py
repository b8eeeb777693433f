"""Mailboxes in memory, as a keeper has them on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pbxcore.voicemail.message import Arrival, Greeting, Message


class Shelf:
    """Keeps what it is given until the test ends."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], Message] = {}
        self.greetings: dict[tuple[str, str], str] = {}
        self.arriving: set[str] = set()
        self.full = False

    def load(self) -> Iterable[Message]:
        return list(self.held.values())

    def receive(self, arrival: Arrival) -> str:
        if self.full:
            raise OSError("No space left on device")
        self.arriving.add(arrival.id)
        return f"arriving/{arrival.id}.wav"

    def keep(self, arrival: Arrival, messages: Sequence[Message]) -> None:
        self.arriving.discard(arrival.id)
        for each in messages:
            self.held[each.mailbox, each.id] = each

    def forget(self, arrival: Arrival) -> None:
        self.arriving.discard(arrival.id)

    def copy(self, message: Message, copies: Sequence[Message]) -> None:
        for each in copies:
            self.held[each.mailbox, each.id] = each

    def move(self, before: Message, after: Message) -> None:
        del self.held[before.mailbox, before.id]
        self.held[after.mailbox, after.id] = after

    def remove(self, message: Message) -> None:
        del self.held[message.mailbox, message.id]

    def sound(self, message: Message) -> str:
        return f"{message.mailbox}/{message.id}.wav"

    def greeting(self, mailbox: str, greeting: Greeting) -> str:
        return self.greetings.get((mailbox, greeting), "")

    def draft(self, mailbox: str) -> str:
        return f"{mailbox}/draft.wav"

    def greet(self, mailbox: str, greeting: Greeting, draft: str) -> None:
        if draft:
            self.greetings[mailbox, greeting] = f"{mailbox}/{greeting}.wav"
        else:
            self.greetings.pop((mailbox, greeting), None)

    def drop(self, mailbox: str) -> None:
        for key in [each for each in self.held if each[0] == mailbox]:
            del self.held[key]
