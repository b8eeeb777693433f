"""What is to be done, in this order. `Transition`s among them are to be kept."""

from __future__ import annotations

import enum

import msgspec

from pbxcore.dialplan.place import Place
from pbxcore.queues.facts import ExitStatus, Fact
from pbxcore.queues.inputs import Kind


class Withdrawal(enum.StrEnum):
    """Why an agent's ringing ends."""

    ANSWERED_ELSEWHERE = "answered_elsewhere"
    UNANSWERED = "unanswered"
    UNREACHABLE = "unreachable"
    CALLER_LEFT = "caller_left"
    AGENT_AWAY = "agent_away"
    STALE = "stale"


class Admit(msgspec.Struct, frozen=True, tag=True):
    """The caller waits: answer, welcome, play music."""

    caller: str
    queue: str
    position: int


class Offer(msgspec.Struct, frozen=True, tag=True):
    """Ring an agent. The reservation is a lease: at `until` it ends, whatever became of it."""

    id: int
    queue: str
    caller: str
    agent: str
    kind: Kind
    until: float
    waited_s: float


class Withdraw(msgspec.Struct, frozen=True, tag=True):
    """Ring an agent no more, or release one who answered too late (RFC 3326, cause 200)."""

    offer: int
    agent: str
    reason: Withdrawal


class Connect(msgspec.Struct, frozen=True, tag=True):
    """Bring the caller to the agent who answered; tell `Bridged` once they talk.

    `waited_s` may be told to the agent before.
    """

    offer: int
    caller: str
    agent: str
    waited_s: float


class CallBack(msgspec.Struct, frozen=True, tag=True):
    """An agent waits on the phone: call the customer, until `until`.

    Outside, `prefix` is dialled before his `number`.

    `CallbackReached` or `CallbackFailed` is told of it. Should the agent hang up meanwhile, the
    customer is not called any further.
    """

    offer: int
    caller: str
    agent: str
    number: str
    caller_id: str
    attempt: int
    until: float
    prefix: str = ""


class Position(msgspec.Struct, frozen=True, tag=True):
    """You are number `position`; with `or_more`: at least so many wait before you."""

    position: int
    or_more: bool = False


class HoldTime(msgspec.Struct, frozen=True, tag=True):
    """The estimated wait is so many minutes."""

    minutes: int


class Periodic(msgspec.Struct, frozen=True, tag=True):
    """A prompt of the queue's own."""

    prompt: str


class CallbackOffered(msgspec.Struct, frozen=True, tag=True):
    """Would you like to be called back?"""


Said = Position | HoldTime | Periodic | CallbackOffered


class Announce(msgspec.Struct, frozen=True, tag=True):
    """Say this to who waits, over the music; to be cut off at once by `Connect` and `LeaveTo`."""

    caller: str
    parts: tuple[Said, ...]


class LeaveTo(msgspec.Struct, frozen=True, tag=True):
    """The caller is in the queue no more and goes on to `place`."""

    caller: str
    place: Place
    status: ExitStatus


class Transition(msgspec.Struct, frozen=True, tag=True):
    """Something happened: number and moment (milliseconds UTC) of it. Numbers have no gaps."""

    seq: int
    at_ms: int
    fact: Fact


Output = Admit | Offer | Withdraw | Connect | CallBack | Announce | LeaveTo | Transition
