"""Records of live chats: who may see which, and what is looked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engage.errors import N_, Conflict

if TYPE_CHECKING:
    from engage.livechat.model import Inquiry, LiveChat, Visitor
    from engage.livechat.outcomes import Outcome

Sort = Literal["queued_at", "ended_at", "visitor", "agent", "rating"]
SORTS: tuple[Sort, ...] = ("queued_at", "ended_at", "visitor", "agent", "rating")


class StillOpen(Conflict):
    """A chat is removed once it is over."""

    code = "still_open"
    text = N_("This chat is not over yet.")


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose chats somebody may see.

    Everybody's, or those that they took part in and those of the live chats they watch over.
    """

    everything: bool = False
    who: str = ""
    watched: frozenset[str] = frozenset()


EVERYTHING = Scope(everything=True)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which chats are looked for; empty values mean any. Moments are milliseconds UTC.

    `words` are all in one message, folded as the search's index has them; `number` is the chat's.
    `visitor` is part of a name, an address or a phone number, or the visitor's identifier;
    `rating` 0 stands for none given.
    """

    words: tuple[str, ...] = ()
    number: int | None = None
    livechat: str = ""
    agent: str = ""
    visitor: str = ""
    from_ms: int = 0
    until_ms: int = 0
    state: str = ""
    rating: int | None = None
    tag: str = ""
    disposition: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """By what chats are sorted, and after which one a page begins: its value and its number."""

    by: Sort = "queued_at"
    descending: bool = True
    after: tuple[str | int, int] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One chat as rows tell of it; `place` is its value in the order that was asked for."""

    inquiry: Inquiry
    ended_at_ms: int | None
    place: str | int


@dataclass(frozen=True, slots=True)
class Record:
    """One chat, its visitor and where it was held."""

    found: Found
    visitor: Visitor
    livechat: LiveChat
    outcome: Outcome

    @property
    def inquiry(self) -> Inquiry:
        """What was asked."""
        return self.found.inquiry

    @property
    def accepted_at_ms(self) -> int | None:
        """When somebody accepted; a bot serves whom it has from the beginning."""
        by_bot = (self.inquiry.owner or "").startswith("bot:")
        return self.inquiry.queued_at_ms if by_bot else self.inquiry.accepted_at_ms

    @property
    def waited_s(self) -> int | None:
        """Until somebody accepted, or it was over without; none while it waits."""
        until_ms = self.accepted_at_ms or self.found.ended_at_ms
        return None if until_ms is None else max(0, (until_ms - self.inquiry.queued_at_ms) // 1000)

    @property
    def handled_s(self) -> int | None:
        """From then to its end; none where nobody accepted, and while it goes on."""
        begun_ms, ended_ms = self.accepted_at_ms, self.found.ended_at_ms
        return None if begun_ms is None or ended_ms is None else (ended_ms - begun_ms) // 1000
