"""What the queues are told. Each is a value, so that it may come over a channel or from a test."""

from __future__ import annotations

import enum

import msgspec

from pbxcore.queues.settings import AgentProfile, QueueSettings


class Kind(enum.StrEnum):
    """What waits. Chats do not: the queues are told of them by `AgentLoad`."""

    CALL = "call"
    CALLBACK = "callback"


class Device(enum.StrEnum):
    """How an agent's phones stand, all together."""

    UNKNOWN = "unknown"
    IDLE = "idle"
    IN_USE = "in_use"
    BUSY = "busy"
    INVALID = "invalid"
    UNAVAILABLE = "unavailable"
    RINGING = "ringing"
    RINGING_IN_USE = "ringing_in_use"
    ON_HOLD = "on_hold"

    @property
    def gone(self) -> bool:
        """None of them can be reached."""
        return self in (Device.UNAVAILABLE, Device.INVALID)


class Caller(msgspec.Struct, frozen=True):
    """Who enters; `key` is the call's own id.

    Higher priorities go before all others. `skills` are asked of an agent with at least that
    level. `waited_s` was waited elsewhere before and counts. `did` is the number that somebody from
    outside has dialled. Who is `welcoming` hears a welcome first, and talks to nobody until then.
    Whose call is `secure` is served by nobody who would hear it in clear.
    """

    key: str
    number: str = ""
    name: str = ""
    kind: Kind = Kind.CALL
    priority: int = 0
    skills: dict[str, int] = {}
    waited_s: float = 0.0
    did: str = ""
    welcoming: bool = False
    secure: bool = False


class Enter(msgspec.Struct, frozen=True, tag=True):
    """Somebody wants to be served by a queue."""

    queue: str
    caller: Caller


class PressKey(msgspec.Struct, frozen=True, tag=True):
    """Who waits pressed a key."""

    caller: str
    key: str


class Welcomed(msgspec.Struct, frozen=True, tag=True):
    """Who waits has heard the welcome: an agent who has answered talks to him now."""

    caller: str


class AskCallback(msgspec.Struct, frozen=True, tag=True):
    """Who waits wants to be called back at `number`; the call is over."""

    caller: str
    number: str


class CallerLeft(msgspec.Struct, frozen=True, tag=True):
    """The caller hung up: while waiting, or during the talk."""

    caller: str


class Remove(msgspec.Struct, frozen=True, tag=True):
    """Take somebody out of the queue who waits, or a callback; an administrator's doing."""

    caller: str
    reason: str = "administrator"


class Move(msgspec.Struct, frozen=True, tag=True):
    """Give somebody who waits another place, 1 for the first."""

    caller: str
    position: int


class OfferRung(msgspec.Struct, frozen=True, tag=True):
    """Something of the agent's is heard to ring: a phone's first answer, a page shows it."""

    offer: int


class OfferAnswered(msgspec.Struct, frozen=True, tag=True):
    """The agent took it. Whether he has it is said by `Connect`, `CallBack` or `Withdraw`."""

    offer: int


class OfferRefused(msgspec.Struct, frozen=True, tag=True):
    """The agent does not want it, or is busy (486, 600, 603)."""

    offer: int


class OfferMissed(msgspec.Struct, frozen=True, tag=True):
    """The phones stopped ringing before the offer's end (408, 480, a limit of their own)."""

    offer: int


class OfferFailed(msgspec.Struct, frozen=True, tag=True):
    """Nothing of the agent's can be reached (any more)."""

    offer: int


class Bridged(msgspec.Struct, frozen=True, tag=True):
    """After `Connect` both hear each other; `bridge` names the agent's leg."""

    caller: str
    bridge: str = ""


class CallbackReached(msgspec.Struct, frozen=True, tag=True):
    """After `CallBack` the customer answered."""

    caller: str


class CallbackFailed(msgspec.Struct, frozen=True, tag=True):
    """After `CallBack` the customer did not answer; `reason` as `busy` or `no_answer`."""

    caller: str
    reason: str


class AgentLeft(msgspec.Struct, frozen=True, tag=True):
    """The agent hung up: after answering, or during the talk."""

    caller: str


class Transferred(msgspec.Struct, frozen=True, tag=True):
    """The agent passed the caller on and is out of the call.

    `to` is the number of a blind transfer, or the attended one's other call.
    """

    caller: str
    to: str
    blind: bool = True


class Held(msgspec.Struct, frozen=True, tag=True):
    """The agent put the caller on hold, or took him back."""

    caller: str
    held: bool


class LogIn(msgspec.Struct, frozen=True, tag=True):
    """An agent serves queues from now on; none: all that know him.

    `on_break`: the reason for which he does not begin yet.
    """

    agent: str
    queues: tuple[str, ...] = ()
    channel: str = ""
    on_break: str | None = None


class LogOut(msgspec.Struct, frozen=True, tag=True):
    """An agent serves queues no more; none: all."""

    agent: str
    queues: tuple[str, ...] = ()
    channel: str = ""


class TakeBreak(msgspec.Struct, frozen=True, tag=True):
    """An agent is not called by queues for a while; none: by any.

    With another reason the break ends and one for that reason begins.
    """

    agent: str
    reason: str = ""
    queues: tuple[str, ...] = ()


class EndBreak(msgspec.Struct, frozen=True, tag=True):
    """An agent is called again by queues; none: by all."""

    agent: str
    queues: tuple[str, ...] = ()


class EndWrapUp(msgspec.Struct, frozen=True, tag=True):
    """An agent is ready for the next call."""

    agent: str


class ExtendWrapUp(msgspec.Struct, frozen=True, tag=True):
    """An agent needs so much longer after a call."""

    agent: str
    by_s: float


class FreeAgent(msgspec.Struct, frozen=True, tag=True):
    """Forget what an agent is taken to be doing: an offer, a talk, a wrap-up, a rest.

    For when that is not so; who is on the phone is still seen to be. `queues`: offers and talks of
    these, none named: of all; a wrap-up and a rest are none of a queue's.
    """

    agent: str
    queues: tuple[str, ...] = ()


class AgentSeen(msgspec.Struct, frozen=True):
    """How an agent's phones stand now.

    What they do for the queues need not be told apart; but a phone that has hung up is to be seen
    `IDLE` in the end, for its agent to be rung again. `in_clear`: none is reached securely.
    """

    agent: str
    device: Device
    undisturbed: bool = False
    in_clear: bool = False


class AgentsSeen(msgspec.Struct, frozen=True, tag=True):
    """How the phones of some agents stand now, which comes before all that is due.

    So nobody is offered who is free by the clock and whose phones ring for somebody else.
    """

    agents: tuple[AgentSeen, ...]


class AgentLoad(msgspec.Struct, frozen=True, tag=True):
    """How many chats an agent has."""

    agent: str
    chats: int


class Start(msgspec.Struct, frozen=True, tag=True):
    """The queues begin, or go on after a restart; told first."""


class PutQueue(msgspec.Struct, frozen=True, tag=True):
    """A queue is new, or is set in another way."""

    settings: QueueSettings


class DropQueue(msgspec.Struct, frozen=True, tag=True):
    """A queue is no more; who waits in it leaves."""

    queue: str


class AllPut(msgspec.Struct, frozen=True, tag=True):
    """Every queue that there is has been put, and is set in that way.

    After a restart only this tells who was taken out meanwhile: what was known of settings before
    may be older than what was kept of agents.
    """


class PutAgent(msgspec.Struct, frozen=True, tag=True):
    """What is known of an agent."""

    profile: AgentProfile


class ResetCounters(msgspec.Struct, frozen=True, tag=True):
    """Begin to count the calls of a queue's agents anew (FEWEST_CALLS)."""

    queue: str


class Tick(msgspec.Struct, frozen=True, tag=True):
    """Time has passed; due at the engine's `deadline`."""


CallerInput = Enter | PressKey | Welcomed | AskCallback | CallerLeft | Remove | Move
OfferInput = OfferRung | OfferAnswered | OfferRefused | OfferMissed | OfferFailed
TalkInput = Bridged | CallbackReached | CallbackFailed | AgentLeft | Transferred | Held
AgentInput = (
    LogIn | LogOut | TakeBreak | EndBreak | EndWrapUp | ExtendWrapUp | FreeAgent | AgentLoad
)
SettingsInput = Start | PutQueue | DropQueue | AllPut | PutAgent | ResetCounters
Input = CallerInput | OfferInput | TalkInput | AgentsSeen | AgentInput | SettingsInput | Tick
