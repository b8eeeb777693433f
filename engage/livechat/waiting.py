"""Who waits where, and what falls due: rules over values, for any moment asked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from engage.livechat.model import ACTIVE, OPEN_STATES, WAITING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engage.livechat.model import Inquiry

VISITOR_GRACE_MS = 60_000
"""A waiting visitor without a socket for this long has left."""

ASKING_GRACE_MS = 120_000
"""One whose sockets fail asks over HTTP each minute: two such gaps are an absence."""

AGENT_GRACE_MS = 60_000
"""After this long without a socket of its agent a conversation is open to take-over."""

AGENT_GONE_MS = 5 * 60_000
"""After this long it goes back to its place in the line."""

HANDOVER_MS = 60_000
"""A chat that nobody has taken over by then stays with the agent who has it."""

VISITOR_GONE_MS = 15 * 60_000
"""After this long a visitor whom a bot serves is gone."""

RESTART_GRACE_MS = 60_000
"""Nobody is blamed for the server's absence: after its start all have this long to come back."""


class Due(Enum):
    """What should happen to an inquiry."""

    ABANDONED = auto()
    TIMEOUT = auto()
    FLAG_AGENT = auto()
    REQUEUE = auto()
    GIVE_BACK = auto()


@dataclass(frozen=True, slots=True)
class Moment:
    """When the question is asked, and since when this server has been listening."""

    now_ms: int
    started_at_ms: int


def positions(line: Iterable[Inquiry]) -> dict[str, int]:
    """Each waiting conversation's place in its live chat's line, the first being 1."""
    waiting = sorted(
        (inquiry for inquiry in line if inquiry.state == WAITING),
        key=lambda inquiry: (inquiry.queued_at_ms, inquiry.number),
    )
    return {inquiry.conversation_id: place for place, inquiry in enumerate(waiting, start=1)}


def due(inquiry: Inquiry, timeout_min: int, moment: Moment) -> Due | None:
    """Decide what falls due for one inquiry; `timeout_min` 0 lets it wait for ever."""
    match inquiry.state:
        case "waiting":
            return _due_waiting(inquiry, timeout_min, moment)
        case "active":
            return _due_active(inquiry, moment)
        case "transferring" if inquiry.handover is not None:
            late = expired(inquiry.handover.at_ms, HANDOVER_MS, moment)
            return Due.GIVE_BACK if late else None
        case _:
            return None


def open_to_take_over(inquiry: Inquiry, moment: Moment) -> bool:
    """Tell whether another agent may take an active conversation: its own has vanished."""
    return inquiry.state == ACTIVE and expired(inquiry.agent_away_since_ms, AGENT_GRACE_MS, moment)


def is_open(state: str) -> bool:
    """Tell whether visitor and agents can still write."""
    return state in OPEN_STATES


def _due_waiting(inquiry: Inquiry, timeout_min: int, moment: Moment) -> Due | None:
    if expired(inquiry.away_since_ms, VISITOR_GRACE_MS, moment):
        return Due.ABANDONED
    if timeout_min and moment.now_ms - inquiry.queued_at_ms >= timeout_min * 60_000:
        return Due.TIMEOUT
    return None


def _due_active(inquiry: Inquiry, moment: Moment) -> Due | None:
    if expired(inquiry.agent_away_since_ms, AGENT_GONE_MS, moment):
        return Due.REQUEUE
    if expired(inquiry.agent_away_since_ms, AGENT_GRACE_MS, moment):
        return Due.FLAG_AGENT
    return None


def expired(since_ms: int | None, grace_ms: int, moment: Moment) -> bool:
    """Tell whether an absence has lasted so long, and all had time to come back after a start."""
    if since_ms is None:
        return False
    return moment.now_ms >= max(since_ms + grace_ms, moment.started_at_ms + RESTART_GRACE_MS)
