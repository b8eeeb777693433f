"""What is counted of live chats. Pure: the log and what is left of erased chats go in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from engage.column_heads import Column
from engage.errors import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

QUARTER_MS: Final = 15 * 60_000
"""Chats are counted by the quarter of an hour: each time zone's hours and days consist of them."""
FULLY: Final = 90
"""The percentile of waits that is told beside their average."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when something is counted: who served it is empty where nobody did."""

    quarter_ms: int
    livechat_id: str
    agent: str


@dataclass(frozen=True, slots=True)
class Chat:
    """One chat as figures see it. Spans are unknown while they last, and where nothing came."""

    livechat_id: str
    agent: str
    queued_at_ms: int
    left: bool
    over: bool
    accepted: bool
    waited_s: int | None
    response_s: int | None
    handled_s: int | None
    rating: int | None

    @property
    def place(self) -> Place:
        """Where it is counted: when the visitor came, whatever became of it later."""
        quarter_ms = self.queued_at_ms // QUARTER_MS * QUARTER_MS
        return Place(quarter_ms, self.livechat_id, self.agent)


@dataclass(slots=True)
class Figures:
    """Counts and sums; they add up, so that parts and wholes always agree."""

    inquiries: int = 0
    accepted: int = 0
    missed: int = 0
    left: int = 0
    responded: int = 0
    response_s: int = 0
    handled: int = 0
    handled_s: int = 0
    waits: Counter[int] = field(default_factory=Counter)
    """How many waited so many seconds, until they were accepted or missed."""
    ratings: Counter[int] = field(default_factory=Counter)
    """How many gave so many stars."""

    def count(self, chat: Chat) -> None:
        """Add one chat; a message left while nobody could be asked is no inquiry."""
        if chat.left:
            self.left += 1
            return
        self.inquiries += 1
        self.accepted += chat.accepted
        self.missed += chat.over and not chat.accepted
        if chat.waited_s is not None:
            self.waits[chat.waited_s] += 1
        if chat.response_s is not None:
            self.responded += 1
            self.response_s += chat.response_s
        if chat.handled_s is not None:
            self.handled += 1
            self.handled_s += chat.handled_s
        if chat.rating is not None:
            self.ratings[chat.rating] += 1

    def add(self, other: Figures) -> None:
        """Add what was counted elsewhere."""
        for name in SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.waits.update(other.waits)
        self.ratings.update(other.ratings)

    @property
    def accepted_rate(self) -> float:
        """Percent of the inquiries."""
        return round(100 * self.accepted / self.inquiries, 1) if self.inquiries else 0.0

    @property
    def average_wait_s(self) -> int:
        """Of all who were accepted or missed."""
        return _average(sum(wait * many for wait, many in self.waits.items()), self.waits.total())

    @property
    def p90_wait_s(self) -> int:
        """Nine of ten waited no longer (the nearest rank)."""
        rank = -(-self.waits.total() * FULLY // 100)
        for wait in sorted(self.waits):
            rank -= self.waits[wait]
            if rank <= 0:
                return wait
        return 0

    @property
    def average_response_s(self) -> int:
        """From the visitor's coming to an agent's first words."""
        return _average(self.response_s, self.responded)

    @property
    def average_handling_s(self) -> int:
        """From an agent's accepting to the end."""
        return _average(self.handled_s, self.handled)

    @property
    def rated(self) -> int:
        """How many gave stars."""
        return self.ratings.total()

    @property
    def average_rating(self) -> float:
        """Of those who did; 0 where nobody did."""
        stars = sum(star * many for star, many in self.ratings.items())
        return round(stars / self.rated, 2) if self.rated else 0.0


SUMS: Final = (
    *("inquiries", "accepted", "missed", "left"),
    *("responded", "response_s", "handled", "handled_s"),
)
FIGURES: Final = (
    Column("inquiries", N_("Inquiries")),
    Column("accepted", N_("Accepted")),
    Column("missed", N_("Missed")),
    Column("left", N_("Messages left")),
    Column("accepted_rate", N_("Accepted rate"), "%"),
    Column("average_wait_s", N_("Average wait"), "s"),
    Column("p90_wait_s", N_("90 % waited up to"), "s"),
    Column("average_response_s", N_("First response"), "s"),
    Column("average_handling_s", N_("Handling time"), "s"),
    Column("rated", N_("Ratings")),
    Column("average_rating", N_("Rating")),
)
"""What is told of each line."""
COLUMNS: Final = tuple(each.field for each in FIGURES)


@dataclass(slots=True)
class Report:
    """Figures of a span of time: of all, by live chat, agent and day, and by the hour of the week.

    `hours` has Monday as 0.
    """

    total: Figures = field(default_factory=Figures)
    livechats: dict[str, Figures] = field(default_factory=dict)
    agents: dict[str, Figures] = field(default_factory=dict)
    days: dict[str, Figures] = field(default_factory=dict)
    hours: dict[tuple[int, int], Figures] = field(default_factory=dict)


def counted(chats: Iterable[Chat]) -> dict[Place, Figures]:
    """Chats by where they are counted."""
    found: dict[Place, Figures] = {}
    for chat in chats:
        found.setdefault(chat.place, Figures()).count(chat)
    return found


def report(parts: Iterable[tuple[Place, Figures]], moment_of: Callable[[int], datetime]) -> Report:
    """The parts put together; `moment_of` tells days and hours of a place."""
    found = Report()
    for place, figures in parts:
        moment = moment_of(place.quarter_ms)
        found.total.add(figures)
        found.livechats.setdefault(place.livechat_id, Figures()).add(figures)
        if place.agent:
            found.agents.setdefault(place.agent, Figures()).add(figures)
        found.days.setdefault(f"{moment:%Y-%m-%d}", Figures()).add(figures)
        found.hours.setdefault((moment.weekday(), moment.hour), Figures()).add(figures)
    return found


def row_of(figures: Figures) -> list[int | float]:
    """What is told of one line, in the order of `COLUMNS`."""
    return [getattr(figures, name) for name in COLUMNS]


def _average(whole: int, parts: int) -> int:
    return round(whole / parts) if parts else 0
