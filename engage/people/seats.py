"""Who serves live chats: agents on duty whose Wave privilege opens them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.people.model import Grant
from engage.people.queue_options import chairmen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engage.people.ledger import Ledger
    from engage.people.model import AgentSeat


class LiveChatSeats:
    """Destinations and their agents, as live chats see them."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._book = ledger.book
        self._known: dict[tuple[str, ...], tuple[AgentSeat, ...]] = {}

    def agents_of(self, kind: str, values: Iterable[str]) -> tuple[AgentSeat, ...]:
        """Who serves a destination: `queue` with queue numbers, or `extensions`.

        Every inquiry asks some ten times, so answers are kept for as long as the book is the same.
        """
        book = self._ledger.book
        if book is not self._book:
            self._book, self._known = book, {}
        key = (kind, *values)
        seats = self._known.get(key)
        if seats is None:
            found = book.agents_of(kind, values)
            seats = tuple(each for each in found if Grant.LIVE_CHAT in book.grants(each.number))
            self._known[key] = seats
        return seats

    def capacity(self, number: str) -> int:
        """So many chats fill an agent; 0: none do."""
        extension = self._ledger.book.extensions.get(number)
        return 0 if extension is None else extension.agent_rules.chat_capacity

    def names_of(self, kind: str, values: Iterable[str]) -> dict[str, str]:
        """The names of a destination; what does not exist (any more) is left out."""
        return self._ledger.book.names_of(kind, values)

    def first_name(self, number: str, name: str) -> str:
        """Somebody's first name, empty where an extension has only a last name.

        Of who is no extension (any more) it is the first word of their name.
        """
        extension = self._ledger.book.extensions.get(number)
        return name.partition(" ")[0] if extension is None else extension.first_name

    def chairmen_of(self, kind: str, values: Iterable[str]) -> frozenset[str]:
        """The extensions that are chairmen of a destination's queues."""
        book = self._ledger.book
        found = (book.queues.get(value) for value in values if kind == "queue")
        return frozenset(each for queue in found if queue for each in chairmen(queue.options))
