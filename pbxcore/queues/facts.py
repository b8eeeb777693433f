"""What happened, as values: logs, figures and boards are projections of these.

`caller` is the call's id, `queue` and `agent` are numbers; `*_s` are seconds of a steady clock.
"""

from __future__ import annotations

import enum

import msgspec

from pbxcore.queues.inputs import Device, Kind


class ExitStatus(enum.StrEnum):
    """Why somebody left without being served."""

    TIMEOUT = "timeout"
    FULL = "full"
    JOIN_EMPTY = "join_empty"
    LEAVE_EMPTY = "leave_empty"
    KEY = "key"
    WITHDRAWN = "withdrawn"
    DELETED = "deleted"
    CALLBACK = "callback"
    CALLBACK_FAILED = "callback_failed"


class Outcome(enum.StrEnum):
    """What became of an offer that was not answered, or too late."""

    UNANSWERED = "unanswered"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    CALLER_LEFT = "caller_left"
    AGENT_AWAY = "agent_away"


class End(enum.StrEnum):
    """How a talk ended."""

    AGENT = "agent"
    CALLER = "caller"
    BLIND_TRANSFER = "blind_transfer"
    ATTENDED_TRANSFER = "attended_transfer"


class QueuesStarted(msgspec.Struct, frozen=True, tag=True):
    """The queues begin, or begin anew after a restart; who waited then or talked is gone."""


class QueueSet(msgspec.Struct, frozen=True, tag=True):
    """A queue is new or was changed."""

    queue: str
    service_level_s: float


class QueueDropped(msgspec.Struct, frozen=True, tag=True):
    """A queue is no more."""

    queue: str


class CallerEntered(msgspec.Struct, frozen=True, tag=True):
    """Somebody waits; with `resumed` in a place of before. `did`: dialled from outside."""

    queue: str
    caller: str
    number: str
    name: str
    kind: Kind
    position: int
    priority: int
    resumed: bool = False
    did: str = ""


class EntryRefused(msgspec.Struct, frozen=True, tag=True):
    """Somebody could not enter."""

    queue: str
    caller: str
    number: str
    status: ExitStatus


class CallerMoved(msgspec.Struct, frozen=True, tag=True):
    """Somebody was given another place."""

    queue: str
    caller: str
    position: int


class AgentOffered(msgspec.Struct, frozen=True, tag=True):
    """An agent is called for somebody."""

    queue: str
    caller: str
    agent: str
    offer: int


class OfferEnded(msgspec.Struct, frozen=True, tag=True):
    """An agent is called no more."""

    queue: str
    caller: str
    agent: str
    offer: int
    outcome: Outcome
    rang_s: float


class AgentAnswered(msgspec.Struct, frozen=True, tag=True):
    """An agent took it first."""

    queue: str
    caller: str
    agent: str
    offer: int
    rang_s: float


class AgentDropped(msgspec.Struct, frozen=True, tag=True):
    """An agent answered and was gone before the two talked; the caller waits in the old place."""

    queue: str
    caller: str
    agent: str


class Connected(msgspec.Struct, frozen=True, tag=True):
    """Caller and agent talk."""

    queue: str
    caller: str
    agent: str
    bridge: str
    waited_s: float
    rang_s: float


class CallHeld(msgspec.Struct, frozen=True, tag=True):
    """The agent put the caller on hold, or took him back."""

    queue: str
    caller: str
    agent: str
    held: bool


class Completed(msgspec.Struct, frozen=True, tag=True):
    """Caller and agent talk no more; `to` of a transfer."""

    queue: str
    caller: str
    agent: str
    end: End
    waited_s: float
    talked_s: float
    original_position: int
    to: str = ""


class Abandoned(msgspec.Struct, frozen=True, tag=True):
    """Somebody hung up before being served."""

    queue: str
    caller: str
    position: int
    original_position: int
    waited_s: float


class Exited(msgspec.Struct, frozen=True, tag=True):
    """Somebody left the queue for elsewhere without being served; `reason` is the key, or why."""

    queue: str
    caller: str
    status: ExitStatus
    reason: str
    position: int
    original_position: int
    waited_s: float


class CallbackAsked(msgspec.Struct, frozen=True, tag=True):
    """Somebody hung up to be called back; `replaced` is an older wish for the same number."""

    queue: str
    caller: str
    number: str
    position: int
    replaced: str = ""


class CallbackTried(msgspec.Struct, frozen=True, tag=True):
    """A customer was called in vain; `again_in_s` is None where that was the last time."""

    queue: str
    caller: str
    agent: str
    reason: str
    attempt: int
    again_in_s: float | None


class AgentLoggedIn(msgspec.Struct, frozen=True, tag=True):
    """An agent serves a queue; `on_break` if not yet. `static`: because it is set so."""

    queue: str
    agent: str
    static: bool
    channel: str = ""
    on_break: str | None = None


class AgentLoggedOut(msgspec.Struct, frozen=True, tag=True):
    """An agent serves a queue no more; `static`: because it is set so."""

    queue: str
    agent: str
    static: bool
    logged_in_s: float
    channel: str = ""


class BreakBegan(msgspec.Struct, frozen=True, tag=True):
    """An agent is not called by a queue, or by none (empty); `cause` is `agent` or `misses`."""

    queue: str
    agent: str
    reason: str
    cause: str = "agent"


class BreakEnded(msgspec.Struct, frozen=True, tag=True):
    """An agent is called again, or has a break for another reason from now on."""

    queue: str
    agent: str
    reason: str
    lasted_s: float


class WrapUpBegan(msgspec.Struct, frozen=True, tag=True):
    """An agent has until `until_ms` for what is to be done after a call; again when extended."""

    agent: str
    until_ms: int


class WrapUpEnded(msgspec.Struct, frozen=True, tag=True):
    """An agent is ready; `early` by a word of his own."""

    agent: str
    early: bool
    lasted_s: float


class AgentReached(msgspec.Struct, frozen=True, tag=True):
    """An agent's phones stand in another way."""

    agent: str
    device: Device
    undisturbed: bool


class LevelChanged(msgspec.Struct, frozen=True, tag=True):
    """An agent is of another level in a queue."""

    queue: str
    agent: str
    level: int


class CountersReset(msgspec.Struct, frozen=True, tag=True):
    """The calls of a queue's agents are counted anew."""

    queue: str


CallerFact = (
    CallerEntered | EntryRefused | CallerMoved | Abandoned | Exited | CallbackAsked | CallbackTried
)
OfferFact = AgentOffered | OfferEnded | AgentAnswered | AgentDropped
TalkFact = Connected | CallHeld | Completed
AgentFact = (
    AgentLoggedIn
    | AgentLoggedOut
    | BreakBegan
    | BreakEnded
    | WrapUpBegan
    | WrapUpEnded
    | AgentReached
    | LevelChanged
)
QueueFact = QueuesStarted | QueueSet | QueueDropped | CountersReset
Fact = CallerFact | OfferFact | TalkFact | AgentFact | QueueFact
