"""What call queues are told and asked from outside: values that cross a process."""

from __future__ import annotations

from typing import Literal

import msgspec

DutyChange = Literal["log_in", "log_out", "take_break", "end_break", "ready", "extend", "free"]


class ChangeDuty(msgspec.Struct, frozen=True, tag=True):
    """Let an agent come or go, begin or end a break, end or extend the wrap-up. Reply: `QueueDone`.

    `queues`: of these, none named: of all. A break has a `reason`; a wrap-up is extended `by_s`.
    Who is `free` does nothing any more: what he was taken to be doing is forgotten; of talks and
    offers, those of these queues.
    """

    agent: str
    change: DutyChange
    queues: tuple[str, ...] = ()
    reason: str = ""
    by_s: float = 0.0


class SteerCaller(msgspec.Struct, frozen=True, tag=True):
    """Give somebody who waits another place, or take him out. Reply: `QueueDone`.

    `position` is 1 for the first, 0: he leaves for where callers go whom nobody serves.
    """

    caller: str
    position: int


class ResetQueue(msgspec.Struct, frozen=True, tag=True):
    """Begin to count the calls of a queue's agents anew. Reply: `QueueDone`."""

    queue: str


class TellLoads(msgspec.Struct, frozen=True, tag=True):
    """How many chats each agent has, by number; whoever is not named has none. Reply: `QueueDone`.

    All are told each time, so that nothing is wrong for longer than until the next time.
    """

    chats: dict[str, int]


class QueueDone(msgspec.Struct, frozen=True, tag=True):
    """Whether it was done: 200, or 404 for a queue, an agent or a caller that is not there."""

    status: int


class ShowQueues(msgspec.Struct, frozen=True, tag=True):
    """Ask what goes on in the queues. Reply: `QueuesShown`."""


class CallerView(msgspec.Struct, frozen=True):
    """Somebody who waits, or talks to `agent`; moments are milliseconds UTC.

    `key` is what the queues call him, `call` and `legs` are names of the journal. Nobody is on the
    phone for a `callback`.
    """

    key: str
    number: str
    name: str
    position: int
    entered_ms: int
    priority: int = 0
    callback: bool = False
    ringing: tuple[str, ...] = ()
    agent: str = ""
    connected_ms: int = 0
    call: str = ""
    caller_leg: str = ""
    agent_leg: str = ""


class SeatView(msgspec.Struct, frozen=True):
    """An agent of a queue.

    `state` is `logged_out`, `on_break`, `wrap_up`, `on_call`, `ringing`, `undisturbed`,
    `unavailable`, `busy` (with a call that is none of a queue), `chatting` (his chats leave no room
    for a call of this queue), `resting` (he did not take a call, and is left alone for a while) or
    `available`; since `since_ms`, 0 where that is not known. An offer, a wrap-up and a rest end at
    `until_ms`. `caller` is whom he serves or is rung for. `pausing`: his break begins when the call
    ends; `reason` is that of the break.
    """

    agent: str
    state: str
    static: bool
    since_ms: int = 0
    reason: str = ""
    until_ms: int = 0
    caller: str = ""
    queue: str = ""
    calls: int = 0
    last_call_ms: int = 0
    chats: int = 0
    pausing: bool = False


class QueueView(msgspec.Struct, frozen=True):
    """One queue as it is now: who waits, in the order in which they are served; who talks."""

    number: str
    waiting: tuple[CallerView, ...]
    talking: tuple[CallerView, ...]
    seats: tuple[SeatView, ...]


class QueuesShown(msgspec.Struct, frozen=True, tag=True):
    """Every queue, by number."""

    at_ms: int
    queues: tuple[QueueView, ...]


QueueCommand = ChangeDuty | SteerCaller | ResetQueue | TellLoads | ShowQueues
